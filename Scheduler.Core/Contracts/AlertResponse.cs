using NodaTime;

namespace Scheduler.Core.Contracts;

/// <summary>A condition that holds, or held, and that somebody should know of.</summary>
public sealed record AlertResponse
{
    /// <summary>By which it can be silenced. Null for one that was found just now and is not written down yet.</summary>
    public string? AlertId { get; init; }

    /// <summary>The rule that fired, such as QUEUE_LENGTH.</summary>
    public required string Kind { get; init; }

    /// <summary>firing, silenced or resolved.</summary>
    public required string State { get; init; }

    /// <summary>What it is about; of one kind and subject one fires at a time.</summary>
    public required string Subject { get; init; }
    public string? CustomerId { get; init; }
    public string? ConfigId { get; init; }
    public string? RunId { get; init; }
    public required string Message { get; init; }
    public required Instant FiredAt { get; init; }

    /// <summary>Null while the condition holds.</summary>
    public Instant? ResolvedAt { get; init; }
    public Instant? SilencedUntil { get; init; }
    public string? SilencedBy { get; init; }
    public string? SilenceReason { get; init; }
}
