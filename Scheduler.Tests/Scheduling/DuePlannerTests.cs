using NodaTime;
using NUnit.Framework;
using Scheduler.Core.Scheduling;
using Scheduler.Tests.Time;

namespace Scheduler.Tests.Scheduling;

public sealed class DuePlannerTests
{
    private static readonly Duration Grace = Duration.FromMinutes(5);

    private static readonly DueSchedule EveryMinute = new()
    {
        ConfigId = "cfg-1",
        Cron = "* * * * *",
        Timezone = "UTC",
        NextRunTime = Given.Time("2025-05-01T12:00Z"),
        LastIntervalEnd = Given.Time("2025-05-01T11:59Z"),
    };

    private static readonly DueSchedule Daily = EveryMinute with
    {
        Cron = "30 2 * * *",
        Timezone = "America/New_York",
        NextRunTime = Given.Time("2025-03-09T03:00-04:00"),
        LastIntervalEnd = Given.Time("2025-03-08T02:30-05:00"),
    };

    [TestCase(MisfirePolicy.RunOnce)]
    [TestCase(MisfirePolicy.Skip)]
    [TestCase(MisfirePolicy.RunAll)]
    public void On_time_every_policy_plans_the_one_occurrence(MisfirePolicy policy)
    {
        var plan = Fire(EveryMinute with { MisfirePolicy = policy }, "2025-05-01T12:00:40Z");

        Assert.That(plan.Occurrences, Is.EqualTo(new[] { Run("2025-05-01T12:00Z", from: "2025-05-01T11:59Z") }));
        Assert.That(plan.NextRunTime, Is.EqualTo(Given.Time("2025-05-01T12:01Z")));
    }

    [TestCase("2025-05-01T12:01:00Z", "2025-05-01T12:01Z", "2")]
    [TestCase("2025-05-01T13:00:59Z", "2025-05-01T13:00Z", "61")]
    [TestCase("2025-05-02T04:39:00Z", "2025-05-02T04:39Z", "1,000")]
    [TestCase("2025-05-02T04:40:00Z", "2025-05-02T04:40Z", "more than 1,000")]
    [TestCase("2025-05-31T12:00:00Z", "2025-05-31T12:00Z", "more than 1,000")]
    public void Run_once_covers_all_that_was_missed(string now, string latest, string count)
    {
        var plan = Fire(EveryMinute, now);

        var note = $"Stands for {count} occurrences, the first at 2025-05-01T12:00:00Z.";
        Assert.That(plan.Occurrences, Is.EqualTo(new[] { Run(latest, from: "2025-05-01T11:59Z", note: note) }));
        Assert.That(plan.NextRunTime, Is.EqualTo(Given.Time(latest) + Duration.FromMinutes(1)));
    }

    [Test]
    public void Skip_runs_the_latest_within_the_grace_time()
    {
        var hourly = EveryMinute with { Cron = "0 * * * *", MisfirePolicy = MisfirePolicy.Skip };

        var plan = Fire(hourly, "2025-05-31T12:05:00Z");

        Assert.That(plan.Occurrences, Is.EqualTo(new[] { Run("2025-05-31T12:00Z", from: "2025-05-01T11:59Z") }));
    }

    [Test]
    public void Skip_records_the_latest_beyond_the_grace_time()
    {
        var hourly = EveryMinute with { Cron = "0 * * * *", MisfirePolicy = MisfirePolicy.Skip };

        var plan = Fire(hourly, "2025-05-31T12:05:01Z");

        var skipped = Run("2025-05-31T12:00Z", from: "2025-05-01T11:59Z", note: "Came 301 s late; 300 s are allowed.");
        Assert.That(plan.Occurrences, Is.EqualTo(new[] { skipped with { Skip = true } }));
        Assert.That(plan.NextRunTime, Is.EqualTo(Given.Time("2025-05-31T13:00Z")));
    }

    [TestCase("2025-05-01T12:01:00Z", 2)]
    [TestCase("2025-05-01T13:00:00Z", 61)]
    [TestCase("2025-05-01T13:39:00Z", 100)]
    public void Run_all_runs_each_with_its_own_interval(string now, int count)
    {
        var plan = Fire(EveryMinute with { MisfirePolicy = MisfirePolicy.RunAll }, now);

        Assert.That(
            plan.Occurrences,
            Is.EqualTo(
                Enumerable
                    .Range(0, count)
                    .Select(n => EveryMinute.NextRunTime + Duration.FromMinutes(n))
                    .Select(time => new PlannedOccurrence(time, time - Duration.FromMinutes(1), time, false, null))
            )
        );
    }

