using System.Text.Json;
using NodaTime;
using Scheduler.Core.Retry;
using Scheduler.Core.Scheduling;
using Scheduler.Core.Time;

namespace Scheduler.Core.Contracts;

/// <summary>A pipeline as its customer sees it.</summary>
public sealed record PipelineConfigResponse
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

    /// <summary>Null while the pipeline is not active.</summary>
    public Instant? NextRunTime { get; init; }
    public Instant? LastRunTime { get; init; }
    public LastRunStatus? LastRunStatus { get; init; }
    public required int Priority { get; init; }
    public string? CredentialId { get; init; }
    public IReadOnlyDictionary<string, JsonElement>? Parameters { get; init; }
    public RetryConfig? RetryConfig { get; init; }
    public required MisfirePolicy MisfirePolicy { get; init; }
    public required OverlapPolicy OverlapPolicy { get; init; }
    public required DstPolicy DstPolicy { get; init; }
    public required int SpreadSeconds { get; init; }
    public Instant? PausedUntil { get; init; }
    public string? PausedBy { get; init; }
    public string? PauseReason { get; init; }
    public required int ConsecutiveFailures { get; init; }
    public required IReadOnlyList<string> NotificationEmails { get; init; }
    public required Instant CreatedAt { get; init; }
    public required Instant UpdatedAt { get; init; }
    public required string CreatedBy { get; init; }
    public string? Description { get; init; }
}
