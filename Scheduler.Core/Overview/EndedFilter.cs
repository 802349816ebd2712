using NodaTime;

namespace Scheduler.Core.Overview;

/// <summary>Which of the runs that ended a list shows.</summary>
public sealed record EndedFilter
{
    /// <summary>Only what failed or was cancelled while it ran.</summary>
    public bool OnlyFailed { get; init; }

    /// <summary>Otherwise the newest first.</summary>
    public bool OldestFirst { get; init; }

    /// <summary>Ends from here on.</summary>
    public required Instant Since { get; init; }

    /// <summary>End and run of the last row of the page before; null for the first page.</summary>
    public (Instant Moment, string RunId)? After { get; init; }

    /// <summary>1 to 201: a page and the one row more that tells whether another page follows.</summary>
    public required int Limit { get; init; }
}
