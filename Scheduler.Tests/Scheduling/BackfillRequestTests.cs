using NodaTime;
using NUnit.Framework;
using Scheduler.Core.Contracts;
using Scheduler.Core.Runs;
using Scheduler.Core.Scheduling.Backfills;
using Scheduler.Core.Storage;
using Scheduler.Tests.Support;

namespace Scheduler.Tests.Scheduling;

/// <summary>What asking for a backfill, or for a change of one, is answered with and leaves behind.</summary>
[TestFixture]
internal sealed class BackfillRequestTests : RequestedWorkFixture
{
    private const string SetState = "backfills.set_state";

    [Test]
    public async Task A_range_may_have_as_many_occurrences_as_the_limit_says_and_not_one_more()
    {
        var config = await PipelineAsync(cron: Minutely);
        var most = Duration.FromMinutes(Backfills.MostOccurrences);

        var allowed = await AskAsync(config, most, isDryRun: true);
        var refused = await AskAsync(config, most + Duration.FromMinutes(1), isDryRun: true);

        using (Assert.EnterMultipleScope())
        {
            Assert.That((allowed as BackfillResult.Planned)?.Plan.Occurrences, Is.EqualTo(20_000));
            Assert.That(
                refused,
                Is.EqualTo(new BackfillResult.TooMany(20_000, StoreHarness.Start - Duration.FromMinutes(1)))
            );
        }
    }

    [Test]
    public async Task Those_who_make_its_runs_hear_of_it_at_once()
    {
        var config = await PipelineAsync();
        var raised = H.Signal.Raised;

        await AskAsync(config, Duration.FromHours(5), isDryRun: true);
        var planned = raised.IsCompleted;
        await AskAsync(config, Duration.FromHours(5), isDryRun: false);

        Assert.That((planned, raised.IsCompleted), Is.EqualTo((false, true)));
    }

    [Test]
    public async Task What_is_asked_for_stands_in_the_customer_s_trail()
    {
        var config = await PipelineAsync();
        var backfill = await BackfillAsync(config, Duration.FromHours(5));
        H.Advance(Duration.FromSeconds(1));
        await Backfills.PauseAsync("acme", backfill.BackfillId, StoreHarness.Actor, default);
        H.Advance(Duration.FromSeconds(1));
        await Backfills.ResumeAsync("acme", backfill.BackfillId, StoreHarness.Actor, default);
        H.Advance(Duration.FromSeconds(1));
        await Backfills.CancelAsync("acme", backfill.BackfillId, StoreHarness.Actor, default);

        Assert.That(
            await TrailAsync("backfill"),
            Is.EqualTo(
                new[] { "start", "pause", "resume", "cancel" }.Select(action =>
                    ("customer:acme", $"backfill.{action}", config.ConfigId, StoreHarness.Actor.KeyId)
                )
            )
        );
    }

    [Test]
    public async Task A_start_and_a_change_are_noticed_at_once()
    {
        var config = await PipelineAsync();
        var start = H.Signal.Next;
        var backfill = await BackfillAsync(config, Duration.FromHours(5));
        var pause = H.Signal.Next;
        await Backfills.PauseAsync("acme", backfill.BackfillId, StoreHarness.Actor, default);

        Assert.That((start.IsCompleted, pause.IsCompleted), Is.EqualTo((true, true)));
    }

    [Test]
    public async Task When_the_cancelling_is_answered_all_that_waited_is_skipped_and_says_why()
    {
        var config = await PipelineAsync(cron: Minutely);
        var backfill = await BackfillAsync(config, Duration.FromMinutes(60), maxConcurrent: 60);
        await FeedWith(maxOpen: 100).AdvanceAsync(default);

        await Backfills.CancelAsync("acme", backfill.BackfillId, StoreHarness.Actor, default);

        Assert.That(
            (await BackfilledAsync()).Select(run => (run.State, run.Reason, run.ErrorMessage)),
            Is.EqualTo(
                Enumerable.Repeat(
                    (RunState.Skipped, (SkipReason?)SkipReason.Cancelled, (string?)"Its backfill was cancelled."),
                    60
                )
            )
        );
    }

