using NodaTime;
using NodaTime.Text;

namespace Scheduler.Core.Usage;

/// <summary>A customer's own day: quotas count by it.</summary>
/// <param name="UsageId"><c>{customer_id}_{yyyyMMdd}</c>.</param>
public readonly record struct UsageDay(string UsageId, LocalDate Date)
{
    private static readonly LocalDatePattern Compact = LocalDatePattern.CreateWithInvariantCulture("yyyyMMdd");

    /// <summary>The day that <paramref name="now"/> falls on in the customer's time zone; UTC where the zone is unknown.</summary>
    public static UsageDay Of(string customerId, string timezone, Instant now)
    {
        var zone = DateTimeZoneProviders.Tzdb.GetZoneOrNull(timezone) ?? DateTimeZone.Utc;
        var date = now.InZone(zone).Date;
        return new UsageDay($"{customerId}_{Compact.Format(date)}", date);
    }
}
