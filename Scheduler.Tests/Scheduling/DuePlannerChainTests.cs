using CsCheck;
using NodaTime;
using NUnit.Framework;
using Scheduler.Core.Scheduling;
using Scheduler.Core.Time;
using Scheduler.Tests.Support;
using Scheduler.Tests.Time;

namespace Scheduler.Tests.Scheduling;

/// <summary>A year of triggers at odd times: what holds for every schedule, zone and policy.</summary>
public sealed class DuePlannerChainTests
{
    private static readonly string[] Zones = [.. DateTimeZoneProviders.Tzdb.Ids];

    /// <summary>Minutes between triggers: mostly on time, sometimes hours or weeks late.</summary>
    private static readonly Gen<int> Pause = Gen.Frequency(
        (6, Gen.Int[1, 90]),
        (3, Gen.Int[90, 2_000]),
        (1, Gen.Int[2_000, 60_000])
    );

    private static readonly Gen<(DueSchedule Due, Instant Start, int[] Pauses)> Years = Gen.Select(
        CronGen.Expression,
        Gen.Int[0, Zones.Length - 1],
        Gen.Enum<DstPolicy>(),
        Gen.Enum<MisfirePolicy>(),
        Gen.Int[0, 60 * 24 * 365 * 60],
        Pause.Array[10, 60],
        (cron, zone, dst, misfire, minutes, pauses) =>
        {
            var start = Instant.FromUtc(1980, 1, 1, 0, 0) + Duration.FromMinutes(minutes);
            var due = new DueSchedule
            {
                ConfigId = "cfg-1",
                Cron = cron,
                Timezone = Zones[zone],
                DstPolicy = dst,
                MisfirePolicy = misfire,
                NextRunTime = OccurrenceCalculator.Next(Given.Schedule(cron, Zones[zone], dst), start)!.Value,
            };
            return (due, start, pauses);
        }
    );

    [Test]
    public void Intervals_leave_no_gap_and_repeat_nothing() =>
        Years.Sample(year => Check(year.Due, year.Start, year.Pauses), iter: Cases.Of(400));

    [Test]
    public void Run_all_runs_exactly_the_occurrences_of_the_schedule() =>
        Years.Sample(
            year =>
            {
                var due = year.Due with { MisfirePolicy = MisfirePolicy.RunAll };
                var schedule = Given.Schedule(due.Cron, due.Timezone, due.DstPolicy);
                var occurrences = Given.Walk(schedule, year.Start, 60);
                var now = occurrences[^1] + Duration.FromSeconds(30);
                if (OccurrenceCalculator.Next(schedule, occurrences[^1]) <= now)
                {
                    return;
                }

                var plan = (SchedulePlan.Fire)DuePlanner.Plan(due, now, Duration.Zero);

                Assert.That(plan.Occurrences.Select(o => o.ScheduledTime), Is.EqualTo(occurrences));
            },
            iter: Cases.Of(500)
        );

    private static void Check(DueSchedule due, Instant start, int[] pauses)
    {
        var schedule = Given.Schedule(due.Cron, due.Timezone, due.DstPolicy);
        var chainEnd = OccurrenceCalculator.Previous(schedule, due.NextRunTime - Duration.Epsilon)!.Value;
        var now = start;
        foreach (var pause in pauses)
        {
            now += Duration.FromMinutes(pause);
            if (due.NextRunTime > now)
            {
                continue;
            }
            var plan = (SchedulePlan.Fire)DuePlanner.Plan(due, now, Duration.FromHours(1));
            foreach (var occurrence in plan.Occurrences)
            {
                Assert.That(occurrence.IntervalStart, Is.EqualTo(chainEnd).And.LessThan(occurrence.IntervalEnd));
                Assert.That(occurrence.IntervalEnd, Is.EqualTo(occurrence.ScheduledTime));
                Assert.That(
                    OccurrenceCalculator.Previous(schedule, chainEnd = occurrence.IntervalEnd),
                    Is.EqualTo(chainEnd)
                );
            }
            Assert.That(plan.Occurrences, Has.Count.LessThanOrEqualTo(DuePlanner.MostCaughtUp + 1));
            Assert.That(chainEnd, Is.EqualTo(OccurrenceCalculator.Previous(schedule, now)));
            Assert.That(plan.NextRunTime, Is.EqualTo(OccurrenceCalculator.Next(schedule, now)).And.GreaterThan(now));
            due = due with { NextRunTime = plan.NextRunTime!.Value, LastIntervalEnd = chainEnd };
        }
    }
}
