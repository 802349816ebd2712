using System.Diagnostics;
using NodaTime;
using NUnit.Framework;

namespace Scheduler.Tests.Benchmarks;

/// <summary>
/// Run by hand, see docs/performance.md. One live occurrence at a time at random distances, from the trigger's call to the handler's
/// start, with and without a backfill of 10,000 runs under way: turn and turn about, so that the machine's moods fall on both.
/// </summary>
[TestFixture]
[Explicit("a measurement, not a test")]
[Category("Benchmark")]
[Category("backfill")]
[NonParallelizable]
internal sealed class BackfillBenchmark
{
    private const int Customers = 100;
    private const int Rounds = 10;
    private const int EachRound = 100;
    private const int WarmUp = 50;
    private const int Occurrences = 10_000;
    private const int AtOnce = 8;

    [Test]
    public async Task Live_starts_beside_a_backfill()
    {
        var random = new Random(1);
        await using var store = await BenchmarkStore.CreateAsync();
        await Seed.CustomersAsync(store, Customers, "ENTERPRISE");
        var each = (WarmUp + 2 * Rounds * EachRound) / Customers + 1;
        await Seed.PipelinesAsync(store, Customers, each, Instant.FromUtc(2999, 1, 1, 0, 0));
        var backfilled = Seed.Config(Customers * each - 1);
        await store.ExecuteAsync(
            $$"""
            update customer_pipeline_configs
            set schedule_cron = '* * * * *', schedule_type = 'CUSTOM', parameters = '{"duration_ms":50}'
            where config_id = '{{backfilled}}'
            """
        );
        await Seed.SettleAsync(store);
        await using var installation = await Installation.StartAsync(store);
        using var host = LatencyBenchmark.Worker(installation, out var runner);
        await host.StartAsync();
        var next = 0;
        for (var sample = 0; sample < WarmUp; sample++)
        {
            await SampleAsync();
        }
        var id = await StartAsync();
        await PauseAsync(isPaused: true);
        var (without, with) = (new List<double>(), new List<double>());
        for (var round = 0; round < Rounds; round++)
        {
            await MeasureAsync(without);
            await PauseAsync(isPaused: false);
            await MeasureAsync(with);
            await PauseAsync(isPaused: true);
            // What it had open runs to its end.
            await Task.Delay(TimeSpan.FromSeconds(1), TimeProvider.System);
            Figures.Say($"round {round + 1} of {Rounds}");
        }
        var done = (
            await store.NumbersAsync("select count(*) from scheduled_pipeline_runs where triggered_by = 'backfill'")
        )[0];
        await host.StopAsync();
        var conditions =
            $"{BenchmarkSettings.Engine}, {Rounds * EachRound} samples each, {AtOnce} of the backfill at once, {done:0} of its runs made";
        foreach (var (name, share) in new[] { ("p50", 0.5), ("p99", 0.99) })
        {
            var (alone, beside) = (Figures.Percentile(without, share), Figures.Percentile(with, share));
            Figures.Add($"live-{name}-alone", alone, "ms", conditions);
            Figures.Add($"live-{name}-beside-backfill", beside, "ms", conditions);
            Figures.Add($"live-{name}-ratio", beside / alone, "", conditions);
        }

        async Task MeasureAsync(List<double> times)
        {
            for (var sample = 0; sample < EachRound; sample++)
            {
                times.Add(await SampleAsync());
            }
        }

        async Task<double> SampleAsync()
        {
            await Task.Delay(TimeSpan.FromMilliseconds(20 + random.Next(80)), TimeProvider.System);
            var config = Seed.Config(next++);
            await store.ExecuteAsync(
                $"""
                update customer_pipeline_configs set next_run_time = {store.At(
                    Installation.Now - Duration.FromSeconds(1)
                )}
                where config_id = '{config}'
                """
            );
            var called = Stopwatch.GetTimestamp();
            var triggering = installation.TriggerAsync();
            var started = await runner.Starts.ReadAsync();
            await triggering;
            return Stopwatch.GetElapsedTime(called, started).TotalMilliseconds;
        }

        async Task<string> StartAsync()
        {
            var to = Instant.FromUtc(2026, 1, 10, 0, 0);
            var answer = await installation.PostAsync(
                $"customer/{Seed.Customer(Customers - 1)}/pipelines/{backfilled}/backfills",
                new
                {
                    from = (to - Duration.FromMinutes(Occurrences)).ToString(),
                    to = to.ToString(),
                    max_concurrent = AtOnce,
                }
            );
            return answer.GetProperty("backfill_id").GetString()!;
        }

        Task PauseAsync(bool isPaused) =>
            installation.PostAsync(
                $"customer/{Seed.Customer(Customers - 1)}/backfills/{id}/{(isPaused ? "pause" : "resume")}",
                body: null
            );
    }
}
