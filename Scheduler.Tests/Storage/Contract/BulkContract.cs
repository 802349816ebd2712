using NodaTime;
using NUnit.Framework;
using Scheduler.Core.Contracts;
using Scheduler.Core.Queue;
using Scheduler.Core.Retry;
using Scheduler.Core.Runs;
using Scheduler.Core.Scheduling;
using Scheduler.Core.Scheduling.Bulks;
using Scheduler.Core.Storage;
using Scheduler.Tests.Support;

namespace Scheduler.Tests.Storage.Contract;

/// <summary>One action on many pipelines: each is dealt with once, what could not be done is told, and what was done can be taken back.</summary>
internal abstract class BulkContract : StoreContract
{
    private BulkStore Store => new(H.Engine);

    private Bulks Bulks => new(Store, H.Configs, new AuditStore(H.Engine), H.Signal, H.Clock, H.Ids);

    private RunRequests Requests =>
        new(H.Configs, H.Schedules, H.Customers, H.Runs, new AuditStore(H.Engine), H.Signal, H.Clock, H.Ids);

    private BulkWork Work =>
        new(
            Store,
            new BackfillStore(H.Engine),
            H.Runs,
            Requests,
            new RunCancelling(H.Runs, H.Queue, new AuditStore(H.Engine), H.Signal, H.Clock, H.Ids),
            H.Signal,
            H.Clock,
            H.Ids
        );

    [Test]
    public async Task A_bulk_pause_holds_all_that_the_filter_finds_and_nothing_else()
    {
        await PipelinesAsync();
        var off = await H.ConfigureAsync("acme", "off");
        await H.Configs.DeactivateAsync("acme", off.ConfigId, H.Stamp(), H.Now, default);
        var until = H.Now + Duration.FromHours(5);

        var planned = (BulkResult.Planned)await AskAsync(BulkAction.Pause, Acme, until: until, isDryRun: true);
        var bulk = await StartAsync(BulkAction.Pause, Acme, until: until);
        await Work.AdvanceAsync(default);

        var acme = await ConfigsAsync("acme");
        var done = (await Store.GetAsync(bulk.BulkId, default))!;
        var listed = await Store.ListAsync(BulkState.Done, null, 10, default);
        var going = await Store.ListAsync(BulkState.Running, null, 10, default);
        var trail = await QueryAsync(
            "select chain, target, key_id from scheduler_audit_entries where action = 'pipeline.pause' order by audit_id"
        );
        using (Assert.EnterMultipleScope())
        {
            Assert.That((planned.Total, planned.Untouched), Is.EqualTo((3L, 1L)));
            Assert.That(planned.First.Select(it => it.Config.PipelineName), Is.EqualTo(["a", "b", "c"]));
            Assert.That(
                acme.Where(config => config.IsActive)
                    .Select(config => (config.PausedUntil, config.PausedBy, config.PauseReason))
                    .Distinct(),
                Is.EqualTo([((Instant?)until, (string?)StoreHarness.Actor.KeyId, (string?)"an outage")])
            );
            Assert.That((await ConfigsAsync("bolt")).Select(config => config.PausedUntil), Is.All.Null);
            Assert.That((done.State, done.Total, done.EndedAt), Is.EqualTo((BulkState.Done, 3L, (Instant?)H.Now)));
            Assert.That(await CountsAsync(bulk), Is.EquivalentTo([(BulkItemState.Done, 3L)]));
            Assert.That((listed.Select(it => it.BulkId), going.Count), Is.EqualTo((new[] { bulk.BulkId }, 0)));
            Assert.That(
                trail.Select(entry => (entry["chain"], entry["key_id"])).Distinct(),
                Is.EqualTo([("customer:acme", StoreHarness.Actor.KeyId)])
            );
            Assert.That(
                trail.Select(entry => entry["target"]),
                Is.EquivalentTo(acme.Where(config => config.IsActive).Select(config => config.ConfigId))
            );
        }
    }

