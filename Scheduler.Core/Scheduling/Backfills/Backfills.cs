using System.Text.Json;
using NodaTime;
using Scheduler.Core.Audit;
using Scheduler.Core.Contracts;
using Scheduler.Core.Identifiers;
using Scheduler.Core.Queue;
using Scheduler.Core.Runs;
using Scheduler.Core.Storage;
using Scheduler.Core.Time;

namespace Scheduler.Core.Scheduling.Backfills;

/// <summary>
/// Runs of the past that a customer asks for as one thing: made, looked at, paused, resumed, cancelled. <see cref="BackfillFeed"/> makes
/// the runs.
/// </summary>
public sealed class Backfills(
    BackfillStore backfills,
    PipelineConfigStore configs,
    QueueStore queue,
    AuditStore audit,
    QueueSignal signal,
    OperationClock clock,
    IIdSource ids
)
{
    /// <summary>The most occurrences of a range.</summary>
    public const int MostOccurrences = 20_000;

    private const int Shown = 10;
    private const int Page = 500;

    /// <summary>Makes a backfill, or only says what it would be.</summary>
    /// <param name="to">Not later than now.</param>
    /// <param name="isDryRun">Writes nothing.</param>
    public async Task<BackfillResult> StartAsync(
        string customerId,
        string configId,
        BackfillMode mode,
        Instant from,
        Instant to,
        int maxConcurrent,
        bool isDryRun,
        Actor actor,
        CancellationToken cancellationToken
    )
    {
        var now = await clock.ReadAsync(cancellationToken);
        if (
            await configs.GetAsync(customerId, configId, cancellationToken) is not { } config
            || Schedule.Create(config.ScheduleCron, config.Timezone, config.DstPolicy)
                is not ScheduleResult.Valid
                (var schedule)
        )
        {
            return new BackfillResult.NotThere();
        }
        var range = BackfillRange.Occurrences(schedule, from, to, MostOccurrences + 1).ToList();
        if (range.Count > MostOccurrences)
        {
            return new BackfillResult.TooMany(MostOccurrences, range[^1].ScheduledTime);
        }
        var wanted = await ChooseAsync(customerId, configId, mode, range, cancellationToken);
        if (wanted.Count == 0)
        {
            return new BackfillResult.Nothing();
        }
        var plan = new Backfill
        {
            BackfillId = ids.NewId(now),
            CustomerId = customerId,
            ConfigId = configId,
            Mode = mode,
            From = from.ToMicroseconds(),
            To = to.ToMicroseconds(),
            MaxConcurrent = maxConcurrent,
            Occurrences = wanted.Count,
            State = BackfillState.Running,
            NextTime = from.ToMicroseconds(),
            WaitsFor = null,
            Version = 0,
            CreatedAt = now,
            CreatedBy = actor.KeyId,
            UpdatedAt = now,
            EndedAt = null,
        };
        if (isDryRun)
        {
            return new BackfillResult.Planned(plan, [.. wanted.Take(Shown)]);
        }
        await RecordAsync(plan, "backfill.start", actor, now, cancellationToken);
        if (await backfills.StartAsync(plan, cancellationToken) is not { } open)
        {
            return new BackfillResult.NotThere();
        }
        if (open.BackfillId != plan.BackfillId)
        {
            return new BackfillResult.OpenAlready(open);
        }
        signal.Raise();
        return new BackfillResult.Done(open);
    }

    /// <summary>Null when the customer has no such backfill.</summary>
    public async Task<(Backfill Backfill, BackfillProgress Progress)?> FindAsync(
        string customerId,
        string backfillId,
        CancellationToken cancellationToken
    ) =>
        await backfills.GetAsync(customerId, backfillId, cancellationToken) is { } backfill
            ? (backfill, await backfills.ProgressAsync(backfill, Lane.Backfill(backfill.BackfillId), cancellationToken))
            : null;

    /// <summary>No new runs for now; what is queued goes on.</summary>
    public Task<BackfillResult> PauseAsync(
        string customerId,
        string backfillId,
        Actor actor,
        CancellationToken cancellationToken
    ) => ChangeAsync(customerId, backfillId, BackfillState.Paused, "backfill.pause", actor, cancellationToken);

    /// <summary>Lets a paused one go on.</summary>
    public Task<BackfillResult> ResumeAsync(
        string customerId,
        string backfillId,
        Actor actor,
        CancellationToken cancellationToken
    ) => ChangeAsync(customerId, backfillId, BackfillState.Running, "backfill.resume", actor, cancellationToken);

    /// <summary>Ends it: runs that have not started are skipped, those that run go on to their end.</summary>
    public async Task<BackfillResult> CancelAsync(
        string customerId,
        string backfillId,
        Actor actor,
        CancellationToken cancellationToken
    )
    {
        var result = await ChangeAsync(
            customerId,
            backfillId,
            BackfillState.Cancelled,
            "backfill.cancel",
            actor,
            cancellationToken
        );
        if (result is BackfillResult.Done(var backfill))
        {
            await EndWaitingAsync(backfill, actor.KeyId, backfill.UpdatedAt, cancellationToken);
        }
        return result;
    }

    /// <summary>Skips the runs of a cancelled one that have not started.</summary>
    internal async Task EndWaitingAsync(
        Backfill backfill,
        string actor,
        Instant now,
        CancellationToken cancellationToken
    )
    {
        var lane = Lane.Backfill(backfill.BackfillId);
        var open = await backfills.ListOpenAsync(
            backfill.ConfigId,
            StartBackfillRequest.MostConcurrent * 2,
            cancellationToken
        );
        var waiting = open.Where(run => run.Lane == lane && (run.State is RunState.Scheduled or RunState.Pending))
            .Select(run => new WaitingRun(run.RunId, SkipReason.Cancelled, "Its backfill was cancelled."))
            .ToList();
        if (waiting.Count > 0)
        {
            await queue.SkipWaitingAsync(waiting, actor, now, cancellationToken);
        }
    }

    private async Task<BackfillResult> ChangeAsync(
        string customerId,
        string backfillId,
        BackfillState state,
        string action,
        Actor actor,
        CancellationToken cancellationToken
    )
    {
        var now = await clock.ReadAsync(cancellationToken);
        if (await backfills.GetAsync(customerId, backfillId, cancellationToken) is not { } before)
        {
            return new BackfillResult.NotThere();
        }
        if (before.State is BackfillState.Completed or BackfillState.Cancelled)
        {
            return before.State == state ? new BackfillResult.Done(before) : new BackfillResult.EndedAlready(before);
        }
        await RecordAsync(before, action, actor, now, cancellationToken);
        var after = await backfills.SetStateAsync(customerId, backfillId, state, now, cancellationToken);
        signal.Raise();
        return after is null ? new BackfillResult.NotThere()
            : after.State == state ? new BackfillResult.Done(after)
            : new BackfillResult.EndedAlready(after);
    }

    private async Task<List<BackfillOccurrence>> ChooseAsync(
        string customerId,
        string configId,
        BackfillMode mode,
        List<BackfillOccurrence> range,
        CancellationToken cancellationToken
    )
    {
        var wanted = new List<BackfillOccurrence>();
        foreach (var page in range.Chunk(Page))
        {
            wanted.AddRange(await backfills.WantedAsync(customerId, configId, mode, page, cancellationToken));
        }
        return wanted;
    }

    private Task RecordAsync(
        Backfill backfill,
        string action,
        Actor actor,
        Instant now,
        CancellationToken cancellationToken
    ) =>
        audit.RecordAsync(
            backfill.CustomerId,
            new AuditStamp(ids.NewId(now), actor),
            action,
            backfill.ConfigId,
            JsonSerializer.Serialize(
                new
                {
                    backfill_id = backfill.BackfillId,
                    from = backfill.From.ToString(),
                    to = backfill.To.ToString(),
                    occurrences = backfill.Occurrences,
                }
            ),
            now,
            cancellationToken
        );
}
