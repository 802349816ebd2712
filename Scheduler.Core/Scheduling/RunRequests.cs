using System.Text.Json;
using NodaTime;
using Scheduler.Core.Audit;
using Scheduler.Core.Customers;
using Scheduler.Core.Identifiers;
using Scheduler.Core.Queue;
using Scheduler.Core.Runs;
using Scheduler.Core.Storage;
using Scheduler.Core.Telemetry;
using Scheduler.Core.Time;
using Scheduler.Core.Usage;

namespace Scheduler.Core.Scheduling;

/// <summary>
/// Runs that somebody asks for, beside the schedule, which they leave as it is. They count like any other run; where one of the
/// schedule would be skipped, they are refused.
/// </summary>
public sealed class RunRequests(
    PipelineConfigStore configs,
    ScheduleStore schedules,
    CustomerStore customers,
    RunStore runs,
    AuditStore audit,
    QueueSignal signal,
    OperationClock clock,
    IIdSource ids
)
{
    /// <summary>Every store knows a key for this long at least.</summary>
    public static readonly Duration KeysAreKnownFor = Duration.FromDays(7);

    /// <summary>The trigger may move the pipeline on between the look at it and the write.</summary>
    private const int Tries = 5;

    /// <summary>
    /// Runs a pipeline now, on the data from the schedule's last occurrence until now. The chain of intervals stays: the next
    /// occurrence covers what it would have covered.
    /// </summary>
    /// <param name="key">The same key asks for the same run, however often; null for a run of its own.</param>
    public async Task<RunRequestResult> RunNowAsync(
        string customerId,
        string configId,
        string? key,
        Actor actor,
        CancellationToken cancellationToken
    )
    {
        var now = await clock.ReadAsync(cancellationToken);
        var lane = Lane.Manual(key ?? ids.NewId(now));
        return await AddAsync(
            customerId,
            configId,
            config => new Request(
                lane,
                // Not by its time, which would be another one at the next call: what was asked for is told by the lane alone.
                IdempotencyKey.Compute(configId, lane, NodaConstants.UnixEpoch, 0),
                KnownSince: now - KeysAreKnownFor,
                ScheduledTime: now,
                IntervalStart: LastOccurrence(config, now) ?? now,
                IntervalEnd: now,
                WaitsBehind: false,
                "pipeline.run_now",
                Target: configId
            ),
            actor,
            now,
            cancellationToken
        );
    }

    /// <summary>
    /// Does a run that has ended again: the same occurrence, the same data. It waits for an open run of its pipeline, whatever the
    /// overlap policy.
    /// </summary>
    /// <param name="key">The same key asks for the same run, however often; null for the next replay of the run.</param>
    public async Task<RunRequestResult> ReplayAsync(
        string customerId,
        string runId,
        string? key,
        Actor actor,
        CancellationToken cancellationToken
    )
    {
        var now = await clock.ReadAsync(cancellationToken);
        if (await runs.GetAsync(customerId, runId, cancellationToken) is not { } run)
        {
            return new RunRequestResult.NoSuchPipeline();
        }
        if (!RunTransitions.IsFinal(run.State))
        {
            return new RunRequestResult.Refused(RunRefusal.NotFinished);
        }
        // Two that ask for the next one at the same moment ask for the same.
        var lane = key is null
            ? Lane.Replay(runId, await runs.CountReplaysAsync(run, cancellationToken) + 1)
            : Lane.Replay(runId, key);
        var request = new Request(
            lane,
            IdempotencyKey.Compute(run.ConfigId, lane, run.ScheduledTime, 0),
            KnownSince: run.ScheduledTime,
            run.ScheduledTime,
            run.DataIntervalStart,
            run.DataIntervalEnd,
            WaitsBehind: true,
            "run.replay",
            Target: runId
        );
        return await AddAsync(customerId, run.ConfigId, _ => request, actor, now, cancellationToken);
    }

    private async Task<RunRequestResult> AddAsync(
        string customerId,
        string configId,
        Func<PipelineConfig, Request> requestFor,
        Actor actor,
        Instant now,
        CancellationToken cancellationToken
    )
    {
        var isRecorded = false;
        for (var tries = 0; tries < Tries; tries++)
        {
            var config = await configs.GetAsync(customerId, configId, cancellationToken);
            var standing = await customers.StandingAsync(customerId, cancellationToken);
            if (config is null || standing is null)
            {
                return new RunRequestResult.NoSuchPipeline();
            }
            var request = requestFor(config);
            if (await FindAsync(request) is { } earlier)
            {
                return new RunRequestResult.AskedBefore(earlier);
            }
            if (Obstacle(config, standing, now) is { } obstacle)
            {
                return new RunRequestResult.Refused(obstacle);
            }
            if (!isRecorded)
            {
                // Before it is done: what changes something never goes unrecorded.
                await RecordAsync(customerId, request, actor, now, cancellationToken);
                isRecorded = true;
            }
            var defaults = await configs.ProviderParametersAsync(
                customerId,
                config.Provider,
                config.Domain,
                cancellationToken
            );
            var planned = Plan(config, standing, request, actor, now) with
            {
                Parameters = MergePatch.Apply(defaults?.GetRawText(), config.Parameters?.GetRawText()),
            };
            var outcome = await schedules.PlanBatchAsync(
                [PlannedPipeline.Unmoved(config, standing)],
                [planned],
                now,
                cancellationToken
            );
            if (outcome.Refused is { } reason)
            {
                return new RunRequestResult.Refused(RefusalOf(reason));
            }
            if (outcome.Won > 0 && await FindAsync(request) is { } found)
            {
                RunSpans.Scheduled(
                    [planned],
                    _ => customerId,
                    call: null,
                    now.ToDateTimeOffset(),
                    now.ToDateTimeOffset()
                );
                if (outcome.Queued > 0)
                {
                    signal.Raise();
                    return new RunRequestResult.Queued(found);
                }
                return new RunRequestResult.AskedBefore(found);
            }
        }
        throw new StorageUnavailableException("The pipeline was moved on by others at every try.");

        Task<Run?> FindAsync(Request request) =>
            runs.FindByKeyAsync(customerId, request.Key, request.KnownSince, cancellationToken);
    }

    /// <summary>Why a pipeline cannot be run now, whatever its quota and its open runs; null where nothing is in the way.</summary>
    internal static RunRefusal? Obstacle(PipelineConfig config, CustomerStanding standing, Instant now) =>
        !config.IsActive || config.NextRunTime is null ? RunRefusal.SwitchedOff
        : standing.RunnableUntil <= now ? RunRefusal.CustomerNotRunnable
        : config.PausedUntil > now ? RunRefusal.Paused
        : null;

    private static RunRefusal RefusalOf(SkipReason reason) =>
        reason switch
        {
            SkipReason.Overlap => RunRefusal.Overlap,
            SkipReason.QuotaDaily => RunRefusal.QuotaDaily,
            SkipReason.QuotaMonthly => RunRefusal.QuotaMonthly,
            _ => throw new ArgumentOutOfRangeException(
                nameof(reason),
                reason,
                "Nothing that is asked for is refused for this."
            ),
        };

    private PlannedRun Plan(PipelineConfig config, CustomerStanding standing, Request request, Actor actor, Instant now)
    {
        var day = UsageDay.Of(config.CustomerId, standing.Timezone, now);
        return new PlannedRun
        {
            ConfigId = config.ConfigId,
            RunId = ids.NewId(now),
            QueueId = ids.NewId(now),
            ScheduledTime = request.ScheduledTime,
            IntervalStart = request.IntervalStart,
            IntervalEnd = request.IntervalEnd,
            VisibleAt = now,
            IdempotencyKey = request.Key,
            UsageId = day.UsageId,
            UsageDate = day.Date,
            Misfire = false,
            Lane = request.Lane,
            TriggeredBy = TriggeredBy.Manual,
            AskedBy = actor.KeyId,
            WaitsBehind = request.WaitsBehind,
        };
    }

    private static Instant? LastOccurrence(PipelineConfig config, Instant now) =>
        Schedule.Create(config.ScheduleCron, config.Timezone, config.DstPolicy) is ScheduleResult.Valid(var schedule)
            ? OccurrenceCalculator.Previous(schedule, now)
            : null;

    private Task RecordAsync(
        string customerId,
        Request request,
        Actor actor,
        Instant now,
        CancellationToken cancellationToken
    ) =>
        audit.RecordAsync(
            customerId,
            new AuditStamp(ids.NewId(now), actor),
            request.Action,
            request.Target,
            JsonSerializer.Serialize(new { lane = request.Lane }),
            now,
            cancellationToken
        );

    /// <param name="Key">What makes it the same as another.</param>
    /// <param name="KnownSince">No run with that key is scheduled before.</param>
    /// <param name="Action">For the trail, like the target.</param>
    private sealed record Request(
        string Lane,
        string Key,
        Instant KnownSince,
        Instant ScheduledTime,
        Instant IntervalStart,
        Instant IntervalEnd,
        bool WaitsBehind,
        string Action,
        string Target
    );
}
