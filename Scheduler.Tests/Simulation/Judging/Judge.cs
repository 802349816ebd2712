using NodaTime;
using Scheduler.Core.Retry;
using Scheduler.Core.Runs;
using Scheduler.Core.Scheduling;
using Scheduler.Core.Storage;

namespace Scheduler.Tests.Simulation.Judging;

/// <summary>
/// Holds a history against the promises: the cheap ones around every script, all of them after each day, and what must have healed
/// after the quiet phase. The numbers are those of docs/reliability.md.
/// </summary>
internal sealed class Judge(
    Func<Instant> now,
    IStoreView view,
    Expectations expected,
    Func<string, IReadOnlyList<ExecutionNote>> executionsOf,
    Func<IEnumerable<(string RunId, long Epoch, RunState State)>> acknowledged,
    Action<string, string> broken
)
{
    private const string ScheduleLane = "schedule";
    private const int MostCaughtUp = 100;
    private static readonly SqlOperation Claim = new("queue", "claim");
    private static readonly SqlOperation PlanBatch = new("scheduling", "plan_batch");

    private readonly ClaimOrder order = new(view, expected, broken);
    private Dictionary<string, ConfigRow> configsBefore = [];

    public void BeforeScript(SqlOperation operation)
    {
        if (operation == PlanBatch)
        {
            configsBefore = view.Configs().ToDictionary(config => config.ConfigId);
        }
    }

    public void AfterScript(SqlOperation operation, int rows)
    {
        if (operation == Claim && rows > 0)
        {
            LeasesStayWithinTheLimit();
            order.AfterClaim(view.OpenItems(), now());
        }
        if (operation == PlanBatch)
        {
            NextRunTimesMoveForward();
        }
    }

    /// <summary>Everything that must hold at any moment between two scripts.</summary>
    public void Check()
    {
        var runs = view.Runs();
        var items = view.Items();
        var moves = view.Moves().ToLookup(move => move.RunId);
        OccurrencesHaveOneRun(runs);
        ItemsMatchRuns(runs, items);
        foreach (var run in runs)
        {
            MovesAreLegal(run, [.. moves[run.RunId]]);
            WorkWasDone(run, [.. moves[run.RunId]]);
        }
        AcknowledgedIsWritten(moves);
        RetriesAreRight(runs, moves);
        CountsAreRight(runs, moves);
    }

    /// <summary>What must hold a good while after the last fault.</summary>
    public void CheckHealed(Instant lastPass)
    {
        foreach (var item in view.OpenItems())
        {
            broken("I3", $"Run {item.RunId} of {item.CustomerId} is still {item.State}, visible {item.VisibleAt}.");
        }
        foreach (var config in view.Configs().Where(config => config.IsActive))
        {
            if (config.NextRunTime <= lastPass && expected.IsRunnable(config.CustomerId, lastPass))
            {
                broken("I3", $"Pipeline {config.ConfigId} was due at {config.NextRunTime} and was not triggered.");
            }
        }
    }

    /// <summary>I8: a claim never takes a customer beyond what its plan lets run at once.</summary>
    private void LeasesStayWithinTheLimit()
    {
        foreach (var (customer, count) in view.LiveLeases(now()))
        {
            if (count > MostAtOnce(customer))
            {
                broken("I8", $"{customer} has {count} live leases, {MostAtOnce(customer)} are allowed.");
            }
        }
    }

    /// <summary>I12: while its schedule stays, a pipeline's next time only grows.</summary>
    private void NextRunTimesMoveForward()
    {
        foreach (var config in view.Configs())
        {
            if (
                configsBefore.TryGetValue(config.ConfigId, out var before)
                && config.NextRunTime != before.NextRunTime
                && config.NextRunTime <= before.NextRunTime
            )
            {
                broken("I12", $"{config.ConfigId} went from {before.NextRunTime} back to {config.NextRunTime}.");
            }
        }
    }

    /// <summary>I1: the runs are those of the schedule, none twice, none early, none left out but by policy.</summary>
    private void OccurrencesHaveOneRun(IReadOnlyList<RunRow> runs)
    {
        var first = runs.Where(run => run is { Lane: ScheduleLane, RetryAttempt: 0 }).ToLookup(run => run.ConfigId);
        foreach (var configId in expected.ConfigIds)
        {
            var own = first[configId].ToList();
            RunsAreOfTheSchedule(configId, own);
            IntervalsAreWhole(configId, own);
            NothingIsLeftOut(configId, [.. own.Select(run => run.ScheduledTime)]);
        }
    }

    private void RunsAreOfTheSchedule(string configId, List<RunRow> own)
    {
        for (var place = 0; place < own.Count; place++)
        {
            var run = own[place];
            if (place > 0 && own[place - 1].ScheduledTime == run.ScheduledTime)
            {
                broken("I1", $"{configId} has two runs for {run.ScheduledTime}.");
            }
            if (run.ScheduledTime > run.CreatedAt)
            {
                broken("I1", $"{configId} was triggered for {run.ScheduledTime} at {run.CreatedAt}: early.");
            }
            var version = expected.VersionAt(configId, run.CreatedAt);
            if (version?.Plan is not { } plan || !expected.IsOccurrence(plan, run.ScheduledTime))
            {
                broken("I1", $"{configId} ran for {run.ScheduledTime}, which is no time of {version?.Plan?.Cron}.");
            }
        }
    }

    /// <summary>Each run's data begins where that of the one before ended.</summary>
    private void IntervalsAreWhole(string configId, List<RunRow> own)
    {
        for (var place = 0; place < own.Count; place++)
        {
            var run = own[place];
            if (run.IntervalEnd != run.ScheduledTime || run.IntervalStart > run.IntervalEnd)
            {
                broken("I1", $"{configId} at {run.ScheduledTime} covers {run.IntervalStart} to {run.IntervalEnd}.");
            }
            if (place > 0 && own[place - 1].IntervalEnd != run.IntervalStart)
            {
                broken(
                    "I1",
                    $"{configId}: data up to {own[place - 1].IntervalEnd}, then from {run.IntervalStart} on, for {run.ScheduledTime}."
                );
            }
        }
    }

    /// <summary>
    /// Of what came due between two completed passes of the trigger, the latest has a run, and under run_all each has. Passes around a
    /// change of the pipeline or its customer are left out.
    /// </summary>
    private void NothingIsLeftOut(string configId, HashSet<Instant> have)
    {
        var customer = expected.CustomerOf(configId);
        var versions = expected.VersionsOf(configId);
        for (var nth = 0; nth < versions.Count; nth++)
        {
            if (versions[nth].Plan is not { } plan)
            {
                continue;
            }
            var until = nth + 1 < versions.Count ? versions[nth + 1].From : Instant.MaxValue;
            var since = versions[nth].From;
            foreach (var pass in expected.Passes.GetViewBetween(since, until))
            {
                if (expected.EndOf(pass) >= until)
                {
                    break;
                }
                var due = expected.Occurrences(plan, since, pass);
                if (due.Count > 0 && expected.IsRunnableThroughout(customer, since, expected.EndOf(pass)))
                {
                    var wanted =
                        plan.Misfire == MisfirePolicy.RunAll
                            ? due.Skip(Math.Max(0, due.Count - MostCaughtUp))
                            : [due[^1]];
                    // Another pass may have come between the look and the write, at whose time a later occurrence was due.
                    var isOvertaken =
                        plan.Misfire != MisfirePolicy.RunAll
                        && expected.Occurrences(plan, pass, expected.EndOf(pass)).Any(have.Contains);
                    foreach (var missing in wanted.Where(time => !isOvertaken && !have.Contains(time)))
                    {
                        broken(
                            "I1",
                            $"{configId} ({plan.Cron}, {plan.Misfire}) has no run for {missing}; a pass at {pass} saw it."
                        );
                    }
                }
                since = pass;
            }
        }
    }

    /// <summary>I4: what is open has one item, and an item has a run.</summary>
    private void ItemsMatchRuns(IReadOnlyList<RunRow> runs, IReadOnlyList<ItemRow> items)
    {
        var byRun = items.ToLookup(item => item.RunId);
        var known = new HashSet<string>(StringComparer.Ordinal);
        foreach (var run in runs)
        {
            known.Add(run.RunId);
            var open = byRun[run.RunId].Count(item => item.CompletedAt is null);
            if (byRun[run.RunId].Count() > 1 || open != (RunTransitions.IsFinal(run.State) ? 0 : 1))
            {
                broken("I4", $"Run {run.RunId} is {run.State} and has {open} open items.");
            }
            if ((run.State == RunState.Running) != byRun[run.RunId].Any(item => item.State == "PROCESSING"))
            {
                broken("I4", $"Run {run.RunId} is {run.State}, its item says otherwise.");
            }
        }
        foreach (var item in items.Where(item => !known.Contains(item.RunId)))
        {
            broken("I4", $"An item without a run: {item.RunId}.");
        }
    }

    /// <summary>I5 and I6: from birth on only legal moves, each lease newer than the last, the end final.</summary>
    private void MovesAreLegal(RunRow run, MoveRow[] moves)
    {
        RunState? state = null;
        var epoch = 0L;
        foreach (var move in moves)
        {
            var isLegal = state is { } from
                ? move.From == from && RunTransitions.IsAllowed(from, move.To)
                : move.From is null && RunTransitions.Births.Contains(move.To);
            if (!isLegal)
            {
                broken("I6", $"Run {run.RunId} was {state} and went from {move.From} to {move.To} at {move.At}.");
            }
            if (move.To == RunState.Running)
            {
                if (move.LeaseEpoch <= epoch)
                {
                    broken("I5", $"Run {run.RunId} was leased under {move.LeaseEpoch} after {epoch}.");
                }
                epoch = move.LeaseEpoch;
            }
            else if (move.From == RunState.Running && move.LeaseEpoch != epoch)
            {
                broken("I5", $"Run {run.RunId} was ended under lease {move.LeaseEpoch}, {epoch} was held.");
            }
            state = move.To;
        }
        if (state != run.State)
        {
            broken("I6", $"Run {run.RunId} is {run.State}; its last move went to {state}.");
        }
    }

    /// <summary>I2: a result that was accepted is that of an execution, and nothing was executed but under a lease.</summary>
    private void WorkWasDone(RunRow run, MoveRow[] moves)
    {
        var executions = executionsOf(run.RunId);
        var leased = moves.Where(move => move.To == RunState.Running).Select(move => move.LeaseEpoch).ToHashSet();
        foreach (var execution in executions.Where(execution => !leased.Contains(execution.Epoch)))
        {
            broken("I2", $"Run {run.RunId} was executed under {execution.Epoch}, a lease that nobody was given.");
        }
        if (run.State == RunState.Completed)
        {
            var accepted = moves[^1].LeaseEpoch;
            if (!executions.Any(execution => execution.Epoch == accepted && execution.Succeeded == true))
            {
                broken("I2", $"Run {run.RunId} is completed under lease {accepted}; no execution of it succeeded.");
            }
        }
    }

    /// <summary>I14: what a worker was told has taken effect has.</summary>
    private void AcknowledgedIsWritten(ILookup<string, MoveRow> moves)
    {
        foreach (var (runId, epoch, state) in acknowledged())
        {
            if (
                !moves[runId].Any(move => move.From == RunState.Running && move.LeaseEpoch == epoch && move.To == state)
            )
            {
                broken(
                    "I14",
                    $"Run {runId} was said to be {state} after lease {epoch}; its moves are {string.Join(", ", moves[runId])}."
                );
            }
        }
    }

    /// <summary>I11: a retry follows a failure that may be retried, not too often, not too soon, not after the end of its pipeline.</summary>
    private void RetriesAreRight(IReadOnlyList<RunRow> runs, ILookup<string, MoveRow> moves)
    {
        var byId = runs.ToDictionary(run => run.RunId);
        foreach (var run in runs.Where(run => run.RetryAttempt > 0))
        {
            var parent = byId[run.ParentRunId!];
            if (
                parent.State != RunState.Failed
                || parent.RetryAttempt + 1 != run.RetryAttempt
                || parent.ScheduledTime != run.ScheduledTime
                || !RetryableErrors.Contains(parent.ErrorType!.Value)
            )
            {
                broken(
                    "I11",
                    $"Run {run.RunId} is retry {run.RetryAttempt} of {parent.RetryAttempt}, {parent.State} {parent.ErrorType}."
                );
            }
            var most = expected.VersionsOf(run.ConfigId).Max(version => version.Plan?.MaxRetries ?? 0);
            if (run.RetryAttempt > most)
            {
                broken("I11", $"Run {run.RunId} is retry {run.RetryAttempt}; {most} are allowed.");
            }
            if (expected.VersionAt(run.ConfigId, run.CreatedAt) is { Plan: null })
            {
                broken("I11", $"Run {run.RunId} is a retry of a pipeline that was switched off.");
            }
            var started = moves[run.RunId].FirstOrDefault(move => move.To == RunState.Running);
            var wait = expected.VersionsOf(run.ConfigId).Min(version => version.Plan?.LeastWait(parent.RetryAttempt));
            if (started is not null && wait is { } least && started.At < parent.EndedAt + least)
            {
                broken(
                    "I11",
                    $"Run {run.RunId} began {started.At - parent.EndedAt} after its parent's end, before {wait}."
                );
            }
        }
    }

    /// <summary>I7 and I9: the counts are what the runs say, and nobody has more than its plan gives.</summary>
    private void CountsAreRight(IReadOnlyList<RunRow> runs, ILookup<string, MoveRow> moves)
    {
        var usage = view.Usage();
        var taken = runs.Where(run => run.UsageId is not null && !WasGivenBack(run, moves))
            .ToLookup(run => run.UsageId);
        foreach (var day in usage)
        {
            var run = taken[day.UsageId].Count();
            if (day.Run != run)
            {
                broken("I7", $"{day.CustomerId} on {day.Date}: counted {day.Run}, {run} runs took their place.");
            }
            var month = usage
                .Where(other => other.CustomerId == day.CustomerId && IsEarlierInMonth(other, day))
                .Sum(other => other.Run);
            if (day.Month != month)
            {
                broken("I7", $"{day.CustomerId} on {day.Date}: {day.Month} in the month, the days say {month}.");
            }
            if (expected.MostOf(day.CustomerId, plan => plan.MaxPipelinesPerDay) < day.Run)
            {
                broken("I9", $"{day.CustomerId} ran {day.Run} on {day.Date}.");
            }
        }
        var dates = usage.ToDictionary(day => day.UsageId, day => day.Date);
        foreach (var run in runs.Where(run => run.UsageId is not null))
        {
            if (dates[run.UsageId!] != expected.DayOf(run.CustomerId, run.CreatedAt))
            {
                broken("I9", $"Run {run.RunId} of {run.CreatedAt} was counted on {dates[run.UsageId!]}.");
            }
        }
        foreach (var customer in usage.ToLookup(day => day.CustomerId))
        {
            var own = runs.Where(run => run.CustomerId == customer.Key).ToList();
            var succeeded = own.Count(run => run.State == RunState.Completed);
            var failed = own.Count(run => run.State == RunState.Failed && run.ErrorType != ErrorType.Cancelled);
            if (customer.Sum(day => day.Succeeded) != succeeded || customer.Sum(day => day.Failed) != failed)
            {
                broken(
                    "I7",
                    $"{customer.Key}: counted {customer.Sum(day => day.Succeeded)} and {customer.Sum(day => day.Failed)}, {succeeded} succeeded and {failed} failed."
                );
            }
        }
        foreach (var run in runs.Where(run => run is { State: RunState.Skipped, RetryAttempt: 0, Reason: null }))
        {
            broken("I9", $"Run {run.RunId} was skipped without a reason.");
        }
    }

    private static bool WasGivenBack(RunRow run, ILookup<string, MoveRow> moves) =>
        run.State == RunState.Skipped && !moves[run.RunId].Any(move => move.To == RunState.Running);

    private static bool IsEarlierInMonth(UsageRow other, UsageRow day) =>
        other.Date[..7] == day.Date[..7] && string.CompareOrdinal(other.Date, day.Date) <= 0;

    private int MostAtOnce(string customerId) =>
        expected.MostOf(customerId, plan => plan.MaxConcurrentPipelines) ?? int.MaxValue;
}
