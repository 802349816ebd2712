using NodaTime;
using NUnit.Framework;
using Scheduler.Core.Contracts;
using Scheduler.Core.Customers;
using Scheduler.Core.Pipelines.Providers.Limits;
using Scheduler.Core.Storage;
using Scheduler.Tests.Support;

namespace Scheduler.Tests.Storage.Contract;

/// <summary>The pace that a customer's pipelines share, kept where all workers ask.</summary>
internal abstract class PaceContract : StoreContract
{
    private static readonly RateKey Key = new("acme", "Azure", "tenant-1");
    private static readonly PaceRequest Asked = new()
    {
        CustomerId = "acme",
        Provider = "Azure",
        Account = "tenant-1",
        Burst = 3,
        IntervalMs = 10_000,
        Calls = 1,
        LongestWaitMs = PaceRequest.LongestMs,
    };

    private SqlPaceStore Store => new(H.Engine, H.Clock);

    [Test]
    public async Task A_pace_nobody_has_asked_for_is_full()
    {
        var kept = await Store.FindAsync(Key, default);

        Assert.That(kept, Is.EqualTo(new KeptPace(TokenBucket.Full(H.Now), 0, H.Now)));
    }

    [Test]
    public async Task What_is_kept_comes_back_and_each_name_has_its_own()
    {
        var bucket = new TokenBucket(H.Now + Duration.FromSeconds(30), H.Now, H.Now + Duration.FromHours(1));
        await Store.SaveAsync(Key, bucket, 0, default);
        await Store.SaveAsync(Key with { Account = "" }, bucket with { ClosedUntil = Instant.MinValue }, 0, default);
        H.Advance(Duration.FromSeconds(1));

        using (Assert.EnterMultipleScope())
        {
            Assert.That(await Store.FindAsync(Key, default), Is.EqualTo(new KeptPace(bucket, 1, H.Now)));
            Assert.That(
                (await Store.FindAsync(Key with { Account = "" }, default)).Bucket.ClosedUntil,
                Is.EqualTo(Instant.MinValue)
            );
            Assert.That((await Store.FindAsync(Key with { CustomerId = "bolt" }, default)).Version, Is.Zero);
            Assert.That((await Store.FindAsync(Key with { Provider = "AWS" }, default)).Version, Is.Zero);
        }
    }

    [Test]
    public async Task Of_two_that_read_the_same_only_the_first_keeps_its_own()
    {
        var first = TokenBucket.Full(H.Now).Take(new RatePolicy(3, Duration.FromSeconds(1)), H.Now, Duration.Zero).Next;
        var second = TokenBucket.Full(H.Now).Close(H.Now, Duration.FromHours(1));

        var kept = new List<bool>
        {
            await Store.SaveAsync(Key, first, 0, default),
            await Store.SaveAsync(Key, second, 0, default),
            await Store.SaveAsync(Key, second, 2, default),
            await Store.SaveAsync(Key, second, 1, default),
            await Store.SaveAsync(Key, first, 1, default),
            await Store.SaveAsync(Key with { CustomerId = "bolt" }, first, 1, default),
        };

        Assert.That(kept, Is.EqualTo([true, false, false, true, false, false]));
        Assert.That((await Store.FindAsync(Key, default)).Bucket, Is.EqualTo(second));
    }

    [Test]
    public async Task Workers_that_ask_at_the_same_moment_get_a_turn_each()
    {
        var answers = await Task.WhenAll(
            Enumerable
                .Range(0, 8)
                .Select(_ =>
                    Task.Run(() => new PaceDesk(new SqlPaceStore(H.Engine, H.Clock)).TakeAsync(Asked, default))
                )
        );

        Assert.That(answers.Select(answer => answer.Calls), Is.All.EqualTo(1));
        Assert.That(
            answers.Select(answer => answer.WaitMs).Order(),
            Is.EqualTo([0, 0, 0, 10_000, 20_000, 30_000, 40_000, 50_000])
        );
    }

    [Test]
    public async Task A_purged_customer_s_pace_goes_with_it()
    {
        await H.OnboardAsync("acme");
        await Store.SaveAsync(Key, TokenBucket.Full(H.Now), 0, default);
        await Store.SaveAsync(Key with { CustomerId = "bolt" }, TokenBucket.Full(H.Now), 0, default);
        var cancelled = new UpdateCustomerRequest { Status = CustomerStatus.Cancelled };
        await H.Profiles.UpdateAsync("acme", cancelled, StoreHarness.Actor, default);
        var purging = new Purging(new PurgeStore(H.Engine, H.Clock), new NoDatasets(), H.Clock, H.Ids);

        Assert.That(await purging.PurgeAsync("acme", StoreHarness.Actor, default), Is.True);

        Assert.That((await Store.FindAsync(Key, default)).Version, Is.Zero);
        Assert.That((await Store.FindAsync(Key with { CustomerId = "bolt" }, default)).Version, Is.EqualTo(1));
    }
}
