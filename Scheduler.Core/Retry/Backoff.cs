using NodaTime;

namespace Scheduler.Core.Retry;

/// <summary>Exponential back-off with a ceiling.</summary>
public static class Backoff
{
    /// <summary>
    /// <c>min(max_backoff, base × multiplier^attempt)</c>; with jitter, uniformly between half of that and all of it.
    /// </summary>
    /// <param name="attempt">The attempt that failed, from 0.</param>
    public static Duration Delay(int attempt, RetryConfig config, Random random)
    {
        // The power overflows to infinity long before the exponent does; the minimum brings it back.
        var seconds = Math.Min(
            config.MaxBackoffSeconds,
            config.BaseSeconds * Math.Pow(config.BackoffMultiplier, attempt)
        );
        var drawn = config.Jitter ? seconds * (1 + random.NextDouble()) / 2 : seconds;
        return Duration.FromMilliseconds(Math.Round(drawn * 1000));
    }
}
