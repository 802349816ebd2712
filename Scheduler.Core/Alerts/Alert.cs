using NodaTime;

namespace Scheduler.Core.Alerts;

/// <summary>An alert, firing or over.</summary>
public sealed record Alert
{
    /// <summary>By which it can be silenced; null for one that was found just now and is not written down yet.</summary>
    public required long? AlertId { get; init; }
    public required string Rule { get; init; }
    public required string Subject { get; init; }
    public required string? CustomerId { get; init; }
    public required string Message { get; init; }
    public required AlertState State { get; init; }
    public required Instant FiredAt { get; init; }
    public Instant? ResolvedAt { get; init; }
    public Instant? SilencedUntil { get; init; }

    /// <summary>Names the key, never the key itself.</summary>
    public string? SilencedBy { get; init; }
    public string? SilenceReason { get; init; }
}
