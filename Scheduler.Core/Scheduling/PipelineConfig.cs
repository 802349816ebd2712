using System.Text.Json;
using NodaTime;
using Scheduler.Core.Time;

namespace Scheduler.Core.Scheduling;

/// <summary>A customer's pipeline as it is stored.</summary>
public sealed record PipelineConfig
{
    public required string ConfigId { get; init; }
    public required string CustomerId { get; init; }
    public required string Provider { get; init; }
    public required string Domain { get; init; }
    public required string PipelineTemplate { get; init; }
    public required string PipelineName { get; init; }
    public required bool IsActive { get; init; }
    public required ScheduleType ScheduleType { get; init; }
    public required string ScheduleCron { get; init; }
    public required string Timezone { get; init; }
    public Instant? NextRunTime { get; init; }
    public Instant? LastRunTime { get; init; }
    public string? LastRunStatus { get; init; }
    public required int Priority { get; init; }
    public string? CredentialId { get; init; }
    public JsonElement? Parameters { get; init; }
    public JsonElement? RetryConfig { get; init; }
    public required MisfirePolicy MisfirePolicy { get; init; }
    public required OverlapPolicy OverlapPolicy { get; init; }
    public required DstPolicy DstPolicy { get; init; }
    public required int SpreadSeconds { get; init; }
    public Instant? PausedUntil { get; init; }
    public string? PausedBy { get; init; }
    public string? PauseReason { get; init; }
    public int ConsecutiveFailures { get; init; }
    public IReadOnlyList<string> NotificationEmails { get; init; } = [];
    public Instant CreatedAt { get; init; }
    public Instant UpdatedAt { get; init; }
    public string CreatedBy { get; init; } = "";
    public string? Description { get; init; }
}
