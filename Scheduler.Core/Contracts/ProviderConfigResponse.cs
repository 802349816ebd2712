using System.Text.Json;
using NodaTime;

namespace Scheduler.Core.Contracts;

/// <summary>A provider configuration as its customer sees it.</summary>
public sealed record ProviderConfigResponse
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

    /// <summary>Masked; null when none is set.</summary>
    public string? SlackWebhookUrl { get; init; }
    public required bool NotificationEnabled { get; init; }
    public IReadOnlyDictionary<string, JsonElement>? DefaultParameters { get; init; }
    public IReadOnlyDictionary<string, JsonElement>? PipelineTemplateOverrides { get; init; }
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
