using NodaTime;
using NUnit.Framework;
using Scheduler.Core.Alerts;
using Scheduler.Core.Audit;
using Scheduler.Core.Contracts;
using Scheduler.Core.Queue;
using Scheduler.Core.Runs;
using Scheduler.Core.Scheduling;
using Scheduler.Core.Storage;

namespace Scheduler.Tests.Storage.Contract;

/// <summary>
/// A lead may be lost without its holder's knowledge, so every duty is right when several processes do it at once: nothing twice,
/// nothing left out. The trigger's races stand in <see cref="TriggerContract"/>.
/// </summary>
internal abstract class ConcurrentDutyContract : StoreContract
{
    private const int Processes = 6;

    [Test]
    public async Task Lost_leases_are_ended_once()
    {
        const int Items = 40;
        await QueueAsync(Items);
        await H.LeaseAsync(Items);
        H.Advance(H.Leases.Lease);

        var reaped = await EverywhereAsync(() => H.Reaper.ReapAsync(default));

        var runs = await H.RunsAsync("acme");
        Assert.That(reaped.Sum(), Is.EqualTo(Items));
        Assert.That(runs.Select(run => run.State), Is.All.EqualTo(RunState.Pending));
        foreach (var run in runs)
        {
            var moves = await H.Runs.TransitionsAsync(run.RunId, default);
            Assert.That(moves.Count(move => move.Note == "lease lost"), Is.EqualTo(1));
        }
    }

    [Test]
    public async Task Of_what_is_parked_one_item_a_pipeline_is_let_through()
    {
        foreach (var name in new[] { "a", "b", "c" })
        {
            await H.OnboardAsync(name);
            await H.ConfigureAsync(name, "main", config => config with { OverlapPolicy = OverlapPolicy.Queue });
        }
        for (var hour = 0; hour < 3; hour++)
        {
            H.AdvanceToNextHour();
            await H.TriggerAsync();
        }
        foreach (var name in new[] { "a", "b", "c" })
        {
            var front = (await H.RunsAsync(name))[0];
            // Ends without the release that the desk does afterwards, as after a crash between the two.
            await H.Queue.SkipWaitingAsync([new WaitingRun(front.RunId, SkipReason.Cancelled)], "test", H.Now, default);
        }

        await EverywhereAsync(async () =>
        {
            await H.Reaper.ReleaseAsync(default);
            return 0;
        });

        var claimable = await H.LeaseAsync(20);
        Assert.That(claimable.Select(item => item.CustomerId).Order(), Is.EqualTo(new[] { "a", "b", "c" }));
    }

    [Test]
    public async Task What_waits_in_vain_is_skipped_once_and_gives_back_what_it_took_once()
    {
        const int Items = 30;
        await QueueAsync(Items);
        foreach (var run in await H.RunsAsync("acme"))
        {
            await H.Configs.DeactivateAsync("acme", run.ConfigId, H.Stamp(), H.Now, default);
        }

        var skipped = await EverywhereAsync(() => H.Reaper.SkipOverdueAsync(default));

        var usage = await H.UsageAsync("acme");
        var runs = await H.RunsAsync("acme");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(skipped.Sum(), Is.EqualTo(Items));
            Assert.That(runs.Select(run => run.State), Is.All.EqualTo(RunState.Skipped));
            Assert.That((usage.RunToday, usage.CancelledToday), Is.EqualTo((0, Items)));
        }
        foreach (var run in runs)
        {
            var moves = await H.Runs.TransitionsAsync(run.RunId, default);
            Assert.That(moves.Count(move => move.To == RunState.Skipped), Is.EqualTo(1));
        }
    }

    [Test]
    public async Task Finished_items_are_purged_once()
    {
        const int Items = 30;
        await QueueAsync(Items);
        await H.ReportAsync(await H.LeaseAsync(Items), RunOutcome.Completed);
        H.Advance(H.Leases.FinishedRetention + Duration.FromSeconds(1));

        var purged = await EverywhereAsync(() => H.Reaper.PurgeAsync(default));

        Assert.That(purged.Sum(), Is.EqualTo(Database.KeepsFinishedItems ? Items : 0));
    }

    [Test]
    public async Task An_alert_fires_once_and_ends_once()
    {
        await H.OnboardAsync("acme", "STARTER");
        for (var number = 0; number < 10; number++)
        {
            await H.ConfigureAsync("acme", $"p{number}");
        }
        H.AdvanceToNextHour();
        await EverywhereAsync(() => H.TriggerAsync(batchSize: 3));
        var status = new StatusStore(H.Engine, H.Clock);
        var alerts = new AlertStore(H.Engine, H.Clock);
        var firing = await alerts.ListOpenAsync(10, default);
        H.Advance(Duration.FromDays(2));

        var ended = await EverywhereAsync(() => new QuotaAlerts(status, H.Clock).ResolveAsync(default));

        using (Assert.EnterMultipleScope())
        {
            Assert.That(firing.Select(alert => alert.Rule), Is.EqualTo(new[] { "QUOTA_EXCEEDED" }));
            Assert.That(ended.Sum(), Is.EqualTo(1));
            Assert.That(await alerts.ListOpenAsync(10, default), Is.Empty);
        }
    }

    [Test]
    public async Task Each_row_of_the_trail_gets_one_place_in_its_chain()
    {
        foreach (var name in new[] { "a", "b", "c" })
        {
            await H.OnboardAsync(name);
            await H.ConfigureAsync(name);
        }
        var audit = new AuditStore(H.Engine);

        await EverywhereAsync(() => new AuditChaining(audit, H.Clock).ExtendAsync(default));
        await new AuditChaining(audit, H.Clock).ExtendAsync(default);

        foreach (var name in new[] { "a", "b", "c" })
        {
            var chain = await audit.ListChainedAsync($"customer:{name}", 0, 100, default);
            Assert.That(chain.Select(entry => entry.Position), Is.EqualTo(new long?[] { 1, 2 }));
        }
    }

    private async Task QueueAsync(int items)
    {
        await H.OnboardAsync("acme");
        await H.QueueAsync("acme", [.. Enumerable.Range(0, items).Select(nth => $"p{nth}")]);
    }

    /// <summary>Does the same in several processes at once.</summary>
    private static Task<T[]> EverywhereAsync<T>(Func<Task<T>> duty) =>
        Task.WhenAll(Enumerable.Range(0, Processes).Select(_ => Task.Run(duty)));
}
