using Microsoft.Extensions.Time.Testing;
using NUnit.Framework;
using Scheduler.Core.Security;
using Scheduler.Core.Storage;
using Scheduler.Tests.Api;

namespace Scheduler.Tests.Security;

public sealed class CachedApiKeyDirectoryTests
{
    private readonly FakeTimeProvider time = new();
    private readonly FakeApiKeyDirectory store = new();

    [Test]
    public async Task Known_and_unknown_keys_cost_one_look_up()
    {
        var cache = new CachedApiKeyDirectory(store, time);
        var hash = Known();

        for (var call = 0; call < 3; call++)
        {
            Assert.That(await cache.FindAsync(hash, CancellationToken.None), Is.Not.Null);
            Assert.That(await cache.FindAsync("unknown", CancellationToken.None), Is.Null);
        }

        Assert.That(store.Lookups, Is.EqualTo(2));
    }

    [TestCase(0)]
    [TestCase(1)]
    [TestCase(2.4)]
    [TestCase(2.6)]
    [TestCase(4.9)]
    public async Task A_revocation_is_seen_within_five_seconds_whenever_the_cache_is_asked(double askedAfter)
    {
        var cache = new CachedApiKeyDirectory(store, time);
        var hash = Known();
        var identity = await cache.FindAsync(hash, CancellationToken.None);
        store.Set(hash, identity! with { Key = KeyStanding.Revoked });

        time.Advance(TimeSpan.FromSeconds(askedAfter));
        await cache.FindAsync(hash, CancellationToken.None);
        time.Advance(CachedApiKeyDirectory.MaxAge - TimeSpan.FromSeconds(askedAfter));

        Assert.That((await cache.FindAsync(hash, CancellationToken.None))!.Key, Is.EqualTo(KeyStanding.Revoked));
    }

    [Test]
    public async Task A_failed_look_up_is_not_remembered()
    {
        var cache = new CachedApiKeyDirectory(store, time);
        var hash = Known();
        store.IsDown = true;
        Assert.That(
            async () => await cache.FindAsync(hash, CancellationToken.None),
            Throws.InstanceOf<StorageUnavailableException>()
        );

        store.IsDown = false;

        Assert.That(await cache.FindAsync(hash, CancellationToken.None), Is.Not.Null);
    }

    [Test]
    public async Task Concurrent_callers_share_a_look_up_and_one_that_leaves_does_not_end_it()
    {
        var slow = new SlowDirectory();
        var cache = new CachedApiKeyDirectory(slow, time);
        using var leaving = new CancellationTokenSource();

        var first = cache.FindAsync("hash", leaving.Token).AsTask();
        var second = cache.FindAsync("hash", CancellationToken.None).AsTask();
        await leaving.CancelAsync();
        slow.Answer.SetResult(null);

        Assert.That(async () => await first, Throws.InstanceOf<OperationCanceledException>());
        Assert.That(await second, Is.Null);
        Assert.That(slow.Lookups, Is.EqualTo(1));
    }

    [Test]
    public async Task Memory_is_bounded_and_a_flood_of_keys_only_costs_look_ups()
    {
        var cache = new CachedApiKeyDirectory(store, time);
        await cache.FindAsync("first", CancellationToken.None);

        for (var number = 0; number < 2 * CachedApiKeyDirectory.Capacity; number++)
        {
            await cache.FindAsync($"key {number}", CancellationToken.None);
        }
        var before = store.Lookups;
        await cache.FindAsync("first", CancellationToken.None);

        Assert.That(store.Lookups, Is.EqualTo(before + 1), "The oldest entry is gone: two generations are kept.");
    }

    private string Known()
    {
        Assert.That(ApiKey.TryParse(store.Add("acme"), out var key), Is.True);
        return key!.Hash;
    }

    private sealed class SlowDirectory : IApiKeyDirectory
    {
        public TaskCompletionSource<ApiKeyIdentity?> Answer { get; } = new();

        public int Lookups { get; private set; }

        public ValueTask<ApiKeyIdentity?> FindAsync(string hash, CancellationToken cancellationToken)
        {
            Lookups++;
            return new(Answer.Task);
        }
    }
}
