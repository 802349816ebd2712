using System.Diagnostics;
using NodaTime;
using NUnit.Framework;
using Scheduler.Core.Audit;
using Scheduler.Core.Identifiers;
using Scheduler.Core.Queue;
using Scheduler.Core.Scheduling;
using Scheduler.Core.Scheduling.Bulks;
using Scheduler.Core.Storage;

namespace Scheduler.Tests.Benchmarks;

/// <summary>Run by hand, see docs/performance.md. How long an operator waits for a bulk of 10,000 pipelines, and for its undoing.</summary>
[TestFixture]
[Explicit("a measurement, not a test")]
[Category("Benchmark")]
[Category("bulk")]
[NonParallelizable]
internal sealed class BulkBenchmark
{
    private const int Customers = 1_000;
    private const int Each = 10;

    [Test]
    public async Task Ten_thousand_pipelines_of_a_thousand_customers()
    {
        await using var store = await BenchmarkStore.CreateAsync();
        await Seed.CustomersAsync(store, Customers, "ENTERPRISE");
        await Seed.PipelinesAsync(store, Customers, Each, Instant.FromUtc(2100, 1, 1, 0, 0));
        await Seed.SettleAsync(store);
        var clock = new OperationClock(store.Engine);
        var (signal, ids) = (new QueueSignal(), new RandomIdSource());
        var (bulkStore, configs, audit) = (
            new BulkStore(store.Engine),
            new PipelineConfigStore(store.Engine),
            new AuditStore(store.Engine)
        );
        var runs = new RunStore(store.Engine, clock);
        var bulks = new Bulks(bulkStore, configs, audit, signal, clock, ids);
        var work = new BulkWork(
            bulkStore,
            new BackfillStore(store.Engine),
            runs,
            new RunRequests(
                configs,
                new ScheduleStore(store.Engine),
                new CustomerStore(store.Engine, clock),
                runs,
                audit,
                signal,
                clock,
                ids
            ),
            new RunCancelling(runs, new QueueStore(store.Engine, clock), audit, signal, clock, ids),
            signal,
            clock,
            ids
        );
        foreach (var action in new[] { BulkAction.Pause, BulkAction.Resume, BulkAction.RunNow })
        {
            var started = Stopwatch.GetTimestamp();
            var bulk = ((BulkResult.Accepted)await AskAsync(bulks, action)).Bulk;
            await work.AdvanceAsync(default);
            var name = action.ToString().ToLowerInvariant();
            Figures.Add(
                $"bulk-{name}",
                Stopwatch.GetElapsedTime(started).TotalSeconds,
                "s",
                $"{BenchmarkSettings.Engine}, {bulk.Total} pipelines, the search for them included"
            );
            var counts = await bulkStore.CountItemsAsync(bulk.BulkId, default);
            Assert.That(counts, Is.EquivalentTo([KeyValuePair.Create(BulkItemState.Done, (long)Customers * Each)]));
            if (action == BulkAction.Pause)
            {
                // What is resumed next must be paused.
                continue;
            }
            started = Stopwatch.GetTimestamp();
            await bulks.UndoAsync(bulk.BulkId, Operator, default);
            await work.AdvanceAsync(default);
            Figures.Add(
                $"bulk-{name}-undo",
                Stopwatch.GetElapsedTime(started).TotalSeconds,
                "s",
                BenchmarkSettings.Engine
            );
            if (action == BulkAction.Resume)
            {
                await AskAsync(bulks, BulkAction.Resume);
                await work.AdvanceAsync(default);
            }
        }
    }

    private static Actor Operator { get; } = new(ActorKind.Operator, "benchmark", RequestId: null);

    private static Task<BulkResult> AskAsync(Bulks bulks, BulkAction action) =>
        bulks.StartAsync(action, new BulkFilter(), "a measurement", null, null, isDryRun: false, Operator, default);
}
