using NodaTime;
using NUnit.Framework;
using Scheduler.Core.Contracts;
using Scheduler.Core.Retry;
using Scheduler.Core.Runs;
using Scheduler.Core.Scheduling;
using Scheduler.Core.Scheduling.Bulks;
using Scheduler.Tests.Support;

namespace Scheduler.Tests.Scheduling;

/// <summary>How a bulk goes through its pipelines, also where it is turned round meanwhile.</summary>
[TestFixture]
internal sealed class BulkWorkTests : RequestedWorkFixture
{
    private const string Settle = "bulks.settle_items";

    [TestCase(false)]
    [TestCase(true, Description = "another process has ended the undoing by then")]
    public async Task Runs_made_while_it_was_turned_round_are_taken_back(bool isUndone)
    {
        await H.OnboardAsync("acme");
        var off = await H.ConfigureAsync("acme", "a");
        await H.ConfigureAsync("acme", "b");
        await H.ConfigureAsync("acme", "c");
        var bulk = await BulkAsync(BulkAction.RunNow);
        await H.Configs.DeactivateAsync("acme", off.ConfigId, H.Stamp(), H.Now, default);
        var hold = Engine.Hold(Settle);
        var working = Work.AdvanceAsync(default);
        await hold.Reached;
        await Bulks.UndoAsync(bulk.BulkId, StoreHarness.Actor, default);
        if (isUndone)
        {
            await Work.AdvanceAsync(default);
        }
        hold.Release();
        await working;

        using (Assert.EnterMultipleScope())
        {
            Assert.That(
                (await H.RunsAsync("acme")).Select(run => (run.State, run.Reason)),
                Is.EqualTo(Enumerable.Repeat((RunState.Skipped, (SkipReason?)SkipReason.Cancelled), 2))
            );
            Assert.That((await BulkStore.GetAsync(bulk.BulkId, default))!.State, Is.EqualTo(BulkState.Undone));
            Assert.That(await ItemsAsync(bulk, BulkItemState.Undone), Has.Count.EqualTo(3));
        }
    }

    /// <summary>A batch that is cut off by a crash is done again as a whole.</summary>
    [Test]
    public async Task Pipelines_that_are_gone_are_refused_and_a_hundred_are_noted_at_a_time()
    {
        var bulk = await BulkStore.StartAsync(
            new Bulk
            {
                BulkId = H.Ids.NewId(H.Now),
                Action = BulkAction.RunNow,
                Filter = "{}",
                Reason = "an outage",
                Until = null,
                FailedSince = null,
                State = BulkState.Running,
                Total = 101,
                CreatedAt = H.Now,
                Actor = StoreHarness.Actor,
                UpdatedAt = H.Now,
                EndedAt = null,
            },
            [.. Enumerable.Range(0, 101).Select(nth => new BulkTarget("acme", $"gone-{nth}"))],
            default
        );

        await Work.AdvanceAsync(default);

        var refused = await ItemsAsync(bulk, BulkItemState.Refused);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(refused.Select(item => item.Detail), Is.EqualTo(Enumerable.Repeat("NO_SUCH_PIPELINE", 101)));
            Assert.That((await BulkStore.GetAsync(bulk.BulkId, default))!.State, Is.EqualTo(BulkState.Done));
            Assert.That(Engine.Ran(Settle), Is.EqualTo(2));
        }
    }

    [Test]
    public async Task What_was_done_has_nothing_to_explain()
    {
        await PipelineAsync();
        var bulk = await BulkAsync(BulkAction.RunNow);

        await Work.AdvanceAsync(default);

        var item = (await ItemsAsync(bulk, BulkItemState.Done)).Single();
        Assert.That(
            (item.Detail, item.RunIds.Single()),
            Is.EqualTo(((string?)null, (await H.RunsAsync("acme")).Single().RunId))
        );
    }

    [Test]
    public async Task Pauses_of_some_hundred_pipelines_are_one_script_and_are_noticed_at_once()
    {
        await H.OnboardAsync("acme");
        await H.ConfigureManyAsync("acme", Enumerable.Range(0, 101).Select(nth => $"p{nth:000}"));
        await BulkAsync(BulkAction.Pause);
        var wakeUp = H.Signal.Next;

        await Work.AdvanceAsync(default);

        var configs = await H.Configs.ListAsync("acme", null, null, 200, default);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(configs.Select(config => config.PausedUntil).Distinct(), Is.EqualTo([PipelinePausing.Endless]));
            Assert.That(Engine.Ran("bulks.set_pauses"), Is.EqualTo(1));
            Assert.That(wakeUp.IsCompleted);
        }
    }

    [Test]
    public async Task A_failure_is_done_again_however_many_good_runs_lie_before_it()
    {
        var config = await PipelineAsync();
        for (var run = 0; run < 12; run++)
        {
            await Requests.RunNowAsync("acme", config.ConfigId, null, StoreHarness.Actor, default);
            var items = await H.LeaseAsync(1);
            await (
                run < 11
                    ? H.ReportAsync(items, RunOutcome.Completed)
                    : H.ReportAsync(items, RunOutcome.Failed, ErrorType.InvalidConfiguration)
            );
            H.Advance(Duration.FromMinutes(1));
        }
        var failed = (await H.RunsAsync("acme")).Single(run => run.State == RunState.Failed);

        var bulk = await BulkAsync(BulkAction.ReplayFailed);
        await Work.AdvanceAsync(default);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(await ItemsAsync(bulk, BulkItemState.Done), Has.Count.EqualTo(1));
            Assert.That(
                (await H.LeaseAsync(10)).Select(item => item.ScheduledTime),
                Is.EqualTo([failed.ScheduledTime])
            );
        }
    }
}
