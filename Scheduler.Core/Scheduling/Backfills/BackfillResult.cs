namespace Scheduler.Core.Scheduling.Backfills;

/// <summary>What came of asking for a backfill, or for a change of one.</summary>
public abstract record BackfillResult
{
    private BackfillResult() { }

    /// <summary>It stands as asked for.</summary>
    public sealed record Done(Backfill Backfill) : BackfillResult;

    /// <summary>What it would be; nothing was written.</summary>
    /// <param name="Plan">With the number of its occurrences.</param>
    /// <param name="First">The first of them.</param>
    public sealed record Planned(Backfill Plan, IReadOnlyList<BackfillOccurrence> First) : BackfillResult;

    /// <summary>The pipeline has an open one.</summary>
    public sealed record OpenAlready(Backfill Other) : BackfillResult;

    /// <summary>It has ended.</summary>
    public sealed record EndedAlready(Backfill Backfill) : BackfillResult;

    /// <summary>The range has more occurrences than one backfill may have.</summary>
    /// <param name="UpTo">The latest end with which the range would do.</param>
    public sealed record TooMany(int Most, NodaTime.Instant UpTo) : BackfillResult;

    /// <summary>Nothing in the range is to be run.</summary>
    public sealed record Nothing : BackfillResult;

    /// <summary>The customer has no such pipeline, or no such backfill.</summary>
    public sealed record NotThere : BackfillResult;
}
