using NodaTime;
using NUnit.Framework;
using Scheduler.Core.Contracts;
using Scheduler.Core.Customers;
using Scheduler.Core.Runs;
using Scheduler.Core.Scheduling;
using Scheduler.Core.Subscriptions;
using Scheduler.Tests.Support;

namespace Scheduler.Tests.Storage.Contract;

/// <summary>What a customer goes through: suspended and back, another plan, the end.</summary>
internal abstract class CustomerLifeContract : StoreContract
{
    [TestCase(MisfirePolicy.RunOnce)]
    [TestCase(MisfirePolicy.RunAll)]
    public async Task Who_comes_back_after_three_days_catches_nothing_up(MisfirePolicy policy)
    {
        await H.OnboardAsync("acme");
        await H.ConfigureAsync("acme", change: it => it with { MisfirePolicy = policy });
        await SetStatusAsync(CustomerStatus.Suspended);
        // No trigger meanwhile: the stored time is three days old when the customer comes back.
        H.Advance(Duration.FromHours(72) + Duration.FromMinutes(30));
        await SetStatusAsync(CustomerStatus.Active);

        var atOnce = await H.TriggerAsync();
        H.AdvanceToNextHour();
        var nextHour = await H.TriggerAsync();

        using (Assert.EnterMultipleScope())
        {
            Assert.That(atOnce.TriggeredCount, Is.Zero);
            Assert.That(nextHour.QueuedCount, Is.EqualTo(1));
            Assert.That((await H.RunsAsync("acme")).Single().ScheduledTime, Is.EqualTo(H.Now));
        }
    }

    [Test]
    public async Task A_trigger_long_after_the_return_runs_what_came_after_it_alone()
    {
        await H.OnboardAsync("acme");
        await H.ConfigureAsync("acme", change: it => it with { MisfirePolicy = MisfirePolicy.RunAll });
        await SetStatusAsync(CustomerStatus.Suspended);
        H.Advance(Duration.FromHours(72));
        await SetStatusAsync(CustomerStatus.Active);
        H.Advance(Duration.FromHours(3));

        var triggered = await H.TriggerAsync();

        Assert.That(triggered.QueuedCount, Is.EqualTo(3));
    }

    [Test]
    public async Task Who_pays_again_catches_nothing_up_either()
    {
        await H.OnboardAsync("acme");
        await H.ConfigureAsync("acme", change: it => it with { MisfirePolicy = MisfirePolicy.RunAll });
        await ChangeAsync(new() { Status = SubscriptionStatus.PastDue });
        H.Advance(Duration.FromHours(72) + Duration.FromMinutes(30));
        await ChangeAsync(new() { Status = SubscriptionStatus.Active });

        Assert.That((await H.TriggerAsync()).TriggeredCount, Is.Zero);
    }

    [Test]
    public async Task What_was_queued_waits_for_the_return_of_a_suspended_customer()
    {
        await H.OnboardAsync("acme");
        await H.QueueAsync("acme", "main");
        await SetStatusAsync(CustomerStatus.Suspended);
        var suspended = await H.LeaseAsync();
        var standing = await H.LeaseAsync();
        await SetStatusAsync(CustomerStatus.Active);

        var back = await H.LeaseAsync();

        using (Assert.EnterMultipleScope())
        {
            Assert.That(suspended.Concat(standing), Is.Empty);
            Assert.That(back, Has.Count.EqualTo(1));
        }
    }

