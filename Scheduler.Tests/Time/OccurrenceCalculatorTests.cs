using System.Diagnostics;
using NodaTime;
using NUnit.Framework;
using Scheduler.Core.Contracts;
using Scheduler.Core.Time;

namespace Scheduler.Tests.Time;

public sealed class OccurrenceCalculatorTests
{
    [Test]
    public void Previous_is_the_instant_itself_when_it_is_an_occurrence()
    {
        var schedule = Given.Schedule("0 6 * * *");

        Assert.That(
            OccurrenceCalculator.Previous(schedule, Given.Time("2025-05-02T06:00Z")),
            Is.EqualTo(Given.Time("2025-05-02T06:00Z"))
        );
        Assert.That(
            OccurrenceCalculator.Previous(schedule, Given.Time("2025-05-02T06:00Z") - Duration.Epsilon),
            Is.EqualTo(Given.Time("2025-05-01T06:00Z"))
        );
    }

    // 9 March 2025:  01:59 -05:00 | (02:00 to 02:59 do not exist) | 03:00 -04:00
    [TestCase("30 2 * * *", "2025-03-09T02:59:59-05:00", "2025-03-09T03:00-04:00")]
    [TestCase("30 2 * * *", "2025-03-09T01:59-05:00   ", "2025-03-08T02:30-05:00")]
    // 2 November 2025:  01:00 to 01:59 -04:00 | 01:00 to 01:59 -05:00 | 02:00 -05:00
    [TestCase("30 1 * * *", "2025-11-02T01:40-05:00   ", "2025-11-02T01:30-04:00")]
    [TestCase("30 * * * *", "2025-11-02T01:40-05:00   ", "2025-11-02T01:30-05:00")]
    [TestCase("30 * * * *", "2025-11-02T01:20-05:00   ", "2025-11-02T01:30-04:00")]
    public void Previous_across_a_change(string cron, string at, string expected) =>
        Assert.That(
            OccurrenceCalculator.Previous(Given.Schedule(cron, "America/New_York"), Given.Time(at.Trim())),
            Is.EqualTo(Given.Time(expected))
        );

    [Test]
    public void The_longest_pause_is_crossed_in_both_directions()
    {
        var schedule = Given.Schedule("0 0 29 2 *", "Europe/Rome");

        Assert.That(
            OccurrenceCalculator.Next(schedule, Given.Time("2096-02-29T00:00+01:00")),
            Is.EqualTo(Given.Time("2104-02-29T00:00+01:00"))
        );
        Assert.That(
            OccurrenceCalculator.Previous(schedule, Given.Time("2104-02-28T23:59+01:00")),
            Is.EqualTo(Given.Time("2096-02-29T00:00+01:00"))
        );
    }

    [Test]
    public void The_ends_of_time_do_not_throw(
        [Values("* * * * *", "0 0 29 2 *", "30 2 * * SUN")] string cron,
        [Values("UTC", "Pacific/Kiritimati", "Etc/GMT+12", "America/New_York", "Africa/Monrovia")] string zone
    )
    {
        var schedule = Given.Schedule(cron, zone);
        var nearMin = Instant.FromUtc(1, 1, 1, 0, 0);
        var nearMax = Instant.FromUtc(9999, 12, 31, 23, 59, 59);

        foreach (var hours in Enumerable.Range(-100, 200).Select(n => Duration.FromHours(n)))
        {
            foreach (var at in new[] { nearMin + hours, nearMax + Duration.Min(hours, Duration.Zero) })
            {
                Assert.That(OccurrenceCalculator.Next(schedule, at), Is.Null.Or.GreaterThan(at));
                Assert.That(OccurrenceCalculator.Previous(schedule, at), Is.Null.Or.LessThanOrEqualTo(at));
            }
        }
        Assert.That(OccurrenceCalculator.Next(schedule, Instant.MinValue), Is.Not.Null);
        Assert.That(OccurrenceCalculator.Next(schedule, Instant.MaxValue), Is.Null);
        Assert.That(OccurrenceCalculator.Previous(schedule, Instant.MinValue), Is.Null);
        Assert.That(OccurrenceCalculator.Previous(schedule, Instant.MaxValue), Is.Not.Null);
    }

    [Test]
    public void Preview_tells_what_a_gap_and_an_overlap_do()
    {
        var daily = Given.Schedule("30 2 * * *", "America/New_York");
        var gap = OccurrenceCalculator.Preview(daily, Given.Time("2025-03-08T00:00-05:00"), 3);
        var atItsEnd = OccurrenceCalculator.Preview(
            Given.Schedule("0 3 * * *", "America/New_York"),
            Given.Time("2025-03-09T00:00-05:00"),
            1
        );
        var overlap = OccurrenceCalculator.Preview(
            Given.Schedule("30 */1 * * *", "America/New_York"),
            Given.Time("2025-11-02T00:00-04:00"),
            4
        );

        Assert.That(gap.Select(o => o.Dst), Is.EqualTo(new[] { DstEffect.None, DstEffect.Gap, DstEffect.None }));
        Assert.That(gap[1].LocalTime.ToString("G", null), Is.EqualTo("2025-03-09T03:00:00-04"));
        Assert.That(gap[1].ScheduledTime, Is.EqualTo(Given.Time("2025-03-09T07:00Z")));
        Assert.That(atItsEnd.Single().Dst, Is.EqualTo(DstEffect.None));
        Assert.That(
            overlap.Select(o => (o.LocalTime.ToString("G", null), o.Dst)),
            Is.EqualTo(
                new[]
                {
                    ("2025-11-02T00:30:00-04", DstEffect.None),
                    ("2025-11-02T01:30:00-04", DstEffect.Overlap),
                    ("2025-11-02T01:30:00-05", DstEffect.Overlap),
                    ("2025-11-02T02:30:00-05", DstEffect.None),
                }
            )
        );
    }

    [Test]
    public void Preview_stops_at_the_count_and_at_the_end_of_time()
    {
        var schedule = Given.Schedule("0 0 1 1 *");

        Assert.That(OccurrenceCalculator.Preview(schedule, Given.Time("2025-01-01T00:00Z"), 0), Is.Empty);
        Assert.That(OccurrenceCalculator.Preview(schedule, Given.Time("9990-06-01T00:00Z"), 50), Has.Count.EqualTo(9));
        Assert.That(
            () => OccurrenceCalculator.Preview(schedule, Instant.MinValue, -1),
            Throws.InstanceOf<ArgumentException>()
        );
    }

    [Test]
    public void The_words_on_the_wire() =>
        Assert.That(Wire.Words<DstEffect>(), Is.EqualTo(new[] { "none", "gap", "overlap" }));

    [TestCase("* * * * *", "Europe/Berlin")]
    [TestCase("0 0 29 2 *", "America/New_York")]
    [TestCase("30 2 13 * FRI", "Africa/Casablanca")]
    public void A_hundred_thousand_answers_take_well_under_ten_seconds(string cron, string zone)
    {
        var schedule = Given.Schedule(cron, zone);
        var start = Given.Time("2025-06-01T00:00Z");
        var watch = Stopwatch.StartNew();

        for (var i = 0; i < 100_000; i++)
        {
            OccurrenceCalculator.Next(schedule, start + Duration.FromMinutes(i * 7));
        }

        Assert.That(watch.Elapsed, Is.LessThan(TimeSpan.FromSeconds(10)));
    }
}
