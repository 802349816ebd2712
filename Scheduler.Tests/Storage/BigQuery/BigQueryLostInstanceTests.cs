using Microsoft.Extensions.Logging.Abstractions;
using NodaTime;
using NUnit.Framework;
using Scheduler.Core.Contracts;
using Scheduler.Core.Duties;
using Scheduler.Core.Queue;
using Scheduler.Core.Retry;
using Scheduler.Core.Storage;
using Scheduler.Tests.Support;

namespace Scheduler.Tests.Storage.BigQuery;

/// <summary>
/// Of two instances that look at nothing while they know of nothing, one has queued or leased something and is lost without a word. The
/// trigger comes every minute, to the other one then: it has to find what only the lost one knew of.
/// </summary>
internal sealed class BigQueryLostInstanceTests
{
    private const string Duty = "lost_leases";

    private static readonly Duration Lease = Duration.FromMinutes(2);

    private BigQueryDatabase database = null!;
    private StoreHarness lost = null!;
    private StoreHarness left = null!;
    private OpenWork work = null!;

    [SetUp]
    public async Task OpenStore()
    {
        database = await BigQueryDatabase.CreateAsync();
        lost = new StoreHarness(database.Engine, new LeaseOptions { Lease = Lease });
        left = new StoreHarness(database.Connect(), new LeaseOptions { Lease = Lease });
        work = new OpenWork(left.Queue, new StatusStore(left.Engine, left.Clock), left.Signal, left.Time);
        await lost.OnboardAsync("acme");
        // The one that is left has looked, found nothing, and rests.
        Advance(Duration.FromTimeSpan(OpenWork.LookInterval));
        Assert.That(await work.IsOpenAsync(default), Is.False);
        Assert.That(await left.LeaseAsync(), Is.Empty);
    }

    [TearDown]
    public async Task CloseStore()
    {
        // Null where the set-up was left: there is no emulator.
        if (database is not null)
        {
            await database.DisposeAsync();
        }
    }

    [Test]
    public async Task What_the_lost_one_had_queued_is_found_after_the_next_trigger()
    {
        await QueueAsync();
        Assert.That(await FindsAsync(), Is.EqualTo((false, 0)), "nobody has told it");

        await left.TriggerAsync();

        Assert.That(await FindsAsync(), Is.EqualTo((true, 2)));
    }

    [Test]
    public async Task What_the_lost_one_had_leased_comes_back_when_the_lease_and_its_duty_have_run_out()
    {
        await QueueAsync();
        var lead = Leadership(lost, "lost");
        await lead.RunAsync(_ => Task.CompletedTask, default);
        Assert.That(await lost.LeaseAsync(2), Has.Count.EqualTo(2));
        var mine = Leadership(left, "left");

        await left.TriggerAsync();
        Assert.That(await FindsAsync(), Is.EqualTo((true, 0)), "they are held as yet");
        Advance(Lease);
        for (var passes = 0; await mine.RunAsync(token => left.Reaper.ReapAsync(token), default) is { } wait; passes++)
        {
            Assert.That(passes, Is.LessThan(2));
            Advance(Duration.FromTimeSpan(wait));
        }

        Assert.That(await FindsAsync(), Is.EqualTo((true, 2)));
    }

    [Test]
    public async Task A_retry_that_the_lost_one_had_put_off_is_run_when_its_time_comes()
    {
        await QueueAsync();
        foreach (var item in await lost.LeaseAsync(2))
        {
            await lost.ReportAsync(item, RunOutcome.Failed, ErrorType.TransientNetwork);
        }

        await left.TriggerAsync();
        var early = await FindsAsync();
        Advance(Duration.FromHours(1));

        Assert.That((early, await FindsAsync()), Is.EqualTo(((true, 0), (true, 2))), "without another trigger");
    }

    [Test]
    public async Task The_run_whose_end_was_on_its_way_to_the_lost_one_is_ended_by_the_other()
    {
        await QueueAsync();
        var items = await lost.LeaseAsync(2);

        var receipts = await left.ReportAsync(items, RunOutcome.Completed);
        await left.TriggerAsync();

        Assert.That(receipts.Select(receipt => receipt.Status), Is.All.EqualTo(ResultStatus.Accepted));
        Assert.That(await FindsAsync(), Is.EqualTo((false, 0)), "nothing is open any more");
    }

    private async Task QueueAsync()
    {
        await lost.ConfigureAsync("acme", "one");
        await lost.ConfigureAsync("acme", "two");
        Advance(Duration.FromHours(1));
        Assert.That((await lost.TriggerAsync()).QueuedCount, Is.EqualTo(2));
    }

    private async Task<(bool IsOpen, int Leased)> FindsAsync() =>
        (await work.IsOpenAsync(default), (await left.LeaseAsync(10)).Count);

    private void Advance(Duration duration)
    {
        lost.Advance(duration);
        left.Advance(duration);
    }

    private static Leadership Leadership(StoreHarness instance, string name) =>
        new(
            new DutyStore(instance.Engine, instance.Clock),
            Duty,
            name,
            2 * Lease / 3,
            instance.Time,
            NullLogger<Leadership>.Instance
        );
}
