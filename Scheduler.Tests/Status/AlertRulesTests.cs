using NodaTime;
using NUnit.Framework;
using Scheduler.Core.Alerts;
using Scheduler.Core.Status;

namespace Scheduler.Tests.Status;

public sealed class AlertRulesTests
{
    private static readonly Instant Now = Instant.FromUtc(2026, 3, 2, 10, 0);
    private static readonly Duration Objective = Duration.FromSeconds(300);

    private static readonly StatusSnapshot Calm = new()
    {
        Now = Now,
        TotalActivePipelines = 0,
        PipelinesDueNow = 0,
        PipelinesQueued = 0,
        PipelinesRunning = 0,
        PipelinesCompletedToday = 0,
        PipelinesFailedToday = 0,
        QueueLength = 0,
        OldestQueuedSeconds = null,
        AvgExecutionTimeSeconds = null,
        LatenessP50Seconds = null,
        LatenessP95Seconds = null,
        LatenessP99Seconds = null,
        OldestRunningSince = null,
        FinishedLastHour = 0,
        FailedLastHour = 0,
    };

    // Four fifths of 1,000; the limit itself is allowed.
    [TestCase(0, null)]
    [TestCase(800, null)]
    [TestCase(801, false)]
    [TestCase(1_000, false)]
    [TestCase(1_001, true)]
    public void The_queue_fires_above_its_limit_and_ends_at_four_fifths_of_it(long length, bool? fires) =>
        Assert.That(Of(AlertRules.QueueLength, Calm with { QueueLength = length })?.Fires, Is.EqualTo(fires));

    [TestCase(0, 0, null)]
    [TestCase(100, 8, null)]
    [TestCase(100, 9, false)]
    [TestCase(100, 10, false)]
    [TestCase(100, 11, true)]
    [TestCase(10, 1, false)]
    [TestCase(10, 2, true)]
    [TestCase(9, 9, false, TestName = "Nine runs are too few to fire")]
    public void The_rate_of_failures_fires_above_ten_in_a_hundred(long finished, long failed, bool? fires) =>
        Assert.That(
            Of(AlertRules.FailureRate, Calm with { FinishedLastHour = finished, FailedLastHour = failed })?.Fires,
            Is.EqualTo(fires)
        );

    [TestCase(null, null)]
    [TestCase(240.0, null)]
    [TestCase(241.0, false)]
    [TestCase(300.0, false)]
    [TestCase(300.5, true)]
    public void Lateness_fires_above_its_objective(double? seconds, bool? fires) =>
        Assert.That(Of(AlertRules.Lateness, Calm with { LatenessP99Seconds = seconds })?.Fires, Is.EqualTo(fires));

    [Test]
    public void Each_run_that_runs_too_long_is_a_subject_of_its_own()
    {
        var since = Now - Duration.FromMinutes(31);
        var judged = AlertRules.Judge(
            Calm,
            [new LongRun("run-1", "acme", "main", since), new LongRun("run-2", "bolt", "other", since)],
            Objective
        );

        using (Assert.EnterMultipleScope())
        {
            Assert.That(
                judged.Select(one => (one.Rule, one.Subject, one.CustomerId, one.Fires)),
                Is.EqualTo([
                    (AlertRules.RunTooLong, "run-1", "acme", true),
                    (AlertRules.RunTooLong, "run-2", (string?)"bolt", true),
                ])
            );
            Assert.That(judged[0].Message, Does.Contain("main of acme").And.Contain("30 minutes"));
        }
    }

    [TestCase(1800, false)]
    [TestCase(1801, true)]
    public void Runs_are_only_looked_for_where_one_is_too_long(int seconds, bool expected)
    {
        using (Assert.EnterMultipleScope())
        {
            Assert.That(
                AlertRules.HasLongRun(Calm with { OldestRunningSince = Now - Duration.FromSeconds(seconds) }),
                Is.EqualTo(expected)
            );
            Assert.That(AlertRules.HasLongRun(Calm), Is.False);
        }
    }

    [Test]
    public void An_invariant_fires_once_however_often_it_does_not_hold()
    {
        var broken = Enumerable
            .Range(0, 101)
            .Select(nth => new BrokenInvariant(Invariant.DueTooLong, $"config-{nth}"))
            .Append(new BrokenInvariant(Invariant.NextRunMissing, "config-x"));

        var none = new Dictionary<Invariant, Instant>();
        var (first, since) = AlertRules.Judge([.. broken], none, Now);
        var (early, _) = AlertRules.Judge([.. broken], since, Now + AlertRules.Patience - Duration.FromSeconds(1));
        var (judged, kept) = AlertRules.Judge([.. broken.Take(101)], since, Now + AlertRules.Patience);
        var (empty, forgotten) = AlertRules.Judge([], kept, Now + AlertRules.Patience);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(
                first.Select(one => (one.Rule, one.Subject, one.CustomerId, one.Fires)),
                Is.EqualTo([
                    (AlertRules.ScheduleInvariant, "next_run_missing", null, false),
                    (AlertRules.ScheduleInvariant, "due_too_long", (string?)null, false),
                ])
            );
            Assert.That(early.Select(one => one.Fires), Is.All.False);
            Assert.That(judged.Select(one => (one.Subject, one.Fires)), Is.EqualTo([("due_too_long", true)]));
            Assert.That(judged[0].Message, Does.Contain("more than 100").And.Contain("config-0, config-1, config-2."));
            Assert.That(kept.Keys, Is.EqualTo([Invariant.DueTooLong]), "what holds again begins anew");
            Assert.That(empty, Is.Empty);
            Assert.That(forgotten, Is.Empty);
        }
    }

    private static AlertJudgement? Of(string rule, StatusSnapshot snapshot) =>
        AlertRules.Judge(snapshot, [], Objective).SingleOrDefault(one => one.Rule == rule);
}
