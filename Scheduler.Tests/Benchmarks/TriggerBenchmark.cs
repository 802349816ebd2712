using System.Diagnostics;
using NodaTime;
using NUnit.Framework;

namespace Scheduler.Tests.Benchmarks;

/// <summary>Run by hand, see docs/performance.md. One trigger call to the API as built, real disk, default durability.</summary>
[TestFixture]
[Explicit("a measurement, not a test")]
[Category("Benchmark")]
[Category("due100k")]
[NonParallelizable]
internal sealed class TriggerBenchmark
{
    [TestCase(10_000, 10)]
    public async Task Everything_due_at_one_instant(int customers, int pipelinesEach)
    {
        await using var store = await BenchmarkStore.CreateAsync();
        await Seed.CustomersAsync(store, customers);
        await Seed.PipelinesAsync(store, customers, pipelinesEach, Installation.Now - Duration.FromMinutes(1));
        await Seed.SettleAsync(store);
        await using var installation = await Installation.StartAsync(store);

        Figures.Say($"{customers * pipelinesEach} pipelines of {customers} customers are due");
        var started = Stopwatch.GetTimestamp();
        var response = await installation.TriggerAsync();
        var elapsed = Stopwatch.GetElapsedTime(started);

        var conditions = $"{BenchmarkSettings.Conditions}, {customers} customers";
        Figures.Add("due100k-all-claimable", elapsed.TotalSeconds, "s", conditions);
        Figures.Add("due100k-rate", response.QueuedCount / elapsed.TotalSeconds, "runs/s", conditions);
        Figures.Add("due100k-peak-memory", installation.Api.PeakMemoryMiB, "MiB", "the API's process");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(response.QueuedCount, Is.EqualTo(customers * pipelinesEach));
            Assert.That(elapsed.TotalSeconds, Is.LessThan(30));
            Assert.That(installation.Api.PeakMemoryMiB, Is.LessThan(1024));
        }
    }
}
