using NodaTime;
using NUnit.Framework;
using Scheduler.Core.Pipelines;
using Scheduler.Core.Pipelines.Templates;

namespace Scheduler.Tests.Pipelines;

public sealed class RunWindowTests
{
    private static readonly Instant Now = Instant.FromUtc(2026, 11, 10, 3, 0);
    private static readonly WindowRule Lookback = new() { CoversSource = false, LookbackParameter = "days" };

    private static ResolvedValues Values(params (string Name, object Value)[] values) =>
        new(values.ToDictionary(pair => pair.Name, pair => pair.Value));

    [TestCase(9, 10, 1, false, 9, 9)]
    [TestCase(9, 10, 3, false, 7, 9)]
    [TestCase(9, 10, 3, true, 7, 9)]
    [TestCase(3, 4, 1, false, 3, 3)]
    [TestCase(1, 10, 3, false, 1, 9)]
    [TestCase(10, 11, 1, true, 10, 10)]
    [TestCase(10, 11, 1, false, 9, 9)]
    public void The_window_is_the_interval_and_the_days_looked_back(
        int from,
        int to,
        long days,
        bool today,
        int first,
        int last
    )
    {
        var interval = new Interval(Instant.FromUtc(2026, 11, from, 0, 0), Instant.FromUtc(2026, 11, to, 0, 0));

        var window = RunWindow.Decide(Lookback with { IncludeToday = today }, Values(("days", days)), interval, Now);

        Assert.That((window.From?.Day, window.To?.Day), Is.EqualTo(((int?)first, (int?)last)));
    }

    [Test]
    public void Parameters_win_and_a_source_gives_what_they_leave_open()
    {
        var rule = new WindowRule
        {
            CoversSource = true,
            FromParameter = "from",
            ToParameter = "to",
        };
        var day = new LocalDate(2026, 1, 5);

        var asked = RunWindow.Decide(rule, Values(("from", day)), new Interval(Now, Now), Now);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(asked, Is.EqualTo(((LocalDate?)day, (LocalDate?)null)));
            Assert.That(RunWindow.Covered(asked, null), Is.Null);
            Assert.That(
                RunWindow.Covered(asked, new(day.PlusDays(1), day.PlusDays(3))),
                Is.EqualTo(new Core.Datasets.DayWindow(day, day.PlusDays(3)))
            );
        }
    }

    // The 10th of November: the whole of October as long as its bill may change, and only for runs that end with today.
    [TestCase(15, 10, "2026-10-01", "2026-11-10")]
    [TestCase(10, 10, "2026-10-01", "2026-11-10")]
    [TestCase(9, 10, "2026-11-08", "2026-11-10")]
    [TestCase(0, 10, "2026-11-08", "2026-11-10")]
    [TestCase(15, 5, "2026-11-03", "2026-11-05")]
    public void The_previous_month_is_read_again_while_its_bill_is_open(int until, int lastDay, string from, string to)
    {
        var rule = Lookback with { IncludeToday = true, PreviousMonthUntil = until };
        var interval = new Interval(Instant.FromUtc(2026, 11, lastDay, 0, 0), Instant.FromUtc(2026, 11, lastDay, 3, 0));

        var window = RunWindow.Decide(rule, Values(("days", 3L)), interval, Now);

        Assert.That($"{window.From:uuuu-MM-dd} {window.To:uuuu-MM-dd}", Is.EqualTo($"{from} {to}"));
    }

    [TestCase(null, "2026-11-05")]
    [TestCase("2026-11-07", "2026-11-05")]
    [TestCase("2026-10-20", "2026-10-20")]
    [TestCase("1999-01-01", "2025-10-05")]
    public void A_change_before_the_window_widens_it_up_to_400_days(string? change, string from)
    {
        (LocalDate?, LocalDate?) asked = (new LocalDate(2026, 11, 5), new LocalDate(2026, 11, 9));
        var day = change is null ? (LocalDate?)null : NodaTime.Text.LocalDatePattern.Iso.Parse(change).Value;

        var (first, last) = RunWindow.Widen(asked, day);

        Assert.That($"{first:uuuu-MM-dd} {last:uuuu-MM-dd}", Is.EqualTo($"{from} 2026-11-09"));
    }

    [TestCase(0, "2026-11-01", "2026-11-30")]
    [TestCase(15, "2026-10-01", "2026-11-30")]
    public void A_source_that_is_replaced_by_the_month_has_whole_months(int until, string from, string to)
    {
        var rule = Lookback with { IncludeToday = true, PreviousMonthUntil = until, WholeMonths = true };
        var interval = new Interval(Instant.FromUtc(2026, 11, 9, 3, 0), Now);

        var window = RunWindow.Decide(rule, Values(("days", 1L)), interval, Now);

        Assert.That($"{window.From:uuuu-MM-dd} {window.To:uuuu-MM-dd}", Is.EqualTo($"{from} {to}"));
    }
}
