using NodaTime;

namespace Scheduler.Core.Alerts;

/// <summary>Which alerts are listed, newest first.</summary>
public sealed record AlertFilter
{
    /// <summary>Only those that are not over, silenced or not. Left aside where there is a state.</summary>
    public bool IsOpen { get; init; }

    /// <summary>Null for all.</summary>
    public AlertState? State { get; init; }

    /// <summary>Null for all, those of the system included.</summary>
    public string? CustomerId { get; init; }

    /// <summary>The last alert of the page before; null for the first page.</summary>
    public (Instant FiredAt, long AlertId)? After { get; init; }

    public required int Limit { get; init; }
}
