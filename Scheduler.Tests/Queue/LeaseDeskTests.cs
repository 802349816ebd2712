using NodaTime;
using NUnit.Framework;
using Scheduler.Core.Contracts;
using Scheduler.Core.Gathering;
using Scheduler.Core.Queue;
using Scheduler.Core.Scheduling;
using Scheduler.Core.Storage;
using Scheduler.Tests.Support;

namespace Scheduler.Tests.Queue;

/// <summary>Calls at the same time, with the store held up or broken between them.</summary>
internal sealed class LeaseDeskTests : HeldStoreFixture
{
    private const string Claim = "queue.claim";
    private const string Heartbeat = "queue.heartbeat";
    private const string Facts = "queue.lease_facts";
    private const string End = "queue.end_leases";

    [SetUp]
    public Task Onboard() => H.OnboardAsync("acme");

    /// <summary>Who is woken too early looks in vain, and looks again only much later.</summary>
    [Test]
    public async Task A_trigger_wakes_those_who_wait_once_its_runs_are_committed_and_not_before()
    {
        var plan = Engine.Hold("scheduling.plan_batch");
        var wakeUp = H.Signal.Next;

        var queueing = H.QueueAsync("acme", "main");
        await plan.Reached;
        var before = wakeUp.IsCompleted;
        plan.Release();
        await queueing;

        Assert.That((before, wakeUp.IsCompleted), Is.EqualTo((false, true)));
    }

