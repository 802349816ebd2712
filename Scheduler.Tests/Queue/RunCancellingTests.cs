using NUnit.Framework;
using Scheduler.Core.Contracts;
using Scheduler.Core.Queue;
using Scheduler.Core.Runs;
using Scheduler.Core.Storage;
using Scheduler.Tests.Support;

namespace Scheduler.Tests.Queue;

/// <summary>Runs that move on while somebody wants them ended.</summary>
internal sealed class RunCancellingTests : HeldStoreFixture
{
    private const string Skip = "queue.skip_waiting";
    private const string Request = "queue.request_cancel";

    private RunCancelling Cancelling => new(H.Runs, H.Queue, new AuditStore(H.Engine), H.Signal, H.Clock, H.Ids);

    [SetUp]
    public async Task QueueOne()
    {
        await H.OnboardAsync("acme");
        await H.QueueAsync("acme", "main");
        // A look that never ends would hold up all the others.
        Engine.Break(Skip, _ => Engine.Ran(Skip) > 20 ? new InvalidOperationException("it never ends") : null);
    }

    [Test]
    public async Task A_run_that_starts_meanwhile_is_asked_to_stop()
    {
        var run = await RunAsync();
        var hold = Engine.Hold(Skip);
        var cancelling = CancelAsync(run.RunId);
        await hold.Reached;
        var item = (await H.LeaseAsync()).Single();

        hold.Release();
        var result = await cancelling;

        using (Assert.EnterMultipleScope())
        {
            Assert.That((result as CancelResult.Asked)?.Run.State, Is.EqualTo(RunState.Running));
            Assert.That((await H.HeartbeatAsync(item)).Status, Is.EqualTo(HeartbeatStatus.Cancel));
        }
    }

    [Test]
    public async Task A_run_that_ends_meanwhile_stays_as_it_ended()
    {
        var item = (await H.LeaseAsync()).Single();
        var hold = Engine.Hold(Request);
        var cancelling = CancelAsync(item.RunId);
        await hold.Reached;
        await H.ReportAsync(item, RunOutcome.Completed);

        hold.Release();
        var result = await cancelling;

        Assert.That((result as CancelResult.EndedAlready)?.Run.State, Is.EqualTo(RunState.Completed));
    }

    [Test]
    public async Task A_run_that_has_ended_is_not_touched()
    {
        var item = (await H.LeaseAsync()).Single();
        await H.ReportAsync(item, RunOutcome.Completed);

        var result = await CancelAsync(item.RunId);

        Assert.That(result, Is.InstanceOf<CancelResult.EndedAlready>());
        Assert.That((Engine.Ran(Skip), Engine.Ran(Request)), Is.EqualTo((0, 0)));
    }

    [Test]
    public async Task A_run_that_waits_says_why_it_ended_and_whoever_waits_for_work_looks_again()
    {
        var run = await RunAsync();
        var wakeUp = H.Signal.Next;

        var result = await CancelAsync(run.RunId);

        using (Assert.EnterMultipleScope())
        {
            Assert.That((result as CancelResult.Ended)?.Run.ErrorMessage, Is.EqualTo("Cancelled on request."));
            Assert.That(wakeUp.IsCompleted, Is.True);
        }
    }

    /// <summary>No run moves so often; should one not be ended for another reason, the call still answers.</summary>
    [Test]
    public async Task A_run_that_cannot_be_ended_is_left_after_five_looks()
    {
        var run = await RunAsync();
        await Database.ExecuteAsync("delete from pipeline_execution_queue");

        var result = await CancelAsync(run.RunId);
        var looks = Engine.Ran(Skip);
        var isWithdrawn = await WithdrawAsync(run.RunId);

        using (Assert.EnterMultipleScope())
        {
            Assert.That((result as CancelResult.EndedAlready)?.Run.State, Is.EqualTo(RunState.Pending));
            Assert.That(isWithdrawn, Is.False);
            Assert.That((looks, Engine.Ran(Skip) - looks), Is.EqualTo((5, 5)));
        }
    }

    [Test]
    public async Task A_run_that_starts_while_it_is_withdrawn_is_left_to_its_end()
    {
        var run = await RunAsync();
        var hold = Engine.Hold(Skip);
        var withdrawing = WithdrawAsync(run.RunId);
        await hold.Reached;
        var item = (await H.LeaseAsync()).Single();

        hold.Release();

        Assert.That(await withdrawing, Is.False);
        Assert.That((await H.HeartbeatAsync(item)).Status, Is.EqualTo(HeartbeatStatus.Renewed));
    }

    [Test]
    public async Task A_run_that_waits_is_withdrawn_at_the_first_look()
    {
        var run = await RunAsync();

        Assert.That(await WithdrawAsync(run.RunId), Is.True);
        Assert.That((await RunAsync()).State, Is.EqualTo(RunState.Skipped));
        Assert.That(Engine.Ran(Skip), Is.EqualTo(1));
    }

    private async Task<Run> RunAsync() => (await H.RunsAsync("acme")).Single();

    private Task<CancelResult> CancelAsync(string runId) =>
        Cancelling.CancelAsync("acme", runId, StoreHarness.Actor, default);

    private Task<bool> WithdrawAsync(string runId) =>
        Cancelling.WithdrawAsync("acme", runId, StoreHarness.Actor, default);
}
