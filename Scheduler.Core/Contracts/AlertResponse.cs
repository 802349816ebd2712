using NodaTime;

namespace Scheduler.Core.Contracts;

/// <summary>A condition that holds and that somebody should know of.</summary>
public sealed record AlertResponse
{
    public required string AlertId { get; init; }

    /// <summary>The rule that fired, such as QUEUE_LENGTH.</summary>
    public required string Kind { get; init; }
    public string? CustomerId { get; init; }
    public string? ConfigId { get; init; }
    public string? RunId { get; init; }
    public required string Message { get; init; }
    public required Instant FiredAt { get; init; }

    /// <summary>Null while the condition holds.</summary>
    public Instant? ResolvedAt { get; init; }
}
