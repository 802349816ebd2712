using NodaTime;

namespace Scheduler.Core.Runs;

/// <summary>Which of a customer's runs to list, and from where to go on.</summary>
public sealed record RunFilter
{
    public RunState? State { get; init; }
    public string? ConfigId { get; init; }

    /// <summary>Otherwise the newest first.</summary>
    public bool OldestFirst { get; init; }

    /// <summary>Nominal times from here on, inclusive.</summary>
    public Instant? From { get; init; }

    /// <summary>Nominal times before here, exclusive.</summary>
    public Instant? To { get; init; }

    /// <summary>The last row of the page before, or null for the first page.</summary>
    public (Instant ScheduledTime, string RunId)? After { get; init; }

    /// <summary>1 to 201: a page and the one row more that tells whether another page follows.</summary>
    public int Limit { get; init; } = 50;
}
