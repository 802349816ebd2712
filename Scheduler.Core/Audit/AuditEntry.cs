using NodaTime;

namespace Scheduler.Core.Audit;

/// <summary>One row of the audit trail.</summary>
public sealed record AuditEntry
{
    public required string AuditId { get; init; }

    /// <summary><c>customer:{id}</c> for what concerns one customer, else <c>operators</c>.</summary>
    public required string Chain { get; init; }
    public required string? CustomerId { get; init; }
    public required Instant At { get; init; }
    public required ActorKind ActorKind { get; init; }
    public required string KeyId { get; init; }
    public required string? RequestId { get; init; }
    public required string Action { get; init; }
    public required string Target { get; init; }

    /// <summary>The text as stored: the hash is over it, byte for byte.</summary>
    public required string? BeforeJson { get; init; }
    public required string? AfterJson { get; init; }

    /// <summary>From 1; null until the chain is extended over the row.</summary>
    public required long? Position { get; init; }
    public required string? PreviousHash { get; init; }
    public required string? EntryHash { get; init; }
}
