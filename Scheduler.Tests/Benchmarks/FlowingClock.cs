using System.Diagnostics;
using NodaTime;

namespace Scheduler.Tests.Benchmarks;

/// <summary>A clock that goes as fast as the real one, from an instant that is chosen, and may be set forward.</summary>
internal sealed class FlowingClock(Instant start) : IClock
{
    private Instant at = start;
    private long since = Stopwatch.GetTimestamp();

    public Instant GetCurrentInstant() => at + Duration.FromTimeSpan(Stopwatch.GetElapsedTime(since));

    /// <summary>Only while nobody reads it.</summary>
    public void Set(Instant now) => (at, since) = (now, Stopwatch.GetTimestamp());
}
