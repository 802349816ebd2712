using NUnit.Framework;
using Scheduler.Api.Settings;
using Scheduler.Core.Contracts;
using Scheduler.Tests.EndToEnd.Harness;

namespace Scheduler.Tests.EndToEnd;

/// <summary>Workers that die or freeze with a run in their hands.</summary>
[TestFixture(StorageProvider.Sqlite)]
[TestFixture(StorageProvider.Postgres)]
[TestFixture(StorageProvider.BigQuery)]
[Platform("Linux")]
public sealed class WorkerFaultTests(StorageProvider engine) : IAsyncDisposable
{
    private const string Customer = "cedar_labs";
    private const string Export = "focus-example-co-a.csv";
    private readonly World world = new(engine, leaseSeconds: 5);
    private string pipeline = "";
    private string file = "";

    [TestCase("run:started")]
    [TestCase("load:after-delete")]
    [TestCase("run:before-result")]
    public async Task A_run_whose_worker_is_killed_is_finished_by_another_and_loads_once(string place)
    {
        var hold = world.Hold(place);
        hold.Open();
        var first = await StartWithOneLoadAsync(hold);
        hold.Close();
        var before = await world.Journal.CostAsync(Customer);
        Sample.AddService(file, "Quantum Annealing");
        var expected = Sample.BilledByService(file);

        await MakeDueAndTriggerAsync();
        await hold.ReachedAsync();
        var exitCode = await first.KillAsync();

        Assert.That(exitCode, Is.EqualTo(RunningProcess.KilledExitCode), "The worker was not killed.");
        var committed = place == "run:before-result";
        Assert.That(
            await world.Journal.CostAsync(Customer),
            Is.EquivalentTo(committed ? expected : before),
            "What the killed worker has left."
        );
        await world.StartWorkerAsync("second");
        var run = await EndedAsync(count: 2);
        Assert.That(run.State, Is.EqualTo("COMPLETED"));
        await LeaseWasLostAsync(run.RunId, finisher: "second");
        await LoadedOnceAsync(run.RunId, expected, committed ? 2 : 1);
    }

    [Test]
    public async Task A_worker_that_wakes_up_after_another_has_finished_its_run_has_no_effect()
    {
        var hold = world.Hold("run:started");
        hold.Open();
        var first = await StartWithOneLoadAsync(hold);
        hold.Close();
        await MakeDueAndTriggerAsync();
        await hold.ReachedAsync();
        var lease = (await world.Journal.LeasesAsync()).Single();
        await first.StopAsync();

        var newer = world.Hold("run:started");
        await world.StartWorkerAsync("second", newer);
        await newer.ReachedAsync();
        await LeaseWasLostAsync(lease.RunId, finisher: "second");

        // What a worker that knew nothing of its lost lease would say, while the newer one is at work and after it has ended.
        Assert.That(await ReportAsync(lease), Is.EqualTo(ResultStatus.Stale));
        Assert.That((await world.Journal.RunsAsync())[^1].State, Is.EqualTo("RUNNING"));
        newer.Open();
        var run = await EndedAsync(count: 2);
        hold.Open();
        first.Continue();
        await first.SaysAsync("lease");
        Assert.That(await ReportAsync(lease), Is.EqualTo(ResultStatus.Stale));
        await LoadedOnceAsync(run.RunId, Sample.BilledByService(file), executions: 1);
    }

    /// <summary>
    /// The frozen worker holds the lock of the customer's file in the middle of its load. The other one gets the run, cannot open
    /// the file, fails with SERVICE_UNAVAILABLE and comes back, until the frozen one wakes up, finds its lease gone and rolls back.
    /// </summary>
    [Test]
    public async Task A_worker_frozen_inside_its_load_does_not_win_over_the_newer_one()
    {
        var hold = world.Hold("load:after-delete");
        hold.Open();
        var first = await StartWithOneLoadAsync(hold);
        hold.Close();
        Sample.AddService(file, "Quantum Annealing");
        await MakeDueAndTriggerAsync();
        await hold.ReachedAsync();
        await first.StopAsync();

        await world.StartWorkerAsync("second", null, ("Scheduler__Datasets__LockWaitSeconds", "1"));
        var refused = await Until.SeenAsync(
            "an attempt has failed at the locked file",
            async () => (await world.Journal.RunsAsync()).Find(run => run.ErrorType == "SERVICE_UNAVAILABLE")
        );
        await LeaseWasLostAsync(refused.RunId, finisher: "second");
        first.Continue();
        await first.SaysAsync("its lease is lost");
        hold.Open();
        var run = await EndedAsync(count: 2);

        Assert.That(run.State, Is.EqualTo("COMPLETED"));
        Assert.That(run.Attempt, Is.Positive);
        await LoadedOnceAsync(run.RunId, Sample.BilledByService(file), executions: 1);
    }