    [TestCase("2025-05-01T13:40:00Z", "1")]
    [TestCase("2025-05-02T12:00:00Z", "1,341")]
    [TestCase("2025-05-08T12:19:00Z", "10,000")]
    [TestCase("2025-05-08T12:20:00Z", "more than 10,000")]
    [TestCase("2025-05-31T12:00:00Z", "more than 10,000")]
    public void Run_all_runs_the_newest_hundred_and_records_the_rest_as_one(string now, string count)
    {
        var plan = Fire(EveryMinute with { MisfirePolicy = MisfirePolicy.RunAll }, now);

        var dropped = plan.Occurrences[0];
        Assert.That(plan.Occurrences, Has.Count.EqualTo(101));
        Assert.That(dropped.Skip, Is.True);
        Assert.That(dropped.ScheduledTime, Is.EqualTo(Given.Time(now) - Duration.FromMinutes(100)));
        Assert.That(dropped.IntervalStart, Is.EqualTo(EveryMinute.LastIntervalEnd));
        Assert.That(
            dropped.Note,
            Is.EqualTo($"Occurrences dropped: {count}, the first at 2025-05-01T12:00:00Z; the newest 100 run.")
        );
        Assert.That(plan.Occurrences.Skip(1), Has.All.Property("Skip").False);
        Assert.That(plan.Occurrences[^1].ScheduledTime, Is.EqualTo(Given.Time(now)));
    }

    // America/New_York, 9 March 2025:  01:59 -05:00 | (02:00 to 02:59 do not exist) | 03:00 -04:00
    [Test]
    public void The_day_of_a_gap_has_one_run_whose_interval_is_shorter()
    {
        var plan = Fire(Daily, "2025-03-09T03:00:30-04:00");

        Assert.That(
            plan.Occurrences,
            Is.EqualTo(new[] { Run("2025-03-09T03:00-04:00", from: "2025-03-08T02:30-05:00") })
        );
        Assert.That(plan.NextRunTime, Is.EqualTo(Given.Time("2025-03-10T02:30-04:00")));
    }

    [Test]
    public void Catching_up_over_a_gap_has_one_run_a_day()
    {
        var plan = Fire(Daily with { MisfirePolicy = MisfirePolicy.RunAll }, "2025-03-11T12:00-04:00");

        Assert.That(
            plan.Occurrences,
            Is.EqualTo(
                new[]
                {
                    Run("2025-03-09T03:00-04:00", from: "2025-03-08T02:30-05:00"),
                    Run("2025-03-10T02:30-04:00", from: "2025-03-09T03:00-04:00"),
                    Run("2025-03-11T02:30-04:00", from: "2025-03-10T02:30-04:00"),
                }
            )
        );
    }

    // America/New_York, 2 November 2025:  01:00 to 01:59 -04:00 | 01:00 to 01:59 -05:00 | 02:00 -05:00
    [Test]
    public void Catching_up_over_an_overlap_has_the_hourly_runs_of_both_passes()
    {
        var hourly = Daily with
        {
            Cron = "30 * * * *",
            MisfirePolicy = MisfirePolicy.RunAll,
            NextRunTime = Given.Time("2025-11-02T01:30-04:00"),
            LastIntervalEnd = Given.Time("2025-11-02T00:30-04:00"),
        };

        var plan = Fire(hourly, "2025-11-02T02:45-05:00");

        Assert.That(
            plan.Occurrences.Select(o => o.ScheduledTime),
            Is.EqualTo(Given.Times("2025-11-02T01:30-04:00; 2025-11-02T01:30-05:00; 2025-11-02T02:30-05:00"))
        );
    }

    [Test]
    public void The_first_interval_ever_starts_at_the_crons_previous_occurrence()
    {
        var first = Daily with { LastIntervalEnd = null, NextRunTime = Given.Time("2025-05-02T02:30-04:00") };

        Assert.That(
            Fire(first, "2025-05-02T02:31-04:00").Occurrences.Single().IntervalStart,
            Is.EqualTo(Given.Time("2025-05-01T02:30-04:00"))
        );
        Assert.That(
            Fire(first, "2025-05-09T12:00-04:00").Occurrences.Single().IntervalStart,
            Is.EqualTo(Given.Time("2025-05-01T02:30-04:00")),
            "The runs that were missed before the first one ran are covered, too."
        );
    }

    [Test]
    public void An_end_that_lies_beyond_the_occurrence_starts_the_chain_anew()
    {
        var plan = Fire(EveryMinute with { LastIntervalEnd = EveryMinute.NextRunTime }, "2025-05-01T12:00:10Z");

        Assert.That(plan.Occurrences.Single(), Is.EqualTo(Run("2025-05-01T12:00Z", from: "2025-05-01T11:59Z")));
    }

    [Test]
    public void After_a_change_of_schedule_the_interval_starts_where_the_last_one_ended()
    {
        var changed = EveryMinute with { Cron = "0 18 * * *", NextRunTime = Given.Time("2025-05-01T18:00Z") };

        Assert.That(
            Fire(changed, "2025-05-01T18:00Z").Occurrences.Single(),
            Is.EqualTo(Run("2025-05-01T18:00Z", from: "2025-05-01T11:59Z"))
        );
    }

