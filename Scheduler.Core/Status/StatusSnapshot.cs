using NodaTime;

namespace Scheduler.Core.Status;

/// <summary>How the system stands at <see cref="Now"/>.</summary>
public sealed record StatusSnapshot
{
    public required Instant Now { get; init; }
    public required long TotalActivePipelines { get; init; }
    public required long PipelinesDueNow { get; init; }

    /// <summary>Everything queued, visible or not.</summary>
    public required long PipelinesQueued { get; init; }
    public required long PipelinesRunning { get; init; }
    public required long PipelinesCompletedToday { get; init; }
    public required long PipelinesFailedToday { get; init; }

    /// <summary>Queued and claimable by time.</summary>
    public required long QueueLength { get; init; }
    public required double? OldestQueuedSeconds { get; init; }
    public required double? AvgExecutionTimeSeconds { get; init; }
    public required double? LatenessP50Seconds { get; init; }
    public required double? LatenessP95Seconds { get; init; }
    public required double? LatenessP99Seconds { get; init; }
    public required Instant? OldestRunningSince { get; init; }
    public required long FinishedLastHour { get; init; }
    public required long FailedLastHour { get; init; }
}
