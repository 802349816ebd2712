using NodaTime;
using Scheduler.Core.Customers;
using Scheduler.Core.Time;

namespace Scheduler.Core.Scheduling.Backfills;

/// <summary>How much of what a customer may do is a backfill's: pure. What the schedules will ask for comes first.</summary>
public static class BackfillShare
{
    /// <summary>How many more of its runs may be open: under its own cap, and one place of the customer's cap stays free.</summary>
    /// <param name="customerCap">Null for none.</param>
    /// <param name="open">Its runs that are not over.</param>
    public static int Room(int maxConcurrent, int? customerCap, int open)
    {
        var cap = customerCap is { } all ? Math.Min(maxConcurrent, Math.Max(1, all - 1)) : maxConcurrent;
        return Math.Max(0, cap - open);
    }

    /// <summary>How many runs the quotas leave after all that the schedules still ask for, and which of them says so.</summary>
    /// <param name="facts">The customer's limits and use.</param>
    /// <param name="schedules">Its active pipelines'.</param>
    /// <param name="dayEnd">When the customer's day ends.</param>
    /// <param name="monthEnd">When its month does.</param>
    public static (int Left, BackfillWait? Bound) Quota(
        ReadinessFacts facts,
        IReadOnlyList<Schedule> schedules,
        Instant now,
        Instant dayEnd,
        Instant monthEnd
    )
    {
        var today = Left(facts.DailyLimit, facts.RunToday, dayEnd);
        var thisMonth = Left(facts.MonthlyLimit, facts.RunThisMonth, monthEnd);
        return thisMonth < today ? (thisMonth, BackfillWait.QuotaMonthly)
            : today < int.MaxValue ? (today, BackfillWait.QuotaDaily)
            : (int.MaxValue, null);

        int Left(int? limit, int used, Instant until) =>
            limit is not { } most ? int.MaxValue : Math.Max(0, most - used - Due(schedules, now, until, most - used));
    }

    /// <summary>How often the schedules fire until then, counted up to <paramref name="most"/>.</summary>
    private static int Due(IReadOnlyList<Schedule> schedules, Instant now, Instant until, int most)
    {
        var due = 0;
        foreach (var schedule in schedules)
        {
            for (
                var at = OccurrenceCalculator.Next(schedule, now);
                at is { } time && time < until && due < most;
                at = OccurrenceCalculator.Next(schedule, time)
            )
            {
                due++;
            }
        }
        return due;
    }
}
