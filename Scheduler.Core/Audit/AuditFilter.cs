using NodaTime;

namespace Scheduler.Core.Audit;

/// <summary>Which rows of the trail a list shows, newest first.</summary>
public sealed record AuditFilter
{
    /// <summary>What concerns this customer; null for everything.</summary>
    public string? CustomerId { get; init; }
    public Instant? From { get; init; }

    /// <summary>Before here.</summary>
    public Instant? To { get; init; }

    /// <summary>The last row of the page before.</summary>
    public string? AfterId { get; init; }
    public required int Limit { get; init; }
}
