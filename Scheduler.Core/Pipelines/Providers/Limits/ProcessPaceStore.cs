using System.Collections.Concurrent;
using NodaTime;
using NodaTime.Extensions;

namespace Scheduler.Core.Pipelines.Providers.Limits;

/// <summary>
/// Buckets in this process's memory, for a database in which every statement costs money: the workers of this API instance share
/// them, other instances have their own.
/// </summary>
public sealed class ProcessPaceStore(TimeProvider timeProvider) : IPaceStore
{
    private readonly ConcurrentDictionary<RateKey, (TokenBucket Bucket, long Version)> kept = new();
    private readonly IClock clock = timeProvider.ToClock();

    public Task<KeptPace> FindAsync(RateKey key, CancellationToken cancellationToken)
    {
        var now = clock.GetCurrentInstant();
        return Task.FromResult(
            kept.TryGetValue(key, out var found)
                ? new KeptPace(found.Bucket, found.Version, now)
                : new KeptPace(TokenBucket.Full(now), 0, now)
        );
    }

    public Task<bool> SaveAsync(RateKey key, TokenBucket bucket, long version, CancellationToken cancellationToken)
    {
        var next = (bucket, version + 1);
        return Task.FromResult(
            version == 0
                ? kept.TryAdd(key, next)
                : kept.TryGetValue(key, out var found) && found.Version == version && kept.TryUpdate(key, next, found)
        );
    }
}