    [Test]
    public async Task Where_nothing_waits_the_cancelling_skips_nothing_and_asks_for_no_skipping()
    {
        var backfill = await BackfillAsync(await PipelineAsync(), Duration.FromHours(5));
        await Feed.AdvanceAsync(default);
        await H.LeaseAsync(1);

        await Backfills.CancelAsync("acme", backfill.BackfillId, StoreHarness.Actor, default);

        using (Assert.EnterMultipleScope())
        {
            Assert.That((await BackfilledAsync()).Single().State, Is.EqualTo(RunState.Running));
            Assert.That(Engine.Ran("queue.skip_waiting"), Is.Zero);
        }
    }

    [Test]
    public async Task The_runs_of_the_next_backfill_are_not_those_of_the_cancelled_one()
    {
        var config = await PipelineAsync();
        var first = await BackfillAsync(config, Duration.FromHours(5));
        await Feed.AdvanceAsync(default);
        await H.LeaseAsync(1);
        await Backfills.CancelAsync("acme", first.BackfillId, StoreHarness.Actor, default);
        await BackfillAsync(config, Duration.FromHours(5), maxConcurrent: 3);

        await Feed.AdvanceAsync(default);
        await Feed.AdvanceAsync(default);

        Assert.That(
            (await BackfilledAsync()).Select(run => run.State),
            Is.EquivalentTo([RunState.Running, RunState.Pending, RunState.Pending])
        );
    }

    [Test]
    public async Task A_pause_that_comes_after_the_cancelling_is_told_that_it_has_ended()
    {
        var backfill = await BackfillAsync(await PipelineAsync(), Duration.FromHours(5));
        var hold = Engine.Hold(SetState);
        var pausing = Backfills.PauseAsync("acme", backfill.BackfillId, StoreHarness.Actor, default);
        await hold.Reached;
        var cancelled = await Backfills.CancelAsync("acme", backfill.BackfillId, StoreHarness.Actor, default);
        hold.Release();

        using (Assert.EnterMultipleScope())
        {
            Assert.That(cancelled, Is.InstanceOf<BackfillResult.Done>());
            Assert.That(
                (await pausing as BackfillResult.EndedAlready)?.Backfill.State,
                Is.EqualTo(BackfillState.Cancelled)
            );
        }
    }

    [Test]
    public async Task One_that_is_purged_meanwhile_is_not_there()
    {
        var backfill = await BackfillAsync(await PipelineAsync(), Duration.FromHours(5));
        var hold = Engine.Hold(SetState);
        var pausing = Backfills.PauseAsync("acme", backfill.BackfillId, StoreHarness.Actor, default);
        await hold.Reached;
        await Database.ExecuteAsync("delete from scheduler_backfills");
        hold.Release();

        Assert.That(await pausing, Is.InstanceOf<BackfillResult.NotThere>());
    }

    [Test]
    public async Task An_occurrence_is_known_to_have_run_however_many_runs_by_hand_lie_before_it()
    {
        var config = await PipelineAsync();
        H.Advance(Duration.FromHours(1));
        for (var run = 0; run < 4; run++)
        {
            H.Advance(Duration.FromMinutes(10));
            await Requests.RunNowAsync("acme", config.ConfigId, null, StoreHarness.Actor, default);
        }
        H.AdvanceToNextHour();
        await H.TriggerAsync();
        await H.ReportAsync(await H.LeaseAsync(10), RunOutcome.Completed);
        var eleven = StoreHarness.Start + Duration.FromHours(1);
        var twelve = StoreHarness.Start + Duration.FromHours(2);

        var wanted = await BackfillStore.WantedAsync(
            "acme",
            config.ConfigId,
            BackfillMode.Missing,
            [new BackfillOccurrence(eleven, StoreHarness.Start), new BackfillOccurrence(twelve, eleven)],
            default
        );

        Assert.That(wanted.Select(occurrence => occurrence.ScheduledTime), Is.EqualTo([eleven]));
    }
}
