using NUnit.Framework;
using Scheduler.Core.Time;

namespace Scheduler.Tests.Time;

public sealed class ScheduleTests
{
    [Test]
    public void A_valid_schedule_keeps_its_parts()
    {
        var schedule = Given.Schedule("@daily", "Asia/Tokyo", DstPolicy.Both);

        Assert.That(
            (schedule.Cron.Canonical, schedule.Zone.Id, schedule.DstPolicy),
            Is.EqualTo(("0 0 * * *", "Asia/Tokyo", DstPolicy.Both))
        );
    }

    [TestCase("0 25 * * *", "Asia/Tokyo", "hour")]
    [TestCase("0 2 * * *", "Asia/tokyo", "timezone")]
    [TestCase(null, "Asia/Tokyo", "cron")]
    [TestCase("0 2 * * *", null, "timezone")]
    public void The_wrong_part_is_named(string? cron, string? zone, string part) =>
        Assert.That(
            Schedule.Create(cron, zone, DstPolicy.Default),
            Is.TypeOf<ScheduleResult.Invalid>().With.Property("Part").EqualTo(part)
        );

    [Test]
    public void A_repeated_expression_is_parsed_once() =>
        Assert.That(Given.Schedule("17 3 * * *").Cron, Is.SameAs(Given.Schedule("17 3 * * *", "Asia/Tokyo").Cron));

    [Test]
    public void The_cache_is_bounded_and_keeps_what_is_in_use()
    {
        var cache = new CronCache(generationSize: 10);
        var used = cache.Parse("0 0 * * *");

        for (var i = 0; i < 500; i++)
        {
            cache.Parse($"{i % 60} {i / 60} * * *");
            Assert.That(cache.Parse("0 0 * * *"), Is.EqualTo(used));
            Assert.That(cache.Count, Is.LessThanOrEqualTo(20));
        }
        Assert.That(((CronParseResult.Parsed)cache.Parse("0 0 * * *")).Expression.Original, Is.EqualTo("0 0 * * *"));
    }

    [Test]
    public void Two_full_generations_are_kept_and_then_the_older_one_goes()
    {
        var cache = new CronCache(generationSize: 10);
        var counts = Enumerable.Range(0, 21).Select(nth => (cache.Parse($"{nth} 0 * * *"), cache.Count).Count);

        Assert.That(counts, Is.EqualTo((int[])[.. Enumerable.Range(1, 20), 11]));
    }

    [Test]
    public void Refusals_are_not_kept()
    {
        var cache = new CronCache(generationSize: 10);

        cache.Parse("nonsense");
        cache.Parse(null);
        cache.Parse(new string('*', 1000));

        Assert.That(cache.Count, Is.Zero);
    }

    [Test]
    public void Many_threads_may_create_schedules_at_once()
    {
        var cache = new CronCache(generationSize: 50);

        Parallel.For(
            0,
            20_000,
            i =>
            {
                var text = $"{i % 60} {i % 7} * * *";
                Assert.That(((CronParseResult.Parsed)cache.Parse(text)).Expression.Original, Is.EqualTo(text));
            }
        );
    }
}