    [TestCase(CustomerStatus.Active, CustomerStatus.Trial, false)]
    [TestCase(CustomerStatus.Cancelled, CustomerStatus.Suspended, false)]
    [TestCase(CustomerStatus.Cancelled, CustomerStatus.Active, true)]
    [TestCase(CustomerStatus.Suspended, CustomerStatus.Trial, true)]
    public async Task A_status_is_reached_from_those_that_lead_to_it(
        CustomerStatus from,
        CustomerStatus to,
        bool allowed
    )
    {
        await H.OnboardAsync("acme");
        await ExecuteAsync($"update customer_profiles set status = '{Wire.Name(from)}'");

        var result = await SetStatusAsync(to);
        var stored = (await H.Customers.ProfileAsync("acme", default))!.Status;

        using (Assert.EnterMultipleScope())
        {
            Assert.That(
                result,
                allowed
                    ? Is.InstanceOf<ProfileResult.Done>()
                    : Is.EqualTo(new ProfileResult.WrongStatus(Wire.Name(from)))
            );
            Assert.That(stored, Is.EqualTo(allowed ? to : from));
        }
    }

    [Test]
    public async Task A_change_of_the_profile_leaves_what_it_does_not_name()
    {
        await H.OnboardAsync("acme");
        var before = (await H.Customers.ProfileAsync("acme", default))!;

        await UpdateAsync(new() { BillingEmail = "bills@example.com", Timezone = "Asia/Tokyo" });
        await UpdateAsync(new() { BillingEmail = "" });

        Assert.That(
            await H.Customers.ProfileAsync("acme", default),
            Is.EqualTo(before with { Timezone = "Asia/Tokyo" })
        );
    }

    [Test]
    public async Task A_change_of_the_time_zone_takes_the_day_and_what_it_counted_along()
    {
        await H.OnboardAsync("acme", timezone: "UTC");
        await H.QueueAsync("acme", "main");
        // 11:00 UTC on the 2nd is the 3rd in Kiritimati.
        await UpdateAsync(new() { Timezone = "Pacific/Kiritimati" });
        H.AdvanceToNextHour();
        await H.TriggerAsync();

        var days = await H.Customers.UsageAsync("acme", new(2026, 3, 1), new(2026, 3, 31), default);

        Assert.That(
            days.Select(day => (day.UsageDate, day.RunToday)),
            Is.EqualTo([("2026-03-02", 0), ("2026-03-03", 2)])
        );
    }

    [Test]
    public async Task Changes_of_the_time_zone_open_no_second_day_for_a_quota()
    {
        await H.OnboardAsync("acme", "STARTER", "UTC");
        for (var number = 0; number < 6; number++)
        {
            await H.ConfigureAsync("acme", $"p{number}");
        }
        H.AdvanceToNextHour();
        await H.TriggerAsync();
        var queued = 0;
        foreach (var zone in new[] { "Pacific/Honolulu", "Pacific/Kiritimati", "UTC", "Pacific/Honolulu" })
        {
            await UpdateAsync(new() { Timezone = zone });
            H.Advance(Duration.FromHours(1));
            queued += (await H.TriggerAsync()).QueuedCount;
        }
        var run = (await H.RunsAsync("acme"))[0];
        await H.Queue.SkipWaitingAsync([new(run.RunId, SkipReason.Cancelled)], "key", H.Now, default);
        H.Advance(Duration.FromHours(1));

        using (Assert.EnterMultipleScope())
        {
            Assert.That(queued, Is.Zero);
            Assert.That((await H.TriggerAsync()).QueuedCount, Is.EqualTo(1), "what is given back is free today");
        }
    }

