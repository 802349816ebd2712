using Microsoft.Extensions.Logging.Abstractions;
using NodaTime;
using NUnit.Framework;
using Scheduler.Core.Contracts;
using Scheduler.Core.Queue;
using Scheduler.Core.Storage;
using Scheduler.Tests.Support;

namespace Scheduler.Tests.Queue;

/// <summary>How long a claim waits for work, and what happens to work whose caller has left.</summary>
internal sealed class LongPollTests : HeldStoreFixture
{
    private const string Claim = "queue.claim";
    private const string Facts = "queue.lease_facts";

    [SetUp]
    public Task Onboard() => H.OnboardAsync("acme");

    [Test]
    public async Task Without_work_it_looks_once_in_each_interval_and_answers_when_its_wait_is_over()
    {
        var time = new SteppedTime(StoreHarness.Start.ToDateTimeOffset());
        var desk = new LeaseDesk(
            H.Queue,
            H.Ids,
            new LeaseOptions { PollInterval = Duration.FromSeconds(8) },
            H.Signal,
            time,
            new Random(7),
            NullLogger<LeaseDesk>.Instance
        );
        // One that never ends would hold up all the others.
        Engine.Break(Claim, _ => Engine.Ran(Claim) > 20 ? new InvalidOperationException("it never ends") : null);

        var poll = desk.LeaseAsync("worker-1", 1, Duration.FromSeconds(20), default);
        await time.RunAsync(poll);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(await poll, Is.Empty);
            Assert.That(time.GetUtcNow() - StoreHarness.Start.ToDateTimeOffset(), Is.EqualTo(TimeSpan.FromSeconds(20)));
            Assert.That(Engine.Ran(Claim), Is.EqualTo(4), "at 0, 8, 16 and 20 seconds");
        }
    }

    [Test]
    public async Task What_cannot_be_given_back_to_a_store_that_is_down_or_busy_stays_leased()
    {
        await H.QueueAsync("acme", "main");
        var items = await H.LeaseAsync();
        foreach (var failure in new Exception[] { new StorageUnavailableException("down"), new StoreBusyException() })
        {
            Engine.Break(Facts, _ => failure);

            Assert.That(
                async () => await H.Desk.GiveBackAsync("worker-1", items),
                Throws.Nothing,
                "whoever left cannot be told"
            );
        }
        Assert.That((await H.HeartbeatAsync(items[0])).Status, Is.EqualTo(HeartbeatStatus.Renewed));
    }

    [Test]
    public async Task Another_fault_while_giving_back_is_not_kept_quiet()
    {
        await H.QueueAsync("acme", "main");
        var items = await H.LeaseAsync();
        Engine.Break(Facts, _ => new FormatException("a fault of the program"));

        Assert.That(async () => await H.Desk.GiveBackAsync("worker-1", items), Throws.TypeOf<FormatException>());
    }
}
