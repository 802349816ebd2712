using NodaTime;
using Scheduler.Core.Retry;

namespace Scheduler.Core.Runs;

/// <summary>One attempt at one occurrence of a pipeline.</summary>
public sealed record Run
{
    public required string RunId { get; init; }
    public required string ConfigId { get; init; }
    public required string CustomerId { get; init; }
    public required string PipelineTemplate { get; init; }

    /// <summary>The nominal instant of the occurrence; never changed.</summary>
    public required Instant ScheduledTime { get; init; }
    public required Instant DataIntervalStart { get; init; }
    public required Instant DataIntervalEnd { get; init; }
    public Instant? ActualStartTime { get; init; }
    public Instant? ActualEndTime { get; init; }
    public required RunState State { get; init; }
    public SkipReason? Reason { get; init; }
    public string? PipelineLoggingId { get; init; }
    public long? ExecutionDurationSeconds { get; init; }
    public string? ErrorMessage { get; init; }
    public ErrorType? ErrorType { get; init; }
    public required int RetryAttempt { get; init; }
    public string? ParentRunId { get; init; }
    public required TriggeredBy TriggeredBy { get; init; }
    public required string Lane { get; init; }
    public required int Priority { get; init; }
    public string? WorkerId { get; init; }
    public required Instant CreatedAt { get; init; }
    public required Instant UpdatedAt { get; init; }

    /// <summary>Its queue item; null for a run that was skipped at once, and after the item's retention.</summary>
    public string? QueueId { get; init; }

    /// <summary>When it becomes (or became) claimable; <see cref="Storage.Microseconds.Never"/> while parked.</summary>
    public Instant? VisibleAt { get; init; }
}
