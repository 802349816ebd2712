using System.Threading.RateLimiting;

namespace Scheduler.Api.RateLimits;

/// <summary>The bucket behind every limit: a minute's worth at once, refilled evenly, nobody waits in a line.</summary>
internal static class Bucket
{
    public static TokenBucketRateLimiterOptions PerMinute(int requests) =>
        new()
        {
            TokenLimit = requests,
            TokensPerPeriod = 1,
            ReplenishmentPeriod = TimeSpan.FromMinutes(1) / requests,
            QueueLimit = 0,
            AutoReplenishment = false,
        };
}
