using NodaTime;

namespace Scheduler.Api.Tour;

/// <summary>The clock of a while ago: a pipeline that is configured by it has had occurrences since.</summary>
internal sealed class EarlierClock(IClock clock, Duration age) : IClock
{
    public Instant GetCurrentInstant() => clock.GetCurrentInstant() - age;
}