    [Test]
    public async Task Claims_that_come_during_a_script_share_the_next_one()
    {
        await QueueAsync(6);
        var hold = Engine.Hold(Claim);
        var first = H.LeaseAsync(1, "worker-0");
        await hold.Reached;
        var others = Enumerable.Range(1, 4).Select(nth => H.LeaseAsync(nth == 4 ? 5 : 1, $"worker-{nth}")).ToArray();

        hold.Release();
        var taken = await Task.WhenAll([first, .. others]);

        var runs = await H.RunsAsync("acme");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Engine.Ran(Claim), Is.EqualTo(2));
            Assert.That(taken.Select(items => items.Count), Is.EqualTo(new[] { 1, 1, 1, 1, 2 }));
            Assert.That(taken.SelectMany(items => items).Select(item => item.QueueId), Is.Unique);
            Assert.That(
                taken.Select(items => items.Select(item => item.LeaseToken.Split('.')[1]).Distinct().Single()),
                Is.Unique,
                "nobody can guess another's token"
            );
        }
        for (var nth = 0; nth < taken.Length; nth++)
        {
            Assert.That(
                taken[nth].Select(item => runs.Single(run => run.RunId == item.RunId).WorkerId),
                Is.All.EqualTo($"worker-{nth}")
            );
        }
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task A_report_waits_for_a_claim_only_where_the_store_writes_one_script_at_a_time(bool concurrently)
    {
        Go(new HeldEngine(Database.Engine) { WritesConcurrently = concurrently });
        await QueueAsync(2);
        var item = (await H.LeaseAsync()).Single();
        var hold = Engine.Hold(Claim);
        var claim = H.LeaseAsync();
        await hold.Reached;

        var report = H.ReportAsync(item, RunOutcome.Completed);
        if (concurrently)
        {
            await report;
        }

        Assert.That((claim.IsCompleted, Engine.Ran(Facts)), Is.EqualTo((false, concurrently ? 1 : 0)));
        hold.Release();
        Assert.That(await claim, Has.Count.EqualTo(1));
        await report;
    }

    [Test]
    public async Task Heartbeats_that_come_during_a_script_share_the_next_one_and_each_is_told_its_own()
    {
        await QueueAsync(3);
        var items = await H.LeaseAsync(3);
        await H.ReportAsync(items[1], RunOutcome.Completed);
        var hold = Engine.Hold(Heartbeat);
        var first = H.HeartbeatAsync(items[0]);
        await hold.Reached;
        var others = items.Select(H.HeartbeatAsync).ToArray();

        hold.Release();
        await first;
        var answers = await Task.WhenAll(others);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(Engine.Ran(Heartbeat), Is.EqualTo(2));
            Assert.That(answers.Select(answer => answer.QueueId), Is.EqualTo(items.Select(item => item.QueueId)));
            Assert.That(
                answers.Select(answer => answer.Status),
                Is.EqualTo(new[] { HeartbeatStatus.Renewed, HeartbeatStatus.Lost, HeartbeatStatus.Renewed })
            );
        }
    }

    [Test]
    public async Task Of_one_item_in_two_reports_of_a_script_exactly_one_is_accepted()
    {
        await QueueAsync(3);
        var items = await H.LeaseAsync(3);
        var hold = Engine.Hold(Facts);
        var first = H.ReportAsync(items[2], RunOutcome.Completed);
        await hold.Reached;
        var twice = H.ReportAsync([items[0], items[1], items[0]], RunOutcome.Completed);
        var late = H.ReportAsync([items[1], items[0]], RunOutcome.Failed);

        hold.Release();
        await first;
        var (accepted, stale) = (await twice, await late);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(Engine.Ran(End), Is.EqualTo(2), "one for the first, one for both others");
            Assert.That(
                accepted.Select(receipt => receipt.Status),
                Is.All.EqualTo(ResultStatus.Accepted),
                "a repetition within a request is the same report"
            );
            Assert.That(stale.Select(receipt => receipt.Status), Is.All.EqualTo(ResultStatus.Stale));
            Assert.That((await H.UsageAsync("acme")).SucceededToday, Is.EqualTo(3));
        }
    }

    [Test]
    public async Task Reading_the_facts_of_results_tells_the_time_too()
    {
        await QueueAsync(1);
        var item = (await H.LeaseAsync()).Single();

        await H.ReportAsync(item, RunOutcome.Completed);

        Assert.That((Engine.Ran(Facts), Engine.Ran(End), Engine.Ran("clock.now")), Is.EqualTo((1, 1, 0)));
    }

    [Test]
    public async Task A_result_that_the_store_does_not_take_holds_up_no_other()
    {
        await QueueAsync(9);
        var items = await H.LeaseAsync(9);
        BreakFor(items[4]);
        var hold = Engine.Hold(Facts);
        var first = H.ReportAsync(items[0], RunOutcome.Completed);
        await hold.Reached;
        var mixed = H.ReportAsync([.. items.Skip(1).Take(6)], RunOutcome.Completed);
        var sound = H.ReportAsync([.. items.Skip(7)], RunOutcome.Completed);

        hold.Release();
        await first;
        var receipts = await mixed;

        using (Assert.EnterMultipleScope())
        {
            Assert.That((await sound).Select(receipt => receipt.Status), Is.All.EqualTo(ResultStatus.Accepted));
            Assert.That(
                receipts.Select(receipt => receipt.QueueId),
                Is.EqualTo(items.Skip(1).Take(6).Select(item => item.QueueId))
            );
            Assert.That(
                receipts.Where(receipt => receipt.Status == ResultStatus.Stale).Select(receipt => receipt.QueueId),
                Is.EqualTo(new[] { items[4].QueueId })
            );
            Assert.That((await H.UsageAsync("acme")).SucceededToday, Is.EqualTo(8));
        }
    }

    [Test]
    public async Task When_the_store_takes_none_of_the_results_the_caller_hears_why()
    {
        await QueueAsync(40);
        var items = await H.LeaseAsync(40);
        Engine.Break(End, _ => new FormatException("none"));

        Assert.That(
            async () => await H.ReportAsync(items, RunOutcome.Completed),
            Throws.TypeOf<FormatException>(),
            "not stale: the worker has to try again"
        );
        Assert.That(Engine.Ran(End), Is.LessThan(20), "and not every single one is tried");
        Engine.Mend(End);
        Assert.That(
            (await H.ReportAsync(items, RunOutcome.Completed)).Select(receipt => receipt.Status),
            Is.All.EqualTo(ResultStatus.Accepted)
        );
    }

    [Test]
    public async Task Results_stand_although_what_was_parked_behind_them_could_not_be_let_through()
    {
        await H.ConfigureAsync("acme", "main", config => config with { OverlapPolicy = OverlapPolicy.Queue });
        H.AdvanceToNextHour();
        await H.TriggerAsync();
        H.AdvanceToNextHour();
        await H.TriggerAsync();
        var item = (await H.LeaseAsync()).Single();
        Engine.Break("queue.release_parked", _ => new StorageUnavailableException("down"));

        var receipt = await H.ReportAsync(item, RunOutcome.Completed);
        var before = await H.LeaseAsync();
        Engine.Mend("queue.release_parked");
        await H.Reaper.ReleaseAsync(default);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(receipt.Status, Is.EqualTo(ResultStatus.Accepted));
            Assert.That(before, Is.Empty);
            Assert.That(await H.LeaseAsync(), Has.Count.EqualTo(1), "the sweep lets it through");
        }
    }

    [Test]
    public async Task A_claim_that_was_sent_returns_what_it_leased_although_its_caller_has_left()
    {
        await QueueAsync(2);
        using var leaving = new CancellationTokenSource();
        var hold = Engine.Hold(Claim);
        var claim = H.Desk.LeaseAsync("worker-1", 2, Duration.FromSeconds(20), leaving.Token);
        await hold.Reached;

        await leaving.CancelAsync();
        hold.Release();
        var items = await claim;
        var before = await H.LeaseAsync(2);
        await H.Desk.GiveBackAsync("worker-1", items);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(items, Has.Count.EqualTo(2));
            Assert.That(before, Is.Empty);
            Assert.That(await H.LeaseAsync(2), Has.Count.EqualTo(2), "at once, not when the leases end");
        }
    }

    [Test]
    public async Task A_claim_whose_caller_left_before_it_was_sent_leases_nothing()
    {
        await QueueAsync(2);
        using var leaving = new CancellationTokenSource();
        var hold = Engine.Hold(Claim);
        var first = H.LeaseAsync(1, "worker-1");
        await hold.Reached;
        var left = H.Desk.LeaseAsync("worker-2", 1, Duration.Zero, leaving.Token);

        await leaving.CancelAsync();
        hold.Release();
        await first;

        Assert.That(async () => await left, Throws.InstanceOf<OperationCanceledException>());
        Assert.That(Engine.Ran(Claim), Is.EqualTo(1));
        Assert.That(await H.LeaseAsync(1, "worker-3"), Has.Count.EqualTo(1));
    }

    [Test]
    public async Task What_the_first_look_leased_reaches_the_caller_when_the_second_one_fails()
    {
        await QueueAsync(1);
        for (var number = 0; number < 60; number++)
        {
            await H.OnboardAsync($"closed_{number:00}");
            await H.ConfigureAsync($"closed_{number:00}", "main", config => config with { NextRunTime = H.Now });
        }
        await H.TriggerAsync();
        await Database.ExecuteAsync("update customer_profiles set status = 'SUSPENDED' where customer_id <> 'acme'");
        Engine.Break(Claim, _ => Engine.Ran(Claim) > 1 ? new StorageUnavailableException("down") : null);

        var items = await H.LeaseAsync(5);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(items.Single().CustomerId, Is.EqualTo("acme"));
            Assert.That(Engine.Ran(Claim), Is.EqualTo(2));
        }
    }

    [Test]
    public async Task Over_the_bound_a_claim_that_does_not_wait_is_refused_and_a_long_poll_waits_for_the_store_too()
    {
        var narrow = new StoreHarness(
            Engine,
            new LeaseOptions { Gathering = new GatherLimits { WaitingRequests = 1 } }
        );
        await QueueAsync(3);
        narrow.Advance(Duration.FromHours(1));
        var hold = Engine.Hold(Claim);
        var sent = narrow.LeaseAsync(1, "worker-1");
        await hold.Reached;
        var waits = narrow.LeaseAsync(1, "worker-2");

        var refused = narrow.LeaseAsync(1, "worker-3");
        var poll = narrow.Desk.LeaseAsync("worker-4", 1, Duration.FromSeconds(20), default);

        Assert.That(async () => await refused, Throws.TypeOf<StoreBusyException>());
        hold.Release();
        await Task.WhenAll(sent, waits);
        narrow.Advance(narrow.Leases.PollInterval);
        Assert.That(await poll, Has.Count.EqualTo(1));
    }

    private Task<TriggerResponse> QueueAsync(int items) =>
        H.QueueAsync("acme", [.. Enumerable.Range(0, items).Select(nth => $"p{nth}")]);

    /// <summary>Lets the store stumble over the end of this item, whatever else is in the script.</summary>
    private void BreakFor(LeaseItem item) =>
        Engine.Break(
            End,
            arguments =>
                arguments
                    .Values.Select(argument => argument.Value)
                    .OfType<SqlRows>()
                    .SelectMany(rows => (IReadOnlyList<LeaseEnd>)rows.Rows)
                    .Any(end => end.QueueId == item.QueueId)
                    ? new FormatException("made to fail")
                    : null
        );
}
