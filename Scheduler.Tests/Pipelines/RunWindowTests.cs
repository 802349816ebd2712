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
}
