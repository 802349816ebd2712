using NodaTime;
using Scheduler.Core.Usage;

namespace Scheduler.Core.Customers;

/// <summary>From which day of a customer's to which its counts go when its time zone changes: what was used today stays used today.</summary>
/// <param name="TimezoneBefore">The zone that the move was judged by; if it is another by now, the zone is left as it is.</param>
/// <param name="From">The day in that zone.</param>
/// <param name="To">The day in the new one; the same where nothing changes.</param>
public sealed record DayMove(string TimezoneBefore, UsageDay From, UsageDay To)
{
    public static DayMove Of(string customerId, string timezoneBefore, string? timezone, Instant now) =>
        new(
            timezoneBefore,
            UsageDay.Of(customerId, timezoneBefore, now),
            UsageDay.Of(customerId, timezone ?? timezoneBefore, now)
        );
}
