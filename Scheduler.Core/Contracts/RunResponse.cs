using NodaTime;
using Scheduler.Core.Retry;
using Scheduler.Core.Runs;

namespace Scheduler.Core.Contracts;

/// <summary>One run as a list shows it. Each attempt is a run of its own.</summary>
public sealed record RunResponse
{
    public required string RunId { get; init; }
    public required string ConfigId { get; init; }
    public required string CustomerId { get; init; }
    public required string PipelineTemplate { get; init; }
    public required RunState State { get; init; }

    /// <summary>Why it was skipped or cancelled.</summary>
    public SkipReason? Reason { get; init; }
    public required TriggeredBy TriggeredBy { get; init; }
    public required string Lane { get; init; }

    /// <summary>The nominal time; it never changes.</summary>
    public required Instant ScheduledTime { get; init; }
    public required Instant DataIntervalStart { get; init; }
    public required Instant DataIntervalEnd { get; init; }
    public Instant? ActualStartTime { get; init; }
    public Instant? ActualEndTime { get; init; }
    public double? ExecutionDurationSeconds { get; init; }

    /// <summary>0 for the first try.</summary>
    public required int RetryAttempt { get; init; }
    public string? ParentRunId { get; init; }
    public required int Priority { get; init; }
    public string? PipelineLoggingId { get; init; }

    /// <summary>The trace that everything about the occurrence is in, all attempts included; 32 hexadecimal digits.</summary>
    public required string TraceId { get; init; }
    public ErrorType? ErrorType { get; init; }
    public string? ErrorMessage { get; init; }
    public required Instant CreatedAt { get; init; }
    public required Instant UpdatedAt { get; init; }
}
