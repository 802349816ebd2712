using Microsoft.Extensions.Time.Testing;
using NodaTime;
using NUnit.Framework;
using Scheduler.Core.Contracts;
using Scheduler.Core.Runs;
using Scheduler.Core.Scheduling;
using Scheduler.Core.Scheduling.Backfills;
using Scheduler.Core.Storage;
using Scheduler.Tests.Support;

namespace Scheduler.Tests.Scheduling;

/// <summary>How far a pass takes the backfills, and what it leaves as it is.</summary>
[TestFixture]
internal sealed class BackfillFeedTests : RequestedWorkFixture
{
    private const string Plan = "scheduling.plan_batch";

    [Test]
    public async Task Short_runs_follow_each_other_at_once_until_none_is_left_to_be_made()
    {
        var backfill = await BackfillAsync(await PipelineAsync(), Duration.FromHours(5), maxConcurrent: 2);
        var beats = 0;
        using var enough = new CancellationTokenSource();
        var time = new WorkingTime(async () =>
        {
            await H.ReportAsync(await H.LeaseAsync(10), RunOutcome.Completed);
            if (++beats > 10)
            {
                await enough.CancelAsync();
            }
        });

        await FeedWith(time: time).RunAsync(enough.Token);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(beats, Is.EqualTo(3), "after two, two and one");
            Assert.That((await StandingAsync(backfill)).State, Is.EqualTo(BackfillState.Completed));
        }
    }

    [Test]
    public async Task Where_none_goes_on_a_look_is_one_script()
    {
        await PipelineAsync();
        var before = Engine.RanInAll;

        await Feed.RunAsync(default);

        Assert.That(Engine.RanInAll - before, Is.EqualTo(1));
    }

    [Test]
    public async Task What_others_have_open_already_is_not_given_out_a_second_time()
    {
        var acme = await PipelineAsync();
        var bolt = await PipelineAsync("bolt");
        await BackfillAsync(acme, Duration.FromHours(8), maxConcurrent: 5);
        var feed = FeedWith(maxOpen: 4);
        var first = await feed.AdvanceAsync(default);
        await BackfillAsync(bolt, Duration.FromHours(8), maxConcurrent: 5);

        var full = await feed.AdvanceAsync(default);
        await H.ReportAsync(await H.LeaseAsync(1), RunOutcome.Completed);
        var free = await feed.AdvanceAsync(default);

        using (Assert.EnterMultipleScope())
        {
            Assert.That((first, full, free), Is.EqualTo((4, 0, 1)));
            Assert.That((await BackfilledAsync("bolt")).Count(), Is.EqualTo(1), "who has more than its share waits");
        }
    }

    [Test]
    public async Task More_backfills_than_places_do_not_get_more_than_those()
    {
        foreach (var customer in new[] { "acme", "bolt", "core" })
        {
            await BackfillAsync(await PipelineAsync(customer), Duration.FromHours(2));
        }

        Assert.That(await FeedWith(maxOpen: 2).AdvanceAsync(default), Is.EqualTo(2));
    }

    [Test]
    public async Task What_becomes_free_goes_to_who_has_less_than_its_share()
    {
        await BackfillAsync(await PipelineAsync(), Duration.FromHours(8), maxConcurrent: 5);
        await BackfillAsync(await PipelineAsync("bolt"), Duration.FromHours(8), maxConcurrent: 5);
        var feed = FeedWith(maxOpen: 4);
        await feed.AdvanceAsync(default);
        var items = await H.LeaseAsync(10);
        await H.ReportAsync([.. items.Where(item => item.CustomerId == "bolt")], RunOutcome.Completed);

        await feed.AdvanceAsync(default);

        Assert.That(((await BackfilledAsync()).Count(), (await BackfilledAsync("bolt")).Count()), Is.EqualTo((2, 4)));
    }

    [Test]
    public async Task All_that_run_are_looked_at_however_many_and_those_without_a_pipeline_end()
    {
        await H.OnboardAsync("acme");
        await Database.ExecuteAsync(
            """
            insert into scheduler_backfills (
              backfill_id, customer_id, config_id, mode, range_from, range_to, max_concurrent, occurrences, state, next_time,
              created_at, created_by, updated_at
            )
            with recursive n (nth) as (select 1 union all select nth + 1 from n where nth < 201)
            select 'b' || nth, 'acme', 'gone' || nth, 'missing', 0, 1, 1, 1, 'RUNNING', 0, 0, 'test', 0 from n
            """
        );

        await Feed.AdvanceAsync(default);

        var counts = await BackfillStore.CountOpenAsync(H.Now - Duration.FromMinutes(1), default);
        Assert.That((counts.Running, counts.Cancelled), Is.EqualTo((0, 201)));
    }

    [Test]
    public async Task A_wide_cap_holds_over_several_passes()
    {
        var config = await PipelineAsync(cron: Minutely);
        await BackfillAsync(config, Duration.FromMinutes(70), maxConcurrent: 60);
        var feed = FeedWith(maxOpen: 100);

        var made = await feed.AdvanceAsync(default);
        var again = await feed.AdvanceAsync(default);

        Assert.That((made, again), Is.EqualTo((60, 0)));
    }

    [Test]
    public async Task While_its_own_runs_are_all_it_waits_for_a_pass_leaves_it_as_it_is()
    {
        var backfill = await BackfillAsync(await PipelineAsync(), Duration.FromHours(3));
        await Feed.AdvanceAsync(default);
        var before = await StandingAsync(backfill);

        H.Advance(Duration.FromMinutes(1));
        await Feed.AdvanceAsync(default);

        Assert.That(await StandingAsync(backfill), Is.EqualTo(before));
    }

    [Test]
    public async Task It_is_over_when_its_last_run_is_and_not_before()
    {
        var backfill = await BackfillAsync(await PipelineAsync(), Duration.FromHours(2), maxConcurrent: 5);
        await Feed.AdvanceAsync(default);
        await Feed.AdvanceAsync(default);
        var looked = await StandingAsync(backfill);
        H.Advance(Duration.FromMinutes(1));
        await Feed.AdvanceAsync(default);
        var lookedAgain = await StandingAsync(backfill);
        await H.ReportAsync(await H.LeaseAsync(10), RunOutcome.Completed);
        await Feed.AdvanceAsync(default);
        var over = await StandingAsync(backfill);

        using (Assert.EnterMultipleScope())
        {
            Assert.That((looked.State, looked.NextTime), Is.EqualTo((BackfillState.Running, looked.To)));
            Assert.That(lookedAgain, Is.EqualTo(looked), "nothing new is written");
            Assert.That((over.State, over.EndedAt), Is.EqualTo((BackfillState.Completed, (Instant?)H.Now)));
        }
    }

    [Test]
    public async Task It_no_longer_waits_for_its_pipeline_when_only_its_own_run_is_in_the_way()
    {
        var config = await PipelineAsync();
        var backfill = await BackfillAsync(config, Duration.FromHours(3));
        await Feed.AdvanceAsync(default);
        await PauseAsync(config.ConfigId, H.Now + Duration.FromHours(1));
        await Feed.AdvanceAsync(default);
        var paused = (await StandingAsync(backfill)).WaitsFor;
        await PauseAsync(config.ConfigId, H.Now);
        H.Advance(Duration.FromMinutes(1));

        var made = await Feed.AdvanceAsync(default);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(paused, Is.EqualTo(BackfillWait.Paused));
            Assert.That(made, Is.Zero);
            Assert.That((await StandingAsync(backfill)).WaitsFor, Is.Null);
        }
    }

    [Test]
    public async Task One_pass_looks_through_ten_thousand_occurrences_at_most()
    {
        var config = await PipelineAsync(cron: Minutely);
        var from = StoreHarness.Start - Duration.FromMinutes(10_400);
        var backfill = (
            await BackfillStore.StartAsync(
                new Backfill
                {
                    BackfillId = H.Ids.NewId(H.Now),
                    CustomerId = "acme",
                    ConfigId = config.ConfigId,
                    Mode = BackfillMode.Failed,
                    From = from,
                    To = StoreHarness.Start,
                    MaxConcurrent = 1,
                    Occurrences = 1,
                    State = BackfillState.Running,
                    NextTime = from,
                    WaitsFor = null,
                    Version = 0,
                    CreatedAt = H.Now,
                    CreatedBy = "test",
                    UpdatedAt = H.Now,
                    EndedAt = null,
                },
                default
            )
        )!;

        await Feed.AdvanceAsync(default);
        var first = await StandingAsync(backfill);
        await Feed.AdvanceAsync(default);
        var second = await StandingAsync(backfill);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(
                (first.State, first.NextTime),
                Is.EqualTo((BackfillState.Running, from + Duration.FromMinutes(9_999) + Duration.FromTicks(10)))
            );
            Assert.That(second.State, Is.EqualTo(BackfillState.Completed));
        }
    }

    [Test]
    public async Task Where_the_schedule_moves_on_during_a_pass_the_next_one_makes_the_same_occurrences()
    {
        await BackfillAsync(await PipelineAsync(), Duration.FromHours(5), maxConcurrent: 2);
        H.AdvanceToNextHour();
        var plan = Engine.Hold(Plan);
        var pass = Feed.AdvanceAsync(default);
        await plan.Reached;
        await H.TriggerAsync();
        plan.Release();

        var made = await pass;
        var again = await Feed.AdvanceAsync(default);

        var from = StoreHarness.Start - Duration.FromHours(5);
        using (Assert.EnterMultipleScope())
        {
            Assert.That((made, again), Is.EqualTo((0, 2)));
            Assert.That(
                (await BackfilledAsync()).Select(run => run.ScheduledTime),
                Is.EquivalentTo([from, from + Duration.FromHours(1)])
            );
        }
    }

    [Test]
    public async Task What_a_pass_makes_after_the_cancelling_is_skipped_by_that_very_pass()
    {
        var backfill = await BackfillAsync(await PipelineAsync(), Duration.FromHours(5), maxConcurrent: 2);
        var plan = Engine.Hold(Plan);
        var pass = Feed.AdvanceAsync(default);
        await plan.Reached;
        await Backfills.CancelAsync("acme", backfill.BackfillId, StoreHarness.Actor, default);
        plan.Release();
        await pass;

        Assert.That(
            (await BackfilledAsync()).Select(run => (run.State, run.Reason)),
            Is.EqualTo(Enumerable.Repeat((RunState.Skipped, (SkipReason?)SkipReason.Cancelled), 2))
        );
    }

    [Test]
    public async Task Its_runs_wake_those_who_wait_for_work()
    {
        await BackfillAsync(await PipelineAsync(), Duration.FromHours(1));
        var wakeUp = H.Signal.Next;

        await Feed.AdvanceAsync(default);

        Assert.That(wakeUp.IsCompleted);
    }

    [Test]
    public async Task What_is_planned_a_second_time_is_made_once_and_wakes_nobody()
    {
        var config = await PipelineAsync();
        await BackfillAsync(config, Duration.FromHours(2), maxConcurrent: 2, BackfillMode.All);
        await Feed.AdvanceAsync(default);
        await H.ReportAsync(await H.LeaseAsync(10), RunOutcome.Completed);
        // As if the process had died before it noted how far it had got.
        await Database.ExecuteAsync("update scheduler_backfills set next_time = range_from");
        var wakeUp = H.Signal.Next;

        var made = await Feed.AdvanceAsync(default);

        using (Assert.EnterMultipleScope())
        {
            Assert.That((made, wakeUp.IsCompleted), Is.EqualTo((0, false)));
            Assert.That((await BackfilledAsync()).Count(), Is.EqualTo(2));
        }
    }

    [Test]
    public async Task As_long_as_its_own_run_holds_it_it_does_not_say_that_it_waits_for_the_quota()
    {
        // Six a day, of which the schedule needs one.
        var config = await PipelineAsync(plan: "STARTER", cron: AtNoon);
        var backfill = await BackfillAsync(config, Duration.FromDays(8));
        for (var run = 0; run < 4; run++)
        {
            await Feed.AdvanceAsync(default);
            await H.ReportAsync(await H.LeaseAsync(10), RunOutcome.Completed);
        }

        await Feed.AdvanceAsync(default);
        await Feed.AdvanceAsync(default);
        var during = (await StandingAsync(backfill)).WaitsFor;
        await H.ReportAsync(await H.LeaseAsync(10), RunOutcome.Completed);
        await Feed.AdvanceAsync(default);
        var after = (await StandingAsync(backfill)).WaitsFor;

        Assert.That((during, after), Is.EqualTo(((BackfillWait?)null, (BackfillWait?)BackfillWait.QuotaDaily)));
    }

    [TestCase(60, 1, null, Description = "paused for longer, it asks for nothing")]
    [TestCase(30, 0, BackfillWait.QuotaDaily, Description = "at the end of its pause it runs again")]
    public async Task A_paused_pipeline_of_the_customer_takes_no_quota_from_it(
        int minutes,
        int made,
        BackfillWait? waitsFor
    )
    {
        var config = await PipelineAsync(plan: "STARTER", cron: AtNoon);
        var hourly = await H.ConfigureAsync("acme", "hourly");
        await PauseAsync(hourly.ConfigId, H.Now + Duration.FromMinutes(minutes));
        H.Advance(Duration.FromMinutes(30));
        var backfill = await BackfillAsync(config, Duration.FromDays(8));

        var runs = await Feed.AdvanceAsync(default);

        Assert.That((runs, (await StandingAsync(backfill)).WaitsFor), Is.EqualTo((made, waitsFor)));
    }

    private Task<PipelineConfig?> PauseAsync(string configId, Instant until) =>
        H.Configs.SetPauseAsync("acme", configId, until, "key", "x", H.Stamp(), H.Now, default);

    /// <summary>Virtual time that does some work during every wait and then leaps to its end.</summary>
    private sealed class WorkingTime(Func<Task> work) : FakeTimeProvider
    {
        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            var timer = base.CreateTimer(callback, state, dueTime, period);
            // Not on this thread: the waiting one has to have begun.
            _ = Task.Run(async () =>
            {
                try
                {
                    await work();
                }
                finally
                {
                    Advance(dueTime);
                }
            });
            return timer;
        }
    }
}
