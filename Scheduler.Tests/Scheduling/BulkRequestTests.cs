using NodaTime;
using NUnit.Framework;
using Scheduler.Core.Scheduling.Bulks;
using Scheduler.Tests.Support;

namespace Scheduler.Tests.Scheduling;

/// <summary>Which pipelines a bulk is about, and what asking for one leaves behind.</summary>
[TestFixture]
internal sealed class BulkRequestTests : RequestedWorkFixture
{
    [Test]
    public async Task A_dry_run_counts_all_and_shows_the_first_ten()
    {
        await H.OnboardAsync("acme");
        await H.ConfigureManyAsync("acme", Enumerable.Range(0, 11).Select(nth => $"p{nth:00}"));

        var planned = await PlanAsync(new BulkFilter());

        using (Assert.EnterMultipleScope())
        {
            Assert.That(planned.Total, Is.EqualTo(11));
            Assert.That(
                planned.First.Select(found => found.Config.PipelineName),
                Is.EqualTo(Enumerable.Range(0, 10).Select(nth => $"p{nth:00}"))
            );
        }
    }

    [Test]
    public async Task Those_who_do_its_work_hear_of_it_at_once()
    {
        await PipelineAsync();
        var raised = H.Signal.Raised;

        await PlanAsync(new BulkFilter());
        var planned = raised.IsCompleted;
        await BulkAsync(BulkAction.Pause);

        Assert.That((planned, raised.IsCompleted), Is.EqualTo((false, true)));
    }

    [Test]
    public async Task It_finds_those_beyond_the_first_thousand()
    {
        await H.OnboardAsync("acme");
        await H.ConfigureManyAsync("acme", Enumerable.Range(0, 1_001).Select(nth => $"p{nth:0000}"));

        Assert.That((await PlanAsync(new BulkFilter())).Total, Is.EqualTo(1_001));
    }

    [Test]
    public async Task What_is_looked_for_and_whose_it_is_hold_together()
    {
        foreach (var customer in new[] { "acme", "bolt" })
        {
            await H.OnboardAsync(customer);
            await H.ConfigureAsync(customer, "nightly");
            await H.ConfigureAsync(customer, "weekly");
        }

        using (Assert.EnterMultipleScope())
        {
            Assert.That(
                await FindAsync(new BulkFilter { Search = "night" }),
                Is.EqualTo([("acme", "nightly"), ("bolt", "nightly")])
            );
            Assert.That(
                await FindAsync(new BulkFilter { CustomerId = "bolt" }),
                Is.EqualTo([("bolt", "nightly"), ("bolt", "weekly")])
            );
            Assert.That(
                await FindAsync(new BulkFilter { Search = "night", CustomerId = "bolt" }),
                Is.EqualTo([("bolt", "nightly")])
            );
        }

        async Task<IEnumerable<(string, string)>> FindAsync(BulkFilter filter) =>
            (await PlanAsync(filter)).First.Select(found => (found.Config.CustomerId, found.Config.PipelineName));
    }

    [Test]
    public async Task Failures_are_done_again_as_far_back_as_was_asked_and_a_day_where_nothing_was()
    {
        await PipelineAsync();
        var since = H.Now - Duration.FromHours(3);

        var asked = await BulkAsync(BulkAction.ReplayFailed, failedSince: since);
        var unasked = await BulkAsync(BulkAction.ReplayFailed);
        var other = await BulkAsync(BulkAction.RunNow);

        Assert.That(
            (asked.FailedSince, unasked.FailedSince, other.FailedSince),
            Is.EqualTo(((Instant?)since, (Instant?)(H.Now - Duration.FromHours(24)), (Instant?)null))
        );
    }

    [Test]
    public async Task Start_and_undoing_stand_in_the_operators_trail_and_are_noticed_at_once()
    {
        await PipelineAsync();
        var start = H.Signal.Next;
        var bulk = await BulkAsync(BulkAction.Pause);
        H.Advance(Duration.FromSeconds(1));
        var undo = H.Signal.Next;
        await Bulks.UndoAsync(bulk.BulkId, StoreHarness.Actor, default);

        using (Assert.EnterMultipleScope())
        {
            Assert.That((start.IsCompleted, undo.IsCompleted), Is.EqualTo((true, true)));
            Assert.That(
                (await TrailAsync("bulk")).Select(entry => (entry.Item2, entry.Item3, entry.Item4)),
                Is.EqualTo([
                    ("bulk.start", bulk.BulkId, StoreHarness.Actor.KeyId),
                    ("bulk.undo", bulk.BulkId, StoreHarness.Actor.KeyId),
                ])
            );
        }
    }

    private async Task<BulkResult.Planned> PlanAsync(BulkFilter filter) =>
        (BulkResult.Planned)
            await Bulks.StartAsync(
                BulkAction.Pause,
                filter,
                "an outage",
                until: null,
                failedSince: null,
                isDryRun: true,
                StoreHarness.Actor,
                default
            );
}
