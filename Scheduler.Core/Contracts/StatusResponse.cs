namespace Scheduler.Core.Contracts;

/// <summary>The system at a glance. "Today" is the UTC day; averages and lateness are those of the last 24 hours.</summary>
public sealed record StatusResponse
{
    public required long TotalActivePipelines { get; init; }
    public required long PipelinesDueNow { get; init; }
    public required long PipelinesQueued { get; init; }
    public required long PipelinesRunning { get; init; }
    public required long PipelinesCompletedToday { get; init; }
    public required long PipelinesFailedToday { get; init; }

    /// <summary>Queued and running items together.</summary>
    public required long QueueLength { get; init; }

    /// <summary>Age of the oldest claimable item; 0 when there is none.</summary>
    public required double OldestQueuedSeconds { get; init; }

    /// <summary>Null when nothing finished.</summary>
    public double? AvgExecutionTimeSeconds { get; init; }

    /// <summary>From the time a run should have started to its start; null when nothing started.</summary>
    public double? LatenessP50Seconds { get; init; }
    public double? LatenessP95Seconds { get; init; }
    public double? LatenessP99Seconds { get; init; }

    /// <summary>How many workers would clear the present work in time: a signal for autoscaling.</summary>
    public required int DesiredWorkers { get; init; }
    public required IReadOnlyList<AlertResponse> Alerts { get; init; }
}
