using System.Text.Json;
using NodaTime;

namespace Scheduler.Core.ProviderConfigs;

/// <summary>A customer's defaults for a provider and domain, as stored; of its Slack webhook only that there is one.</summary>
public sealed record ProviderConfig
{
    public required string ConfigId { get; init; }
    public required string CustomerId { get; init; }
    public required string Provider { get; init; }
    public required string Domain { get; init; }
    public required string ConfigName { get; init; }
    public string? SourceProjectId { get; init; }
    public string? SourceDataset { get; init; }
    public string? SourceTable { get; init; }
    public required IReadOnlyList<string> NotificationEmails { get; init; }
    public required bool HasSlackWebhook { get; init; }
    public required bool NotificationEnabled { get; init; }
    public JsonElement? DefaultParameters { get; init; }
    public JsonElement? PipelineTemplateOverrides { get; init; }
    public required bool ScheduleEnabled { get; init; }
    public string? ScheduleCron { get; init; }
    public string? ScheduleTimezone { get; init; }
    public required int RetentionDays { get; init; }
    public required bool IsActive { get; init; }
    public Instant? LastRunAt { get; init; }
    public Instant? LastSuccessAt { get; init; }
    public Instant? LastFailureAt { get; init; }
    public required int ConsecutiveFailures { get; init; }
    public required Instant CreatedAt { get; init; }
    public required Instant UpdatedAt { get; init; }
    public required string CreatedBy { get; init; }
    public string? UpdatedBy { get; init; }
    public required IReadOnlyList<string> Tags { get; init; }
    public string? Description { get; init; }
}
