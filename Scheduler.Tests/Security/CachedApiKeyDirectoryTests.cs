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

    [Test]
    public async Task Few_keys_are_all_remembered()
    {
        var cache = new CachedApiKeyDirectory(store, time);
        string[] hashes = [Known(), "one", "two", "three"];

        foreach (var hash in (string[])[.. hashes, .. hashes])
        {
            await cache.FindAsync(hash, CancellationToken.None);
        }

        Assert.That(store.Lookups, Is.EqualTo(hashes.Length));
    }

    [Test]
    public async Task A_look_up_late_in_a_period_is_remembered_into_the_next()
    {
        var cache = new CachedApiKeyDirectory(store, time);
        var hash = Known();
        time.Advance(CachedApiKeyDirectory.MaxAge * 0.52);
        await cache.FindAsync(hash, CancellationToken.None);
        await cache.FindAsync(hash, CancellationToken.None);

        time.Advance(CachedApiKeyDirectory.MaxAge / 2);
        await cache.FindAsync(hash, CancellationToken.None);

        Assert.That(store.Lookups, Is.EqualTo(1));
    }

    [Test]
    public async Task A_change_of_a_customer_forgets_its_keys_and_no_other_customers()
    {
        var cache = new CachedApiKeyDirectory(store, time);
        var hash = Known();
        await cache.FindAsync(hash, CancellationToken.None);

        cache.Forget("other");
        await cache.FindAsync(hash, CancellationToken.None);
        var afterOther = store.Lookups;
        cache.Forget("acme");
        await cache.FindAsync(hash, CancellationToken.None);

        Assert.That((afterOther, store.Lookups), Is.EqualTo((1, 2)));
    }

    [Test]
    public async Task A_look_up_under_way_at_a_change_is_not_what_is_answered_after_it()
    {
        var slow = new SlowDirectory();
        var cache = new CachedApiKeyDirectory(slow, time);
        var before = cache.FindAsync("hash", CancellationToken.None).AsTask();

        cache.Forget("acme");
        var after = cache.FindAsync("hash", CancellationToken.None).AsTask();
        slow.Answer.SetResult(null);
        await Task.WhenAll(before, after);

        Assert.That(slow.Lookups, Is.EqualTo(2));
    }

    [Test]
    public async Task A_failed_look_up_takes_no_later_one_with_it()
    {
        var slow = new SlowDirectory();
        var cache = new CachedApiKeyDirectory(slow, time);
        var failing = cache.FindAsync("hash", CancellationToken.None).AsTask();
        var answer = slow.Answer;
        cache.Forget("acme");
        slow.Answer = new();
        var next = cache.FindAsync("hash", CancellationToken.None).AsTask();

        answer.SetException(new StorageUnavailableException("made to fail"));
        Assert.That(async () => await failing, Throws.InstanceOf<StorageUnavailableException>());
        var third = cache.FindAsync("hash", CancellationToken.None).AsTask();
        slow.Answer.SetResult(null);
        await Task.WhenAll(next, third);

        Assert.That(slow.Lookups, Is.EqualTo(2), "The third one shares what the second one asks.");
    }

    private string Known()
    {
        Assert.That(ApiKey.TryParse(store.Add("acme"), out var key), Is.True);
        return key!.Hash;
    }

    private sealed class SlowDirectory : IApiKeyDirectory
    {
        public TaskCompletionSource<ApiKeyIdentity?> Answer { get; set; } = new();

        public int Lookups { get; private set; }

        public ValueTask<ApiKeyIdentity?> FindAsync(string hash, CancellationToken cancellationToken)
        {
            Lookups++;
            return new(Answer.Task);
        }
    }
}
