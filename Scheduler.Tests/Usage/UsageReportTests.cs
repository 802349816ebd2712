using NodaTime;
using NodaTime.Text;
using NUnit.Framework;
using Scheduler.Core.Contracts;
using Scheduler.Core.Usage;

namespace Scheduler.Tests.Usage;

/// <summary>Months as a customer reads them.</summary>
[TestFixture]
public sealed class UsageReportTests
{
    private static readonly UsageMonth March = UsageMonth.Of(new LocalDate(2026, 3, 10));

    [TestCase("2026-03", true)]
    [TestCase("2026-3", false)]
    [TestCase("2026-00", false)]
    [TestCase("2026-03-01", false)]
    [TestCase("1999-12", false)]
    [TestCase("٢٠٢٦-٠٣", false)]
    [TestCase("", false)]
    public void A_month_is_written_in_one_way(string text, bool isOne) =>
        Assert.That(UsageMonth.TryParse(text, out _), Is.EqualTo(isOne));

    [TestCase("Pacific/Auckland", "2026-03-31", "2026-03-31T11:00:00Z", "2026-03-31T11:00:00Z")]
    [TestCase("Pacific/Honolulu", "2026-03-30", "2026-03-31T10:00:00Z", "2026-04-01T10:00:00Z")]
    [TestCase("Nowhere/Else", "2026-03-31", "2026-04-01T00:00:00Z", "2026-04-01T00:00:00Z")]
    public void Quotas_count_in_the_customers_own_day_and_month(
        string zone,
        string today,
        string dayEnd,
        string monthEnd
    )
    {
        var period = UsagePeriod.Of(zone, Instant.FromUtc(2026, 3, 31, 0, 30));

        Assert.That(
            (period.Today, period.Month, period.DayEnd, period.MonthEnd),
            Is.EqualTo(
                (
                    LocalDatePattern.Iso.Parse(today).Value,
                    March,
                    InstantPattern.General.Parse(dayEnd).Value,
                    InstantPattern.General.Parse(monthEnd).Value
                )
            )
        );
    }

    [Test]
    public void Every_day_up_to_today_is_there_and_none_after_it()
    {
        var days = UsageReport.Days([Day("2026-03-02", 4)], March, new LocalDate(2026, 3, 3));

        Assert.That(days.Select(day => day.Runs), Is.EqualTo([0, 4, 0]));
    }

    [TestCase("2026-02-28", 0)]
    [TestCase("2026-03-01", 1)]
    [TestCase("2026-03-30", 30)]
    [TestCase("2026-03-31", 31)]
    [TestCase("2026-04-01", 31)]
    public void A_month_has_as_many_days_as_have_begun(string today, int days) =>
        Assert.That(UsageReport.Days([], March, LocalDatePattern.Iso.Parse(today).Value), Has.Count.EqualTo(days));

    [Test]
    public void Totals_are_the_sums_of_all_days_and_nothing_before_is_no_change()
    {
        var usage = new[]
        {
            Day("2026-03-01", 6) with
            {
                SucceededToday = 3,
                FailedToday = 2,
                CancelledToday = 1,
                QuotaExceeded = true,
            },
            Day("2026-03-02", 10) with
            {
                SucceededToday = 4,
                FailedToday = 5,
                CancelledToday = 7,
            },
        };
        var days = UsageReport.Days(usage, March, new LocalDate(2026, 3, 3));
        var totals = UsageReport.Totals(days);
        var trend = UsageReport.Trend(days, [], March);

        using (Assert.EnterMultipleScope())
        {
            Assert.That((totals.Runs, totals.Succeeded, totals.Failed, totals.Cancelled), Is.EqualTo((16, 7, 7, 8)));
            Assert.That(days.Select(day => day.QuotaExceeded), Is.EqualTo(new[] { true, false, false }));
            Assert.That((trend.Runs, trend.PreviousRuns, trend.ChangePercent), Is.EqualTo((16, 0, null as double?)));
        }
    }

    [Test]
    public void A_month_that_is_over_is_compared_with_as_many_days_as_the_one_before_has()
    {
        var february = March.Previous;
        var days = UsageReport.Days([Day("2026-03-01", 6), Day("2026-03-31", 99)], March, new LocalDate(2026, 4, 2));
        var before = UsageReport.Days([Day("2026-02-28", 4)], february, february.Last);

        var trend = UsageReport.Trend(days, before, March);

        Assert.That(
            trend,
            Is.EqualTo(
                new UsageTrend
                {
                    PreviousMonth = "2026-02",
                    DaysCompared = 28,
                    Runs = 6,
                    PreviousRuns = 4,
                    ChangePercent = 50,
                }
            )
        );
    }

    [Test]
    public void A_present_month_is_compared_with_the_same_days()
    {
        var february = March.Previous;
        var days = UsageReport.Days([Day("2026-03-02", 2)], March, new LocalDate(2026, 3, 2));
        var before = UsageReport.Days([Day("2026-02-02", 4), Day("2026-02-03", 50)], february, february.Last);

        Assert.That(UsageReport.Trend(days, before, March).ChangePercent, Is.EqualTo(-50));
    }

    private static DailyUsage Day(string date, int runs) =>
        new()
        {
            CustomerId = "acme",
            UsageDate = date,
            RunToday = runs,
            SucceededToday = runs,
            FailedToday = 0,
            CancelledToday = 0,
            RunMonth = runs,
            ConcurrentRunning = 0,
            MaxConcurrentReached = 0,
            DailyLimit = null,
            MonthlyLimit = null,
            ConcurrentLimit = null,
            QuotaExceeded = false,
        };
}
