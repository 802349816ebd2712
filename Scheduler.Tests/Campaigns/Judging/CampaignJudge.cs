using NodaTime;
using Scheduler.Core.Runs;
using Scheduler.Core.Storage;
using Scheduler.Tests.Simulation.Judging;

namespace Scheduler.Tests.Campaigns.Judging;

/// <summary>
/// Holds a campaign against the promises of docs/reliability.md, from the rows of the database, the journals of the processes and what was
/// acknowledged to the tests' own client. What a simulated history is held against too is left to its judge.
/// </summary>
internal sealed class CampaignJudge(Site site, Load load, Action<string, string> broken)
{
    private static readonly Duration Lease = Duration.FromSeconds(Site.LeaseSeconds);

    /// <summary>Clocks of one machine, read by different processes that wait for their turn on few cores.</summary>
    private static readonly Duration Slack = Duration.FromSeconds(1.5);

    /// <param name="lastPass">By when the last trigger decided.</param>
    /// <param name="mayOverlap">See <see cref="CampaignFault.MayOverlap"/>.</param>
    /// <param name="isJournalWhole">See <see cref="CampaignFault.IsJournalWhole"/>; else a result without a note of it is believed.</param>
    public async Task<DatabaseView> JudgeAsync(Instant lastPass, bool mayOverlap, bool isJournalWhole)
    {
        var view = await DatabaseView.ReadAsync(site.Database);
        var executions = Journals.Read(site.JournalFolder, broken);
        if (!isJournalWhole)
        {
            executions = WithResults(executions, view.Moves());
        }
        var judge = new Judge(
            () => lastPass,
            view,
            load.Expected,
            run => [.. executions[run]],
            () => load.Completed.Select(end => (end.RunId, end.Epoch, RunState.Completed)),
            broken
        );
        judge.Check();
        judge.CheckHealed(lastPass);
        var moves = view.Moves();
        var ends = await EndsAsync();
        OnlyLostWorkIsDoneAgain(executions, moves, ends);
        if (!mayOverlap)
        {
            ExecutionsStandAlone(executions);
        }
        LeasesStayWithinTheLimit(view.Runs(), moves);
        AcknowledgedIsThere(view);
        await SecretsStayAsync();
        NobodyCrashed();
        return view;
    }

    private static ILookup<string, ExecutionNote> WithResults(
        ILookup<string, ExecutionNote> executions,
        IReadOnlyList<MoveRow> moves
    )
    {
        var known = executions.SelectMany(run => run).ToList();
        var noted = known.Select(execution => (execution.RunId, execution.Epoch)).ToHashSet();
        return known
            .Concat(
                moves
                    .Where(move => move.To == RunState.Completed && !noted.Contains((move.RunId, move.LeaseEpoch)))
                    .Select(move => new ExecutionNote(move.RunId, move.LeaseEpoch, move.At)
                    {
                        Ended = move.At,
                        Succeeded = true,
                    })
            )
            .ToLookup(execution => execution.RunId);
    }

    private Task<List<LeaseEnd>> EndsAsync() =>
        site.Database.QueryAsync(
            """
            select run_id, lease_epoch, at, to_state, note from scheduler_run_transitions
            where from_state = 'RUNNING' order by transition_id
            """,
            row => new LeaseEnd(
                (string)row["run_id"]!,
                (long)row["lease_epoch"]!,
                Microseconds.FromMicroseconds((long)row["at"]!),
                (string)row["to_state"]!,
                (string?)row["note"]
            )
        );

    /// <summary>I2: a lease is not called lost before its time, and what was done is not handed back.</summary>
    private void OnlyLostWorkIsDoneAgain(
        ILookup<string, ExecutionNote> executions,
        IReadOnlyList<MoveRow> moves,
        List<LeaseEnd> ends
    )
    {
        var claims = moves
            .Where(move => move.To == RunState.Running)
            .ToLookup(move => (move.RunId, move.LeaseEpoch), move => move.At);
        foreach (var end in ends.Where(end => end.Note == LeaseEnd.Lost))
        {
            if (end.At < claims[(end.RunId, end.Epoch)].First() + Lease)
            {
                broken("I2", $"Run {end.RunId} lost lease {end.Epoch} at {end.At}, before it could run out.");
            }
        }
        foreach (var end in ends.Where(end => end.To == "PENDING" && end.Note != LeaseEnd.Lost))
        {
            if (executions[end.RunId].Any(execution => execution.Epoch == end.Epoch && execution.Succeeded == true))
            {
                broken("I2", $"Run {end.RunId} was done under lease {end.Epoch}, and handed back.");
            }
        }
    }

