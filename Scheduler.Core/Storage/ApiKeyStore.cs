using System.Text.Json;
using NodaTime;
using Scheduler.Core.Audit;
using Scheduler.Core.Contracts;
using Scheduler.Core.Quotas;
using Scheduler.Core.Security;

namespace Scheduler.Core.Storage;

/// <summary>The customers' keys, known by their hashes.</summary>
public sealed class ApiKeyStore(ISqlEngine engine, OperationClock clock)
{
    /// <summary>Looks keys up, whatever their standing; one answer per hash, in order, null for a key that was never made.</summary>
    public async Task<IReadOnlyList<ApiKeyIdentity?>> FindAsync(
        IReadOnlyList<string> hashes,
        CancellationToken cancellationToken
    )
    {
        var found = await engine.RunAsync(
            new("api_keys", "find"),
            new SqlArguments().WithRows("rows", hashes.Distinct().ToList()).With("now", clock.ForScript),
            row => (Hash: row.Text("api_key_hash"), Identity: Map(row)),
            cancellationToken
        );
        var byHash = found.ToDictionary(key => key.Hash, key => key.Identity);
        return [.. hashes.Select(hash => byHash.GetValueOrDefault(hash))];
    }

    /// <summary>Makes a key, or says what stood in its way.</summary>
    public Task<KeyCreationRefusal?> CreateAsync(
        NewApiKey key,
        IReadOnlyList<TeamRole> mayManage,
        AuditStamp stamp,
        Instant now,
        CancellationToken cancellationToken
    ) =>
        engine.SingleAsync(
            new("api_keys", "create"),
            new SqlArguments()
                .With("customerId", key.CustomerId)
                .With("apiKeyId", key.ApiKeyId)
                .With("apiKeyHash", key.Hash)
                .With("keyPrefix", key.Prefix)
                .With("keyName", key.Name)
                .With("scopes", JsonSerializer.Serialize(key.Scopes))
                .With("memberId", key.MemberId)
                .With("expiresAt", key.ExpiresAt)
                .With("tier", Wire.Name(key.Tier))
                .WithRows("mayManage", Words(mayManage))
                .WithRows("plans", PlanCatalog.Plans.Select(plan => new PlanKeys(plan.Name, plan.MaxApiKeys)).ToList())
                .With(stamp)
                .With("now", now),
            row => row.WordOrNull<KeyCreationRefusal>("reason"),
            cancellationToken
        );

    /// <summary>Null when the customer has no such key.</summary>
    public Task<ApiKeyResponse?> GetAsync(string customerId, string apiKeyId, CancellationToken cancellationToken) =>
        engine.FindAsync(
            new("api_keys", "get"),
            new SqlArguments().With("customerId", customerId).With("apiKeyId", apiKeyId),
            Show,
            cancellationToken
        );

    /// <summary>A page of a customer's keys in the order of their making, after the given one.</summary>
    public Task<IReadOnlyList<ApiKeyResponse>> ListAsync(
        string customerId,
        (Instant CreatedAt, string ApiKeyId)? after,
        int limit,
        CancellationToken cancellationToken
    ) =>
        engine.RunAsync(
            new("api_keys", "list"),
            new SqlArguments()
                .With("customerId", customerId)
                .With("afterTime", after?.CreatedAt ?? Instant.FromUnixTimeTicks(0))
                .With("afterId", after?.ApiKeyId ?? "")
                .With("limit", limit),
            Show,
            cancellationToken
        );

    /// <summary>Deactivates a key. Null when the customer has no such key.</summary>
    public Task<(ApiKeyResponse Key, RevokeRefusal? Refusal)?> RevokeAsync(
        string customerId,
        string apiKeyId,
        IReadOnlyList<TeamRole> mayManage,
        AuditStamp stamp,
        Instant now,
        CancellationToken cancellationToken
    ) =>
        engine.FindAsync<(ApiKeyResponse, RevokeRefusal?)?>(
            new("api_keys", "revoke"),
            new SqlArguments()
                .With("customerId", customerId)
                .With("apiKeyId", apiKeyId)
                .WithRows("mayManage", Words(mayManage))
                .With(stamp)
                .With("now", now),
            row => (Show(row), row.WordOrNull<RevokeRefusal>("refusal")),
            cancellationToken
        );

    /// <summary>Notes that keys were used now.</summary>
    public Task TouchAsync(IReadOnlyList<string> apiKeyIds, CancellationToken cancellationToken) =>
        engine.SingleAsync(
            new("api_keys", "touch"),
            new SqlArguments().WithRows("keys", apiKeyIds).With("now", clock.ForScript),
            row => row.Int64("touched"),
            cancellationToken
        );

    private static List<string> Words(IReadOnlyList<TeamRole> roles) => [.. roles.Select(Wire.Name)];

    private static ApiKeyResponse Show(SqlRow row) =>
        new()
        {
            ApiKeyId = row.Text("api_key_id"),
            CustomerId = row.Text("customer_id"),
            KeyName = row.Text("key_name"),
            KeyPrefix = row.Text("key_prefix"),
            Scopes = row.Texts("scopes"),
            MemberId = row.TextOrNull("member_id"),
            IsActive = row.Bool("is_active"),
            RateLimitTier = row.Word<RateLimitTier>("rate_limit_tier"),
            CreatedAt = row.At("created_at"),
            CreatedBy = row.Text("created_by"),
            ExpiresAt = row.AtOrNull("expires_at"),
            LastUsedAt = row.AtOrNull("last_used_at"),
            DeactivatedAt = row.AtOrNull("deactivated_at"),
            DeactivatedBy = row.TextOrNull("deactivated_by"),
            DeactivationReason = row.TextOrNull("deactivation_reason"),
        };

    private sealed record PlanKeys(string PlanName, int MaxApiKeys);

    private static ApiKeyIdentity Map(SqlRow row)
    {
        var now = row.At("now");
        return new ApiKeyIdentity
        {
            ApiKeyId = row.Text("api_key_id"),
            CustomerId = row.Text("customer_id"),
            Scopes = row.Texts("scopes"),
            Key = Standings.OfKey(
                row.Bool("is_active"),
                row.TextOrNull("member_status"),
                row.AtOrNull("expires_at"),
                now
            ),
            Customer = Standings.OfCustomer(
                Wire.Parse<CustomerStatus>(row.Text("customer_status")),
                row.TextOrNull("subscription_status"),
                row.At("runnable_until"),
                now
            ),
            Tier = row.Word<RateLimitTier>("rate_limit_tier"),
            Ceiling = row.WordOrNull<TeamRole>("member_role"),
            MemberId = row.TextOrNull("member_id"),
        };
    }
}
