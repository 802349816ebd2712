using NUnit.Framework;
using Scheduler.Api.Settings;
using Scheduler.Core.Contracts;
using Scheduler.Tests.EndToEnd.Harness;

namespace Scheduler.Tests.EndToEnd;

/// <summary>An API that dies in the middle of its work.</summary>
[TestFixture(StorageProvider.Sqlite)]
[TestFixture(StorageProvider.Postgres)]
[TestFixture(StorageProvider.BigQuery)]
[Platform("Linux")]
public sealed class ApiFaultTests(StorageProvider engine) : IAsyncDisposable
{
    private const string Customer = "dogwood_inc";
    private readonly World world = new(engine, leaseSeconds: 60);

    [Test]
    public async Task A_trigger_cut_in_half_is_completed_by_the_next_one_with_one_run_per_occurrence()
    {
        var hold = world.Hold("trigger:between-batches");
        await world.StartApiAsync(hold.Setting);
        var pipelines = await ConfigureAsync(5);
        await world.Journal.MakeDueAsync(pipelines);
        var trigger = world.Client.TriggerAsync(batchSize: 2);
        await hold.ReachedAsync();

        var exitCode = await world.Api.KillAsync();

        Assert.That(exitCode, Is.EqualTo(RunningProcess.KilledExitCode), "The API was not killed.");
        Assert.That(async () => await trigger, Throws.InstanceOf<HttpRequestException>());
        Assert.That(
            await world.Journal.RunsAsync(),
            Has.Count.EqualTo(2),
            "The first batch stands, the others do not."
        );
        await world.StartApiAsync();
        Assert.That((await world.Client.TriggerAsync(batchSize: 2)).QueuedCount, Is.EqualTo(3));
        Assert.That((await world.Client.TriggerAsync()).TriggeredCount, Is.Zero);

        await world.StartWorkerAsync("worker");
        await EverythingEndedAsync(pipelines);
    }

    [Test]
    public async Task Leases_outlive_an_API_that_is_killed_and_started_again()
    {
        Hold[] holds = [world.Hold("run:started"), world.Hold("run:started")];
        await world.StartApiAsync();
        var pipelines = await ConfigureAsync(5);
        await world.StartWorkerAsync("first", holds[0]);
        await world.StartWorkerAsync("second", holds[1]);
        await world.Journal.MakeDueAsync(pipelines);
        await world.Client.TriggerAsync();
        // Not before the workers know of their leases: one whose answer got lost has to run out first.
        await Task.WhenAll(holds.Select(hold => hold.ReachedAsync()));

        var exitCode = await world.Api.KillAsync();

        Assert.That(exitCode, Is.EqualTo(RunningProcess.KilledExitCode), "The API was not killed.");
        Assert.That(await world.Journal.LeasesAsync(), Has.Count.EqualTo(2), "The leases are on disk.");
        await world.StartApiAsync();
        Array.ForEach(holds, hold => hold.Open());
        await EverythingEndedAsync(pipelines);
    }

    public ValueTask DisposeAsync() => world.DisposeAsync();

    private async Task<List<string>> ConfigureAsync(int count)
    {
        await world.OnboardAsync(Customer, SubscriptionPlan.Professional);
        var pipelines = new List<string>();
        for (var number = 1; number <= count; number++)
        {
            var request = PipelineRequests.Probe($"probe {number}", ("duration_ms", 50));
            pipelines.Add((await world.Client.ConfigureAsync(Customer, request)).ConfigId);
        }
        return pipelines;
    }

    private async Task EverythingEndedAsync(List<string> pipelines)
    {
        await Until.TrueAsync(
            "every run has ended",
            async () => (await world.Journal.RunsAsync()).All(run => run.IsTerminal)
        );
        var runs = await world.Journal.RunsAsync();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(runs.Select(run => run.ConfigId), Is.EquivalentTo(pipelines), "One run each.");
            Assert.That(runs.Select(run => run.State), Is.All.EqualTo("COMPLETED"));
        }
        await world.Journal.EndsWellAsync();
    }
}
