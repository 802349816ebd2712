using NodaTime;
using Scheduler.Core.Security;

namespace Scheduler.Core.Contracts;

/// <summary>A key as its customer sees it afterwards: never the key, never its hash.</summary>
public sealed record ApiKeyResponse
{
    public required string ApiKeyId { get; init; }
    public required string CustomerId { get; init; }
    public required string KeyName { get; init; }
    public required string KeyPrefix { get; init; }
    public required IReadOnlyList<string> Scopes { get; init; }
    public string? MemberId { get; init; }
    public required bool IsActive { get; init; }
    public required RateLimitTier RateLimitTier { get; init; }
    public required Instant CreatedAt { get; init; }
    public required string CreatedBy { get; init; }
    public Instant? ExpiresAt { get; init; }

    /// <summary>Exact to about a minute.</summary>
    public Instant? LastUsedAt { get; init; }
    public Instant? DeactivatedAt { get; init; }
    public string? DeactivatedBy { get; init; }
    public string? DeactivationReason { get; init; }
}