    [Test]
    public async Task Another_plan_takes_the_place_of_the_current_one_with_its_limits()
    {
        await H.OnboardAsync("acme", "STARTER");

        var result = await ChangeAsync(new() { PlanName = SubscriptionPlan.Scale });
        var subscription = await H.Plans.GetAsync("acme", default);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(result, Is.InstanceOf<SubscriptionResult.Done>());
            Assert.That(subscription!.Current.PlanName, Is.EqualTo("SCALE"));
            Assert.That(subscription.History.Single().PlanName, Is.EqualTo("STARTER"));
            Assert.That(subscription.History.Single().SupersededAt, Is.EqualTo(H.Now));
            Assert.That((await H.Customers.ProfileAsync("acme", default))!.SubscriptionPlan, Is.EqualTo("SCALE"));
            Assert.That((await H.UsageAsync("acme")).DailyLimit, Is.EqualTo(100));
        }
    }

    [Test]
    public async Task A_plan_that_the_use_exceeds_is_refused_and_names_what_is_too_much()
    {
        await H.OnboardAsync("acme", "SCALE");
        await H.QueueAsync("acme", "a", "b", "c", "d", "e", "f", "g");
        var now = Database.Literal(H.Now);
        await ExecuteAsync(
            $"""
            insert into customer_team_members
              (member_id, customer_id, email, role, status, invited_at, created_at, updated_at)
            values ('m1', 'acme', 'a@example.com', 'VIEWER', 'ACTIVE', {now}, {now}, {now}),
              ('m2', 'acme', 'b@example.com', 'VIEWER', 'ACTIVE', {now}, {now}, {now})
            """
        );

        var result = await ChangeAsync(new() { PlanName = SubscriptionPlan.Starter });

        using (Assert.EnterMultipleScope())
        {
            Assert.That(
                result is SubscriptionResult.UseExceeds(var what) ? what : [],
                Is.EqualTo(["pipelines_per_day", "team_members"])
            );
            Assert.That((await H.Plans.GetAsync("acme", default))!.History, Is.Empty);
        }
    }

    [Test]
    public async Task A_team_is_who_belongs_to_it_and_whose_invitation_still_stands()
    {
        await H.OnboardAsync("acme", "SCALE");
        await H.OnboardAsync("bolt", "SCALE");
        var (now, past, soon) = (Literal(0), Literal(-1), Literal(60));
        await ExecuteAsync(
            $"""
            insert into customer_team_members
              (member_id, customer_id, email, role, status, invited_at, invitation_expires_at, created_at, updated_at)
            values ('m1', 'acme', 'a@example.com', 'VIEWER', 'SUSPENDED', {past}, {soon}, {past}, {past}),
              ('m2', 'acme', 'b@example.com', 'VIEWER', 'INVITED', {past}, {soon}, {past}, {past}),
              ('m3', 'acme', 'c@example.com', 'VIEWER', 'INVITED', {past}, {now}, {past}, {past}),
              ('m4', 'acme', 'd@example.com', 'VIEWER', 'REMOVED', {past}, {soon}, {past}, {past}),
              ('m5', 'bolt', 'e@example.com', 'VIEWER', 'ACTIVE', {past}, {soon}, {past}, {past})
            """
        );

        var three = await ChangeAsync(new() { PlanName = SubscriptionPlan.Starter });
        H.Advance(Duration.FromSeconds(60));
        var two = await ChangeAsync(new() { PlanName = SubscriptionPlan.Starter });

        using (Assert.EnterMultipleScope())
        {
            Assert.That((three as SubscriptionResult.UseExceeds)?.Of, Is.EqualTo(["team_members"]));
            Assert.That(two, Is.InstanceOf<SubscriptionResult.Done>(), "The invitation has run out.");
        }

        string Literal(int seconds) => Database.Literal(H.Now + Duration.FromSeconds(seconds));
    }

    [Test]
    public async Task A_change_of_plan_is_recorded_with_what_stood_before_and_after()
    {
        await H.OnboardAsync("bolt", "STARTER");
        await H.OnboardAsync("acme", "PROFESSIONAL");
        await ChangeAsync(new() { PlanName = SubscriptionPlan.Scale });

        await ChangeAsync(new() { PlanName = SubscriptionPlan.Enterprise });

        var entries = await QueryAsync(
            "select before_json, after_json from scheduler_audit_entries where action = 'subscription.change' order by audit_id"
        );
        Assert.That(
            entries.Select(entry => (Plan(entry["before_json"]), Plan(entry["after_json"]))),
            Is.EqualTo([("PROFESSIONAL", "SCALE"), ("SCALE", "ENTERPRISE")])
        );

        static string? Plan(object? document) =>
            StoreHarness.Json(document!.ToString()!).GetProperty("plan_name").GetString();
    }

    [Test]
    public async Task Plans_changed_at_once_leave_one_current_row()
    {
        await H.OnboardAsync("acme", "STARTER");
        SubscriptionPlan[] plans = [SubscriptionPlan.Professional, SubscriptionPlan.Scale, SubscriptionPlan.Enterprise];

        await Task.WhenAll(
            Enumerable.Range(0, 12).Select(i => Task.Run(() => ChangeAsync(new() { PlanName = plans[i % 3] })))
        );

        var current = await QueryAsync("select plan_name from customer_subscriptions where superseded_at is null");
        var profile = (await H.Customers.ProfileAsync("acme", default))!;
        Assert.That(current.Single()["plan_name"], Is.EqualTo(profile.SubscriptionPlan));
    }

    [Test]
    public async Task Changes_of_zone_and_plan_while_runs_come_and_go_lose_no_count()
    {
        await H.OnboardAsync("acme");
        for (var nth = 0; nth < 30; nth++)
        {
            await H.ConfigureAsync("acme", $"p{nth}");
        }
        H.AdvanceToNextHour();
        SubscriptionPlan[] plans = [SubscriptionPlan.Scale, SubscriptionPlan.Enterprise];
        // A day ahead of UTC at this hour.
        string[] zones = ["Pacific/Kiritimati", "UTC"];

        await Task.WhenAll(
            RepeatAsync(6, _ => H.TriggerAsync(batchSize: 5)),
            RepeatAsync(12, async _ => await H.ReportAsync(await H.LeaseAsync(4), RunOutcome.Completed)),
            RepeatAsync(8, nth => UpdateAsync(new() { Timezone = zones[nth % 2] })),
            RepeatAsync(6, nth => ChangeAsync(new() { PlanName = plans[nth % 2] }))
        );
        await H.TriggerAsync();

        var counted = await QueryAsync("select sum(pipelines_run_today) as n from customer_usage_quotas");
        Assert.That((await H.RunsAsync("acme")).Count(run => run.State != RunState.Skipped), Is.EqualTo(30));
        Assert.That(counted[0]["n"], Is.EqualTo(30));

        static Task RepeatAsync(int times, Func<int, Task> action) =>
            Task.Run(async () =>
            {
                for (var nth = 0; nth < times; nth++)
                {
                    await action(nth);
                }
            });
    }

    [Test]
    public async Task An_ended_subscription_is_bought_again_and_a_debt_stays()
    {
        await H.OnboardAsync("acme", "STARTER");
        await ExecuteAsync("update customer_subscriptions set status = 'TRIAL', trial_end_date = '2026-02-01'");
        var change = new UpdateSubscriptionRequest { PlanName = SubscriptionPlan.Starter };

        await H.Plans.ChangeAsync("acme", change, isAdmin: false, StoreHarness.Actor, default);
        var bought = (await H.Plans.GetAsync("acme", default))!.Current.Status;
        await ChangeAsync(new() { Status = SubscriptionStatus.PastDue });
        change = new() { PlanName = SubscriptionPlan.Scale };
        await H.Plans.ChangeAsync("acme", change, isAdmin: false, StoreHarness.Actor, default);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(bought, Is.EqualTo(SubscriptionStatus.Active));
            Assert.That(
                (await H.Plans.GetAsync("acme", default))!.Current.Status,
                Is.EqualTo(SubscriptionStatus.PastDue)
            );
        }
    }

    private async Task<ProfileResult> SetStatusAsync(CustomerStatus status) =>
        await UpdateAsync(new() { Status = status });

    private Task<ProfileResult> UpdateAsync(UpdateCustomerRequest change) =>
        H.Profiles.UpdateAsync("acme", change, StoreHarness.Actor, default);

    private Task<SubscriptionResult> ChangeAsync(UpdateSubscriptionRequest change) =>
        H.Plans.ChangeAsync("acme", change, isAdmin: true, StoreHarness.Actor, default);
}
