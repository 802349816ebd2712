using System.Diagnostics;
using Microsoft.Extensions.Logging.Abstractions;
using NodaTime;
using NUnit.Framework;
using Scheduler.Core.Identifiers;
using Scheduler.Core.Queue;
using Scheduler.Core.Storage;

namespace Scheduler.Tests.Benchmarks;

/// <summary>
/// Run by hand, see docs/performance.md. Whether a claim costs more when more is queued, or parked, or finished, or when the head
/// of the queue belongs to a customer at its cap.
/// </summary>
[TestFixture]
[Explicit("a measurement, not a test")]
[Category("Benchmark")]
[Category("backlog")]
[NonParallelizable]
internal sealed class ClaimBenchmark
{
    private const int WarmUp = 50;
    private const int Claims = 400;

    [TestCase(1_000, 0, 0, 0)]
    [TestCase(100_000, 0, 0, 0)]
    [TestCase(1_000_000, 0, 0, 0)]
    [TestCase(1_000, 100_000, 0, 0)]
    [TestCase(1_000, 0, 300_000, 0)]
    [TestCase(1_000, 0, 0, 100_000)]
    public async Task Claims_of_one_item(int visible, int later, int finished, int capped)
    {
        await using var store = await BenchmarkStore.CreateAsync();
        await Backlog.QueueAsync(store, visible, later, finished, capped);
        var desk = new LeaseDesk(
            new QueueStore(store.Engine, new OperationClock(store.Engine)),
            new RandomIdSource(),
            new LeaseOptions(),
            new QueueSignal(),
            TimeProvider.System,
            new Random(1),
            NullLogger<LeaseDesk>.Instance
        );
        var times = new List<double>();
        for (var claim = 0; claim < WarmUp + Claims; claim++)
        {
            var started = Stopwatch.GetTimestamp();
            var items = await desk.LeaseAsync("worker", 1, Duration.Zero, default);
            if (claim >= WarmUp)
            {
                times.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
            }
            Assert.That(items, Has.Count.EqualTo(1));
        }
        var conditions =
            $"{BenchmarkSettings.Engine}, {Claims} claims of one; not yet visible {later}, finished {finished}, at a cap {capped}";
        var name = (later, finished, capped) switch
        {
            (0, 0, 0) => $"{visible}",
            (> 0, _, _) => $"{visible}+later{later}",
            (_, > 0, _) => $"{visible}+finished{finished}",
            _ => $"{visible}+capped{capped}",
        };
        Figures.Add($"claim-p50 {name}", Figures.Percentile(times, 0.5), "ms", conditions);
        Figures.Add($"claim-p99 {name}", Figures.Percentile(times, 0.99), "ms", conditions);
    }
}
