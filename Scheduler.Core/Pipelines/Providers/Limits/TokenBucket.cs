using NodaTime;

namespace Scheduler.Core.Pipelines.Providers.Limits;

/// <summary>
/// How many calls may start now: a token bucket (<see href="https://en.wikipedia.org/wiki/Token_bucket"/>) as a value, so that
/// every decision is a pure function of it and of <c>now</c>.
/// </summary>
/// <param name="Tokens">Calls that may start at <paramref name="At"/>; negative when some already wait for theirs.</param>
/// <param name="At">When that was so.</param>
/// <param name="ClosedUntil">No call starts before: the provider asked for it.</param>
public readonly record struct TokenBucket(double Tokens, Instant At, Instant ClosedUntil)
{
    public static TokenBucket Full(RatePolicy policy, Instant now) => new(policy.Burst, now, Instant.MinValue);

    /// <summary>Takes a token, possibly one of the future.</summary>
    /// <param name="policy">How fast tokens come back.</param>
    /// <param name="now">Not before <see cref="At"/>.</param>
    /// <param name="longestWait">A call that would have to wait longer takes nothing.</param>
    /// <returns>How long the call waits, or would have to, and the bucket after it.</returns>
    public (bool Granted, Duration Wait, TokenBucket Next) Take(RatePolicy policy, Instant now, Duration longestWait)
    {
        var current = Refilled(policy, now);
        var missing = 1 - current.Tokens;
        var wait = missing <= 0 ? Duration.Zero : policy.Every * missing;
        if (ClosedUntil > now + wait)
        {
            wait = ClosedUntil - now;
        }
        return wait > longestWait ? (false, wait, current) : (true, wait, current with { Tokens = current.Tokens - 1 });
    }

    /// <summary>Lets nobody start for a while; an earlier, longer pause stays.</summary>
    public TokenBucket Close(Instant now, Duration pause) =>
        this with
        {
            ClosedUntil = Instant.Max(ClosedUntil, now + pause),
        };

    private TokenBucket Refilled(RatePolicy policy, Instant now)
    {
        // Clocks of hosts may step back; tokens never do.
        var passed = Duration.Max(Duration.Zero, now - At);
        return this with
        {
            Tokens = Math.Min(policy.Burst, Tokens + (passed / policy.Every)),
            At = Instant.Max(At, now),
        };
    }
}
