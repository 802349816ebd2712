using NodaTime;
using NUnit.Framework;

namespace Scheduler.Tests.Benchmarks;

/// <summary>
/// Run by hand, see docs/performance.md. The API with its default settings as built: from the start of its process until it says that it
/// is ready, and its memory when nothing is due.
/// </summary>
[TestFixture]
[Explicit("a measurement, not a test")]
[Category("Benchmark")]
[NonParallelizable]
internal sealed class RestBenchmark
{
    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(10);

    [TestCase(10_000, 100, Category = "rest")]
    public async Task With_a_million_schedules(int customers, int each)
    {
        await using var store = await BenchmarkStore.CreateAsync();
        Figures.Say($"putting in {customers * each} schedules");
        await Seed.CustomersAsync(store, customers);
        await Seed.PipelinesAsync(store, customers, each, Installation.Now + Duration.FromDays(1));
        await Seed.SettleAsync(store);
        var conditions = $"{BenchmarkSettings.Engine}, {customers * each} schedules of {customers} customers";
        await using var installation = await MeasuredAsync(store, "rest-start-to-ready", conditions);
        await Task.Delay(Rest, TimeProvider.System);
        Figures.Add("rest-memory", installation.Api.MemoryMiB, "MiB", conditions);
        Figures.Add("rest-peak-memory", installation.Api.PeakMemoryMiB, "MiB", conditions);
    }

    [Test]
    [Category("coldstart")]
    public async Task On_an_empty_store()
    {
        var times = new List<double>();
        var memory = 0.0;
        for (var start = 0; start < 5; start++)
        {
            await using var store = await BenchmarkStore.CreateAsync();
            var began = TimeProvider.System.GetTimestamp();
            await using var installation = await StartAsync(store);
            times.Add(TimeProvider.System.GetElapsedTime(began).TotalSeconds);
            memory = installation.Api.MemoryMiB;
        }
        Figures.Add("coldstart-p50", Figures.Percentile(times, 0.5), "s", $"{BenchmarkSettings.Engine}, 5 starts");
        Figures.Add("coldstart-memory", memory, "MiB", BenchmarkSettings.Engine);
    }

    private static async Task<Installation> MeasuredAsync(BenchmarkStore store, string metric, string conditions)
    {
        var began = TimeProvider.System.GetTimestamp();
        var installation = await StartAsync(store);
        Figures.Add(metric, TimeProvider.System.GetElapsedTime(began).TotalSeconds, "s", conditions);
        return installation;
    }

    private static Task<Installation> StartAsync(BenchmarkStore store) =>
        Installation.StartAsync(store, ("Scheduler__Tick", "true"), ("Scheduler__EmbeddedWorker", "true"));
}
