using NodaTime;
using NUnit.Framework;
using Scheduler.Core.Contracts;
using Scheduler.Core.Retry;
using Scheduler.Core.Runs;
using Scheduler.Core.Scheduling;
using Scheduler.Core.Scheduling.Backfills;
using Scheduler.Core.Storage;
using Scheduler.Tests.Support;

namespace Scheduler.Tests.Storage.Contract;

/// <summary>A backfill runs what it was asked to run, once, and is in the way of nothing that is live.</summary>
internal abstract class BackfillContract : StoreContract
{
    private static readonly Instant From = StoreHarness.Start - Duration.FromHours(5);

    private BackfillStore Store => new(H.Engine);

    private Backfills Backfills => new(Store, H.Configs, H.Queue, new AuditStore(H.Engine), H.Signal, H.Clock, H.Ids);

    private BackfillFeed Feed => FeedWith(new BackfillOptions());

    [Test]
    public async Task It_runs_every_occurrence_of_its_range_once_a_few_at_a_time()
    {
        var config = await ConfigureAsync();
        var backfill = await StartAsync(config, maxConcurrent: 2);
        var together = new List<int>();
        for (var pass = 0; pass < 4; pass++)
        {
            await Feed.AdvanceAsync(default);
            var items = await H.LeaseAsync(10);
            together.Add(items.Count);
            await H.ReportAsync(items, RunOutcome.Completed);
        }
        await Feed.AdvanceAsync(default);

        var runs = await H.RunsAsync("acme");
        var (after, progress) = (await Backfills.FindAsync("acme", backfill.BackfillId, default))!.Value;
        using (Assert.EnterMultipleScope())
        {
            Assert.That(backfill.Occurrences, Is.EqualTo(5));
            Assert.That(together, Is.EqualTo([2, 2, 1, 0]));
            Assert.That(
                runs.Select(run => (run.DataIntervalStart, run.DataIntervalEnd)),
                Is.EqualTo(
                    Enumerable
                        .Range(0, 5)
                        .Select(hour => (From + Duration.FromHours(hour - 1), From + Duration.FromHours(hour)))
                )
            );
            Assert.That(
                runs.Select(run => (run.Lane, run.TriggeredBy, run.Priority)).Distinct(),
                Is.EqualTo([($"backfill:{backfill.BackfillId}", TriggeredBy.Backfill, 0)])
            );
            Assert.That((await H.UsageAsync("acme")).RunToday, Is.EqualTo(5), "they count like any other run");
            Assert.That(after.State, Is.EqualTo(BackfillState.Completed));
            Assert.That(after.EndedAt, Is.EqualTo(H.Now));
            Assert.That(progress, Is.EqualTo(new BackfillProgress(5, 5, 0, 0)));
            Assert.That(
                (await H.Configs.GetAsync("acme", config.ConfigId, default))!.NextRunTime,
                Is.EqualTo(config.NextRunTime)
            );
        }
    }

    [Test]
    public async Task The_mode_says_which_occurrences_those_are()
    {
        var config = await ConfigureAsync();
        await RunAsync(RunOutcome.Completed);
        await RunAsync(RunOutcome.Failed, ErrorType.InvalidConfiguration);
        // One hour is missed, and the next stands for it.
        H.AdvanceToNextHour();
        await RunAsync(RunOutcome.Completed);
        H.AdvanceToNextHour();
        await H.TriggerAsync();
        var start = StoreHarness.Start;

        var missing = await PlanAsync(BackfillMode.Missing);
        var failed = await PlanAsync(BackfillMode.Failed);
        var all = await PlanAsync(BackfillMode.All);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(missing, Is.EqualTo([start, start + Duration.FromHours(3)]));
            Assert.That(failed, Is.EqualTo([start + Duration.FromHours(2)]));
            Assert.That(
                all,
                Is.EqualTo(Enumerable.Range(0, 5).Select(hour => start + Duration.FromHours(hour))),
                "what is open is left to whoever made it"
            );
        }

