using NUnit.Framework;
using Scheduler.Core.Gathering;
using Scheduler.Core.Security;
using Scheduler.Core.Storage;
using Scheduler.Tests.Support;

namespace Scheduler.Tests.Security;

internal sealed class GatheredApiKeyDirectoryTests
{
    private const string Find = "api_keys.find";

    [Test]
    public async Task Look_ups_at_the_same_time_share_a_script_and_over_the_bound_they_are_refused()
    {
        await using var database = await SqliteDatabase.CreateFastAsync();
        var engine = new HeldEngine(database.Engine);
        var harness = new StoreHarness(engine);
        await harness.OnboardAsync("acme");
        await harness.OnboardAsync("bolt");
        var hashes = (await database.QueryAsync("select api_key_hash from customer_api_keys order by customer_id"))
            .Select(row => (string)row["api_key_hash"]!)
            .ToList();
        var directory = new GatheredApiKeyDirectory(harness.Keys, new GatherLimits { WaitingRequests = 4 });
        var hold = engine.Hold(Find);
        var first = directory.FindAsync(hashes[0], default).AsTask();
        await hold.Reached;
        var gathered = new[] { hashes[1], "unknown", hashes[0], hashes[1] }
            .Select(hash => directory.FindAsync(hash, default).AsTask())
            .ToArray();

        Assert.That(async () => await directory.FindAsync("more", default), Throws.TypeOf<StoreBusyException>());
        hold.Release();
        var found = await Task.WhenAll([first, .. gathered]);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(engine.Ran(Find), Is.EqualTo(2));
            Assert.That(
                found.Select(identity => identity?.CustomerId),
                Is.EqualTo(new[] { "acme", "bolt", null, "acme", "bolt" })
            );
        }
    }
}
