using Scheduler.Core.Contracts;
using Scheduler.Core.Security;

namespace Scheduler.Core.Storage;

/// <summary>The customers' keys, known by their hashes.</summary>
public sealed class ApiKeyStore(ISqlEngine engine, OperationClock clock) : IApiKeyDirectory
{
    /// <inheritdoc/>
    public async ValueTask<ApiKeyIdentity?> FindAsync(string hash, CancellationToken cancellationToken) =>
        await engine.FindAsync(
            new("api_keys", "find"),
            new SqlArguments().With("hash", hash).With("now", clock.ForScript),
            Map,
            cancellationToken
        );

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
        };
    }
}
