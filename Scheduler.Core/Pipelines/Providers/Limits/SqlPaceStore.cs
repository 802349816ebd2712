using NodaTime;
using Scheduler.Core.Storage;

namespace Scheduler.Core.Pipelines.Providers.Limits;

/// <summary>Buckets in the database, so that all workers of all API instances share them, by the database's clock.</summary>
public sealed class SqlPaceStore(ISqlEngine engine, OperationClock clock) : IPaceStore
{
    public Task<KeptPace> FindAsync(RateKey key, CancellationToken cancellationToken) =>
        engine.SingleAsync(
            new("provider_paces", "find"),
            Named(key).With("now", clock.ForScript),
            row =>
            {
                var now = row.At("now");
                var bucket = row.AtOrNull("full_at") is { } fullAt
                    ? new TokenBucket(fullAt, row.At("asked_at"), row.AtOrNull("closed_until") ?? Instant.MinValue)
                    : TokenBucket.Full(now);
                return new KeptPace(bucket, row.Int64("version"), now);
            },
            cancellationToken
        );

    public async Task<bool> SaveAsync(
        RateKey key,
        TokenBucket bucket,
        long version,
        CancellationToken cancellationToken
    ) =>
        await engine.SingleAsync(
            new("provider_paces", "save"),
            Named(key)
                .With("fullAt", bucket.FullAt.ToMicroseconds())
                .With("askedAt", bucket.At.ToMicroseconds())
                .With(
                    "closedUntil",
                    bucket.ClosedUntil == Instant.MinValue ? null : bucket.ClosedUntil.ToMicroseconds()
                )
                .With("version", version),
            row => row.Int32("saved"),
            cancellationToken
        ) > 0;

    private static SqlArguments Named(RateKey key) =>
        new SqlArguments()
            .With("customerId", key.CustomerId)
            .With("provider", key.Provider)
            .With("account", key.Account);
}
