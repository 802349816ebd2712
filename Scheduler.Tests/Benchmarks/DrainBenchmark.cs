using NodaTime;
using NUnit.Framework;

namespace Scheduler.Tests.Benchmarks;

/// <summary>
/// Run by hand, see docs/performance.md. No-op runs queued by a real trigger, then drained through HTTP by worker processes, with
/// quotas, caps, fairness, leases and history on.
/// </summary>
[TestFixture]
[Explicit("a measurement, not a test")]
[Category("Benchmark")]
[Category("drain")]
[NonParallelizable]
internal sealed class DrainBenchmark
{
    [Test]
    public async Task Queued_runs_until_none_is_unfinished()
    {
        var (jobs, customers) = (BenchmarkSettings.Jobs, BenchmarkSettings.Customers);
        var each = Math.Max(1, jobs / customers);
        var conditions = BenchmarkSettings.Conditions;
        await using var store = await BenchmarkStore.CreateAsync();
        await Seed.CustomersAsync(store, customers);
        await Seed.PipelinesAsync(store, customers, each, Installation.Now - Duration.FromMinutes(1));
        await Seed.SettleAsync(store);
        await using var installation = await Installation.StartAsync(store);

        Figures.Say($"{customers * each} pipelines of {customers} customers are due");
        var began = TimeProvider.System.GetTimestamp();
        var triggered = await installation.TriggerAsync();
        var took = TimeProvider.System.GetElapsedTime(began).TotalSeconds;
        Assert.That(triggered.QueuedCount, Is.EqualTo(customers * each));
        var (apiCpu, storeCpu) = (installation.Api.Cpu.TotalSeconds, store.CpuSeconds);
        Figures.Add("enqueue-bulk", triggered.QueuedCount / took, "jobs/s", conditions);

        var started = Installation.Now;
        installation.StartWorkers();
        await installation.DrainedAsync(TimeSpan.FromMinutes(10));
        apiCpu = installation.Api.Cpu.TotalSeconds - apiCpu;
        storeCpu = store.CpuSeconds - storeCpu;
        var workersCpu = installation.WorkersCpuSeconds;

        var row = await store.NumbersAsync(
            $"""
            select count(*), {store.Seconds("min(picked_up_at)")}, {store.Seconds("max(completed_at)")}
            from pipeline_execution_queue where state = 'COMPLETED'
            """
        );
        var (completed, firstClaim, lastEnd) = (row[0], row[1], row[2]);
        Assert.That(completed, Is.EqualTo(triggered.QueuedCount), "no run failed");
        var startedAt = started.ToUnixTimeTicks() / 1e7;
        Figures.Add("drain", completed / (lastEnd - startedAt), "jobs/s", conditions);
        Figures.Add("drain-without-start", completed / (lastEnd - firstClaim), "jobs/s", conditions);
        // Unlike rates, these hardly depend on what else the machine is doing.
        Figures.Add(
            "drain-cpu-api",
            apiCpu * 1e6 / completed,
            "us/job",
            BenchmarkSettings.IsPostgres ? "without the database" : "with the store, which is in it"
        );
        if (storeCpu is { } database)
        {
            Figures.Add("drain-cpu-database", database * 1e6 / completed, "us/job", "all of the server's processes");
        }
        Figures.Add("drain-cpu-workers", workersCpu * 1e6 / completed, "us/job", "start-up included");
        Figures.Say(
            $"{completed:0} runs: the first claim {firstClaim - startedAt:0.00} s after the workers' start, the last end {lastEnd - startedAt:0.00} s"
        );
    }
}