        async Task<IEnumerable<Instant>> PlanAsync(BackfillMode mode) =>
            await Backfills.StartAsync(
                "acme",
                config.ConfigId,
                mode,
                start,
                H.Now + Duration.FromSeconds(1),
                1,
                isDryRun: true,
                StoreHarness.Actor,
                default
            )
                is BackfillResult.Planned planned
                ? planned.First.Select(occurrence => occurrence.ScheduledTime)
                : [];
    }

    [Test]
    public async Task A_dry_run_and_a_range_without_anything_to_run_write_nothing()
    {
        var config = await ConfigureAsync();
        await H.OnboardAsync("bolt");

        var dry = await AskAsync(config, isDryRun: true);
        var nothing = await AskAsync(config, mode: BackfillMode.Failed);
        var tooMany = await AskAsync(config, from: From - Duration.FromDays(1000));
        var foreign = await AskAsync(config, customerId: "bolt");

        using (Assert.EnterMultipleScope())
        {
            Assert.That((dry as BackfillResult.Planned)?.Plan.Occurrences, Is.EqualTo(5));
            Assert.That(nothing, Is.InstanceOf<BackfillResult.Nothing>());
            Assert.That(
                (tooMany as BackfillResult.TooMany)?.UpTo,
                Is.EqualTo(From - Duration.FromDays(1000) + Duration.FromHours(Backfills.MostOccurrences))
            );
            Assert.That(foreign, Is.InstanceOf<BackfillResult.NotThere>());
            Assert.That(await Store.ListAsync("acme", null, null, 10, default), Is.Empty);
        }
    }

    [Test]
    public async Task After_an_hour_it_takes_its_turn_like_others()
    {
        var config = await ConfigureAsync();
        await StartAsync(config);
        await Feed.AdvanceAsync(default);
        H.AdvanceToNextHour();
        H.Advance(Duration.FromHours(1));
        await H.OnboardAsync("bolt");
        await H.ConfigureAsync("bolt");
        H.AdvanceToNextHour();
        await H.TriggerAsync();

        // Acme's round, and of acme the item that has aged most.
        var first = (await H.LeaseAsync(1)).Single();

        Assert.That((first.CustomerId, first.TriggeredBy), Is.EqualTo(("acme", TriggeredBy.Backfill)));
    }

    [Test]
    public async Task A_backfill_that_has_just_been_queued_waits_for_everybody_s_live_work()
    {
        var config = await ConfigureAsync();
        await H.OnboardAsync("bolt");
        await H.ConfigureAsync("bolt");
        H.AdvanceToNextHour();
        await StartAsync(config, maxConcurrent: 3);
        await Feed.AdvanceAsync(default);
        await H.TriggerAsync();

        var order = new List<string>();
        while (await H.LeaseAsync(1) is [var item])
        {
            order.Add(item.TriggeredBy == TriggeredBy.Backfill ? "backfill" : item.CustomerId);
        }

        using (Assert.EnterMultipleScope())
        {
            Assert.That(order.Take(2), Is.EquivalentTo(["acme", "bolt"]));
            Assert.That(order.Skip(2), Is.EqualTo(["backfill", "backfill", "backfill"]));
        }
    }

    [TestCase(OverlapPolicy.Skip)]
    [TestCase(OverlapPolicy.Queue)]
    [TestCase(OverlapPolicy.CancelOther)]
    public async Task Neither_stands_in_the_other_s_way(OverlapPolicy overlap)
    {
        var config = await ConfigureAsync(overlap: overlap);
        await StartAsync(config, maxConcurrent: 2);
        await Feed.AdvanceAsync(default);
        var backfilled = await H.LeaseAsync(1);
        H.AdvanceToNextHour();
        await H.Desk.HeartbeatAsync(
            new HeartbeatRequest
            {
                WorkerId = "worker-1",
                Leases =
                [
                    new LeaseReference { QueueId = backfilled[0].QueueId, LeaseToken = backfilled[0].LeaseToken },
                ],
            },
            default
        );
        await H.TriggerAsync();
        var states = (await H.RunsAsync("acme")).ToLookup(run => run.TriggeredBy, run => run.State);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(states[TriggeredBy.CloudScheduler], Is.EqualTo([RunState.Pending]));
            Assert.That(
                states[TriggeredBy.Backfill],
                Is.EquivalentTo([RunState.Running, RunState.Pending]),
                "nothing of it is replaced"
            );
            Assert.That(
                (await H.LeaseAsync(10)).Select(item => item.TriggeredBy),
                Is.EquivalentTo([TriggeredBy.CloudScheduler, TriggeredBy.Backfill])
            );
        }
    }

    [Test]
    public async Task What_is_parked_behind_a_live_run_is_let_through_beside_an_open_backfill()
    {
        var config = await ConfigureAsync(overlap: OverlapPolicy.Queue);
        await RunNow().RunNowAsync("acme", config.ConfigId, null, StoreHarness.Actor, default);
        await RunNow().RunNowAsync("acme", config.ConfigId, null, StoreHarness.Actor, default);
        await StartAsync(config);
        await Feed.AdvanceAsync(default);
        var first = await H.LeaseAsync(10);

        await H.ReportAsync([.. first.Where(item => item.TriggeredBy == TriggeredBy.Manual)], RunOutcome.Completed);
        var second = await H.LeaseAsync(10);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(
                first.Select(item => item.TriggeredBy),
                Is.EquivalentTo([TriggeredBy.Manual, TriggeredBy.Backfill])
            );
            Assert.That(second.Select(item => item.TriggeredBy), Is.EqualTo([TriggeredBy.Manual]));
        }
    }

    [Test]
    public async Task It_leaves_the_quota_that_the_schedules_need_and_waits_for_the_next_day()
    {
        // Six runs a day, of which the schedule needs one.
        var config = await ConfigureAsync(plan: "STARTER", cron: "0 12 * * *");
        var backfill = await StartAsync(config, from: StoreHarness.Start - Duration.FromDays(8));
        for (var pass = 0; pass < 10; pass++)
        {
            await Feed.AdvanceAsync(default);
            await H.ReportAsync(await H.LeaseAsync(10), RunOutcome.Completed);
        }
        var waiting = await Store.GetAsync("acme", backfill.BackfillId, default);
        var before = await H.UsageAsync("acme");
        H.AdvanceToNextHour();
        H.AdvanceToNextHour();
        var live = await H.TriggerAsync();
        H.Advance(Duration.FromHours(13));
        for (var pass = 0; pass < 6; pass++)
        {
            await Feed.AdvanceAsync(default);
            await H.ReportAsync(await H.LeaseAsync(10), RunOutcome.Completed);
        }
        var after = await Store.GetAsync("acme", backfill.BackfillId, default);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(backfill.Occurrences, Is.EqualTo(8));
            Assert.That(before.RunToday, Is.EqualTo(5));
            Assert.That(before.QuotaExceeded, Is.False);
            Assert.That(waiting!.WaitsFor, Is.EqualTo(BackfillWait.QuotaDaily));
            Assert.That(live.QueuedCount, Is.EqualTo(1));
            Assert.That(after!.State, Is.EqualTo(BackfillState.Completed));
        }
    }

    [Test]
    public async Task A_place_of_the_customer_s_cap_stays_free()
    {
        // Three at once.
        var config = await ConfigureAsync(plan: "PROFESSIONAL", cron: "0 0 1 1 *");
        await StartAsync(config, from: StoreHarness.Start - Duration.FromDays(3000), maxConcurrent: 5);

        await Feed.AdvanceAsync(default);

        Assert.That(await H.RunsAsync("acme"), Has.Count.EqualTo(2));
    }

    [Test]
    public async Task All_backfills_share_the_places_that_they_have_together()
    {
        var config = await ConfigureAsync();
        await H.OnboardAsync("bolt");
        var other = await H.ConfigureAsync("bolt");
        await StartAsync(config, maxConcurrent: 5);
        await AskAsync(other, maxConcurrent: 5, customerId: "bolt");
        var feed = FeedWith(new BackfillOptions { MaxOpen = 4 });

        var made = await feed.AdvanceAsync(default);
        var again = await feed.AdvanceAsync(default);

        using (Assert.EnterMultipleScope())
        {
            Assert.That((made, again), Is.EqualTo((4, 0)));
            Assert.That(await H.RunsAsync("acme"), Has.Count.EqualTo(2));
            Assert.That(await H.RunsAsync("bolt"), Has.Count.EqualTo(2));
        }
    }

    [Test]
    public async Task A_pipeline_that_cannot_run_keeps_it_waiting()
    {
        var config = await ConfigureAsync();
        var backfill = await StartAsync(config);
        var until = H.Now + Duration.FromHours(1);
        await H.Configs.SetPauseAsync("acme", config.ConfigId, until, "key", "x", H.Stamp(), H.Now, default);
        await Feed.AdvanceAsync(default);
        var paused = await Store.GetAsync("acme", backfill.BackfillId, default);
        await H.Configs.SetPauseAsync("acme", config.ConfigId, H.Now, null, null, H.Stamp(), H.Now, default);
        await Feed.AdvanceAsync(default);
        var tooEarly = await H.RunsAsync("acme");
        H.Advance(Duration.FromMinutes(1));
        await Feed.AdvanceAsync(default);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(paused!.WaitsFor, Is.EqualTo(BackfillWait.Paused));
            Assert.That(tooEarly, Is.Empty, "what waits is looked at once a minute");
            Assert.That(await H.RunsAsync("acme"), Has.Count.EqualTo(1));
            Assert.That((await Store.GetAsync("acme", backfill.BackfillId, default))!.WaitsFor, Is.Null);
        }
    }

    [Test]
    public async Task Paused_it_makes_no_runs_and_resumed_it_goes_on()
    {
        var config = await ConfigureAsync();
        var backfill = await StartAsync(config);
        await Backfills.PauseAsync("acme", backfill.BackfillId, StoreHarness.Actor, default);
        await Feed.AdvanceAsync(default);
        var during = await H.RunsAsync("acme");
        await Backfills.ResumeAsync("acme", backfill.BackfillId, StoreHarness.Actor, default);
        await Feed.AdvanceAsync(default);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(during, Is.Empty);
            Assert.That(await H.RunsAsync("acme"), Has.Count.EqualTo(1));
        }
    }

    [Test]
    public async Task Cancelled_it_skips_what_has_not_started_and_leaves_what_runs()
    {
        var config = await ConfigureAsync();
        var backfill = await StartAsync(config, maxConcurrent: 3);
        await Feed.AdvanceAsync(default);
        var running = await H.LeaseAsync(1);

        var cancelled = await Backfills.CancelAsync("acme", backfill.BackfillId, StoreHarness.Actor, default);
        var again = await Backfills.CancelAsync("acme", backfill.BackfillId, StoreHarness.Actor, default);
        var resumed = await Backfills.ResumeAsync("acme", backfill.BackfillId, StoreHarness.Actor, default);
        await Feed.AdvanceAsync(default);
        await H.ReportAsync(running, RunOutcome.Completed);

        var runs = await H.RunsAsync("acme");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(cancelled, Is.InstanceOf<BackfillResult.Done>());
            Assert.That(again, Is.InstanceOf<BackfillResult.Done>());
            Assert.That(resumed, Is.InstanceOf<BackfillResult.EndedAlready>());
            Assert.That(
                runs.Select(run => run.State),
                Is.EquivalentTo([RunState.Completed, RunState.Skipped, RunState.Skipped])
            );
            Assert.That((await H.UsageAsync("acme")).RunToday, Is.EqualTo(1), "the others are given back");
        }
    }

    [Test]
    public async Task A_batch_that_arrives_after_the_cancelling_is_skipped()
    {
        var config = await ConfigureAsync();
        var backfill = await StartAsync(config, maxConcurrent: 2);
        await Feed.AdvanceAsync(default);
        await Store.SetStateAsync("acme", backfill.BackfillId, BackfillState.Cancelled, H.Now, default);

        H.Advance(Duration.FromMinutes(1));
        await Feed.AdvanceAsync(default);

        Assert.That(
            (await H.RunsAsync("acme")).Select(run => run.State),
            Is.EqualTo([RunState.Skipped, RunState.Skipped])
        );
    }

    [Test]
    public async Task Of_those_that_are_asked_for_at_once_a_pipeline_gets_one()
    {
        var config = await ConfigureAsync();

        var results = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => AskAsync(config))));
        await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => Task.Run(() => Feed.AdvanceAsync(default))));

        using (Assert.EnterMultipleScope())
        {
            Assert.That(results.OfType<BackfillResult.Done>().Count(), Is.EqualTo(1));
            Assert.That(results.OfType<BackfillResult.OpenAlready>().Count(), Is.EqualTo(3));
            Assert.That((await H.RunsAsync("acme")).Select(run => run.ScheduledTime), Is.Unique, "whoever makes them");
        }
    }

    [Test]
    public async Task A_customer_s_list_is_its_own_newest_first()
    {
        var config = await ConfigureAsync();
        var other = await H.ConfigureAsync("acme", "other");
        var first = await StartAsync(config);
        H.Advance(Duration.FromMinutes(1));
        var second = await StartAsync(other);
        await H.OnboardAsync("bolt");

        var page = await Store.ListAsync("acme", null, null, 1, default);
        var rest = await Store.ListAsync("acme", null, page[0].BackfillId, 10, default);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(
                page.Concat(rest).Select(backfill => backfill.BackfillId),
                Is.EqualTo([second.BackfillId, first.BackfillId])
            );
            Assert.That(
                (await Store.ListAsync("acme", config.ConfigId, null, 10, default)).Select(it => it.BackfillId),
                Is.EqualTo([first.BackfillId])
            );
            Assert.That(await Store.ListAsync("bolt", null, null, 10, default), Is.Empty);
            Assert.That(await Backfills.FindAsync("bolt", first.BackfillId, default), Is.Null);
        }
    }

    [Test]
    public async Task It_is_in_no_hurry_in_the_figures()
    {
        var config = await ConfigureAsync();
        await StartAsync(config);
        await Feed.AdvanceAsync(default);
        H.Advance(Duration.FromMinutes(40));
        await H.ReportAsync(await H.LeaseAsync(1), RunOutcome.Completed);

        Assert.That((await new StatusStore(H.Engine, H.Clock).GetAsync(default)).LatenessP99Seconds, Is.Null);
    }

    private async Task<PipelineConfig> ConfigureAsync(
        OverlapPolicy overlap = OverlapPolicy.Allow,
        string plan = "ENTERPRISE",
        string cron = "0 * * * *"
    )
    {
        await H.OnboardAsync("acme", plan);
        return await H.ConfigureAsync(
            "acme",
            change: config => config with { OverlapPolicy = overlap, ScheduleCron = cron }
        );
    }

    private async Task<Backfill> StartAsync(PipelineConfig config, Instant? from = null, int maxConcurrent = 1) =>
        ((BackfillResult.Done)await AskAsync(config, from: from, maxConcurrent: maxConcurrent)).Backfill;

    private Task<BackfillResult> AskAsync(
        PipelineConfig config,
        BackfillMode mode = BackfillMode.Missing,
        Instant? from = null,
        int maxConcurrent = 1,
        bool isDryRun = false,
        string customerId = "acme"
    ) =>
        Backfills.StartAsync(
            customerId,
            config.ConfigId,
            mode,
            from ?? From,
            StoreHarness.Start,
            maxConcurrent,
            isDryRun,
            StoreHarness.Actor,
            default
        );

    private async Task RunAsync(RunOutcome outcome, ErrorType? error = null)
    {
        H.AdvanceToNextHour();
        await H.TriggerAsync();
        await H.ReportAsync(await H.LeaseAsync(10), outcome, error);
    }

    private BackfillFeed FeedWith(BackfillOptions options) =>
        new(Backfills, Store, H.Configs, H.Customers, H.Schedules, H.Signal, H.Clock, H.Ids, options, H.Time);

    private RunRequests RunNow() =>
        new(H.Configs, H.Schedules, H.Customers, H.Runs, new AuditStore(H.Engine), H.Signal, H.Clock, H.Ids);
}