    [Test]
    public async Task What_is_queued_waits_for_the_end_of_the_pause_and_comes_back_when_it_is_undone()
    {
        await PipelinesAsync();
        H.AdvanceToNextHour();
        await H.TriggerAsync();
        var bulk = await StartAsync(BulkAction.Pause, Acme);
        await Work.AdvanceAsync(default);
        var during = await H.LeaseAsync(10);
        // The first look sets aside what is paused, the second one finds what is not.
        during = [.. during, .. await H.LeaseAsync(10)];

        await Bulks.UndoAsync(bulk.BulkId, StoreHarness.Actor, default);
        await Work.AdvanceAsync(default);
        var after = await H.LeaseAsync(10);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(during.Select(item => item.CustomerId), Is.EqualTo(["bolt"]));
            Assert.That(after.Select(item => item.CustomerId), Is.EqualTo(["acme", "acme", "acme"]));
            Assert.That((await Store.GetAsync(bulk.BulkId, default))!.State, Is.EqualTo(BulkState.Undone));
        }
    }

    [Test]
    public async Task Undone_each_has_the_pause_that_it_had_before_unless_somebody_has_changed_it_since()
    {
        var configs = await PipelinesAsync();
        var (a, b, c) = (configs[0], configs[1], configs[2]);
        var before = H.Now + Duration.FromHours(2);
        await H.Configs.SetPauseAsync("acme", a.ConfigId, before, "key", "earlier", H.Stamp(), H.Now, default);
        var bulk = await StartAsync(BulkAction.Pause, Acme);
        await Work.AdvanceAsync(default);
        H.Advance(Duration.FromMinutes(1));
        var changed = H.Now + Duration.FromHours(9);
        await H.Configs.SetPauseAsync("acme", b.ConfigId, changed, "key", "later", H.Stamp(), H.Now, default);

        await Bulks.UndoAsync(bulk.BulkId, StoreHarness.Actor, default);
        await Bulks.UndoAsync(bulk.BulkId, StoreHarness.Actor, default);
        await Work.AdvanceAsync(default);

        var after = (await ConfigsAsync("acme")).ToDictionary(config => config.ConfigId);
        var kept = await Store.ListItemsAsync(bulk.BulkId, BulkItemState.Kept, -1, 10, default);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(
                (after[a.ConfigId].PausedUntil, after[a.ConfigId].PausedBy, after[a.ConfigId].PauseReason),
                Is.EqualTo(((Instant?)before, "key", "earlier"))
            );
            Assert.That(after[b.ConfigId].PausedUntil, Is.EqualTo(changed));
            Assert.That(after[c.ConfigId].PausedUntil, Is.EqualTo(H.Now), "its pause is over");
            Assert.That(kept.Select(item => (item.ConfigId, item.Detail)), Is.EqualTo([(b.ConfigId, "CHANGED_SINCE")]));
            Assert.That(
                await CountsAsync(bulk),
                Is.EquivalentTo([(BulkItemState.Undone, 2L), (BulkItemState.Kept, 1L)])
            );
        }
    }

    [Test]
    public async Task A_bulk_resume_ends_the_pauses_and_undone_they_are_back()
    {
        var configs = await PipelinesAsync();
        var until = H.Now + Duration.FromHours(2);
        await H.Configs.SetPauseAsync("acme", configs[0].ConfigId, until, "key", "why", H.Stamp(), H.Now, default);

        var bulk = await StartAsync(BulkAction.Resume, Acme);
        await Work.AdvanceAsync(default);
        var resumed = (await H.Configs.GetAsync("acme", configs[0].ConfigId, default))!;
        H.Advance(Duration.FromMinutes(1));
        await Bulks.UndoAsync(bulk.BulkId, StoreHarness.Actor, default);
        await Work.AdvanceAsync(default);
        var back = (await H.Configs.GetAsync("acme", configs[0].ConfigId, default))!;

        using (Assert.EnterMultipleScope())
        {
            Assert.That(bulk.Total, Is.EqualTo(1));
            Assert.That(resumed.PausedUntil, Is.LessThanOrEqualTo(H.Now));
            Assert.That(
                (back.PausedUntil, back.PausedBy, back.PauseReason),
                Is.EqualTo(((Instant?)until, "key", "why"))
            );
        }
    }

    [Test]
    public async Task Turned_round_on_its_way_it_leaves_undone_what_it_has_not_come_to()
    {
        await PipelinesAsync();
        var bulk = await StartAsync(BulkAction.Pause, new BulkFilter());

        await Bulks.UndoAsync(bulk.BulkId, StoreHarness.Actor, default);
        var late = await Store.SetPausesAsync(
            bulk,
            [new BulkPause(0, PipelinePausing.Endless, null, "key", "late", H.Ids.NewId(H.Now))],
            H.Now,
            default
        );
        await Work.AdvanceAsync(default);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(late, Is.Zero);
            Assert.That((await ConfigsAsync("acme")).Select(config => config.PausedUntil), Is.All.Null);
            Assert.That(await CountsAsync(bulk), Is.EquivalentTo([(BulkItemState.Undone, 4L)]));
            Assert.That((await Store.GetAsync(bulk.BulkId, default))!.State, Is.EqualTo(BulkState.Undone));
        }
    }

    [Test]
    public async Task A_bulk_run_gives_each_one_run_whoever_does_the_work_and_takes_back_what_has_not_started()
    {
        await PipelinesAsync();

        var bulk = await StartAsync(BulkAction.RunNow, Acme);
        await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => Task.Run(() => Work.AdvanceAsync(default))));
        var runs = await H.RunsAsync("acme");
        var started = (await H.LeaseAsync(1)).Single();
        await Bulks.UndoAsync(bulk.BulkId, StoreHarness.Actor, default);
        await Work.AdvanceAsync(default);

        var after = await H.RunsAsync("acme");
        var kept = await Store.ListItemsAsync(bulk.BulkId, BulkItemState.Kept, -1, 10, default);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(runs.Select(run => run.Lane).Distinct(), Is.EqualTo([$"manual:{bulk.BulkId}"]));
            Assert.That(runs.Select(run => run.ConfigId), Is.Unique);
            Assert.That(runs, Has.Count.EqualTo(3));
            Assert.That(await H.RunsAsync("bolt"), Is.Empty);
            Assert.That(
                after.Select(run => run.State),
                Is.EquivalentTo([RunState.Running, RunState.Skipped, RunState.Skipped])
            );
            Assert.That(
                kept.Select(item => (item.RunIds.Single(), item.Detail)),
                Is.EqualTo([(started.RunId, "STARTED")])
            );
        }
    }

    [Test]
    public async Task Failures_are_done_again_once_where_they_have_not_completed_since()
    {
        var configs = await PipelinesAsync();
        H.AdvanceToNextHour();
        await H.TriggerAsync();
        await H.ReportAsync(await H.LeaseAsync(10), RunOutcome.Failed, ErrorType.InvalidConfiguration);
        var failed = (await H.RunsAsync("acme")).First(run => run.ConfigId == configs[1].ConfigId);
        await Requests.ReplayAsync("acme", failed.RunId, null, StoreHarness.Actor, default);
        await H.ReportAsync(await H.LeaseAsync(10), RunOutcome.Completed);
        H.Advance(Duration.FromMinutes(1));

        var bulk = await StartAsync(BulkAction.ReplayFailed, Acme);
        await Work.AdvanceAsync(default);

        var refused = await Store.ListItemsAsync(bulk.BulkId, BulkItemState.Refused, -1, 10, default);
        var items = await H.LeaseAsync(10);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(
                items.Select(item => item.ConfigId),
                Is.EquivalentTo([configs[0].ConfigId, configs[2].ConfigId])
            );
            Assert.That(items.Select(item => item.ScheduledTime).Distinct(), Is.EqualTo([failed.ScheduledTime]));
            Assert.That(
                refused.Select(item => (item.ConfigId, item.Detail)),
                Is.EqualTo([(configs[1].ConfigId, "NOTHING_FAILED")])
            );
        }
    }

    [Test]
    public async Task What_is_refused_says_why_and_does_not_hold_up_the_others()
    {
        var configs = await PipelinesAsync();
        var bulk = await StartAsync(BulkAction.RunNow, Acme);
        await H.Configs.DeactivateAsync("acme", configs[0].ConfigId, H.Stamp(), H.Now, default);

        await Work.AdvanceAsync(default);

        var refused = await Store.ListItemsAsync(bulk.BulkId, BulkItemState.Refused, -1, 10, default);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(
                refused.Select(item => (item.ConfigId, item.Detail)),
                Is.EqualTo([(configs[0].ConfigId, "SWITCHED_OFF")])
            );
            Assert.That(await CountsAsync(bulk), Contains.Item((BulkItemState.Done, 2L)));
        }
    }

    [Test]
    public async Task A_filter_that_finds_nothing_to_do_and_a_pause_that_is_over_make_no_bulk()
    {
        await PipelinesAsync();

        using (Assert.EnterMultipleScope())
        {
            Assert.That(await AskAsync(BulkAction.Resume, new BulkFilter()), Is.InstanceOf<BulkResult.Nothing>());
            Assert.That(
                await AskAsync(BulkAction.Pause, new BulkFilter { CustomerId = "acm" }),
                Is.InstanceOf<BulkResult.Nothing>(),
                "the whole id"
            );
            Assert.That(
                await AskAsync(BulkAction.Pause, new BulkFilter(), until: H.Now),
                Is.InstanceOf<BulkResult.OverAlready>()
            );
            Assert.That(
                await Bulks.UndoAsync("no such", StoreHarness.Actor, default),
                Is.InstanceOf<BulkResult.NotThere>()
            );
            Assert.That(await Store.ListAsync(null, null, 10, default), Is.Empty);
        }
    }

    private static BulkFilter Acme { get; } = new() { CustomerId = "acme" };

    /// <summary>Three of acme, one of bolt.</summary>
    private async Task<IReadOnlyList<PipelineConfig>> PipelinesAsync()
    {
        await H.OnboardAsync("acme");
        await H.OnboardAsync("bolt");
        await H.ConfigureAsync("bolt", "z");
        return
        [
            await H.ConfigureAsync("acme", "a"),
            await H.ConfigureAsync("acme", "b"),
            await H.ConfigureAsync("acme", "c"),
        ];
    }

    private async Task<Bulk> StartAsync(BulkAction action, BulkFilter filter, Instant? until = null) =>
        ((BulkResult.Accepted)await AskAsync(action, filter, until)).Bulk;

    private Task<BulkResult> AskAsync(
        BulkAction action,
        BulkFilter filter,
        Instant? until = null,
        bool isDryRun = false
    ) => Bulks.StartAsync(action, filter, "an outage", until, failedSince: null, isDryRun, StoreHarness.Actor, default);

    private Task<IReadOnlyList<PipelineConfig>> ConfigsAsync(string customerId) =>
        H.Configs.ListAsync(customerId, null, null, 100, default);

    private async Task<IEnumerable<(BulkItemState, long)>> CountsAsync(Bulk bulk) =>
        (await Store.CountItemsAsync(bulk.BulkId, default)).Select(count => (count.Key, count.Value));
}
