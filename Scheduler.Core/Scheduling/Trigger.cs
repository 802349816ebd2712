using System.Diagnostics;
using Microsoft.Extensions.Logging;
using NodaTime;
using Scheduler.Core.Contracts;
using Scheduler.Core.Failpoints;
using Scheduler.Core.Identifiers;
using Scheduler.Core.Queue;
using Scheduler.Core.Storage;
using Scheduler.Core.Telemetry;

namespace Scheduler.Core.Scheduling;

/// <summary>
/// Finds what is due and queues it, a batch per transaction, of at most so many pipelines and about as many runs. Safe to call twice, at once, late, or again after a crash: a
/// pipeline moves on only from the next_run_time that was planned from, together with its run.
/// </summary>
public sealed partial class Trigger(
    ScheduleStore schedules,
    OperationClock clock,
    IIdSource ids,
    TriggerOptions options,
    QueueSignal signal,
    TimeProvider time,
    IFailpoints failpoints,
    ILogger<Trigger> logger
)
{
    private const int MostSetAsideListed = 100;

    /// <summary>Works until nothing is due any more or the time is up. Every batch is decided by one and the same now.</summary>
    public async Task<TriggerResponse> RunAsync(TriggerRequest request, CancellationToken cancellationToken)
    {
        using var call = RunSpans.Trigger();
        var started = time.GetTimestamp();
        var now = await clock.ReadAsync(cancellationToken);
        var planner = new BatchPlanner(ids, options);
        var tally = new TriggerTally();
        (Instant NextRunTime, string ConfigId)? after = null;
        bool hasMore;
        do
        {
            var due = await schedules.ListDueAsync(now, after, request.BatchSize, cancellationToken);
            hasMore = due.Count == request.BatchSize;
            if (due.Count == 0)
            {
                break;
            }
            after = (due[^1].Expected, due[^1].Schedule.ConfigId);
            var planned = 0;
            do
            {
                var batch = planner.Plan(due.Skip(planned), now, request.BatchSize);
                await WriteAsync(batch, due, now, tally, call?.Context, cancellationToken);
                planned += batch.Pipelines.Count;
                if (planned < due.Count || hasMore)
                {
                    await failpoints.ReachedAsync(Failpoint.TriggerBetweenBatches, cancellationToken);
                }
            } while (planned < due.Count && HasTime());
            hasMore |= planned < due.Count;
        } while (hasMore && HasTime());

        bool HasTime() => time.GetElapsedTime(started).TotalSeconds < request.MaxProcessingTimeSeconds;

        if (tally.Queued == 0 && schedules.ReadsAreCharged)
        {
            // Those who look at nothing while they know of nothing take this call for the sign to look once.
            signal.Hear();
        }
        call?.SetTag("scheduler.queued", tally.Queued);
        call?.SetTag("scheduler.skipped", tally.Skipped);
        var elapsed = time.GetElapsedTime(started);
        if (tally.Queued + tally.Skipped > 0)
        {
            LogTriggered(tally.Queued, tally.Skipped, tally.Batches, elapsed.TotalSeconds);
        }
        return tally.ToResponse(
            await schedules.NextTriggerTimeAsync(now, cancellationToken),
            hasMore,
            (long)elapsed.TotalMilliseconds
        );
    }

    private async Task WriteAsync(
        PlannedBatch batch,
        IReadOnlyList<DuePipeline> due,
        Instant now,
        TriggerTally tally,
        ActivityContext? call,
        CancellationToken cancellationToken
    )
    {
        var from = time.GetUtcNow();
        var outcome = await schedules.PlanBatchAsync(batch.Pipelines, batch.Runs, now, cancellationToken);
        RunInstruments.CountSkips(outcome.SkippedByReason);
        if (outcome.Won > 0 && RunSpans.AreHeard)
        {
            var customers = due.ToDictionary(pipeline => pipeline.Schedule.ConfigId, pipeline => pipeline.CustomerId);
            RunSpans.Scheduled(batch.Runs, run => customers[run.ConfigId], call, from, time.GetUtcNow());
        }
        tally.Add(batch, outcome, MostSetAsideListed);
        foreach (var (pipeline, reason) in batch.SetAside)
        {
            LogSetAside(pipeline.Schedule.ConfigId, pipeline.CustomerId, reason);
        }
        if (outcome.Queued > 0)
        {
            signal.Raise();
        }
    }

    [LoggerMessage(
        1001,
        LogLevel.Information,
        "Triggered: {Queued} queued, {Skipped} skipped, in {Batches} batches and {Seconds:F1} s."
    )]
    private partial void LogTriggered(int queued, int skipped, int batches, double seconds);

    [LoggerMessage(1002, LogLevel.Warning, "Pipeline {ConfigId} of {CustomerId} was set aside: {Reason}")]
    private partial void LogSetAside(string configId, string customerId, string reason);
}
