using NodaTime;
using Scheduler.Core.Security;

namespace Scheduler.Core.Contracts;

/// <summary>A key at its making.</summary>
public sealed record CreatedApiKeyResponse
{
    public required string ApiKeyId { get; init; }
    public required string CustomerId { get; init; }
    public required string KeyName { get; init; }

    /// <summary>The key itself. It is shown in this answer only and cannot be read again.</summary>
    public required string ApiKey { get; init; }
    public required string KeyPrefix { get; init; }
    public required IReadOnlyList<string> Scopes { get; init; }
    public string? MemberId { get; init; }
    public Instant? ExpiresAt { get; init; }
    public required RateLimitTier RateLimitTier { get; init; }
    public required Instant CreatedAt { get; init; }

    /// <summary>Without the key, so that it is of no use in a log.</summary>
    public override string ToString() => $"{nameof(CreatedApiKeyResponse)} {{ {KeyPrefix}… }}";
}
