using NUnit.Framework;
using Scheduler.Core.Contracts;
using Scheduler.Core.Storage;
using Scheduler.Tests.Storage.BigQuery.Emulator;
using Scheduler.Tests.Support;

namespace Scheduler.Tests.Storage.BigQuery;

/// <summary>
/// Two instances of the API on one dataset, whose calls fail in every way that BigQuery's do: contention between the two, answers that
/// are lost after the work was done, servers that are away, limits of rate.
/// </summary>
internal sealed class BigQueryInstancesTests
{
    private const int Customers = 3;
    private const int Pipelines = 6;

    private readonly SteppedTime pauses = new(DateTimeOffset.UnixEpoch);
    private BigQueryDatabase database = null!;
    private StoreHarness one = null!;
    private StoreHarness other = null!;

    [SetUp]
    public async Task OpenStore()
    {
        database = await BigQueryDatabase.CreateAloneAsync(pauses);
        one = new StoreHarness(database.Engine);
        other = new StoreHarness(database.Connect());
        for (var customer = 0; customer < Customers; customer++)
        {
            await PassAsync(one.OnboardAsync($"c{customer}"));
            for (var pipeline = 0; pipeline < Pipelines; pipeline++)
            {
                await PassAsync(one.ConfigureAsync($"c{customer}", $"p{pipeline}"));
            }
        }
        one.AdvanceToNextHour();
        other.AdvanceToNextHour();
    }

    [TearDown]
    public async Task CloseStore()
    {
        // Null where the set-up was left: there is no emulator.
        if (database is not null)
        {
            await database.Emulator.DisposeAsync();
        }
    }

    [TestCase(1)]
    [TestCase(2)]
    [TestCase(3)]
    public async Task Every_due_occurrence_gets_one_run_and_one_completion(int seed)
    {
        var random = new Random(seed);

        await PassAsync(Task.WhenAll(Hit(random, () => one.TriggerAsync(5)), Hit(random, () => other.TriggerAsync(5))));
        var served = await PassAsync(Task.WhenAll(ServeAsync(one, random), ServeAsync(other, random)));

        var runs = await database.QueryAsync(
            "select customer_id, config_id, scheduled_time, state, run_id from scheduled_pipeline_runs"
        );
        var moves = await database.QueryAsync(
            "select run_id from scheduler_run_transitions where from_state = 'RUNNING' and to_state = 'COMPLETED'"
        );
        var usage = await database.QueryAsync(
            "select sum(pipelines_run_today) as taken, sum(pipelines_succeeded_today) as done from customer_usage_quotas"
        );
        const int All = Customers * Pipelines;
        using (Assert.EnterMultipleScope())
        {
            Assert.That(runs.Select(run => run["config_id"]).ToList(), Is.Unique.And.Count.EqualTo(All));
            Assert.That(runs.Select(run => run["state"]), Is.All.EqualTo("COMPLETED"));
            Assert.That(moves.Select(move => move["run_id"]).ToList(), Is.Unique.And.Count.EqualTo(All));
            Assert.That(served.SelectMany(ids => ids), Is.Unique, "accepted completions");
            Assert.That(await database.QueryAsync("select queue_id from pipeline_execution_queue"), Is.Empty);
            Assert.That(usage[0]["taken"], Is.EqualTo(All));
            Assert.That(usage[0]["done"], Is.EqualTo(All));
            Assert.That(database.Emulator.FaultsHit, Is.GreaterThan(All / 2));
        }
    }

    /// <summary>Claims and completes until nothing is left; the runs whose completion was accepted.</summary>
    private async Task<List<string>> ServeAsync(StoreHarness instance, Random random)
    {
        var accepted = new List<string>();
        for (var empty = 0; empty < 3; )
        {
            var items = await Hit(random, () => instance.LeaseAsync(4));
            empty = items.Count == 0 ? empty + 1 : 0;
            if (items.Count == 0)
            {
                continue;
            }
            var receipts = await Hit(random, () => instance.ReportAsync(items, RunOutcome.Completed));
            accepted.AddRange(
                receipts
                    .Zip(items)
                    .Where(pair => pair.First.Status == ResultStatus.Accepted)
                    .Select(pair => pair.Second.RunId)
            );
        }
        return accepted;
    }

    /// <summary>A call, one of whose requests fails; made again, as a worker does, when the store stays away.</summary>
    private async Task<T> Hit<T>(Random random, Func<Task<T>> call)
    {
        string[] calls = ["insert", "results", "get", "query"];
        EmulatorFault[] faults =
        [
            EmulatorFault.UnavailableBefore,
            EmulatorFault.UnavailableAfter,
            EmulatorFault.RateLimited,
            EmulatorFault.LostReply,
            EmulatorFault.NotReady,
        ];
        lock (random)
        {
            database.Emulator.Fail(calls[random.Next(calls.Length)], faults[random.Next(faults.Length)]);
        }
        while (true)
        {
            try
            {
                return await call();
            }
            catch (StorageUnavailableException)
            {
                // Nobody else's pause separates the two here: time moves for both at once.
            }
        }
    }

    private async Task<T> PassAsync<T>(Task<T> work)
    {
        await pauses.RunAsync(work);
        return await work;
    }
}
