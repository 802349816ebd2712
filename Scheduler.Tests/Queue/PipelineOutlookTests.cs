using NodaTime;
using NUnit.Framework;
using Scheduler.Core.Contracts;
using Scheduler.Core.Customers;
using Scheduler.Core.Queue;
using Scheduler.Core.Runs;
using Scheduler.Core.Scheduling;
using Scheduler.Core.Time;

namespace Scheduler.Tests.Queue;

/// <summary>Why a pipeline does not run: the first cause that holds, with the figures behind it, and the words that tell it.</summary>
internal sealed class PipelineOutlookTests
{
    private static readonly Instant Now = Instant.FromUtc(2026, 3, 2, 10, 0);
    private static readonly Instant DayEnd = Instant.FromUtc(2026, 3, 3, 0, 0);
    private static readonly Instant MonthEnd = Instant.FromUtc(2026, 4, 1, 0, 0);

    [Test]
    public void It_waits_for_its_time()
    {
        var outlook = Of(Config());

        Assert.That(
            (outlook.Reason, outlook.Until),
            Is.EqualTo((PipelineWaitReason.NotDueYet, (Instant?)(Now + Duration.FromHours(1))))
        );
    }

    [Test]
    public void It_is_switched_off_and_says_by_what()
    {
        var outlook = Of(Config() with { IsActive = false, PauseReason = "cron: never fires" });

        Assert.That(outlook.Reason, Is.EqualTo(PipelineWaitReason.SwitchedOff));
        Assert.That(outlook.Message, Does.Contain("cron: never fires"));
    }

    [Test]
    public void Its_customer_cannot_run()
    {
        var outlook = Of(Config(), Facts() with { RunnableUntil = Now, CustomerStatus = "SUSPENDED" });

        Assert.That(outlook.Reason, Is.EqualTo(PipelineWaitReason.CustomerNotRunnable));
        Assert.That(outlook.Message, Does.Contain("SUSPENDED"));
    }

    [Test]
    public void It_is_paused_until_a_time_or_until_it_is_resumed()
    {
        var until = Now + Duration.FromHours(3);
        var paused = Config() with { PausedUntil = until, PausedBy = "key-7", PauseReason = "an outage" };
        var outlook = Of(paused);
        var endless = Of(paused with { PausedUntil = PipelinePausing.Endless });

        using (Assert.EnterMultipleScope())
        {
            Assert.That((outlook.Reason, outlook.Until), Is.EqualTo((PipelineWaitReason.Paused, (Instant?)until)));
            Assert.That(outlook.Message, Does.Contain("key-7").And.Contain("an outage"));
            Assert.That(endless.Until, Is.Null);
            Assert.That(endless.Message, Does.Contain("until it is resumed"));
            Assert.That(
                Of(paused with { PausedUntil = Now }).Reason,
                Is.EqualTo(PipelineWaitReason.NotDueYet),
                "a pause that is over"
            );
        }
    }

    [Test]
    public void One_of_its_runs_is_queued_or_runs()
    {
        var wait = new RunWait { Reason = WaitReason.Cap, Message = "The customer runs 3 pipelines at once." };
        var queued = Of(Config(), open: (Run(RunState.Pending), wait));
        var running = Of(Config(), open: (Run(RunState.Running), wait));

        using (Assert.EnterMultipleScope())
        {
            Assert.That(queued.Reason, Is.EqualTo(PipelineWaitReason.Queued));
            Assert.That(queued.Message, Does.Contain("run-1").And.Contain(wait.Message));
            Assert.That(running.Reason, Is.EqualTo(PipelineWaitReason.Running));
        }
    }

    [Test]
    public void The_quota_is_used_up()
    {
        var day = Of(Config(), Facts() with { DailyLimit = 6, RunToday = 6 });
        var month = Of(Config(), Facts() with { DailyLimit = 6, RunToday = 6, MonthlyLimit = 10, RunThisMonth = 10 });

        using (Assert.EnterMultipleScope())
        {
            Assert.That((day.Reason, day.Until), Is.EqualTo((PipelineWaitReason.QuotaDaily, (Instant?)DayEnd)));
            Assert.That((month.Reason, month.Until), Is.EqualTo((PipelineWaitReason.QuotaMonthly, (Instant?)MonthEnd)));
        }
    }

    [TestCase(2, "the next trigger makes its run")]
    [TestCase(4, "no trigger has come")]
    public void It_is_due_and_not_triggered(int minutes, string words)
    {
        var outlook = Of(Config() with { NextRunTime = Now - Duration.FromMinutes(minutes) });

        Assert.That(outlook.Reason, Is.EqualTo(PipelineWaitReason.NotTriggered));
        Assert.That(outlook.Message, Does.Contain(words));
    }

    [Test]
    public void What_will_go_wrong_is_told_whatever_the_cause()
    {
        var outlook = Of(
            Config() with
            {
                ConsecutiveFailures = 4,
            },
            Facts() with
            {
                ProvidersWithoutCredential = ["AWS"],
            }
        );

        Assert.That(outlook.Warnings, Has.Count.EqualTo(2));
        Assert.That(outlook.Warnings, Has.Some.Contains("AWS").And.Some.Contains("4"));
    }

    [Test]
    public void A_pipeline_that_was_switched_off_for_no_told_reason_says_so() =>
        Assert.That(Of(Config() with { IsActive = false }).Message, Is.EqualTo("It is switched off."));

    [TestCase("PAST_DUE", "it is ACTIVE, its subscription PAST_DUE.")]
    [TestCase(null, "it is ACTIVE, its subscription missing.")]
    public void The_state_of_the_subscription_is_told_where_the_customer_cannot_run(string? status, string words) =>
        Assert.That(
            Of(Config(), Facts() with { RunnableUntil = Now, SubscriptionStatus = status }).Message,
            Does.EndWith(words)
        );

