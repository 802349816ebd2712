using NodaTime;
using Scheduler.Core.Retry;

namespace Scheduler.Core.Pipelines.Providers.Http;

/// <summary>Decides whether a failed call is tried again within the run. Anything longer is the queue's business.</summary>
public static class CallRetry
{
    /// <summary>Tries of one call, the first one counted.</summary>
    public const int MostTries = 4;

    /// <summary>The part of the run's time-out that all its waits together may take.</summary>
    public const double ShareOfRun = 0.1;

    private const double BaseSeconds = 1;
    private const double LongestSeconds = 30;

    /// <summary>
    /// How long to wait before the next try, or null to give up. Without a wait of the provider's it is drawn from 0 to
    /// <c>min(30 s, 1 s × 2^(tries-1))</c>: full jitter
    /// (<see href="https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/"/>).
    /// </summary>
    /// <param name="error">Why the call failed.</param>
    /// <param name="asked">The wait that the provider asked for.</param>
    /// <param name="tries">Tries so far, from 1.</param>
    /// <param name="waited">What the run has waited before.</param>
    /// <param name="runTimeout">The run's time-out.</param>
    /// <param name="random">The source of the jitter.</param>
    public static Duration? Delay(
        ErrorType error,
        Duration? asked,
        int tries,
        Duration waited,
        Duration runTimeout,
        Random random
    )
    {
        if (!RetryableErrors.Contains(error) || tries >= MostTries)
        {
            return null;
        }
        var ceiling = Math.Min(LongestSeconds, BaseSeconds * Math.Pow(2, tries - 1));
        var delay = asked ?? Duration.FromSeconds(random.NextDouble() * ceiling);
        return waited + delay <= runTimeout * ShareOfRun ? delay : null;
    }
}
