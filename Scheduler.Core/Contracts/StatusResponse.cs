namespace Scheduler.Core.Contracts;

/// <summary>The system at a glance. "Today" is the UTC day; averages and lateness are those of the last 24 hours.</summary>
public sealed record StatusResponse
{
    public required long TotalActivePipelines { get; init; }
    public required long PipelinesDueNow { get; init; }

    /// <summary>Every queued item, also those that wait for their retry's or spread's time, or behind a run of the same pipeline.</summary>
    public required long PipelinesQueued { get; init; }
    public required long PipelinesRunning { get; init; }
    public required long PipelinesCompletedToday { get; init; }
    public required long PipelinesFailedToday { get; init; }

    /// <summary>Queued items that a worker may claim now; the alert on the queue's length looks at this.</summary>
    public required long QueueLength { get; init; }

    /// <summary>Age of the oldest claimable item; 0 when there is none.</summary>
    public required double OldestQueuedSeconds { get; init; }

    /// <summary>Null when nothing finished.</summary>
    public double? AvgExecutionTimeSeconds { get; init; }

    /// <summary>From the time a run should have started to its start; null when nothing started.</summary>
    public double? LatenessP50Seconds { get; init; }
    public double? LatenessP95Seconds { get; init; }
    public double? LatenessP99Seconds { get; init; }

    /// <summary>
    /// How many workers would clear the present work in time: a signal for autoscaling, within the settings
    /// Scheduler__Workers__Min and Scheduler__Workers__Max. Status/DesiredWorkers has the formula.
    /// </summary>
    public required int DesiredWorkers { get; init; }
    public required IReadOnlyList<AlertResponse> Alerts { get; init; }
}
