using NodaTime;
using Scheduler.Core.Scheduling;

namespace Scheduler.Core.Contracts;

/// <summary>One line of the operators' list of pipelines.</summary>
public sealed record FoundPipelineResponse
{
    public required string ConfigId { get; init; }
    public required string CustomerId { get; init; }
    public required string CompanyName { get; init; }
    public required string Provider { get; init; }
    public required string Domain { get; init; }
    public required string PipelineTemplate { get; init; }
    public required string PipelineName { get; init; }
    public required PipelineState State { get; init; }
    public required string ScheduleCron { get; init; }
    public required string Timezone { get; init; }

    /// <summary>Null while the pipeline is switched off.</summary>
    public Instant? NextRunTime { get; init; }
    public Instant? LastRunTime { get; init; }
    public LastRunStatus? LastRunStatus { get; init; }
    public required int ConsecutiveFailures { get; init; }
    public Instant? PausedUntil { get; init; }

    /// <summary>Why it is paused or was switched off.</summary>
    public string? PauseReason { get; init; }
}
