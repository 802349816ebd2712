using NodaTime;
using NUnit.Framework;
using Scheduler.Core.Queue;
using Scheduler.Core.Runs;

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
            Assert.That(suspended.Cause, Is.EqualTo(WaitCause.CustomerNotRunnable));
            Assert.That(paused.Cause, Is.EqualTo(WaitCause.Paused));
            Assert.That(
                parked,
                Is.EqualTo(new WaitExplanation(WaitCause.Overlap, "Run r0 of the same pipeline is not finished."))
            );
            Assert.That(early.Cause, Is.EqualTo(WaitCause.NotDueYet));
            Assert.That(full.Cause, Is.EqualTo(WaitCause.Cap));
            Assert.That(share.Cause, Is.EqualTo(WaitCause.WaitingItsShare));
            Assert.That(share.Detail, Does.Contain("4 runs"));
        }
    }

    [Test]
    public void A_parked_run_whose_predecessor_has_just_ended_names_no_run()
    {
        Assert.That(Explain(Free with { IsParked = true }).Detail, Does.StartWith("The run before it has just ended"));
    }

    [Test]
    public void No_cap_is_never_in_the_way()
    {
        Assert.That(
            Explain(Free with { MaxConcurrentPipelines = null, LiveLeases = 9999 }).Cause,
            Is.EqualTo(WaitCause.WaitingItsShare)
        );
    }

    [TestCase(RunState.Completed, null, WaitCause.None)]
    [TestCase(RunState.Running, null, WaitCause.None)]
    [TestCase(RunState.Skipped, SkipReason.QuotaDaily, WaitCause.Quota)]
    [TestCase(RunState.Skipped, SkipReason.QuotaMonthly, WaitCause.Quota)]
    [TestCase(RunState.Skipped, SkipReason.Overlap, WaitCause.Overlap)]
    [TestCase(RunState.Skipped, SkipReason.Paused, WaitCause.Paused)]
    [TestCase(RunState.Skipped, SkipReason.Suspended, WaitCause.CustomerNotRunnable)]
    [TestCase(RunState.Skipped, SkipReason.SubscriptionEnded, WaitCause.CustomerNotRunnable)]
    [TestCase(RunState.Skipped, SkipReason.Cancelled, WaitCause.None)]
    [TestCase(RunState.Skipped, SkipReason.Misfire, WaitCause.None)]
    [TestCase(RunState.Pending, null, WaitCause.None, Description = "its item has just gone")]
    public void A_run_that_does_not_wait_says_what_became_of_it(RunState state, SkipReason? reason, WaitCause cause)
    {
        Assert.That(WhyNotRunning.Explain(A(state, reason), null).Cause, Is.EqualTo(cause));
    }

    private static WaitExplanation Explain(WaitingFacts facts) =>
        WhyNotRunning.Explain(A(RunState.Pending, null), facts);

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