    [Test]
    public void The_stored_time_runs_even_when_the_schedule_no_longer_names_it()
    {
        var moved = EveryMinute with { Cron = "0 * * * *", NextRunTime = Given.Time("2025-05-01T12:17Z") };

        Assert.That(
            Fire(moved with { MisfirePolicy = MisfirePolicy.RunAll }, "2025-05-01T13:30Z")
                .Occurrences.Select(o => o.ScheduledTime),
            Is.EqualTo(Given.Times("2025-05-01T12:17Z; 2025-05-01T13:00Z"))
        );
        Assert.That(Fire(moved, "2025-05-01T12:20Z").Occurrences.Single().ScheduledTime, Is.EqualTo(moved.NextRunTime));
    }

    [Test]
    public void While_paused_or_not_runnable_it_is_passed_over()
    {
        var now = Given.Time("2025-05-31T12:00:30Z");
        var passedOver = new SchedulePlan.PassOver(Given.Time("2025-05-31T12:01Z"));

        Assert.That(Plan(EveryMinute with { PausedUntil = now + Duration.Epsilon }, now), Is.EqualTo(passedOver));
        Assert.That(Plan(EveryMinute with { PausedUntil = Instant.MaxValue }, now), Is.EqualTo(passedOver));
        Assert.That(Plan(EveryMinute with { CustomerRunnable = false }, now), Is.EqualTo(passedOver));
    }

    [TestCase("2025-05-31T11:59:59Z", "2025-05-31T12:00Z", "")]
    [TestCase(
        "2025-05-31T11:58:30Z",
        "2025-05-31T12:00Z",
        "Stands for 2 occurrences, the first at 2025-05-31T11:59:00Z."
    )]
    public void What_came_during_a_pause_that_has_ended_is_not_caught_up(string pausedUntil, string runs, string note)
    {
        var plan = Fire(EveryMinute with { PausedUntil = Given.Time(pausedUntil) }, "2025-05-31T12:00:30Z");

        var expected = Run(runs, from: "2025-05-01T11:59Z", note: note.Length == 0 ? null : note);
        Assert.That(plan.Occurrences, Is.EqualTo(new[] { expected }));
    }

    [Test]
    public void A_pause_that_ended_at_the_last_occurrence_leaves_nothing_due()
    {
        var until = Given.Time("2025-05-31T12:00Z");

        Assert.That(
            Plan(EveryMinute with { PausedUntil = until }, until + Duration.FromSeconds(30)),
            Is.EqualTo(new SchedulePlan.PassOver(Given.Time("2025-05-31T12:01Z")))
        );
    }

    [Test]
    public void A_pause_long_ago_changes_nothing() =>
        Assert.That(
            Fire(EveryMinute with { PausedUntil = Given.Time("2025-04-01T00:00Z") }, "2025-05-01T12:00Z").Occurrences,
            Has.Count.EqualTo(1)
        );

    [Test]
    public void It_is_never_early() =>
        Assert.That(
            Plan(EveryMinute, EveryMinute.NextRunTime - Duration.Epsilon),
            Is.EqualTo(new SchedulePlan.PassOver(EveryMinute.NextRunTime))
        );

    [TestCase("61 * * * *", "UTC", "minute: In the field minute: '61' is not valid here")]
    [TestCase("* * * * *", "Mars/Phobos", "timezone: 'Mars/Phobos' is not an IANA")]
    public void What_cannot_be_planned_is_set_aside_with_the_reason(string cron, string zone, string reason)
    {
        var plan = Plan(EveryMinute with { Cron = cron, Timezone = zone }, Given.Time("2025-05-01T12:00Z"));

        Assert.That(plan, Is.TypeOf<SchedulePlan.SetAside>());
        Assert.That(((SchedulePlan.SetAside)plan).Reason, Does.StartWith(reason));
    }

    [Test]
    public void A_schedule_that_never_fires_again_is_set_aside_or_runs_for_the_last_time()
    {
        var last = EveryMinute with { NextRunTime = Given.Time("9999-12-27T00:00Z"), LastIntervalEnd = null };
        var now = Given.Time("9999-12-29T00:00Z");

        Assert.That(((SchedulePlan.Fire)Plan(last, now)).NextRunTime, Is.Null);
        Assert.That(
            Plan(last with { CustomerRunnable = false }, now),
            Is.EqualTo(new SchedulePlan.SetAside("cron: '* * * * *' in UTC never fires again."))
        );
    }

    private static SchedulePlan Plan(DueSchedule due, Instant now) => DuePlanner.Plan(due, now, Grace);

    private static SchedulePlan.Fire Fire(DueSchedule due, string now) => (SchedulePlan.Fire)Plan(due, Given.Time(now));

    private static PlannedOccurrence Run(string time, string from, string? note = null) =>
        new(Given.Time(time), Given.Time(from), Given.Time(time), Skip: false, note);
}
