namespace Scheduler.Core.Contracts;

/// <summary>How far a backfill has got, in occurrences.</summary>
public sealed record BackfillProgressResponse
{
    /// <summary>Those that have a run of it.</summary>
    public required long Begun { get; init; }
    public required long Completed { get; init; }

    /// <summary>Those that failed for good.</summary>
    public required long Failed { get; init; }

    /// <summary>Those that wait, run, or are tried again.</summary>
    public required long Open { get; init; }

    /// <summary>Those that have no run yet; what has completed elsewhere meanwhile will have none.</summary>
    public required long Remaining { get; init; }

    /// <summary>0 to 100: how much has come to its end.</summary>
    public required double Percent { get; init; }
}
