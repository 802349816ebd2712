using NUnit.Framework;
using Scheduler.Core.Contracts;
using Scheduler.Core.Security;
using Scheduler.Core.Subscriptions;
using Scheduler.Tests.Support;

namespace Scheduler.Tests.Subscriptions;

/// <summary>What a change of plan sets off on the instance that makes it.</summary>
[TestFixture]
internal sealed class PlanChangesTests
{
    private SqliteDatabase database = null!;
    private StoreHarness harness = null!;

    [SetUp]
    public async Task Open()
    {
        database = await SqliteDatabase.CreateFastAsync();
        harness = new StoreHarness(database.Engine);
        await harness.OnboardAsync("acme", "PROFESSIONAL");
    }

    [TearDown]
    public ValueTask Close() => database.DisposeAsync();

    [Test]
    public async Task Its_keys_are_judged_anew_and_who_waits_for_work_looks_again()
    {
        var keys = new ApiKeys(harness.Keys, harness.KnownKeys, harness.Clock, harness.Ids);
        var owner = new Authority(IsAdmin: false, ["*"], Ceiling: null, MemberId: null);
        var made = await keys.CreateAsync("acme", new() { KeyName = "k" }, owner, StoreHarness.Actor, default);
        Assert.That(ApiKey.TryParse(((CreateKeyResult.Created)made).Key.ApiKey, out var key), Is.True);
        var before = await harness.KnownKeys.FindAsync(key!.Hash, default);
        var wakeUp = harness.Signal.Next;

        await ChangeAsync(new() { Status = SubscriptionStatus.Suspended });
        var after = await harness.KnownKeys.FindAsync(key.Hash, default);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(
                (before!.Customer, after!.Customer),
                Is.EqualTo((AccountStanding.Good, AccountStanding.Suspended))
            );
            Assert.That(wakeUp.IsCompleted, Is.True);
        }
    }

    [Test]
    public async Task What_changes_nothing_is_not_written()
    {
        var wakeUp = harness.Signal.Next;

        var result = await ChangeAsync(new() { Status = SubscriptionStatus.Active });

        Assert.That((result as SubscriptionResult.Done)?.Subscription.History, Is.Empty);
        Assert.That(wakeUp.IsCompleted, Is.False);
    }

    [Test]
    public async Task The_last_hundred_subscriptions_are_shown()
    {
        for (var nth = 0; nth < 103; nth++)
        {
            await ChangeAsync(new() { MaxTeamMembers = 10 + nth });
        }

        var subscription = (await harness.Plans.GetAsync("acme", default))!;

        Assert.That(subscription.History, Has.Count.EqualTo(100));
        Assert.That(
            (subscription.Current.MaxTeamMembers, subscription.History[0].MaxTeamMembers),
            Is.EqualTo(((int?)112, (int?)111))
        );
    }

    private Task<SubscriptionResult> ChangeAsync(UpdateSubscriptionRequest change) =>
        harness.Plans.ChangeAsync("acme", change, isAdmin: true, StoreHarness.Actor, default);
}
