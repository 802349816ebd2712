using NodaTime;
using NUnit.Framework;
using Scheduler.Core.Contracts;
using Scheduler.Core.Queue;
using Scheduler.Core.Runs;
using Scheduler.Core.Scheduling;
using Scheduler.Core.Storage;

namespace Scheduler.Tests.Queue;

[TestFixture]
internal sealed class WhyNotRunningTests
{
    private static readonly Instant Now = Instant.FromUtc(2026, 3, 2, 10, 0);

    private static readonly WaitingFacts Free = new()
    {
        Now = Now,
        State = RunState.Pending,
        VisibleAt = Now,
        IsParked = false,
        PausedUntil = null,
        RunnableUntil = Now + Duration.FromDays(1),
        MaxConcurrentPipelines = 3,
        LiveLeases = 2,
        Ahead = 4,
        BlockingRunId = null,
    };

    [Test]
    public void Whatever_stands_furthest_in_the_way_is_named_first()
    {
        var all = Free with
        {
            RunnableUntil = Now,
            PausedUntil = Now + Duration.FromHours(1),
            IsParked = true,
            BlockingRunId = "r0",
            VisibleAt = Now + Duration.FromHours(1),
            LiveLeases = 3,
        };
        var suspended = Explain(all);
        var paused = Explain(all with { RunnableUntil = Free.RunnableUntil });
        var parked = Explain(all with { RunnableUntil = Free.RunnableUntil, PausedUntil = Now });
        var early = Explain(Free with { VisibleAt = all.VisibleAt, LiveLeases = 3 });
        var full = Explain(Free with { LiveLeases = 3 });
        var share = Explain(Free);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(suspended.Reason, Is.EqualTo(WaitReason.CustomerNotRunnable));
            Assert.That(paused.Reason, Is.EqualTo(WaitReason.Paused));
            Assert.That(parked.Reason, Is.EqualTo(WaitReason.Overlap));
            Assert.That(parked.Message, Is.EqualTo("Run r0 of the same pipeline is not finished."));
            Assert.That(early.Reason, Is.EqualTo(WaitReason.NotDueYet));
            Assert.That(full.Reason, Is.EqualTo(WaitReason.Cap));
            Assert.That(share.Reason, Is.EqualTo(WaitReason.WaitingItsShare));
            Assert.That(share.Message, Does.Contain("4 runs"));
        }
    }

    [Test]
    public void A_parked_run_whose_predecessor_has_just_ended_names_no_run()
    {
        Assert.That(Explain(Free with { IsParked = true }).Message, Does.StartWith("The run before it has just ended"));
    }

    [Test]
    public void No_cap_is_never_in_the_way()
    {
        Assert.That(
            Explain(Free with { MaxConcurrentPipelines = null, LiveLeases = 9999 }).Reason,
            Is.EqualTo(WaitReason.WaitingItsShare)
        );
    }

    [TestCase(RunState.Completed, null, WaitReason.None)]
    [TestCase(RunState.Running, null, WaitReason.None)]
    [TestCase(RunState.Skipped, SkipReason.QuotaDaily, WaitReason.Quota)]
    [TestCase(RunState.Skipped, SkipReason.QuotaMonthly, WaitReason.Quota)]
    [TestCase(RunState.Skipped, SkipReason.Overlap, WaitReason.Overlap)]
    [TestCase(RunState.Skipped, SkipReason.Paused, WaitReason.Paused)]
    [TestCase(RunState.Skipped, SkipReason.Suspended, WaitReason.CustomerNotRunnable)]
    [TestCase(RunState.Skipped, SkipReason.SubscriptionEnded, WaitReason.CustomerNotRunnable)]
    [TestCase(RunState.Skipped, SkipReason.Cancelled, WaitReason.None)]
    [TestCase(RunState.Skipped, SkipReason.Misfire, WaitReason.None)]
    [TestCase(RunState.Pending, null, WaitReason.None, Description = "its item has just gone")]
    public void A_run_that_does_not_wait_says_what_became_of_it(RunState state, SkipReason? reason, WaitReason expected)
    {
        Assert.That(WhyNotRunning.Explain(A(state, reason), null).Reason, Is.EqualTo(expected));
    }

    [Test]
    public void What_is_due_at_this_very_moment_waits_for_it_no_longer()
    {
        var moment = Duration.FromTicks(10);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Explain(Free with { VisibleAt = Now }).Reason, Is.EqualTo(WaitReason.WaitingItsShare));
            Assert.That(Explain(Free with { VisibleAt = Now + moment }).Reason, Is.EqualTo(WaitReason.NotDueYet));
            Assert.That(Explain(Free with { PausedUntil = Now }).Reason, Is.EqualTo(WaitReason.WaitingItsShare));
            Assert.That(Explain(Free with { PausedUntil = Now + moment }).Reason, Is.EqualTo(WaitReason.Paused));
            Assert.That(Explain(Free with { RunnableUntil = Now }).Reason, Is.EqualTo(WaitReason.CustomerNotRunnable));
            Assert.That(
                Explain(Free with { RunnableUntil = Now + moment }).Reason,
                Is.EqualTo(WaitReason.WaitingItsShare)
            );
        }
    }

    [Test]
    public void Until_when_is_told_where_it_is_known()
    {
        var hour = Now + Duration.FromHours(1);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Explain(Free with { VisibleAt = hour }).Until, Is.EqualTo(hour));
            Assert.That(Explain(Free with { PausedUntil = hour }).Until, Is.EqualTo(hour));
            Assert.That(Explain(Free with { PausedUntil = Microseconds.Never }).Until, Is.Null);
            Assert.That(Explain(Free with { LiveLeases = 3 }).Until, Is.Null);
        }
    }

    [Test]
    public void A_pause_until_it_is_resumed_has_no_known_end() =>
        Assert.That(Explain(Free with { PausedUntil = PipelinePausing.Endless }).Until, Is.Null);

    [TestCase(RunState.Scheduled, "It is a retry; it may start from 2026-03-02T11:00:00Z on.")]
    [TestCase(RunState.Pending, "Its start is spread; it may start from 2026-03-02T11:00:00Z on.")]
    public void What_is_not_due_yet_says_whether_it_is_a_retry(RunState state, string message)
    {
        var facts = Free with { State = state, VisibleAt = Now + Duration.FromHours(1) };

        Assert.That(WhyNotRunning.Explain(A(state, null), facts).Message, Is.EqualTo(message));
    }

    [Test]
    public void Every_answer_is_a_sentence_of_its_own()
    {
        var skipped = Enum.GetValues<SkipReason>()
            .Select(reason => WhyNotRunning.Explain(A(RunState.Skipped, reason), null).Message);
        var waiting = new[]
        {
            Free,
            Free with
            {
                RunnableUntil = Now,
            },
            Free with
            {
                PausedUntil = Microseconds.Never,
            },
            Free with
            {
                IsParked = true,
            },
            Free with
            {
                VisibleAt = Now + Duration.FromHours(1),
            },
            Free with
            {
                VisibleAt = Now + Duration.FromHours(1),
                State = RunState.Scheduled,
            },
            Free with
            {
                LiveLeases = 3,
            },
        }.Select(facts => WhyNotRunning.Explain(A(facts.State, null), facts).Message);
        var others = new[] { RunState.Completed, RunState.Running, RunState.Pending, RunState.Skipped }.Select(state =>
            WhyNotRunning.Explain(A(state, null), null).Message
        );
        var all = skipped.Concat(waiting).Concat(others).ToList();

        // Suspended and subscription ended are told alike: which of the two may have changed since.
        Assert.That(all.Distinct().Count(), Is.EqualTo(all.Count - 1));
        Assert.That(all, Is.All.Match("^[A-Z].{8,}\\.$"));
    }

    private static RunWait Explain(WaitingFacts facts) => WhyNotRunning.Explain(A(RunState.Pending, null), facts);

    private static Run A(RunState state, SkipReason? reason) =>
        new()
        {
            RunId = "r1",
            ConfigId = "c1",
            CustomerId = "acme",
            PipelineTemplate = "probe",
            ScheduledTime = Now,
            DataIntervalStart = Now,
            DataIntervalEnd = Now,
            State = state,
            Reason = reason,
            RetryAttempt = 0,
            TriggeredBy = TriggeredBy.CloudScheduler,
            Lane = "schedule",
            Priority = 5,
            CreatedAt = Now,
            UpdatedAt = Now,
        };
}
