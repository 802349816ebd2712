using NodaTime;
using NUnit.Framework;
using Scheduler.Core.Customers;

namespace Scheduler.Tests.Storage.Contract;

/// <summary>Onboarding is all or nothing, and standing ends with the last day that was paid for.</summary>
internal abstract class CustomerContract : StoreContract
{
    private static readonly string[] Tables =
    [
        "customer_profiles",
        "customer_subscriptions",
        "customer_team_members",
        "customer_api_keys",
        "customer_usage_quotas",
    ];

    [Test]
    public async Task Onboarding_writes_one_row_in_each_table()
    {
        Assert.That(await H.OnboardAsync("acme", "STARTER"), Is.EqualTo(OnboardOutcome.Created));
        foreach (var table in Tables)
        {
            Assert.That(await CountAsync(table), Is.EqualTo(1), table);
        }
        Assert.That(await H.Customers.CountAsync(default), Is.EqualTo(1));
    }

    [TestCase("acme", OnboardOutcome.CustomerExists)]
    [TestCase("ACME", OnboardOutcome.DatasetTaken)]
    public async Task Onboarding_what_is_there_writes_nothing(string again, OnboardOutcome expected)
    {
        await H.OnboardAsync("acme");

        var outcome = await H.OnboardAsync(again);

        Assert.That(outcome, Is.EqualTo(expected));
        foreach (var table in Tables)
        {
            Assert.That(await CountAsync(table), Is.EqualTo(1), table);
        }
    }

    [Test]
    public async Task A_profile_that_lost_its_subscription_is_not_handed_to_whoever_onboards_it_again()
    {
        await H.OnboardAsync("acme");
        await ExecuteAsync("delete from customer_subscriptions");

        var outcome = await H.OnboardAsync("acme");

        using (Assert.EnterMultipleScope())
        {
            Assert.That(outcome, Is.EqualTo(OnboardOutcome.CustomerExists));
            Assert.That(await CountAsync("customer_api_keys"), Is.EqualTo(1));
        }
    }

    [TestCase("customer_profiles")]
    [TestCase("customer_subscriptions")]
    [TestCase("customer_team_members")]
    [TestCase("customer_api_keys")]
    [TestCase("customer_usage_quotas")]
    [TestCase("scheduler_audit_entries")]
    public async Task Onboarding_that_fails_at_any_table_leaves_nothing(string table)
    {
        await Database.FailInsertsAsync(table);

        Assert.That(() => H.OnboardAsync("acme"), Throws.Exception);

        foreach (var each in Tables)
        {
            Assert.That(await CountAsync(each), Is.Zero, each);
        }
        await Database.DropTriggerAsync("fault", table);
        Assert.That(await H.OnboardAsync("acme"), Is.EqualTo(OnboardOutcome.Created));
    }

    [Test]
    public async Task Eight_at_once_onboard_a_customer_once()
    {
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => H.OnboardAsync("acme"))));

        Assert.That(outcomes.Count(outcome => outcome == OnboardOutcome.Created), Is.EqualTo(1));
    }

    [Test]
    public async Task Of_two_that_want_one_dataset_at_once_one_gets_it()
    {
        string[] wanted = ["acme", "ACME", "Acme", "aCME"];

        var outcomes = await Task.WhenAll(wanted.Select(id => Task.Run(() => H.OnboardAsync(id))));

        using (Assert.EnterMultipleScope())
        {
            Assert.That(outcomes.Count(outcome => outcome == OnboardOutcome.Created), Is.EqualTo(1));
            Assert.That(outcomes.Count(outcome => outcome == OnboardOutcome.DatasetTaken), Is.EqualTo(3));
            Assert.That(await CountAsync("customer_api_keys"), Is.EqualTo(1));
        }
    }

    [TestCase("status = 'ACTIVE', subscription_end_date = '2026-03-02'", "2026-03-03T00:00:00Z")]
    [TestCase("status = 'TRIAL', trial_end_date = '2026-03-02'", "2026-03-03T00:00:00Z")]
    [TestCase(
        "status = 'TRIAL', trial_end_date = '2026-03-09', subscription_end_date = '2026-03-02'",
        "2026-03-03T00:00:00Z"
    )]
    public async Task Standing_ends_after_the_last_day(string change, string end)
    {
        await H.OnboardAsync("acme");
        await H.QueueAsync("acme", "before", "after");
        await ExecuteAsync($"update customer_subscriptions set {change}");
        var instant = NodaTime.Text.InstantPattern.ExtendedIso.Parse(end).Value;
        H.Advance(instant - H.Now - Duration.FromMilliseconds(1));
        var last = await H.Customers.StandingAsync("acme", default);
        var leased = await H.LeaseAsync();
        H.Advance(Duration.FromMilliseconds(1));

        var over = await H.Customers.StandingAsync("acme", default);
        var leasedThen = await H.LeaseAsync();

        using (Assert.EnterMultipleScope())
        {
            Assert.That(last!.IsRunnable, Is.True);
            Assert.That(last.RunnableUntil, Is.EqualTo(instant));
            Assert.That(over!.IsRunnable, Is.False);
            Assert.That(leased, Has.Count.EqualTo(1));
            Assert.That(leasedThen, Is.Empty);
        }
    }

    [TestCase("customer_profiles", "status = 'SUSPENDED'", false)]
    [TestCase("customer_profiles", "status = 'CANCELLED'", false)]
    [TestCase("customer_profiles", "status = 'TRIAL'", true)]
    [TestCase("customer_subscriptions", "status = 'PAST_DUE'", false)]
    [TestCase("customer_subscriptions", "status = 'EXPIRED'", false)]
    [TestCase("customer_subscriptions", "trial_end_date = '2020-01-01'", true)]
    [TestCase("customer_subscriptions", "plan_name = 'GOLD'", false)]
    [TestCase("customer_subscriptions", "superseded_at = created_at", false)]
    public async Task Only_who_is_in_good_standing_runs(string table, string change, bool runs)
    {
        await H.OnboardAsync("acme");
        await ExecuteAsync($"update {table} set {change}");

        Assert.That((await H.Customers.StandingAsync("acme", default))!.IsRunnable, Is.EqualTo(runs));
    }

    [Test]
    public async Task Who_is_not_there_has_no_standing()
    {
        Assert.That(await H.Customers.StandingAsync("nobody", default), Is.Null);
    }

    private async Task<long> CountAsync(string table) =>
        (long)(await QueryAsync($"select count(*) as n from {table}"))[0]["n"]!;
}
