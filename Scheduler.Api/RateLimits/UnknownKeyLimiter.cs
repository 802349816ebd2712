using System.Threading.RateLimiting;
using Scheduler.Api.Settings;

namespace Scheduler.Api.RateLimits;

/// <summary>
/// Counts the well-formed keys from one address that turned out to be unknown. An address that guesses is told to wait
/// before the store is asked, so guessing costs the store a bounded number of look-ups.
/// </summary>
/// <remarks>
/// Keys that were good a while ago are let through all the same: behind one address there may be many customers, and one who
/// guesses must not shut the others out.
/// </remarks>
internal sealed class UnknownKeyLimiter(ApiOptions options) : IDisposable
{
    private readonly PartitionedRateLimiter<HttpContext> limiter = PartitionedRateLimiter.Create<HttpContext, string>(
        context =>
            RateLimitPartition.GetTokenBucketLimiter(
                AddressPartition.Of(context.Connection.RemoteIpAddress),
                _ => Bucket.PerMinute(options.RateLimits.UnknownKeys)
            )
    );
    private readonly RecentKeys good = new();

    /// <summary>How long to wait when the address has guessed too often and the key is none that was good; null otherwise.</summary>
    public TimeSpan? WaitFor(HttpContext context, string keyHash)
    {
        if (good.Contains(keyHash))
        {
            return null;
        }
        // Whole permits: asking for none would succeed with any fraction of one.
        var isExhausted = limiter.GetStatistics(context) is { CurrentAvailablePermits: < 1 };
        return isExhausted ? TimeSpan.FromMinutes(1) / options.RateLimits.UnknownKeys : null;
    }

    /// <summary>Counts one unknown key.</summary>
    public void Count(HttpContext context) => limiter.AttemptAcquire(context).Dispose();

    /// <summary>Remembers a key that is known.</summary>
    public void Known(string keyHash) => good.Add(keyHash);

    public void Dispose() => limiter.Dispose();
}