    [Test]
    public void A_pause_tells_its_end_who_asked_for_it_and_why_as_far_as_that_is_known()
    {
        var paused = Config() with { PausedUntil = Now + Duration.FromHours(3) };
        var told = Of(paused with { PausedBy = "key-7", PauseReason = "an outage" });
        var untold = Of(paused with { PausedUntil = PipelinePausing.Endless });

        using (Assert.EnterMultipleScope())
        {
            Assert.That(told.Message, Is.EqualTo("It is paused until 2026-03-02T13:00:00Z by key-7: an outage"));
            Assert.That(untold.Message, Is.EqualTo("It is paused until it is resumed by somebody: no reason given"));
            Assert.That(untold.Until, Is.Null);
        }
    }

    [Test]
    public void A_run_that_goes_on_is_named_with_its_worker_and_its_begin()
    {
        var run = Run(RunState.Running) with { WorkerId = "worker-3", ActualStartTime = Now - Duration.FromMinutes(5) };

        var outlook = Of(Config(), open: (run, new RunWait { Reason = WaitReason.None, Message = "It is running." }));

        Assert.That(outlook.Message, Is.EqualTo("Run run-1 has been running on worker-3 since 2026-03-02T09:55:00Z."));
    }

    [Test]
    public void A_quota_that_is_used_up_is_told_with_its_figures_and_its_end()
    {
        var day = Of(Config(), Facts() with { DailyLimit = 6, RunToday = 7 });
        var month = Of(Config(), Facts() with { MonthlyLimit = 10, RunThisMonth = 11 });

        using (Assert.EnterMultipleScope())
        {
            Assert.That(
                day.Message,
                Is.EqualTo(
                    "The customer has had 7 of the 6 runs of its day; more are skipped until 2026-03-03T00:00:00Z."
                )
            );
            Assert.That(
                month.Message,
                Is.EqualTo(
                    "The customer has had 11 of the 10 runs of its month; more are skipped until 2026-04-01T00:00:00Z."
                )
            );
        }
    }

    [Test]
    public void What_comes_next_is_told_with_its_time()
    {
        var moment = Duration.FromTicks(10);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(
                DueAt(Now + Duration.FromHours(1)).Message,
                Is.EqualTo("It is due next at 2026-03-02T11:00:00Z.")
            );
            Assert.That(DueAt(Now + moment).Reason, Is.EqualTo(PipelineWaitReason.NotDueYet));
            Assert.That(DueAt(Now).Reason, Is.EqualTo(PipelineWaitReason.NotTriggered), "due at this very moment");
            Assert.That(
                DueAt(Now - Duration.FromMinutes(3)).Message,
                Is.EqualTo("It has been due since 2026-03-02T09:57:00Z; the next trigger makes its run.")
            );
            Assert.That(
                DueAt(Now - Duration.FromMinutes(3) - moment).Message,
                Does.Contain("no trigger has come"),
                "a trigger may be three minutes late and no more"
            );
        }
    }

    [Test]
    public void Failures_are_warned_of_from_the_first_one_on()
    {
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Of(Config()).Warnings, Is.Empty);
            Assert.That(
                Of(Config() with { ConsecutiveFailures = 1 }).Warnings,
                Is.EqualTo(new[] { "Its last run has failed." })
            );
            Assert.That(
                Of(Config() with { ConsecutiveFailures = 2 }).Warnings,
                Is.EqualTo(new[] { "Its last 2 runs have failed." })
            );
        }
    }

    private static PipelineOutlook DueAt(Instant due) => Of(Config() with { NextRunTime = due });

    private static PipelineOutlook Of(
        PipelineConfig config,
        ReadinessFacts? facts = null,
        (Run, RunWait)? open = null
    ) => PipelineOutlook.Of(config, facts ?? Facts(), open, Now, DayEnd, MonthEnd);

    private static PipelineConfig Config() =>
        new()
        {
            ConfigId = "config-1",
            CustomerId = "acme",
            Provider = "AWS",
            Domain = "COST",
            PipelineTemplate = "aws_cost",
            PipelineName = "main",
            IsActive = true,
            ScheduleType = ScheduleType.Hourly,
            ScheduleCron = "0 * * * *",
            Timezone = "UTC",
            NextRunTime = Now + Duration.FromHours(1),
            Priority = 5,
            MisfirePolicy = MisfirePolicy.RunOnce,
            OverlapPolicy = OverlapPolicy.Skip,
            DstPolicy = DstPolicy.Default,
            SpreadSeconds = 0,
        };

    private static ReadinessFacts Facts() =>
        new()
        {
            CustomerStatus = "ACTIVE",
            SubscriptionStatus = "ACTIVE",
            RunnableUntil = Now + Duration.FromDays(30),
            DailyLimit = null,
            MonthlyLimit = null,
            ConcurrentLimit = null,
            RunToday = 0,
            RunThisMonth = 0,
            Running = 0,
            UsableCredentials = 1,
            OpenPipelines = 0,
            ProvidersWithoutCredential = [],
        };

    private static Run Run(RunState state) =>
        new()
        {
            RunId = "run-1",
            ConfigId = "config-1",
            CustomerId = "acme",
            PipelineTemplate = "aws_cost",
            ScheduledTime = Now,
            DataIntervalStart = Now,
            DataIntervalEnd = Now,
            State = state,
            Lane = Lane.Schedule,
            RetryAttempt = 0,
            TriggeredBy = TriggeredBy.CloudScheduler,
            Priority = 5,
            CreatedAt = Now,
            UpdatedAt = Now,
        };
}
