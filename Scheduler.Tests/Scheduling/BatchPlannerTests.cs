using NodaTime;
using NUnit.Framework;
using Scheduler.Core.Identifiers;
using Scheduler.Core.Scheduling;

namespace Scheduler.Tests.Scheduling;

/// <summary>How due pipelines become the rows of a batch.</summary>
[TestFixture]
internal sealed class BatchPlannerTests
{
    private static readonly Instant Now = Instant.FromUtc(2026, 3, 2, 10, 0);

    private readonly BatchPlanner planner = new(new RandomIdSource(), new TriggerOptions());

    [Test]
    public void Runs_count_in_the_day_of_their_own_trigger()
    {
        planner.Plan([Due("a")], Now, 100);
        var tomorrow = planner.Plan([Due("a")], Now + Duration.FromDays(1), 100);

        var run = tomorrow.Runs.Single();
        Assert.That((run.UsageId, run.UsageDate), Is.EqualTo(("acme_20260303", new LocalDate(2026, 3, 3))));
    }

    [Test]
    public void Parameters_that_are_no_JSON_set_a_pipeline_aside_and_say_so()
    {
        var batch = planner.Plan([Due("a") with { ParametersValid = false }, Due("b")], Now, 100);

        using (Assert.EnterMultipleScope())
        {
            var (pipeline, reason) = batch.SetAside.Single();
            Assert.That(pipeline.Schedule.ConfigId, Is.EqualTo("a"));
            Assert.That(reason, Does.Contain("parameters").And.Contain("no JSON"));
            Assert.That(batch.Pipelines.Select(it => it.DeactivateReason), Is.EqualTo([reason, null]));
            Assert.That(batch.Pipelines[0].NextRunTime, Is.Null);
            Assert.That(batch.Runs.Select(run => run.ConfigId), Is.EqualTo(["b"]));
        }
    }

    [Test]
    public void A_schedule_at_which_planning_fails_is_set_aside_with_the_fault_s_name_and_stops_nobody()
    {
        var unknown = Due("a", it => it with { MisfirePolicy = (MisfirePolicy)99 });

        var batch = planner.Plan([unknown, Due("b")], Now, 100);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(
                batch.SetAside.Single().Reason,
                Does.Contain(nameof(ArgumentOutOfRangeException)).And.Contain("configure the schedule anew")
            );
            Assert.That(batch.Runs.Select(run => run.ConfigId), Is.EqualTo(["b"]));
        }
    }

    [Test]
    public void The_last_occurrence_there_is_runs_and_switches_its_pipeline_off()
    {
        // Where the calendar ends, every schedule does.
        var end = Instant.FromUtc(9999, 12, 29, 0, 0);

        var batch = planner.Plan([Due("a", it => it with { NextRunTime = end - Duration.FromDays(2) })], end, 100);
        var earlier = planner.Plan([Due("b")], Now, 100);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(batch.Runs.Select(run => run.ConfigId), Is.EqualTo(["a"]));
            Assert.That(
                batch.Pipelines.Concat(earlier.Pipelines).Select(it => (it.NextRunTime, it.DeactivateReason)),
                Is.EqualTo([
                    ((Instant?)null, "The schedule has no further occurrence."),
                    (Now + Duration.FromHours(1), (string?)null),
                ])
            );
        }
    }

    [TestCase(-1, true)]
    [TestCase(0, true)]
    [TestCase(1, false)]
    public void A_pipeline_is_live_from_the_end_of_its_pause_on(int secondsLeft, bool isLive)
    {
        var paused = Due("a", it => it with { PausedUntil = Now + Duration.FromSeconds(secondsLeft) });

        var batch = planner.Plan([paused], Now, 100);

        Assert.That(batch.Pipelines.Single().IsLive, Is.EqualTo(isLive));
    }

    private static DuePipeline Due(string configId, Func<DueSchedule, DueSchedule>? change = null)
    {
        var schedule = new DueSchedule
        {
            ConfigId = configId,
            Cron = "0 * * * *",
            Timezone = "UTC",
            NextRunTime = Now,
        };
        return new DuePipeline
        {
            Schedule = change?.Invoke(schedule) ?? schedule,
            CustomerId = "acme",
            CustomerTimezone = "UTC",
            SpreadSeconds = 0,
        };
    }
}
