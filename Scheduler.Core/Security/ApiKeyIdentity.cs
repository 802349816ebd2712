namespace Scheduler.Core.Security;

/// <summary>Who stands behind a key, as one look-up found it; both standings are judged by the store's clock.</summary>
public sealed record ApiKeyIdentity
{
    public required string ApiKeyId { get; init; }
    public required string CustomerId { get; init; }

    /// <summary>As stored: <c>resource:action</c>, <c>resource:*</c> or <c>*</c>.</summary>
    public required IReadOnlyList<string> Scopes { get; init; }
    public required KeyStanding Key { get; init; }
    public required AccountStanding Customer { get; init; }
    public RateLimitTier Tier { get; init; }

    /// <summary>The role of the member the key is bound to; null for a key of the customer itself.</summary>
    public TeamRole? Ceiling { get; init; }

    /// <summary>That member; null for a key of the customer itself.</summary>
    public string? MemberId { get; init; }
}
