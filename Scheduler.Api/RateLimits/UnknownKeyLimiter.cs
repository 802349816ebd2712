using System.Threading.RateLimiting;
using Scheduler.Api.Settings;

namespace Scheduler.Api.RateLimits;

/// <summary>
/// Counts the well-formed keys from one address that turned out to be unknown. An address that guesses is told to wait
/// before the store is asked, so guessing costs the store a bounded number of look-ups.
/// </summary>
internal sealed class UnknownKeyLimiter(ApiOptions options) : IDisposable
{
    private readonly PartitionedRateLimiter<HttpContext> limiter = PartitionedRateLimiter.Create<HttpContext, string>(
        context =>
            RateLimitPartition.GetTokenBucketLimiter(
                AddressPartition.Of(context.Connection.RemoteIpAddress),
                _ => Bucket.PerMinute(options.RateLimits.UnknownKeys)
            )
    );

    /// <summary>How long to wait when the address has guessed too often; null when it has not.</summary>
    public TimeSpan? IsExhausted(HttpContext context)
    {
        using var lease = limiter.AttemptAcquire(context, permitCount: 0);
        if (lease.IsAcquired)
        {
            return null;
        }
        return lease.TryGetMetadata(MetadataName.RetryAfter, out var wait) ? wait : TimeSpan.FromSeconds(1);
    }

    /// <summary>Counts one unknown key.</summary>
    public void Count(HttpContext context) => limiter.AttemptAcquire(context).Dispose();

    public void Dispose() => limiter.Dispose();
}
