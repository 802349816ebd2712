using NodaTime;
using NUnit.Framework;
using Scheduler.Core.Contracts;
using Scheduler.Core.Scheduling.Forecasts;
using Scheduler.Core.Time;

namespace Scheduler.Tests.Scheduling;

[TestFixture]
internal sealed class ForecastTests
{
    private static readonly Instant Now = Instant.FromUtc(2026, 11, 27, 10, 0, 1);

    [Test]
    public void It_begins_with_the_next_full_minute_and_lasts_a_day()
    {
        var forecast = Of(Group("0 10 * * *", 3), Group("1 10 * * *", 5));

        using (Assert.EnterMultipleScope())
        {
            Assert.That(forecast.From, Is.EqualTo(Instant.FromUtc(2026, 11, 27, 10, 1)));
            Assert.That(forecast.Until - forecast.From, Is.EqualTo(Duration.FromDays(1)));
            Assert.That((forecast.Pipelines, forecast.Runs), Is.EqualTo((8, 8)));
            Assert.That(
                forecast.Minutes,
                Is.EqualTo([
                    new ForecastMinute(Instant.FromUtc(2026, 11, 27, 10, 1), 5),
                    new ForecastMinute(Instant.FromUtc(2026, 11, 28, 10, 0), 3),
                ])
            );
        }
    }

    [Test]
    public void A_clock_change_is_in_it()
    {
        // At two the clock goes back to one: the policy runs the first of both.
        var now = Instant.FromUtc(2026, 11, 1, 0, 0);
        var group = new ScheduleGroup("30 1 * * *", "America/New_York", DstPolicy.Default, 0, 7);

        var forecast = Forecast.Of([group], now, default);

        Assert.That(forecast.Minutes, Is.EqualTo([new ForecastMinute(Instant.FromUtc(2026, 11, 1, 5, 30), 7)]));
    }

    [Test]
    public void Spread_runs_are_expected_over_their_width()
    {
        var forecast = Of(Group("0 12 * * *", 90, spread: 90));

        Assert.That(forecast.Minutes.Select(minute => minute.Runs), Is.EqualTo([60, 30]));
    }

