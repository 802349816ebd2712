using System.Diagnostics;
using NodaTime;
using NUnit.Framework;
using Scheduler.Core.Scheduling;
using Scheduler.Core.Storage;

namespace Scheduler.Tests.Benchmarks;

/// <summary>Run by hand, see docs/performance.md. How long an operator waits for a page of pipelines that are looked for.</summary>
[TestFixture]
[Explicit("a measurement, not a test")]
[Category("Benchmark")]
[Category("search")]
[NonParallelizable]
internal sealed class SearchBenchmark
{
    private const int Customers = 10_000;
    private const int Each = 10;
    private const int WarmUp = 3;
    private const int Rounds = 25;

    [Test]
    public async Task Pages_of_fifty_out_of_100_000_pipelines()
    {
        await using var store = await BenchmarkStore.CreateAsync();
        await Seed.CustomersAsync(store, Customers);
        await Seed.PipelinesAsync(store, Customers, Each, Instant.FromUtc(2100, 1, 1, 0, 0));
        var configs = new PipelineConfigStore(store.Engine);
        var last = Seed.Customer(Customers - 1);
        (string Name, PipelineFilter Filter, int Found)[] searches =
        [
            ("all", new() { Limit = 50 }, 50),
            ("one customer", new() { Search = last.ToUpperInvariant(), Limit = 50 }, Each),
            ("nothing", new() { Search = "no such thing", Limit = 50 }, 0),
            ("a state nobody is in", new() { State = PipelineState.Failing, Limit = 50 }, 0),
            ("the last page", new() { After = [last, "", "", "", ""], Limit = 50 }, Each),
        ];
        var all = new List<double>();
        foreach (var (name, filter, found) in searches)
        {
            var times = new List<double>();
            for (var round = 0; round < WarmUp + Rounds; round++)
            {
                var started = Stopwatch.GetTimestamp();
                var page = await configs.SearchAsync(filter, now: null, default);
                if (round >= WarmUp)
                {
                    times.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
                }
                Assert.That(page, Has.Count.EqualTo(found), name);
            }
            Add($"search-p95 {name}", times);
            all.AddRange(times);
        }
        Add("search-p95", all);

        static void Add(string name, List<double> times) =>
            Figures.Add(
                name,
                Figures.Percentile(times, 0.95),
                "ms",
                $"{BenchmarkSettings.Engine}, {times.Count} searches"
            );
    }
}
