using System.Text.Json;
using NodaTime;
using Scheduler.Core.Audit;

namespace Scheduler.Core.Contracts;

/// <summary>One row of the audit trail.</summary>
public sealed record AuditEntryResponse
{
    public required string AuditId { get; init; }
    public required Instant At { get; init; }

    /// <summary>Whom it concerns; null for what concerns the operators.</summary>
    public string? CustomerId { get; init; }

    /// <summary>What sort of caller made the change.</summary>
    public required ActorKind Actor { get; init; }

    /// <summary>An api_key_id, <c>admin:1</c> by its place in the setting, or the name of a command.</summary>
    public required string KeyId { get; init; }
    public string? RequestId { get; init; }

    /// <summary>Such as <c>pipeline.update</c>.</summary>
    public required string Action { get; init; }

    /// <summary>The id of what was changed.</summary>
    public required string Target { get; init; }

    /// <summary>Null for what is new.</summary>
    public JsonElement? Before { get; init; }
    public JsonElement? After { get; init; }

    /// <summary><c>customer:{id}</c> or <c>operators</c>.</summary>
    public required string Chain { get; init; }

    /// <summary>The row's place in its chain, from 1; null until the chain is extended over it, a moment after the change.</summary>
    public long? Position { get; init; }

    /// <summary>SHA-256 over the row, its place and the hash before it.</summary>
    public string? Hash { get; init; }
}
