using System.Diagnostics;
using NodaTime;
using NUnit.Framework;

namespace Scheduler.Tests.Benchmarks;

/// <summary>
/// Run by hand, see docs/performance.md. 100,000 occurrences of 10,000 customers are due at one instant, half of them of five; workers
/// drain while the trigger still plans. How long the small customers wait beside what a fair share of the same claims would give them.
/// </summary>
[TestFixture]
[Explicit("a measurement, not a test")]
[Category("Benchmark")]
[Category("storm")]
[NonParallelizable]
internal sealed class StormBenchmark
{
    private const int Huge = 5;
    private const int OfHuge = 10_005;
    private const int Small = 9_995;
    private const int OfSmall = 5;

    [Test]
    public async Task Small_customers_in_a_storm()
    {
        const int All = Huge * OfHuge + Small * OfSmall;
        await using var store = await BenchmarkStore.CreateAsync();
        var due = Installation.Now - Duration.FromMinutes(1);
        await Seed.CustomersAsync(store, Small);
        await Seed.PipelinesAsync(store, Small, OfSmall, due);
        await Seed.CustomersAsync(store, Huge, "ENTERPRISE", Small);
        await Seed.PipelinesAsync(store, Huge, OfHuge, due, Small, Small * OfSmall);
        await Seed.SettleAsync(store);
        await using var installation = await Installation.StartAsync(store);
        installation.StartWorkers();
        Figures.Say($"{All} runs of {Small + Huge} customers are due");

        var began = Stopwatch.GetTimestamp();
        var planning = installation.TriggerAsync();
        using var asking = new CancellationTokenSource();
        var slowest = SlowestAnswerAsync(installation.Http, asking.Token);
        var triggered = await planning;
        var took = Stopwatch.GetElapsedTime(began).TotalSeconds;
        await installation.DrainedAsync(TimeSpan.FromMinutes(5));
        await asking.CancelAsync();

        var rows = await store.RowsAsync(
            $"""
            select cast(substr(customer_id, 9) as integer) - 1000000, {store.Seconds("created_at")},
              {store.Seconds("picked_up_at")}
            from pipeline_execution_queue
            """
        );
        var items = rows.Select(row => ((int)row[0], row[1], row[2])).ToList();
        var fair = FairShare.Waits(items);
        var conditions = $"{BenchmarkSettings.Conditions}; {Huge} customers with {OfHuge} each";
        foreach (var (name, isMine) in Groups)
        {
            var mine = Enumerable.Range(0, items.Count).Where(item => isMine(items[item].Item1)).ToList();
            foreach (var (percentile, share) in new[] { ("p50", 0.5), ("p99", 0.99) })
            {
                var had = Figures.Percentile([.. mine.Select(item => items[item].Item3 - items[item].Item2)], share);
                var right = Figures.Percentile([.. mine.Select(item => fair[item])], share);
                Figures.Add($"storm-{name}-wait-{percentile}", had, "s", conditions);
                Figures.Add($"storm-{name}-wait-over-fair-{percentile}", had / right, "times", "of the same claims");
            }
        }
        Figures.Add("storm-planned", took, "s", conditions);
        Figures.Add("storm-slowest-answer", await slowest, "s", "a customer's list of runs, asked ten times a second");
        Figures.Add("storm-peak-memory", installation.Api.PeakMemoryMiB, "MiB", "the API's process");
        Assert.That(items, Has.Count.EqualTo(All).And.Count.EqualTo(triggered.QueuedCount), "no run is missing");
    }

    private static (string Name, Func<int, bool> IsMine)[] Groups =>
        [("small", customer => customer < Small), ("huge", customer => customer >= Small)];

    private static async Task<double> SlowestAnswerAsync(HttpClient http, CancellationToken cancellationToken)
    {
        var slowest = 0.0;
        while (!cancellationToken.IsCancellationRequested)
        {
            var asked = Stopwatch.GetTimestamp();
            using var answer = await http.GetAsync(
                $"/api/v1/scheduler/customer/{Seed.Customer(Small - 1)}/runs",
                CancellationToken.None
            );
            answer.EnsureSuccessStatusCode();
            slowest = Math.Max(slowest, Stopwatch.GetElapsedTime(asked).TotalSeconds);
            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, CancellationToken.None);
        }
        return slowest;
    }
}
