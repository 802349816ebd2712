using NodaTime;
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

    [Test]
    public void Every_day_up_to_today_is_there_and_none_after_it()
    {
        var days = UsageReport.Days([Day("2026-03-02", 4)], March, new LocalDate(2026, 3, 3));

        Assert.That(days.Select(day => day.Runs), Is.EqualTo([0, 4, 0]));
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
