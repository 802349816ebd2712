using System.Diagnostics;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using NodaTime;
using NUnit.Framework;
using Scheduler.Core.Pipelines;
using Scheduler.Worker;

namespace Scheduler.Tests.Benchmarks;

/// <summary>
/// Run by hand, see docs/performance.md. An idle system, one occurrence at a time at random distances: from the trigger's call
/// to the handler's start in the worker, which polls over HTTP. The worker's host is in this process, so that both ends are read
/// from one clock.
/// </summary>
[TestFixture]
[Explicit("a measurement, not a test")]
[Category("Benchmark")]
[Category("latency")]
[NonParallelizable]
internal sealed class LatencyBenchmark
{
    private const int Customers = 100;
    private const int WarmUp = 20;

    [Test]
    public async Task From_the_trigger_to_the_start()
    {
        var (singles, samples) = (BenchmarkSettings.Singles, BenchmarkSettings.Latencies);
        var random = new Random(1);
        await using var store = await BenchmarkStore.CreateAsync();
        await Seed.CustomersAsync(store, Customers);
        var each = (singles + samples + 2 * WarmUp) / Customers + 1;
        await Seed.PipelinesAsync(store, Customers, each, Instant.FromUtc(2999, 1, 1, 0, 0));
        await Seed.SettleAsync(store);
        await using var installation = await Installation.StartAsync(store);

        var next = 0;
        var queueing = TimeSpan.Zero;
        for (var sample = 0; sample < singles + WarmUp; sample++)
        {
            await MakeDueAsync(store, next++);
            var called = Stopwatch.GetTimestamp();
            await installation.TriggerAsync();
            queueing += sample < WarmUp ? TimeSpan.Zero : Stopwatch.GetElapsedTime(called);
        }
        Figures.Add("enqueue-single", singles / queueing.TotalSeconds, "jobs/s", "one due pipeline a trigger call");

        using var host = Worker(installation, out var runner);
        await host.StartAsync();
        for (var queued = 0; queued < singles + WarmUp; queued++)
        {
            await runner.Starts.ReadAsync();
        }
        await installation.DrainedAsync(TimeSpan.FromMinutes(2));

        var times = new List<double>();
        for (var sample = 0; sample < samples + WarmUp; sample++)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(50 + random.Next(200)), TimeProvider.System);
            await MakeDueAsync(store, next++);
            var called = Stopwatch.GetTimestamp();
            var triggering = installation.TriggerAsync();
            var started = await runner.Starts.ReadAsync();
            await triggering;
            if (sample >= WarmUp)
            {
                times.Add(Stopwatch.GetElapsedTime(called, started).TotalMilliseconds);
            }
        }
        await host.StopAsync();
        var conditions = $"{samples} samples, {BenchmarkSettings.Engine}, one worker";
        Figures.Add("latency-p50", Figures.Percentile(times, 0.5), "ms", conditions);
        Figures.Add("latency-p99", Figures.Percentile(times, 0.99), "ms", conditions);
    }

    private static Task MakeDueAsync(BenchmarkStore store, int nth) =>
        store.ExecuteAsync(
            $"""
            update customer_pipeline_configs set next_run_time = {store.At(Installation.Now - Duration.FromSeconds(1))}
            where config_id = '{Seed.Config(nth)}'
            """
        );

    /// <summary>A worker in this process, whose starts can be read.</summary>
    internal static IHost Worker(Installation installation, out TimedRunner runner)
    {
        var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Configuration.AddInMemoryCollection(
            installation
                .WorkerSettings(1)
                .Select(setting =>
                    KeyValuePair.Create(
                        setting.Name.Replace("__", ":", StringComparison.Ordinal),
                        (string?)setting.Value
                    )
                )
        );
        builder.AddWorker();
        builder.Services.AddPipelines(builder.Configuration, builder.Environment);
        builder.Services.AddSingleton<PipelineRunner>();
        builder.Services.AddSingleton<TimedRunner>(services => new TimedRunner(
            services.GetRequiredService<PipelineRunner>()
        ));
        builder.Services.AddSingleton<IPipelineRunner>(services => services.GetRequiredService<TimedRunner>());
        var host = builder.Build();
        runner = host.Services.GetRequiredService<TimedRunner>();
        return host;
    }
}
