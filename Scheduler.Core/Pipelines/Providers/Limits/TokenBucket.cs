using NodaTime;

namespace Scheduler.Core.Pipelines.Providers.Limits;

/// <summary>
/// How many calls may start now: a token bucket as a value, so that every decision is a pure function of it and of <c>now</c>. It is
/// kept as the time at which it is full again (<see href="https://en.wikipedia.org/wiki/Generic_cell_rate_algorithm">GCRA</see>):
/// each call moves that on by one interval.
/// </summary>
/// <param name="FullAt">When all calls of the burst may start at once again.</param>
/// <param name="At">When it was last asked: clocks of hosts may step back, what was spent does not come back by that.</param>
/// <param name="ClosedUntil">No call starts before: the provider asked for it.</param>
public readonly record struct TokenBucket(Instant FullAt, Instant At, Instant ClosedUntil)
{
    public static TokenBucket Full(Instant now) => new(now, now, Instant.MinValue);

    /// <summary>Takes a token, possibly one of the future.</summary>
    /// <param name="policy">How fast tokens come back.</param>
    /// <param name="longestWait">A call that would have to wait longer takes nothing.</param>
    /// <returns>How long the call waits, or would have to, and the bucket after it.</returns>
    public (bool Granted, Duration Wait, TokenBucket Next) Take(RatePolicy policy, Instant now, Duration longestWait)
    {
        var asked = Instant.Max(At, now);
        var fullAt = Instant.Max(FullAt, asked);
        var wait = Duration.Max(Duration.Zero, fullAt - asked - (policy.Every * (policy.Burst - 1)));
        if (ClosedUntil > now + wait)
        {
            wait = ClosedUntil - now;
        }
        return wait > longestWait
            ? (false, wait, this with { At = asked })
            : (true, wait, this with { FullAt = fullAt + policy.Every, At = asked });
    }

    /// <summary>
    /// Takes as many tokens as calls may start now, <paramref name="most"/> at the most, or a single one of the future.
    /// </summary>
    /// <returns>How many were taken, 0 for none within <paramref name="longestWait"/>; how long the first waits, or would have to.</returns>
    public (int Taken, Duration Wait, TokenBucket Next) TakeUpTo(
        int most,
        RatePolicy policy,
        Instant now,
        Duration longestWait
    )
    {
        var (granted, wait, next) = Take(policy, now, longestWait);
        if (!granted)
        {
            return (0, wait, next);
        }
        var taken = 1;
        while (taken < most && wait == Duration.Zero)
        {
            var (more, _, after) = next.Take(policy, now, Duration.Zero);
            if (!more)
            {
                break;
            }
            (taken, next) = (taken + 1, after);
        }
        return (taken, wait, next);
    }

    /// <summary>Lets nobody start for a while; an earlier, longer pause stays.</summary>
    public TokenBucket Close(Instant now, Duration pause) =>
        this with
        {
            ClosedUntil = Instant.Max(ClosedUntil, now + pause),
        };
}
