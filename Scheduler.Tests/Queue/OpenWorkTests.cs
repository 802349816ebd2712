using NodaTime;
using NUnit.Framework;
using Scheduler.Core.Contracts;
using Scheduler.Core.Queue;
using Scheduler.Core.Retry;
using Scheduler.Core.Storage;
using Scheduler.Tests.Support;

namespace Scheduler.Tests.Queue;

/// <summary>What a process looks at, and when, where every look costs money.</summary>
internal sealed class OpenWorkTests : HeldStoreFixture
{
    private const string Claim = "queue.claim";

    protected override bool ReadsAreCharged => true;

    [SetUp]
    public Task Onboard() => H.OnboardAsync("acme");

    [Test]
    public async Task With_an_empty_queue_one_look_closes_it_and_none_follows()
    {
        var work = Work();
        Assert.That(await work.IsOpenAsync(default), Is.True, "at the start nobody knows");
        await IsOpenAfterAsync(work, OpenWork.LookInterval);

        var before = Engine.RanInAll;
        for (var hour = 0; hour < 24; hour++)
        {
            Assert.That(await IsOpenAfterAsync(work, TimeSpan.FromHours(1)), Is.False);
        }

        Assert.That(Engine.RanInAll, Is.EqualTo(before));
    }

    [Test]
    public async Task A_trigger_that_queues_something_opens_it_without_a_look()
    {
        var work = await ClosedAsync();
        await H.QueueAsync("acme", "main");
        var before = Engine.RanInAll;

        var isOpen = await work.IsOpenAsync(default);

        Assert.That((isOpen, work.Opening), Is.EqualTo((true, 2)));
        Assert.That(Engine.RanInAll, Is.EqualTo(before));
    }

    [Test]
    public async Task After_a_trigger_that_queues_nothing_it_looks_once_and_stays_closed()
    {
        var work = await ClosedAsync();
        await H.TriggerAsync();
        var before = Engine.RanInAll;

        var isOpen = await work.IsOpenAsync(default);
        var looks = Engine.RanInAll - before;
        await work.IsOpenAsync(default);

        Assert.That((isOpen, work.Opening), Is.EqualTo((false, 1)));
        Assert.That(looks, Is.GreaterThan(0));
        Assert.That(Engine.RanInAll - before, Is.EqualTo(looks));
    }

    [Test]
    public async Task What_another_process_has_queued_is_found_after_the_next_trigger_here()
    {
        var work = await ClosedAsync();
        var other = new StoreHarness(Engine);
        other.Advance(H.Now - other.Now);
        await other.QueueAsync("acme", "main");
        Assert.That(await work.IsOpenAsync(default), Is.False);

        H.Advance(other.Now - H.Now);
        await H.TriggerAsync();

        Assert.That(await work.IsOpenAsync(default), Is.True);
        Assert.That(await H.LeaseAsync(), Has.Count.EqualTo(1));
    }

    [Test]
    public async Task It_stays_open_while_something_is_queued_or_leased_and_closes_after_the_end()
    {
        var work = Work();
        await H.QueueAsync("acme", "main");
        var queued = await IsOpenAfterAsync(work, OpenWork.LookInterval);
        var item = (await H.LeaseAsync()).Single();
        var leased = await IsOpenAfterAsync(work, OpenWork.LookInterval);
        await H.ReportAsync(item, RunOutcome.Failed, ErrorType.TransientNetwork);
        var waitsForItsRetry = await IsOpenAfterAsync(work, OpenWork.LookInterval);
        H.Advance(Duration.FromHours(1));
        await H.ReportAsync((await H.LeaseAsync()).Single(), RunOutcome.Completed);
        var ended = await IsOpenAfterAsync(work, OpenWork.LookInterval);

        Assert.That((queued, leased, waitsForItsRetry, ended), Is.EqualTo((true, true, true, false)));
    }

    [Test]
    public async Task A_lease_that_this_process_gives_out_or_renews_opens_it()
    {
        await H.QueueAsync("acme", "main");
        var work = Work();
        await Database.ExecuteAsync("delete from pipeline_execution_queue");
        Assert.That(await IsOpenAfterAsync(work, OpenWork.LookInterval), Is.False);

        H.Signal.See();

        Assert.That(await work.IsOpenAsync(default), Is.True);
    }

    [Test]
    public async Task A_claim_that_takes_what_another_process_has_queued_opens_it()
    {
        var work = await ClosedAsync();
        var other = new StoreHarness(Engine);
        other.Advance(H.Now - other.Now);
        await other.QueueAsync("acme", "main");
        H.Advance(other.Now - H.Now);

        Assert.That(await H.LeaseAsync(), Has.Count.EqualTo(1));

        Assert.That(await work.IsOpenAsync(default), Is.True);
    }

    [Test]
    public async Task A_heartbeat_opens_it_to_a_process_that_did_not_give_the_lease_out()
    {
        var work = await ClosedAsync();
        var other = new StoreHarness(Engine);
        other.Advance(H.Now - other.Now);
        await other.QueueAsync("acme", "main");
        H.Advance(other.Now - H.Now);
        var item = (await other.LeaseAsync()).Single();
        var before = await work.IsOpenAsync(default);

        await H.HeartbeatAsync(item);

        Assert.That((before, await work.IsOpenAsync(default)), Is.EqualTo((false, true)));
    }

