using NodaTime;
using NUnit.Framework;
using Scheduler.Core.Contracts;
using Scheduler.Core.Retry;
using Scheduler.Core.Runs;
using Scheduler.Core.Scheduling;
using Scheduler.Tests.Support;

namespace Scheduler.Tests.Storage.Contract;

/// <summary>What counts on which day, and what is given back.</summary>
internal abstract class UsageContract : StoreContract
{
    [Test]
    public async Task What_is_given_back_for_yesterday_leaves_every_later_sum_of_the_month()
    {
        await H.OnboardAsync("acme");
        await H.ConfigureAsync("acme", "daily", c => c with { ScheduleCron = "0 12 * * *" });
        H.Advance(Duration.FromHours(3));
        await H.TriggerAsync();
        var first = (await H.RunsAsync("acme")).Single();
        H.Advance(Duration.FromDays(1));
        await H.TriggerAsync();

        await H.Queue.SkipWaitingAsync([new(first.RunId, SkipReason.Cancelled)], "key", H.Now, default);

        var days = await H.Customers.UsageAsync(
            "acme",
            new LocalDate(2026, 3, 1),
            new LocalDate(2026, 12, 31),
            default
        );
        using (Assert.EnterMultipleScope())
        {
            Assert.That(days.Select(day => day.RunToday), Is.EqualTo(new[] { 0, 1 }));
            Assert.That(days.Select(day => day.RunMonth), Is.EqualTo(new[] { 0, 1 }));
            Assert.That(days.Select(day => day.CancelledToday), Is.EqualTo(new[] { 0, 1 }), "on the day it happened");
        }
    }

    [Test]
    public async Task The_month_so_far_goes_with_the_day_when_the_zone_changes_and_stands_on_every_day_of_it()
    {
        await H.OnboardAsync("acme");
        await H.QueueAsync("acme", "a", "b");
        // 11:00 UTC is 01:00 of the next day there.
        await MoveAsync("Pacific/Kiritimati");
        var there = await CountsAsync();
        await MoveAsync("UTC");
        var back = await CountsAsync();
        H.AdvanceToNextHour();
        await H.TriggerAsync();

        using (Assert.EnterMultipleScope())
        {
            Assert.That(there, Is.EqualTo(new[] { (0, 0), (2, 2) }));
            Assert.That(back, Is.EqualTo(new[] { (2, 2), (0, 2) }));
            Assert.That(await CountsAsync(), Is.EqualTo(new[] { (4, 4), (0, 4) }));
        }

        Task MoveAsync(string zone) =>
            H.Profiles.UpdateAsync("acme", new() { Timezone = zone }, StoreHarness.Actor, default);

        async Task<IEnumerable<(int, int)>> CountsAsync() =>
            (
                await H.Customers.UsageAsync("acme", new LocalDate(2026, 3, 1), new LocalDate(2026, 3, 31), default)
            ).Select(day => (day.RunToday, day.RunMonth));
    }

    [Test]
    public async Task A_change_of_zone_over_the_end_of_a_month_takes_what_was_counted_into_the_other_month()
    {
        H.Advance(Instant.FromUtc(2026, 3, 31, 10, 30) - H.Now);
        await H.OnboardAsync("acme");
        await H.QueueAsync("acme", "a", "b");

        await H.Profiles.UpdateAsync("acme", new() { Timezone = "Pacific/Kiritimati" }, StoreHarness.Actor, default);

        var days = await H.Customers.UsageAsync("acme", new LocalDate(2026, 3, 1), new LocalDate(2026, 4, 30), default);
        Assert.That(
            days.Select(day => (day.UsageDate, day.RunToday, day.RunMonth)),
            Is.EqualTo(new[] { ("2026-03-31", 0, 0), ("2026-04-01", 2, 2) })
        );
    }

    [Test]
    public async Task A_cancelled_retry_counts_as_cancelled_and_gives_nothing_back()
    {
        await H.OnboardAsync("acme");
        await H.QueueAsync("acme", "main");
        var item = (await H.LeaseAsync()).Single();
        await H.ReportAsync(item, RunOutcome.Failed, ErrorType.Timeout);
        var retry = (await H.RunsAsync("acme")).Single(run => run.RetryAttempt == 1);

        await H.Queue.SkipWaitingAsync([new(retry.RunId, SkipReason.Cancelled)], "key", H.Now, default);

        var usage = await H.UsageAsync("acme");
        Assert.That((usage.RunToday, usage.FailedToday, usage.CancelledToday), Is.EqualTo((1, 1, 1)));
    }

