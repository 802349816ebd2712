using NodaTime;

namespace Scheduler.Core.Time;

/// <summary>Answer of <see cref="TimeZones.Find"/>.</summary>
public abstract record TimeZoneResult
{
    private TimeZoneResult() { }

    public sealed record Found(DateTimeZone Zone) : TimeZoneResult;

    /// <param name="Message">For the customer: what is wrong and, where it can be guessed, the right id.</param>
    public sealed record Unknown(string Message) : TimeZoneResult;
}
