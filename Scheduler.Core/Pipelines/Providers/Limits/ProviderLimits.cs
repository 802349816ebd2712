using System.Collections.Concurrent;
using NodaTime;
using NodaTime.Extensions;

namespace Scheduler.Core.Pipelines.Providers.Limits;

/// <summary>
/// The buckets of this process: one per customer and provider account, shared by all pipelines of the customer. Several
/// processes do not know of each other's calls; the provider's own answers keep them apart.
/// </summary>
public sealed class ProviderLimits(TimeProvider timeProvider)
{
    private readonly ConcurrentDictionary<RateKey, Entry> buckets = new();
    private readonly IClock clock = timeProvider.ToClock();

    /// <summary>Waits for the turn of one call.</summary>
    /// <param name="key">Whose calls count together.</param>
    /// <param name="policy">How fast they may be.</param>
    /// <param name="longestWait">What the run has left.</param>
    /// <returns>Null when the call may start, else how long it would have had to wait: nothing was waited.</returns>
    public async Task<Duration?> WaitAsync(
        RateKey key,
        RatePolicy policy,
        Duration longestWait,
        CancellationToken cancellationToken
    )
    {
        var entry = buckets.GetOrAdd(key, _ => new Entry(TokenBucket.Full(policy, clock.GetCurrentInstant())));
        Duration wait;
        lock (entry)
        {
            (var granted, wait, entry.Bucket) = entry.Bucket.Take(policy, clock.GetCurrentInstant(), longestWait);
            if (!granted)
            {
                return wait;
            }
        }
        if (wait > Duration.Zero)
        {
            await Task.Delay(wait.ToTimeSpan(), timeProvider, cancellationToken);
        }
        return null;
    }

    /// <summary>The provider asked for a pause: it holds for all of the customer's pipelines.</summary>
    public void Pause(RateKey key, Duration pause)
    {
        if (buckets.TryGetValue(key, out var entry))
        {
            lock (entry)
            {
                entry.Bucket = entry.Bucket.Close(clock.GetCurrentInstant(), pause);
            }
        }
    }

    private sealed class Entry(TokenBucket bucket)
    {
        public TokenBucket Bucket { get; set; } = bucket;
    }
}