    [Test]
    public async Task A_run_replaced_by_a_newer_one_on_the_next_day_is_given_back_to_its_own_day()
    {
        await H.OnboardAsync("acme");
        await H.ConfigureAsync(
            "acme",
            "main",
            c => c with { ScheduleCron = "0 12 * * *", OverlapPolicy = OverlapPolicy.CancelOther }
        );
        H.Advance(Duration.FromHours(3));
        await H.TriggerAsync();
        H.Advance(Duration.FromDays(1));
        await H.TriggerAsync();

        var days = await H.Customers.UsageAsync(
            "acme",
            new LocalDate(2026, 3, 1),
            new LocalDate(2026, 12, 31),
            default
        );
        using (Assert.EnterMultipleScope())
        {
            Assert.That(days.Select(day => day.RunToday), Is.EqualTo(new[] { 0, 1 }));
            Assert.That(days.Select(day => day.RunMonth), Is.EqualTo(new[] { 0, 1 }));
            Assert.That(days.Select(day => day.CancelledToday), Is.EqualTo(new[] { 0, 1 }));
        }
    }

    [Test]
    public async Task A_day_that_begins_with_a_completion_knows_the_month_so_far()
    {
        await H.OnboardAsync("acme");
        await H.ConfigureAsync("acme", "late", c => c with { ScheduleCron = "59 23 * * *" });
        H.Advance(Instant.FromUtc(2026, 3, 2, 23, 59) - H.Now);
        await H.TriggerAsync();
        var item = (await H.LeaseAsync()).Single();
        H.Advance(Duration.FromMinutes(1));

        await H.ReportAsync(item, RunOutcome.Completed);

        var today = await H.UsageAsync("acme");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(today.UsageDate, Is.EqualTo("2026-03-03"));
            Assert.That((today.RunToday, today.SucceededToday, today.RunMonth), Is.EqualTo((0, 1, 1)));
        }
    }

    [Test]
    public async Task The_month_turns_over_in_the_customers_zone_and_the_line_never_passes_its_limit()
    {
        await H.OnboardAsync("small", "STARTER", "America/New_York");
        await ExecuteAsync("update customer_subscriptions set max_pipelines_per_month = 4");
        for (var i = 0; i < 6; i++)
        {
            await H.ConfigureAsync("small", $"p{i}", c => c with { ScheduleCron = "0 4 1 4 *" });
        }
        // 04:00 UTC on 1 April is midnight in New York: the first minute of its month. One hour before is March.
        await H.ConfigureAsync("small", "march", c => c with { ScheduleCron = "0 3 1 4 *" });
        H.Advance(Instant.FromUtc(2026, 4, 1, 3, 0) - H.Now);
        var march = await H.TriggerAsync();
        H.Advance(Duration.FromHours(1));

        var april = await H.TriggerAsync();

        using (Assert.EnterMultipleScope())
        {
            Assert.That(march.QueuedCount, Is.EqualTo(1));
            Assert.That(april.QueuedCount, Is.EqualTo(4));
            Assert.That(
                april.Details.SkippedByReason,
                Is.EqualTo(new Dictionary<string, int> { ["QUOTA_MONTHLY"] = 2 })
            );
        }
    }

    [Test]
    public async Task An_unknown_plan_or_a_missing_subscription_runs_nothing()
    {
        await H.OnboardAsync("odd");
        await H.ConfigureAsync("odd");
        await ExecuteAsync("update customer_subscriptions set plan_name = 'FREE-FOR-ALL'");
        H.AdvanceToNextHour();
        var unknown = await H.TriggerAsync();
        await ExecuteAsync("delete from customer_subscriptions");
        H.AdvanceToNextHour();

        var missing = await H.TriggerAsync();

        Assert.That((unknown.TriggeredCount, missing.TriggeredCount), Is.EqualTo((0, 0)));
    }

    [Test]
    public async Task A_retry_that_became_claimable_an_hour_ago_is_not_a_day_old()
    {
        await H.OnboardAsync("acme");
        await H.ConfigureAsync("acme", "main", c => c with { SpreadSeconds = 86_400, ScheduleCron = "0 11 * * *" });
        H.AdvanceToNextHour();
        await H.TriggerAsync();
        var run = (await H.RunsAsync("acme")).Single();
        await ExecuteAsync("update customer_profiles set status = 'SUSPENDED'");
        await H.Reaper.SkipOverdueAsync(default);
        H.Advance(run.VisibleAt!.Value - H.Now + Duration.FromHours(23));
        var before = await H.Reaper.SkipOverdueAsync(default);
        H.Advance(Duration.FromHours(2));

        Assert.That((before, await H.Reaper.SkipOverdueAsync(default)), Is.EqualTo((0, 1)));
    }
}
