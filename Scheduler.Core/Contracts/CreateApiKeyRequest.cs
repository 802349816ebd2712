using NodaTime;
using Scheduler.Core.Security;

namespace Scheduler.Core.Contracts;

/// <summary>Body of POST /api/v1/customers/{id}/api-keys.</summary>
public sealed record CreateApiKeyRequest
{
    [Text(1, 100)]
    public required string KeyName { get; init; }

    /// <summary>Everything, unless it says less; never more than the caller's own key.</summary>
    [EachScope]
    public IReadOnlyList<string> Scopes { get; init; } = ["*"];

    /// <summary>The team member whose role is the key's ceiling, and with whom it ends.</summary>
    [Text(1, 100)]
    public string? MemberId { get; init; }

    /// <summary>In the future; without it the key does not expire.</summary>
    public Instant? ExpiresAt { get; init; }

    /// <summary>With the admin key only; else STANDARD.</summary>
    public RateLimitTier? RateLimitTier { get; init; }
}
