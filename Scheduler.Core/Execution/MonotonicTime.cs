using NodaTime;

namespace Scheduler.Core.Execution;

/// <summary>Leases are measured with the monotonic clock: a changed wall clock neither lengthens nor shortens one.</summary>
internal static class MonotonicTime
{
    /// <summary>Time since an arbitrary, fixed origin; only differences mean anything.</summary>
    public static Duration MonotonicNow(this TimeProvider time) => Duration.FromTimeSpan(time.GetElapsedTime(0));

    /// <summary>As a wait: never negative, and rounded up to whole milliseconds, because a timer cuts fractions off.</summary>
    public static TimeSpan ToWait(this Duration duration) =>
        TimeSpan.FromMilliseconds(Math.Max(0, Math.Ceiling(duration.TotalMilliseconds)));

    public static Task DelayAsync(this TimeProvider time, Duration duration, CancellationToken cancellationToken) =>
        Task.Delay(duration.ToWait(), time, cancellationToken);
}
