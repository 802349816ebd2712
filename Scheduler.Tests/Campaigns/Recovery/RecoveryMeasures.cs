using NodaTime;
using Scheduler.Core.Contracts;
using Scheduler.Core.Scheduling;
using Scheduler.Core.Storage;
using Scheduler.Tests.Campaigns.Judging;
using Scheduler.Tests.EndToEnd.Harness;
using Scheduler.Tests.Support;

namespace Scheduler.Tests.Campaigns.Recovery;

/// <summary>How long it takes until everything is as before, measured on a small installation on PostgreSQL with leases of three seconds.</summary>
internal sealed class RecoveryMeasures : IAsyncDisposable
{
    private const string Customer = "elm_works";
    private readonly PostgresServer server;
    private readonly Site site;
    private readonly Load load;

    private RecoveryMeasures(PostgresServer server, Site site, Load load)
    {
        (this.server, this.site, this.load) = (server, site, load);
    }

    /// <summary>A server, an instance, two workers that take one run at a time, and a customer without limits.</summary>
    public static async Task<RecoveryMeasures> StartAsync()
    {
        var server = await PostgresServer.StartAsync(durable: true);
        var database = await PostgresDatabase.CreateEmptyAsync(server);
        await database.Engine.MigrateAsync(CancellationToken.None);
        var site = new Site(new Database(database, isPostgres: true), server);
        site.KeepLongest(server);
        site.WorkerSettings["WORKER_CONCURRENCY"] = "1";
        site.AddInstances(1);
        site.AddWorkers(2);
        await site.StartAsync();
        var load = new Load(site, new Random(1), await site.Database.NowAsync());
        await load.OnboardAsync(Customer, SubscriptionPlan.Enterprise);
        return new RecoveryMeasures(server, site, load);
    }

    /// <summary>From kill -9 of a worker until the run that it had is queued again.</summary>
    public async Task<TimeSpan> KillWorkerAsync()
    {
        var (run, worker) = await BeginRunAsync(milliseconds: 60_000);
        worker.IsHeld = true;
        var killed = TimeProvider.System.GetTimestamp();
        await worker.Process!.KillAsync();
        await Until.TrueAsync(
            "the run is queued again",
            async () =>
                (
                    await site.Database.QueryAsync(
                        $"select run_id from scheduler_run_transitions where run_id = '{run}' and note = '{LeaseEnd.Lost}'",
                        row => (string)row["run_id"]!
                    )
                ).Count > 0
        );
        var took = TimeProvider.System.GetElapsedTime(killed);
        worker.IsHeld = false;
        return took;
    }

    /// <summary>From the start of an instance that was ended by kill -9 until it is ready.</summary>
    public async Task<TimeSpan> KillInstanceAsync()
    {
        var instance = site.Instances[0];
        instance.IsHeld = true;
        await instance.Process!.KillAsync();
        var started = TimeProvider.System.GetTimestamp();
        await instance.StartAsync();
        var took = TimeProvider.System.GetElapsedTime(started);
        instance.IsHeld = false;
        return took;
    }

    /// <summary>From the start of a database server that was stopped at once until a trigger goes well.</summary>
    public async Task<TimeSpan> StopDatabaseAsync()
    {
        await server.StopImmediatelyAsync();
        var started = TimeProvider.System.GetTimestamp();
        await server.StartAgainAsync();
        await Until.TrueAsync("a trigger goes well", () => load.TriggerAsync(site.Instances[0]));
        return TimeProvider.System.GetElapsedTime(started);
    }

    /// <summary>A worker is told to end by SIGTERM while runs go on and wait.</summary>
    /// <returns>
    /// How long after that it was given its last run, nothing if before; how long it took to end; how many leases it left behind.
    /// </returns>
    public async Task<(TimeSpan LastClaim, TimeSpan Ended, int Left)> DrainWorkerAsync()
    {
        await ConfigureAsync("waiting", times: 60, milliseconds: 150);
        var worker = site.Workers[1];
        await Until.TrueAsync("the worker is at work", async () => (await ClaimsAsync(worker)).Count > 3);
        worker.IsHeld = true;
        var told = await site.Database.NowAsync();
        var name = worker.Process!.Output.Split('\n').First(line => line.Contains("works for")).Split(' ')[3];
        var (_, took) = await worker.Process.TerminateAsync();
        var claims = await ClaimsAsync(worker);
        var left = await site.Database.QueryAsync(
            $"select run_id from pipeline_execution_queue where state = 'PROCESSING' and worker_id = '{name}'",
            row => (string)row["run_id"]!
        );
        worker.IsHeld = false;
        return (Duration.Max(Duration.Zero, claims.Max() - told).ToTimeSpan(), took, left.Count);
    }

    public ValueTask DisposeAsync() => site.DisposeAsync();

    private Task<List<Instant>> ClaimsAsync(Slot worker) =>
        site.Database.QueryAsync(
            $"select at from scheduler_run_transitions where to_state = 'RUNNING' and actor like '{worker.Name}-%'",
            row => Microseconds.FromMicroseconds((long)row["at"]!)
        );

    private async Task<(string RunId, Slot Worker)> BeginRunAsync(int milliseconds)
    {
        var config = await ConfigureAsync($"long {Guid.NewGuid():N}", times: 1, milliseconds);
        // A lease that reached its worker late is handed back unbegun, and the run is another's.
        var begun = await Until.SeenAsync(
            "the run has begun",
            async () =>
                (
                    await site.Database.QueryAsync(
                        $"select run_id, worker_id from pipeline_execution_queue where config_id = '{config}' and state = 'PROCESSING'",
                        row => Tuple.Create((string)row["run_id"]!, WorkerOf((string)row["worker_id"]!))
                    )
                ).Find(lease => IsAt(lease.Item2, lease.Item1))
        );
        return (begun.Item1, begun.Item2);
    }

    private Slot WorkerOf(string name) =>
        site.Workers.Single(worker => name.StartsWith($"{worker.Name}-", StringComparison.Ordinal));

    private bool IsAt(Slot worker, string runId) =>
        Directory
            .EnumerateFiles(site.JournalFolder, $"{worker.Process!.ProcessId}-*")
            .Any(journal => File.ReadAllText(journal).Contains($"begin\t{runId}\t", StringComparison.Ordinal));

    private async Task<string> ConfigureAsync(string name, int times, int milliseconds)
    {
        var config = await load.ConfigureAsync(
            site.Instances[0],
            Customer,
            name,
            times,
            MisfirePolicy.RunAll,
            ("duration_ms", milliseconds)
        );
        await load.MakeDueAsync([config!]);
        return config!;
    }
}
