using NodaTime;
using Scheduler.Core.Status;

namespace Scheduler.Core.Storage;

/// <summary>What operators look at first.</summary>
public sealed class StatusStore(ISqlEngine engine, OperationClock clock)
{
    public async Task<StatusSnapshot> GetAsync(CancellationToken cancellationToken) =>
        await engine.SingleAsync(
            new("status", "get"),
            new SqlArguments().With("now", clock.ForScript),
            row => new StatusSnapshot
            {
                Now = row.At("now"),
                TotalActivePipelines = row.Int64("total_active_pipelines"),
                PipelinesDueNow = row.Int64("pipelines_due_now"),
                PipelinesQueued = row.Int64("pipelines_queued"),
                PipelinesRunning = row.Int64("pipelines_running"),
                PipelinesCompletedToday = row.Int64("pipelines_completed_today"),
                PipelinesFailedToday = row.Int64("pipelines_failed_today"),
                QueueLength = row.Int64("queue_length"),
                OldestQueuedSeconds = row.DoubleOrNull("oldest_queued_seconds"),
                AvgExecutionTimeSeconds = row.DoubleOrNull("avg_execution_time_seconds"),
                LatenessP50Seconds = row.DoubleOrNull("lateness_p50_seconds"),
                LatenessP95Seconds = row.DoubleOrNull("lateness_p95_seconds"),
                LatenessP99Seconds = row.DoubleOrNull("lateness_p99_seconds"),
                OldestRunningSince = row.AtOrNull("oldest_running_since"),
                FinishedLastHour = row.Int64("finished_last_hour"),
                FailedLastHour = row.Int64("failed_last_hour"),
            },
            cancellationToken
        );

    /// <summary>Resolves the quota alerts of days that are over or have room again; returns how many.</summary>
    public async Task<long> ResolvePastQuotasAsync(Instant now, CancellationToken cancellationToken) =>
        await engine.SingleAsync(
            new("status", "resolve_past_quotas"),
            new SqlArguments().With("now", now),
            row => row.Int64("resolved"),
            cancellationToken
        );
}
