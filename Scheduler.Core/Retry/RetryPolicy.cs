using NodaTime;

namespace Scheduler.Core.Retry;

/// <summary>Decides whether and when a failed attempt is tried again.</summary>
public static class RetryPolicy
{
    /// <summary>When to try again, or null for not at all.</summary>
    /// <param name="attempt">The attempt that failed, from 0.</param>
    /// <param name="retryAfter">The wait that the provider asked for; wins when it is longer.</param>
    public static Instant? NextAttempt(
        ErrorType error,
        int attempt,
        RetryConfig config,
        Duration? retryAfter,
        Instant now,
        Random random
    )
    {
        var isWanted = config.RetryOnErrors?.Contains(error) ?? true;
        if (!RetryableErrors.Contains(error) || !isWanted || attempt >= config.MaxRetries)
        {
            return null;
        }
        var delay = Backoff.Delay(attempt, config, random);
        return now + (retryAfter is { } asked && asked > delay ? asked : delay);
    }
}
