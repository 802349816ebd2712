using NodaTime;

namespace Scheduler.Core.Alerts;

/// <summary>What a sink is told of an alert.</summary>
public sealed record AlertNotice
{
    public required string AlertId { get; init; }
    public required string Rule { get; init; }
    public required string Subject { get; init; }
    public string? CustomerId { get; init; }
    public required string Message { get; init; }
    public required Instant FiredAt { get; init; }

    /// <summary>Null while it fires.</summary>
    public Instant? ResolvedAt { get; init; }
}
