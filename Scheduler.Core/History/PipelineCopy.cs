using NodaTime;
using Scheduler.Core.Storage;

namespace Scheduler.Core.History;

/// <summary>A pipeline as it stands, column by column; lists and documents as their JSON text.</summary>
internal sealed record PipelineCopy
{
    public required string ConfigId { get; init; }
    public required string CustomerId { get; init; }
    public required string Provider { get; init; }
    public required string Domain { get; init; }
    public required string PipelineTemplate { get; init; }
    public required string PipelineName { get; init; }
    public required bool IsActive { get; init; }
    public required string ScheduleType { get; init; }
    public required string ScheduleCron { get; init; }
    public required string Timezone { get; init; }
    public required Instant? NextRunTime { get; init; }
    public required Instant? LastRunTime { get; init; }
    public required string? LastRunStatus { get; init; }
    public required long Priority { get; init; }
    public required string? CredentialId { get; init; }
    public required string? Parameters { get; init; }
    public required string? RetryConfig { get; init; }
    public required string MisfirePolicy { get; init; }
    public required string OverlapPolicy { get; init; }
    public required string DstPolicy { get; init; }
    public required long SpreadSeconds { get; init; }
    public required Instant? PausedUntil { get; init; }
    public required string? PausedBy { get; init; }
    public required string? PauseReason { get; init; }
    public required long ConsecutiveFailures { get; init; }
    public required string? NotificationEmails { get; init; }
    public required Instant CreatedAt { get; init; }
    public required Instant UpdatedAt { get; init; }
    public required string CreatedBy { get; init; }
    public required string? Description { get; init; }

    /// <summary>Reads the current row.</summary>
    public static PipelineCopy From(SqlRow row) =>
        new()
        {
            ConfigId = row.Text("config_id"),
            CustomerId = row.Text("customer_id"),
            Provider = row.Text("provider"),
            Domain = row.Text("domain"),
            PipelineTemplate = row.Text("pipeline_template"),
            PipelineName = row.Text("pipeline_name"),
            IsActive = row.Bool("is_active"),
            ScheduleType = row.Text("schedule_type"),
            ScheduleCron = row.Text("schedule_cron"),
            Timezone = row.Text("timezone"),
            NextRunTime = row.AtOrNull("next_run_time"),
            LastRunTime = row.AtOrNull("last_run_time"),
            LastRunStatus = row.TextOrNull("last_run_status"),
            Priority = row.Int64("priority"),
            CredentialId = row.TextOrNull("credential_id"),
            Parameters = row.TextOrNull("parameters"),
            RetryConfig = row.TextOrNull("retry_config"),
            MisfirePolicy = row.Text("misfire_policy"),
            OverlapPolicy = row.Text("overlap_policy"),
            DstPolicy = row.Text("dst_policy"),
            SpreadSeconds = row.Int64("spread_seconds"),
            PausedUntil = row.AtOrNull("paused_until"),
            PausedBy = row.TextOrNull("paused_by"),
            PauseReason = row.TextOrNull("pause_reason"),
            ConsecutiveFailures = row.Int64("consecutive_failures"),
            NotificationEmails = row.TextOrNull("notification_emails"),
            CreatedAt = row.At("created_at"),
            UpdatedAt = row.At("updated_at"),
            CreatedBy = row.Text("created_by"),
            Description = row.TextOrNull("description"),
        };
}
