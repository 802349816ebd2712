using NodaTime;
using NUnit.Framework;
using Scheduler.Core.Contracts;
using Scheduler.Core.Scheduling;

namespace Scheduler.Tests.Storage.Contract;

/// <summary>Who is served when much is queued, some are at their cap and some come and go.</summary>
internal abstract class ClaimOrderContract : StoreContract
{
    [Test]
    public async Task A_large_claim_takes_no_low_priority_while_a_higher_one_of_the_customer_waits()
    {
        await H.OnboardAsync("deep");
        for (var i = 0; i < 12; i++)
        {
            await H.ConfigureAsync("deep", $"high{i}", c => c with { Priority = 9 });
            await H.ConfigureAsync("deep", $"low{i}", c => c with { Priority = 1 });
        }
        for (var i = 0; i < 8; i++)
        {
            await H.OnboardAsync($"flat{i}");
            await H.ConfigureAsync($"flat{i}", "only");
        }
        H.AdvanceToNextHour();
        await H.TriggerAsync();

        // A third each for nine customers, of whom eight have one item: what they leave goes to the deep one, in its order.
        var deep = (await H.LeaseAsync(18)).Where(item => item.CustomerId == "deep").ToList();

        Assert.That(deep, Has.Count.EqualTo(10));
        Assert.That(await NamesAsync("deep", deep), Has.All.StartsWith("high"));
    }

    [Test]
    public async Task Items_of_a_paused_pipeline_do_not_let_a_lower_priority_pass_its_better()
    {
        await H.OnboardAsync("acme");
        await H.ConfigureAsync("acme", "a-paused", c => c with { Priority = 9, ScheduleCron = "30 10 * * *" });
        await H.ConfigureAsync("acme", "b-high", c => c with { Priority = 9 });
        await H.ConfigureAsync("acme", "c-low", c => c with { Priority = 1 });
        H.AdvanceToNextHour();
        await H.TriggerAsync();
        await ExecuteAsync(
            $"update customer_pipeline_configs set paused_until = {Database.Literal(H.Now + Duration.FromHours(1))} where pipeline_name = 'a-paused'"
        );

        var first = await H.LeaseAsync(1);

        Assert.That(await NamesAsync("acme", first), Is.EqualTo(new[] { "b-high" }));
    }

    [Test]
    public async Task Hundreds_of_customers_at_their_cap_do_not_hide_the_one_that_is_not()
    {
        for (var i = 0; i < Hundreds; i++)
        {
            await H.OnboardAsync($"full{i:000}", "STARTER");
            await H.ConfigureAsync($"full{i:000}", "a");
            await H.ConfigureAsync($"full{i:000}", "b");
        }
        await H.OnboardAsync("zzz");
        H.AdvanceToNextHour();
        await H.TriggerAsync();
        var first = await H.LeaseAsync(Hundreds);
        await H.ConfigureAsync("zzz", "only", c => c with { NextRunTime = H.Now });
        await H.TriggerAsync();

        var next = await H.LeaseAsync(1);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(first, Has.Count.EqualTo(Hundreds));
            Assert.That(next.Select(item => item.CustomerId), Is.EqualTo(new[] { "zzz" }));
        }
    }

    [Test]
    public async Task An_expired_lease_frees_its_slot_before_it_is_reaped_and_does_not_keep_the_claim_looking()
    {
        await H.OnboardAsync("small", "STARTER");
        await H.QueueAsync("small", "a", "b", "c");
        await H.LeaseAsync();
        H.Advance(H.Leases.Lease);
        var second = await H.LeaseAsync();

        var look = (await H.Queue.TryClaimAsync([new("worker-1", 1, 16, "nonce")], H.Leases.Lease, default))[0];

        using (Assert.EnterMultipleScope())
        {
            Assert.That(second, Has.Count.EqualTo(1));
            Assert.That(look.Items, Is.Empty);
            Assert.That(look.More, Is.False, "the live lease fills the cap until it ends");
        }
    }

    [Test]
    public async Task Newcomers_do_not_starve_who_waits_however_large_the_turns()
    {
        await H.OnboardAsync("zzz");
        await H.QueueAsync("zzz", [.. Enumerable.Range(0, 20).Select(i => $"p{i}")]);
        await H.LeaseAsync(1);
        await ExecuteAsync("update scheduler_fair_shares set turn = 9000000000000000");
        var served = new List<string>();
        for (var i = 0; i < 12; i++)
        {
            await H.OnboardAsync($"new{i:00}");
            await H.ConfigureAsync($"new{i:00}", "only", c => c with { NextRunTime = H.Now });
            await H.TriggerAsync();
            served.AddRange((await H.LeaseAsync(2)).Select(item => item.CustomerId));
        }

        Assert.That(served.Count(customer => customer == "zzz"), Is.InRange(11, 13), string.Join(' ', served));
    }

    [Test]
    public async Task Run_all_under_cancel_other_runs_what_was_missed_one_after_the_other()
    {
        await H.OnboardAsync("acme");
        await H.ConfigureAsync(
            "acme",
            "main",
            c => c with { OverlapPolicy = OverlapPolicy.CancelOther, MisfirePolicy = MisfirePolicy.RunAll }
        );
        H.Advance(Duration.FromHours(3));
        await H.TriggerAsync();

        var starts = new List<Instant>();
        while (await H.LeaseAsync(5) is { Count: > 0 } items)
        {
            Assert.That(items, Has.Count.EqualTo(1));
            starts.Add(items[0].ScheduledTime);
            await H.ReportAsync(items[0], RunOutcome.Completed);
        }

        Assert.That(starts, Has.Count.EqualTo(3).And.Ordered);
    }

    [Test]
    public async Task A_result_sent_twice_in_one_request_counts_once()
    {
        await H.OnboardAsync("acme");
        await H.QueueAsync("acme", "main");
        var item = (await H.LeaseAsync()).Single();

        var receipts = await H.ReportAsync([item, item], RunOutcome.Completed);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(receipts, Has.Count.EqualTo(2));
            Assert.That((await H.UsageAsync("acme")).SucceededToday, Is.EqualTo(1));
        }
    }

    [Test]
    public async Task Several_runs_of_one_pipeline_that_fail_in_one_request_all_count()
    {
        await H.OnboardAsync("acme");
        var config = await H.ConfigureAsync("acme", "main", c => c with { MisfirePolicy = MisfirePolicy.RunAll });
        H.Advance(Duration.FromHours(3));
        await H.TriggerAsync();
        var items = await H.LeaseAsync(3);

        await H.ReportAsync(items, RunOutcome.Failed, Core.Retry.ErrorType.Unknown);

        var after = await H.Configs.GetAsync("acme", config.ConfigId, default);
        Assert.That(after!.ConsecutiveFailures, Is.EqualTo(3));
    }

    private async Task<List<string>> NamesAsync(string customer, IEnumerable<LeaseItem> items)
    {
        var names = new List<string>();
        foreach (var item in items)
        {
            names.Add((await H.Configs.GetAsync(customer, item.ConfigId, default))!.PipelineName);
        }
        return names;
    }
}