    /// <summary>I2: a run is not executed while another execution of it has not ended.</summary>
    private void ExecutionsStandAlone(ILookup<string, ExecutionNote> executions)
    {
        foreach (var run in executions)
        {
            foreach (var (before, next) in run.Zip(run.Skip(1)))
            {
                if (before is { IsDeaf: false, Ended: { } ended } && next.Began < ended - Slack)
                {
                    broken(
                        "I2",
                        $"Run {run.Key} began under lease {next.Epoch} at {next.Began}; that under {before.Epoch} ended at {ended}."
                    );
                }
            }
        }
    }

    /// <summary>
    /// I8, in the order in which the moves were written: at a claim, what was claimed less than a lease ago and has not ended is certainly
    /// live.
    /// </summary>
    private void LeasesStayWithinTheLimit(IReadOnlyList<RunRow> runs, IReadOnlyList<MoveRow> moves)
    {
        var customers = runs.ToDictionary(run => run.RunId, run => run.CustomerId);
        var live = new Dictionary<string, Dictionary<string, Instant>>(StringComparer.Ordinal);
        foreach (var move in moves)
        {
            var customer = customers[move.RunId];
            var own = live.TryGetValue(customer, out var known) ? known : live[customer] = [];
            if (move.To != RunState.Running)
            {
                own.Remove(move.RunId);
                continue;
            }
            own[move.RunId] = move.At;
            var certain = own.Values.Count(at => at + Lease > move.At);
            if (certain > MostAtOnce(customer))
            {
                broken("I8", $"{customer} had {certain} live leases at {move.At}, {MostAtOnce(customer)} are allowed.");
            }
        }
    }

    private int MostAtOnce(string customer) =>
        load.Expected.MostOf(customer, plan => plan.MaxConcurrentPipelines) ?? int.MaxValue;

    /// <summary>I14: what was answered with success is there.</summary>
    private void AcknowledgedIsThere(DatabaseView view)
    {
        var configs = view.Configs().Select(config => config.ConfigId).ToHashSet();
        foreach (var lost in load.Configured.Where(config => !configs.Contains(config)))
        {
            broken("I14", $"Pipeline {lost} was acknowledged and is not there.");
        }
        var moves = view.Moves().Select(move => (move.RunId, move.LeaseEpoch, move.To)).ToHashSet();
        foreach (
            var (run, epoch) in load.Leased.Where(lease =>
                !moves.Contains((lease.RunId, lease.Epoch, RunState.Running))
            )
        )
        {
            broken("I14", $"Lease {epoch} of run {run} was given out and is not there.");
        }
        var first = view.Runs().Count(run => run is { RetryAttempt: 0, Lane: "schedule" });
        if (first < load.Triggered)
        {
            broken("I14", $"Triggers have acknowledged {load.Triggered} runs, {first} are there.");
        }
    }

    /// <summary>I13.</summary>
    private async Task SecretsStayAsync()
    {
        var dump = await site.Database.DumpAsync();
        var journals = string.Concat(Directory.EnumerateFiles(site.JournalFolder).Select(File.ReadAllText));
        foreach (var secret in load.Secrets)
        {
            var shown = secret[..Math.Min(12, secret.Length)];
            if (dump.Contains(secret, StringComparison.Ordinal))
            {
                broken("I13", $"The database holds a secret in the clear ({shown}…).");
            }
            if (journals.Contains(secret, StringComparison.Ordinal))
            {
                broken("I13", $"A journal holds a secret ({shown}…).");
            }
            foreach (var slot in site.Slots)
            {
                if (slot.Processes.Any(process => process.Output.Contains(secret, StringComparison.Ordinal)))
                {
                    broken("I13", $"{slot.Name} has said a secret ({shown}…).");
                }
            }
        }
    }

    private void NobodyCrashed()
    {
        const int Aborted = 128 + 6;
        foreach (var slot in site.Slots)
        {
            if (slot.ExitCodes.Contains(Aborted))
            {
                broken("I3", $"{slot.Name} ended on an exception that nobody caught.");
            }
        }
    }
}
