using NodaTime;
using Scheduler.Core.Storage;

namespace Scheduler.Core.History;

/// <summary>A day of a customer, column by column.</summary>
internal sealed record UsageDayCopy
{
    public required string UsageId { get; init; }
    public required string CustomerId { get; init; }
    public required string UsageDate { get; init; }
    public required long PipelinesRunToday { get; init; }
    public required long PipelinesFailedToday { get; init; }
    public required long PipelinesSucceededToday { get; init; }
    public required long PipelinesCancelledToday { get; init; }
    public required long PipelinesRunMonth { get; init; }
    public required long ConcurrentPipelinesRunning { get; init; }
    public required long MaxConcurrentReached { get; init; }
    public required long? DailyLimit { get; init; }
    public required long? MonthlyLimit { get; init; }
    public required long? ConcurrentLimit { get; init; }
    public required bool QuotaExceeded { get; init; }
    public required bool QuotaWarningSent { get; init; }
    public required Instant? QuotaExceededAt { get; init; }
    public required long TotalApiCallsToday { get; init; }
    public required string? TotalStorageUsedGb { get; init; }
    public required Instant CreatedAt { get; init; }
    public required Instant LastUpdated { get; init; }
    public required Instant? LastPipelineStartedAt { get; init; }
    public required Instant? LastPipelineCompletedAt { get; init; }

    /// <summary>Reads the current row.</summary>
    public static UsageDayCopy From(SqlRow row) =>
        new()
        {
            UsageId = row.Text("usage_id"),
            CustomerId = row.Text("customer_id"),
            UsageDate = row.Text("usage_date"),
            PipelinesRunToday = row.Int64("pipelines_run_today"),
            PipelinesFailedToday = row.Int64("pipelines_failed_today"),
            PipelinesSucceededToday = row.Int64("pipelines_succeeded_today"),
            PipelinesCancelledToday = row.Int64("pipelines_cancelled_today"),
            PipelinesRunMonth = row.Int64("pipelines_run_month"),
            ConcurrentPipelinesRunning = row.Int64("concurrent_pipelines_running"),
            MaxConcurrentReached = row.Int64("max_concurrent_reached"),
            DailyLimit = row.Int64OrNull("daily_limit"),
            MonthlyLimit = row.Int64OrNull("monthly_limit"),
            ConcurrentLimit = row.Int64OrNull("concurrent_limit"),
            QuotaExceeded = row.Bool("quota_exceeded"),
            QuotaWarningSent = row.Bool("quota_warning_sent"),
            QuotaExceededAt = row.AtOrNull("quota_exceeded_at"),
            TotalApiCallsToday = row.Int64("total_api_calls_today"),
            TotalStorageUsedGb = row.TextOrNull("total_storage_used_gb"),
            CreatedAt = row.At("created_at"),
            LastUpdated = row.At("last_updated"),
            LastPipelineStartedAt = row.AtOrNull("last_pipeline_started_at"),
            LastPipelineCompletedAt = row.AtOrNull("last_pipeline_completed_at"),
        };
}
