namespace Scheduler.Core.Scheduling.Backfills;

/// <summary>How much of the workers backfills may take.</summary>
public sealed record BackfillOptions
{
    /// <summary>
    /// Runs of all backfills together that are open at once at most, shared out evenly. A run that has begun keeps its place on a worker to
    /// its end: fewer than the workers have places leaves some for live work at any moment.
    /// </summary>
    public int MaxOpen { get; init; } = 50;
}
