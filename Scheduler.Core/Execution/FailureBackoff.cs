using NodaTime;

namespace Scheduler.Core.Execution;

/// <summary>How long to wait after a failed call.</summary>
public static class FailureBackoff
{
    /// <summary>The longest wait without a Retry-After.</summary>
    public static readonly Duration Longest = Duration.FromSeconds(30);

    /// <summary>A Retry-After is believed up to here.</summary>
    public static readonly Duration LongestRetryAfter = Duration.FromMinutes(5);

    private static readonly Duration First = Duration.FromSeconds(0.5);

    /// <summary>
    /// Doubles from half a second up to <paramref name="cap"/>, then a random part between half and all of it, so that
    /// many workers do not come back together. A refused key or call waits the cap at once. A Retry-After wins when longer.
    /// </summary>
    /// <param name="failures">Failures in a row, 1 for the first.</param>
    public static Duration Delay(int failures, ApiFailure failure, Duration cap, Random random)
    {
        var doubled = First * Math.Pow(2, Math.Clamp(failures - 1, 0, 16));
        var full = failure.Kind == ApiFailureKind.Unavailable ? Duration.Min(cap, doubled) : cap;
        var delay = full * (0.5 + random.NextDouble() / 2);
        return failure.RetryAfter is { } asked ? Duration.Max(delay, Duration.Min(asked, LongestRetryAfter)) : delay;
    }
}
