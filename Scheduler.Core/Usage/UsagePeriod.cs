using NodaTime;

namespace Scheduler.Core.Usage;

/// <summary>The day and the month that a customer's quotas count in now, and when they end.</summary>
public sealed record UsagePeriod(LocalDate Today, UsageMonth Month, Instant DayEnd, Instant MonthEnd)
{
    /// <param name="timezone">The customer's; UTC where it is unknown.</param>
    public static UsagePeriod Of(string timezone, Instant now)
    {
        var zone = DateTimeZoneProviders.Tzdb.GetZoneOrNull(timezone) ?? DateTimeZone.Utc;
        var today = now.InZone(zone).Date;
        var month = UsageMonth.Of(today);
        return new UsagePeriod(
            today,
            month,
            zone.AtStartOfDay(today.PlusDays(1)).ToInstant(),
            zone.AtStartOfDay(month.Last.PlusDays(1)).ToInstant()
        );
    }
}
