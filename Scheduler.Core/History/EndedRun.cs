using NodaTime;
using Scheduler.Core.Storage;

namespace Scheduler.Core.History;

/// <summary>A run that has ended, column by column: words, lists and documents as the text that both stores know.</summary>
internal sealed record EndedRun
{
    public required string RunId { get; init; }
    public required string ConfigId { get; init; }
    public required string CustomerId { get; init; }
    public required string PipelineTemplate { get; init; }
    public required Instant ScheduledTime { get; init; }
    public required Instant DataIntervalStart { get; init; }
    public required Instant DataIntervalEnd { get; init; }
    public required Instant? ActualStartTime { get; init; }
    public required Instant? ActualEndTime { get; init; }
    public required string State { get; init; }
    public required string? Reason { get; init; }
    public required string? PipelineLoggingId { get; init; }
    public required long? ExecutionDurationSeconds { get; init; }
    public required string? ErrorMessage { get; init; }
    public required string? ErrorType { get; init; }
    public required long RetryAttempt { get; init; }
    public required string? ParentRunId { get; init; }
    public required string TriggeredBy { get; init; }
    public required string Lane { get; init; }
    public required string IdempotencyKey { get; init; }
    public required long Priority { get; init; }
    public required string? Parameters { get; init; }
    public required string? WorkerId { get; init; }
    public required Instant CreatedAt { get; init; }
    public required Instant UpdatedAt { get; init; }
    public required string? UsageId { get; init; }

    /// <summary>Reads the current row.</summary>
    public static EndedRun From(SqlRow row) =>
        new()
        {
            RunId = row.Text("run_id"),
            ConfigId = row.Text("config_id"),
            CustomerId = row.Text("customer_id"),
            PipelineTemplate = row.Text("pipeline_template"),
            ScheduledTime = row.At("scheduled_time"),
            DataIntervalStart = row.At("data_interval_start"),
            DataIntervalEnd = row.At("data_interval_end"),
            ActualStartTime = row.AtOrNull("actual_start_time"),
            ActualEndTime = row.AtOrNull("actual_end_time"),
            State = row.Text("state"),
            Reason = row.TextOrNull("reason"),
            PipelineLoggingId = row.TextOrNull("pipeline_logging_id"),
            ExecutionDurationSeconds = row.Int64OrNull("execution_duration_seconds"),
            ErrorMessage = row.TextOrNull("error_message"),
            ErrorType = row.TextOrNull("error_type"),
            RetryAttempt = row.Int64("retry_attempt"),
            ParentRunId = row.TextOrNull("parent_run_id"),
            TriggeredBy = row.Text("triggered_by"),
            Lane = row.Text("lane"),
            IdempotencyKey = row.Text("idempotency_key"),
            Priority = row.Int64("priority"),
            Parameters = row.TextOrNull("parameters"),
            WorkerId = row.TextOrNull("worker_id"),
            CreatedAt = row.At("created_at"),
            UpdatedAt = row.At("updated_at"),
            UsageId = row.TextOrNull("usage_id"),
        };
}