    [Test]
    public void A_herd_is_named_with_the_spread_that_flattens_it()
    {
        var forecast = Of(Group("0 0 * * *", 9_000), Group("* * * * *", 10), Group("0 0 * * 6", 40));

        var herd = forecast.Herds.Single();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(forecast.Peak, Is.EqualTo(new ForecastMinute(Instant.FromUtc(2026, 11, 28, 0, 0), 9_050)));
            Assert.That((herd.At, herd.Runs), Is.EqualTo((forecast.Peak.At, 9_050)));
            Assert.That(
                herd.Schedules.Select(it =>
                    (it.ScheduleCron, it.Pipelines, it.SpreadSeconds, it.SuggestedSpreadSeconds)
                ),
                Is.EqualTo([("0 0 * * *", 9_000, 0, 3600), ("0 0 * * 6", 40, 0, 3600), ("* * * * *", 10, 0, 0)])
            );
            Assert.That(forecast.PeakWithSpreads.Runs, Is.EqualTo(10 + (9_040 / 60.0)).Within(0.01));
        }
    }

    [Test]
    public void A_suggestion_leaves_half_of_the_time_to_the_next_occurrence_free_and_never_narrows()
    {
        var forecast = Of(
            Group("*/20 * * * *", 600),
            Group("*/20 * * * *", 300, spread: 900),
            Group("0 3 * * *", 9_000)
        );

        var spreads = forecast
            .Herds.SelectMany(herd => herd.Schedules)
            .Where(schedule => schedule.ScheduleCron == "*/20 * * * *")
            .Select(schedule => (schedule.SpreadSeconds, schedule.SuggestedSpreadSeconds))
            .Distinct();
        Assert.That(spreads, Is.EquivalentTo([(0, 600), (900, 900)]));
    }

    [Test]
    public void A_few_runs_are_no_herd_however_quiet_the_day_is()
    {
        Assert.That(Of(Group("0 0 * * *", Forecast.LeastHerd - 1)).Herds, Is.Empty);
        Assert.That(Of(Group("0 0 * * *", Forecast.LeastHerd)).Herds, Has.Count.EqualTo(1));
        Assert.That(Of(Group("* * * * *", 10_000)).Herds, Is.Empty, "every minute is alike");
    }

    [Test]
    public void It_begins_at_once_where_a_minute_begins()
    {
        var now = Instant.FromUtc(2026, 11, 27, 10, 1);

        var forecast = Forecast.Of([Group("1 10 * * *", 5)], now, default);

        Assert.That(forecast.From, Is.EqualTo(now));
        Assert.That(forecast.Minutes, Is.EqualTo([new ForecastMinute(now, 5)]));
    }

    [Test]
    public void Herds_come_by_size_and_then_by_time()
    {
        var forecast = Of(Group("0 12 * * *", 100), Group("0 3 * * *", 300), Group("0 0 * * *", 100));

        Assert.That(
            forecast.Herds.Select(herd => (herd.At, herd.Runs)),
            Is.EqualTo([
                (Instant.FromUtc(2026, 11, 28, 3, 0), 300.0),
                (Instant.FromUtc(2026, 11, 27, 12, 0), 100.0),
                (Instant.FromUtc(2026, 11, 28, 0, 0), 100.0),
            ])
        );
    }

    [Test]
    public void A_herd_s_schedules_come_by_their_pipelines_then_by_expression_and_zone()
    {
        var forecast = Of(
            new ScheduleGroup("0 0 * * *", "Etc/UTC", DstPolicy.Default, 0, 40),
            Group("0 0 * * 6", 40),
            new ScheduleGroup("0 0 * * *", "Africa/Abidjan", DstPolicy.Default, 0, 40),
            Group("0 0 28 * *", 41)
        );

        Assert.That(
            forecast.Herds.Single().Schedules.Select(it => (it.ScheduleCron, it.Timezone)),
            Is.EqualTo([
                ("0 0 28 * *", "UTC"),
                ("0 0 * * *", "Africa/Abidjan"),
                ("0 0 * * *", "Etc/UTC"),
                ("0 0 * * 6", "UTC"),
            ])
        );
    }

    [Test]
    public void Exactly_so_many_times_the_average_is_a_herd()
    {
        // 288 of the day's 1,440 minutes have all of its runs: a fifth.
        Assert.That(Of(Group("*/5 * * * *", 30)).Herds, Is.Not.Empty);
        Assert.That(Of(Group("*/4 * * * *", 30)).Herds, Is.Empty);
    }

    [Test]
    public void The_suggested_spread_brings_a_herd_down_to_twice_the_average()
    {
        var forecast = Of(Group("0 0 * * *", 100), Group("* * * * *", 10));

        // 110 runs where 10.07 are the average: six minutes are the first that are enough.
        Assert.That(forecast.Herds.Single().Schedules[0].SuggestedSpreadSeconds, Is.EqualTo(360));
    }

    [Test]
    public void Nothing_is_nothing_and_what_cannot_be_resolved_is_never_due()
    {
        var forecast = Of(
            Group("0 0 31 2 *", 50),
            new ScheduleGroup("0 0 * * *", "Atlantis/City", DstPolicy.Default, 0, 4)
        );

        using (Assert.EnterMultipleScope())
        {
            Assert.That((forecast.Pipelines, forecast.Runs), Is.EqualTo((54, 0)));
            Assert.That(forecast.Minutes, Is.Empty);
            Assert.That(Of().Peak.Runs, Is.Zero);
        }
    }

    private static ForecastResponse Of(params ScheduleGroup[] groups) => Forecast.Of(groups, Now, default);

    private static ScheduleGroup Group(string cron, long pipelines, int spread = 0) =>
        new(cron, "UTC", DstPolicy.Default, spread, pipelines);
}
