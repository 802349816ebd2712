using CsCheck;
using NodaTime;
using NUnit.Framework;
using Scheduler.Core.Time;
using Scheduler.Tests.Support;

namespace Scheduler.Tests.Time;

/// <summary>Generated schedules in every zone of the database, around its clock changes.</summary>
public sealed class OccurrenceWalkTests
{
    private static readonly Duration Window = Duration.FromDays(3);
    private static readonly Interval Years = new(Instant.FromUtc(1900, 1, 1, 0, 0), Instant.FromUtc(2050, 1, 1, 0, 0));
    private static readonly DateTimeZone[] Zones =
    [
        .. DateTimeZoneProviders.Tzdb.Ids.Select(id => DateTimeZoneProviders.Tzdb[id]),
    ];

    /// <summary>Half of the expressions are aimed at the small hours, where clocks change.</summary>
    private static readonly Gen<string> Expression = Gen.OneOf(
        CronGen.Expression,
        CronGen.With(
            CronGen.Minute,
            Gen.OneOf(Gen.Int[0, 3].Select(hour => $"{hour}"), Gen.Const("23"), Gen.Const("0-3"), Gen.Const("*"))
        )
    );

    private static readonly Gen<(DateTimeZone Zone, Instant From)> ZoneAndTime = Gen.Select(
        Gen.Int[0, Zones.Length - 1],
        Gen.Int[0, 10_000],
        Gen.Long[-60 * 60 * 60, 60 * 60 * 10],
        (zone, transition, seconds) => (Zones[zone], Change(Zones[zone], transition) + Duration.FromSeconds(seconds))
    );

    private static readonly Gen<(string Cron, DateTimeZone Zone, Instant From, DstPolicy Policy)> Case = Gen.Select(
        Expression,
        ZoneAndTime,
        Gen.Enum<DstPolicy>(),
        (cron, at, policy) => (cron, at.Zone, at.From, policy)
    );

    [Test]
    public void Next_equals_an_independent_walk_over_every_minute() =>
        Case.Sample(
            c =>
            {
                var expected = new MinuteWalk(c.Cron, c.Zone, c.Policy).Between(c.From, c.From + Window);
                var actual = Occurrences(Given.Schedule(c.Cron, c.Zone.Id, c.Policy), c.From, c.From + Window);

                Assert.That(actual, Is.EqualTo(expected));
            },
            iter: Cases.Of(3_000)
        );

    [Test]
    public void Next_and_previous_agree_and_strictly_rise() =>
        Case.Sample(
            c =>
            {
                var schedule = Given.Schedule(c.Cron, c.Zone.Id, c.Policy);
                var next = OccurrenceCalculator.Next(schedule, c.From)!.Value;
                var previous = OccurrenceCalculator.Previous(schedule, c.From)!.Value;

                Assert.That(next, Is.GreaterThan(c.From));
                Assert.That(previous, Is.LessThanOrEqualTo(c.From));
                Assert.That(OccurrenceCalculator.Previous(schedule, next), Is.EqualTo(next));
                Assert.That(OccurrenceCalculator.Previous(schedule, next - Duration.Epsilon), Is.EqualTo(previous));
                Assert.That(OccurrenceCalculator.Next(schedule, previous), Is.EqualTo(next));
                Assert.That(OccurrenceCalculator.Next(schedule, next - Duration.Epsilon), Is.EqualTo(next));
            },
            iter: Cases.Of(10_000)
        );

    [Test]
    public void The_canonical_form_fires_at_the_same_times() =>
        Case.Sample(
            c =>
            {
                var schedule = Given.Schedule(c.Cron, c.Zone.Id, c.Policy);
                var canonical = Given.Schedule(schedule.Cron.Canonical, c.Zone.Id, c.Policy);

                Assert.That(Given.Walk(canonical, c.From, 20), Is.EqualTo(Given.Walk(schedule, c.From, 20)));
            },
            iter: Cases.Of(500)
        );

    private static List<Instant> Occurrences(Schedule schedule, Instant from, Instant to)
    {
        var found = new List<Instant>();
        var at = OccurrenceCalculator.Next(schedule, from);
        while (at is { } time && time <= to)
        {
            found.Add(time);
            at = OccurrenceCalculator.Next(schedule, time);
        }
        return found;
    }

    private static Instant Change(DateTimeZone zone, int number)
    {
        var changes = zone.GetZoneIntervals(Years).Where(interval => interval.HasStart).ToList();
        return changes.Count == 0
            ? Years.Start + Duration.FromHours(number * 100L)
            : changes[number % changes.Count].Start;
    }
}
