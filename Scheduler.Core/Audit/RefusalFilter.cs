using NodaTime;

namespace Scheduler.Core.Audit;

/// <summary>Which counts of refused calls a list shows, newest first.</summary>
public sealed record RefusalFilter
{
    /// <summary>Calls with a key of this customer; null for everything.</summary>
    public string? CustomerId { get; init; }
    public Instant? From { get; init; }

    /// <summary>Before here.</summary>
    public Instant? To { get; init; }

    /// <summary>The last row of the page before.</summary>
    public RefusedCalls? After { get; init; }
    public required int Limit { get; init; }
}