    public ValueTask DisposeAsync() => world.DisposeAsync();

    /// <summary>A customer, a pipeline, a worker, and one load that has gone well.</summary>
    private async Task<WorkerProcess> StartWithOneLoadAsync(Hold hold)
    {
        await world.StartApiAsync();
        await world.OnboardAsync(Customer, SubscriptionPlan.Professional);
        file = world.PutSample(Customer, Export);
        var request = PipelineRequests.Focus(Export) with { RetryConfig = PipelineRequests.QuickRetries };
        pipeline = (await world.Client.ConfigureAsync(Customer, request)).ConfigId;
        var worker = await world.StartWorkerAsync("first", hold);
        await MakeDueAndTriggerAsync();
        await EndedAsync(count: 1);
        return worker;
    }

    private async Task MakeDueAndTriggerAsync()
    {
        await world.Journal.MakeDueAsync(pipeline);
        Assert.That((await world.Client.TriggerAsync()).QueuedCount, Is.EqualTo(1));
    }

    /// <summary>The last attempt of the newest occurrence, once there are so many occurrences and all of them are done with.</summary>
    private Task<JournalRun> EndedAsync(int count) =>
        Until.SeenAsync(
            $"{count} occurrences have ended",
            async () =>
            {
                var runs = await world.Journal.RunsAsync();
                var occurrences = runs.Select(run => run.Occurrence).Distinct().Count();
                return occurrences == count && runs.All(run => run.IsTerminal) ? runs[^1] : null;
            }
        );

    private async Task<ResultStatus> ReportAsync(JournalLease lease)
    {
        var result = new RunResult
        {
            QueueId = lease.QueueId,
            LeaseToken = lease.LeaseToken,
            Outcome = RunOutcome.Completed,
        };
        return (await world.Client.ReportAsync(lease.WorkerId, result)).Status;
    }

    private async Task LeaseWasLostAsync(string runId, string finisher)
    {
        var moves = await world.Journal.MovesOfAsync(runId);
        var claims = moves.Where(move => move.To == "RUNNING").ToList();
        using (Assert.EnterMultipleScope())
        {
            // A call of the stopped worker that was waiting for work may have been given it once more, and that lease is lost too.
            Assert.That(
                moves,
                Has.Exactly(claims.Count - 1)
                    .Matches<JournalMove>(move => move is { To: "PENDING", Note: "lease lost" })
            );
            Assert.That(claims, Has.Count.InRange(2, 3));
            Assert.That(claims.Select(claim => claim.Epoch), Is.EqualTo(Enumerable.Range(1, claims.Count)));
            Assert.That(claims.SkipLast(1).Select(claim => claim.Actor), Is.All.StartsWith("first-"));
            Assert.That(claims[^1].Actor, Does.StartWith($"{finisher}-"));
        }
    }

    /// <param name="executions">How many executions of the run have loaded, the last of them over the others.</param>
    private async Task LoadedOnceAsync(string runId, IReadOnlyDictionary<string, decimal> expected, int executions)
    {
        var loads = (await world.Journal.ExecutionsAsync(Customer)).Where(load =>
            load.RunId == runId && load.Status == "COMPLETED"
        );
        using (Assert.EnterMultipleScope())
        {
            Assert.That(await world.Journal.CostAsync(Customer), Is.EquivalentTo(expected));
            Assert.That(loads.Count(), Is.EqualTo(executions));
        }
        await world.Journal.EndsWellAsync();
    }
}
