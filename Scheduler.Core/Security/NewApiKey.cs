using NodaTime;

namespace Scheduler.Core.Security;

/// <summary>A key as it is stored: its hash, never itself.</summary>
public sealed record NewApiKey
{
    public required string ApiKeyId { get; init; }
    public required string CustomerId { get; init; }
    public required string Hash { get; init; }
    public required string Prefix { get; init; }
    public required string Name { get; init; }
    public required IReadOnlyList<string> Scopes { get; init; }
    public required string? MemberId { get; init; }
    public required Instant? ExpiresAt { get; init; }
    public required RateLimitTier Tier { get; init; }
}