    [Test]
    public async Task Duties_that_ask_at_the_same_time_share_one_look()
    {
        const string Leases = "queue.list_expired";
        var work = Work();
        H.Time.Advance(OpenWork.LookInterval);
        var hold = Engine.Hold(Leases);
        var first = work.IsOpenAsync(default);
        await hold.Reached;
        var second = work.IsOpenAsync(default);

        hold.Release();

        Assert.That(await Task.WhenAll(first, second), Is.EqualTo(new[] { false, false }));
        Assert.That(Engine.Ran(Leases), Is.EqualTo(1));
    }

    [Test]
    public async Task Where_looks_cost_nothing_it_is_always_open_and_never_looks()
    {
        Go(new HeldEngine(Database.Engine));
        var work = Work();

        for (var hour = 0; hour < 24; hour++)
        {
            Assert.That(await IsOpenAfterAsync(work, TimeSpan.FromHours(1)), Is.True);
        }
        Assert.That(Engine.RanInAll, Is.Zero);
    }

    [Test]
    public async Task An_empty_queue_is_claimed_from_once_and_then_not_looked_at()
    {
        await H.LeaseAsync();
        var before = Engine.RanInAll;

        for (var hour = 0; hour < 24; hour++)
        {
            H.Advance(Duration.FromHours(1));
            Assert.That(await H.LeaseAsync(), Is.Empty);
        }

        Assert.That(Engine.RanInAll, Is.EqualTo(before));
    }

    [Test]
    public async Task Who_waits_is_woken_by_the_trigger_of_this_process()
    {
        await H.LeaseAsync();
        await H.ConfigureAsync("acme");
        H.AdvanceToNextHour();
        var poll = H.Desk.LeaseAsync("worker-1", 1, Duration.FromSeconds(20), default);

        await H.TriggerAsync();

        Assert.That(await poll, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task After_a_trigger_that_queued_nothing_one_small_look_answers_for_all_who_claim()
    {
        await H.LeaseAsync();
        await H.TriggerAsync();
        var (claims, all) = (Engine.Ran(Claim), Engine.RanInAll);

        for (var worker = 0; worker < 5; worker++)
        {
            await H.LeaseAsync(1, $"worker-{worker}");
        }

        Assert.That((Engine.Ran(Claim) - claims, Engine.RanInAll - all), Is.EqualTo((0, 1)));
    }

    [Test]
    public async Task After_a_claim_that_took_all_the_next_one_looks_and_claims_nothing()
    {
        await H.QueueAsync("acme", "one");
        Assert.That(await H.LeaseAsync(), Has.Count.EqualTo(1));
        var (claims, all) = (Engine.Ran(Claim), Engine.RanInAll);

        for (var worker = 0; worker < 5; worker++)
        {
            Assert.That(await H.LeaseAsync(1, $"worker-{worker}"), Is.Empty);
        }

        Assert.That((Engine.Ran(Claim) - claims, Engine.RanInAll - all), Is.EqualTo((0, 1)));
    }

    [Test]
    public async Task After_a_claim_that_left_something_the_next_one_has_it()
    {
        await H.QueueAsync("acme", "one", "two");
        await H.LeaseAsync();

        Assert.That(await H.LeaseAsync(), Has.Count.EqualTo(1));
    }

    [Test]
    public async Task A_retry_is_claimed_when_its_time_comes_and_not_looked_for_before()
    {
        await H.QueueAsync("acme", "main");
        await H.ReportAsync((await H.LeaseAsync()).Single(), RunOutcome.Failed, ErrorType.TransientNetwork);
        await H.LeaseAsync();
        var readyAt = (await H.Queue.NextVisibleAsync(default))!.Value;
        var before = Engine.RanInAll;

        H.Advance(readyAt - H.Now - Duration.FromMilliseconds(1));
        var early = await H.LeaseAsync();
        var looks = Engine.RanInAll - before;
        H.Advance(Duration.FromMilliseconds(1));

        Assert.That(early, Is.Empty);
        Assert.That(looks, Is.Zero);
        Assert.That(await H.LeaseAsync(), Has.Count.EqualTo(1));
    }

    [Test]
    public async Task What_comes_during_a_claim_in_vain_is_claimed_at_once()
    {
        await H.ConfigureAsync("acme");
        H.AdvanceToNextHour();
        var hold = Engine.Hold("queue.next_visible");
        var poll = H.Desk.LeaseAsync("worker-1", 1, Duration.FromSeconds(20), default);
        await hold.Reached;
        await H.TriggerAsync();

        hold.Release();

        Assert.That(await poll, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task The_sweep_that_brings_something_back_wakes_who_waits()
    {
        await H.QueueAsync("acme", "main");
        await Database.ExecuteAsync("update scheduler_fair_shares set ready = 0, ready_at = 253402300799999999");
        await H.LeaseAsync();
        Assert.That(await H.LeaseAsync(), Is.Empty);

        await H.Reaper.ReleaseAsync(default);

        Assert.That(await H.LeaseAsync(), Has.Count.EqualTo(1));
    }

    private OpenWork Work() => new(H.Queue, new StatusStore(Engine, H.Clock), H.Signal, H.Time);

    private async Task<OpenWork> ClosedAsync()
    {
        var work = Work();
        Assert.That(await IsOpenAfterAsync(work, OpenWork.LookInterval), Is.False);
        return work;
    }

    private Task<bool> IsOpenAfterAsync(OpenWork work, TimeSpan time)
    {
        H.Time.Advance(time);
        return work.IsOpenAsync(default);
    }
}
