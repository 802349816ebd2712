using NodaTime;
using NodaTime.Text;
using Scheduler.Core.Contracts;

namespace Scheduler.Core.Usage;

/// <summary>Adds days up to a month, and compares it with the one before. Pure.</summary>
public static class UsageReport
{
    /// <summary>Every day of the month up to today, also those on which nothing happened.</summary>
    public static IReadOnlyList<UsageDayCounts> Days(IEnumerable<DailyUsage> usage, UsageMonth month, LocalDate today)
    {
        var known = usage.ToDictionary(day => LocalDatePattern.Iso.Parse(day.UsageDate).Value);
        return [.. Enumerable.Range(1, Shown(month, today)).Select(number => Day(month.First.PlusDays(number - 1)))];

        UsageDayCounts Day(LocalDate date) =>
            known.TryGetValue(date, out var day)
                ? new()
                {
                    Date = date,
                    Runs = day.RunToday,
                    Succeeded = day.SucceededToday,
                    Failed = day.FailedToday,
                    Cancelled = day.CancelledToday,
                    QuotaExceeded = day.QuotaExceeded,
                }
                : new()
                {
                    Date = date,
                    Runs = 0,
                    Succeeded = 0,
                    Failed = 0,
                    Cancelled = 0,
                    QuotaExceeded = false,
                };
    }

    public static UsageCounts Totals(IReadOnlyList<UsageDayCounts> days) =>
        new()
        {
            Runs = days.Sum(day => day.Runs),
            Succeeded = days.Sum(day => day.Succeeded),
            Failed = days.Sum(day => day.Failed),
            Cancelled = days.Sum(day => day.Cancelled),
        };

    /// <summary>Against as many days of the month before, as far as it has so many.</summary>
    public static UsageTrend Trend(
        IReadOnlyList<UsageDayCounts> days,
        IReadOnlyList<UsageDayCounts> previous,
        UsageMonth month
    )
    {
        ArgumentNullException.ThrowIfNull(days);
        ArgumentNullException.ThrowIfNull(previous);
        var compared = Math.Min(days.Count, month.Previous.Days);
        var runs = days.Take(compared).Sum(day => day.Runs);
        var before = previous.Take(compared).Sum(day => day.Runs);
        return new UsageTrend
        {
            PreviousMonth = month.Previous.ToString(),
            DaysCompared = compared,
            Runs = runs,
            PreviousRuns = before,
            ChangePercent = before == 0 ? null : Math.Round(100.0 * (runs - before) / before, 1),
        };
    }

    private static int Shown(UsageMonth month, LocalDate today) =>
        today < month.First ? 0
        : today > month.Last ? month.Days
        : today.Day;
}
