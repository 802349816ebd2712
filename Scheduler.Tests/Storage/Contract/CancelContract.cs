using NUnit.Framework;
using Scheduler.Core.Contracts;
using Scheduler.Core.Queue;
using Scheduler.Core.Runs;
using Scheduler.Core.Scheduling;
using Scheduler.Core.Storage;
using Scheduler.Tests.Support;

namespace Scheduler.Tests.Storage.Contract;

/// <summary>A run that somebody wants ended ends, wherever it stands, once.</summary>
internal abstract class CancelContract : StoreContract
{
    private RunCancelling Cancelling => new(H.Runs, H.Queue, new AuditStore(H.Engine), H.Signal, H.Clock, H.Ids);

    [Test]
    public async Task A_waiting_run_ends_at_once_and_gives_its_quota_back()
    {
        var run = await QueueAsync();

        var result = await CancelAsync(run.RunId);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(result, Is.InstanceOf<CancelResult.Ended>());
            var ended = ((CancelResult.Ended)result).Run;
            Assert.That((ended.State, ended.Reason), Is.EqualTo((RunState.Skipped, (SkipReason?)SkipReason.Cancelled)));
            Assert.That(await H.LeaseAsync(), Is.Empty);
            Assert.That((await H.UsageAsync("acme")).RunToday, Is.Zero);
            var move = (await H.Runs.TransitionsAsync(run.RunId, default))[^1];
            Assert.That((move.Actor, move.Note), Is.EqualTo((StoreHarness.Actor.KeyId, "CANCELLED")));
        }
    }

    [Test]
    public async Task A_running_run_is_asked_to_stop_and_its_worker_hears_of_it()
    {
        await QueueAsync();
        var item = (await H.LeaseAsync()).Single();

        var result = await CancelAsync(item.RunId);
        var again = await CancelAsync(item.RunId);
        var beat = await H.HeartbeatAsync(item);
        await H.ReportAsync(item, RunOutcome.Cancelled);
        var late = await CancelAsync(item.RunId);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(result, Is.InstanceOf<CancelResult.Asked>());
            Assert.That(again, Is.InstanceOf<CancelResult.Asked>());
            Assert.That(beat.Status, Is.EqualTo(HeartbeatStatus.Cancel));
            Assert.That((late as CancelResult.EndedAlready)?.Run.State, Is.EqualTo(RunState.Failed));
        }
    }

    [Test]
    public async Task What_stood_behind_a_cancelled_run_goes_on()
    {
        await H.OnboardAsync("acme", "SCALE");
        await H.ConfigureAsync("acme", "main", config => config with { OverlapPolicy = OverlapPolicy.Queue });
        for (var hour = 0; hour < 2; hour++)
        {
            H.AdvanceToNextHour();
            await H.TriggerAsync();
        }
        var runs = await H.RunsAsync("acme");

        await CancelAsync(runs[0].RunId);

        Assert.That((await H.LeaseAsync(5)).Select(item => item.RunId), Is.EqualTo([runs[1].RunId]));
    }

    [Test]
    public async Task Nobody_cancels_anothers_run_nor_one_that_has_ended()
    {
        var run = await QueueAsync();
        await H.OnboardAsync("bolt");
        var foreign = await Cancelling.CancelAsync("bolt", run.RunId, StoreHarness.Actor, default);
        await H.ReportAsync((await H.LeaseAsync()).Single(), RunOutcome.Completed);

        var late = await CancelAsync(run.RunId);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(foreign, Is.InstanceOf<CancelResult.NoSuchRun>());
            Assert.That((late as CancelResult.EndedAlready)?.Run.State, Is.EqualTo(RunState.Completed));
            Assert.That(await AuditedAsync(), Is.Empty, "nothing was asked of anything");
        }
    }

    [Test]
    public async Task The_trail_tells_who_asked_for_what()
    {
        var run = await QueueAsync();

        await CancelAsync(run.RunId);

        var entry = (await AuditedAsync()).Single();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(entry["customer_id"], Is.EqualTo("acme"));
            Assert.That(entry["chain"], Is.EqualTo("customer:acme"));
            Assert.That(entry["target"], Is.EqualTo(run.RunId));
            Assert.That(entry["key_id"], Is.EqualTo(StoreHarness.Actor.KeyId));
        }
    }

    private async Task<Run> QueueAsync()
    {
        await H.OnboardAsync("acme");
        await H.QueueAsync("acme", "main");
        return (await H.RunsAsync("acme")).Single();
    }

    private Task<CancelResult> CancelAsync(string runId) =>
        Cancelling.CancelAsync("acme", runId, StoreHarness.Actor, default);

    private Task<IReadOnlyList<IReadOnlyDictionary<string, object?>>> AuditedAsync() =>
        QueryAsync(
            "select customer_id, chain, target, key_id from scheduler_audit_entries where action = 'run.cancel'"
        );
}
