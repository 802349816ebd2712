namespace Scheduler.Core.Status;

/// <summary>How many workers the present work asks for: the signal that an autoscaler follows.</summary>
/// <remarks>
/// A worker has room for <see cref="WorkerTargets.RunsPerWorker"/> runs. Every running run takes one place. A claimable
/// item takes the share of a place that it needs for the queue to be gone within <see cref="WorkerTargets.ClearWithin"/>:
/// average duration / that time, at most 1. It takes a whole place while no average is known, and as soon as the oldest
/// item has waited that long already. So workers = ceiling((running + queued × share) / runs per worker), kept within
/// the least and the most.
/// </remarks>
public static class DesiredWorkers
{
    public static int Of(StatusSnapshot snapshot, WorkerTargets targets)
    {
        var target = targets.ClearWithin.TotalSeconds;
        var share =
            snapshot.AvgExecutionTimeSeconds is { } average && !(snapshot.OldestQueuedSeconds >= target)
                ? Math.Min(1, average / target)
                : 1;
        var places = snapshot.PipelinesRunning + snapshot.QueueLength * share;
        var workers = Math.Ceiling(places / targets.RunsPerWorker);
        // A queue of runs that take no time still needs somebody.
        var least = snapshot.QueueLength > 0 ? 1 : 0;
        return (int)Math.Clamp(Math.Max(workers, least), targets.Min, Math.Max(targets.Min, targets.Max));
    }
}
