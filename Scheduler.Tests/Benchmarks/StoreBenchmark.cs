using System.Diagnostics;
using Microsoft.Extensions.Logging.Abstractions;
using NodaTime;
using NUnit.Framework;
using Scheduler.Core.Contracts;
using Scheduler.Core.Failpoints;
using Scheduler.Core.Identifiers;
using Scheduler.Core.Queue;
using Scheduler.Core.Scheduling;
using Scheduler.Core.Storage;

namespace Scheduler.Tests.Benchmarks;

/// <summary>
/// Run by hand, see docs/performance.md. The work of <see cref="DrainBenchmark"/> without HTTP and workers: what the store's
/// operations cost a run, by size of batch.
/// </summary>
[TestFixture]
[Explicit("a measurement, not a test")]
[Category("Benchmark")]
[Category("store")]
[NonParallelizable]
internal sealed class StoreBenchmark
{
    [TestCase(100)]
    [TestCase(500)]
    public async Task Operations_of_a_drain(int batch)
    {
        var (jobs, customers) = (BenchmarkSettings.Jobs, BenchmarkSettings.Customers);
        await using var store = await BenchmarkStore.CreateAsync();
        await Seed.CustomersAsync(store, customers);
        await Seed.PipelinesAsync(store, customers, jobs / customers, Installation.Now - Duration.FromMinutes(1));
        await Seed.SettleAsync(store);
        var engine = new TimedEngine(store.Engine);
        var clock = new OperationClock(engine);
        var signal = new QueueSignal();
        await new Trigger(
            new ScheduleStore(engine),
            clock,
            new RandomIdSource(),
            new TriggerOptions(),
            signal,
            TimeProvider.System,
            new NoFailpoints(),
            NullLogger<Trigger>.Instance
        ).RunAsync(new TriggerRequest { BatchSize = BenchmarkSettings.TriggerBatch }, default);
        Report(engine, jobs, "trigger");

        engine.Reset();
        var desk = new LeaseDesk(
            new QueueStore(engine, clock),
            new RandomIdSource(),
            new LeaseOptions(),
            signal,
            TimeProvider.System,
            new Random(1),
            NullLogger<LeaseDesk>.Instance
        );
        var (claimed, calls) = (0, 0);
        var started = Stopwatch.GetTimestamp();
        while (await desk.LeaseAsync("worker", batch, Duration.Zero, default) is { Count: > 0 } items)
        {
            (claimed, calls) = (claimed + items.Count, calls + 1);
            await desk.ReportAsync(Completed(items), default);
        }
        var took = Stopwatch.GetElapsedTime(started);
        Assert.That(claimed, Is.EqualTo(jobs / customers * customers));
        Figures.Add(
            $"store-drain k={batch}",
            claimed / took.TotalSeconds,
            "jobs/s",
            $"{BenchmarkSettings.Engine}, one caller, {calls} claims"
        );
        Report(engine, jobs, $"drain k={batch}");
    }

    private static ResultsRequest Completed(IReadOnlyList<LeaseItem> items) =>
        new()
        {
            WorkerId = "worker",
            Results =
            [
                .. items.Select(item => new RunResult
                {
                    QueueId = item.QueueId,
                    LeaseToken = item.LeaseToken,
                    Outcome = RunOutcome.Completed,
                    Metrics = new RunMetrics(),
                }),
            ],
        };

    private static void Report(TimedEngine engine, int jobs, string what)
    {
        foreach (var (operation, calls, took) in engine.Operations)
        {
            Figures.Say($"{what}: {operation} {took.TotalMicroseconds / jobs:0.0} us a run, {calls} calls");
        }
    }
}
