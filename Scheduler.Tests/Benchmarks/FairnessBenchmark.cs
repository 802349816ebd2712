using System.Globalization;
using NodaTime;
using NUnit.Framework;

namespace Scheduler.Tests.Benchmarks;

/// <summary>
/// Run by hand, see docs/performance.md. One customer has 100,000 runs queued and workers are draining them; then another
/// queues one: how many of the first one's are claimed in between.
/// </summary>
[TestFixture]
[Explicit("a measurement, not a test")]
[Category("Benchmark")]
[Category("fairness")]
[NonParallelizable]
internal sealed class FairnessBenchmark
{
    private const int Samples = 20;

    [TestCase(100_000)]
    public async Task One_run_behind_the_backlog_of_another(int backlog)
    {
        await using var store = await BenchmarkStore.CreateAsync();
        // The first has all the backlog and no cap, so that only fairness stands between it and every slot.
        await Seed.CustomersAsync(store, Samples + 1, "ENTERPRISE");
        await Seed.PipelinesAsync(store, 1, backlog, Installation.Now - Duration.FromMinutes(1));
        await Backlog.SingleRunsAsync(store, Samples, Instant.FromUtc(2999, 1, 1, 0, 0));
        await Seed.SettleAsync(store);
        await using var installation = await Installation.StartAsync(store);
        Figures.Say($"queueing {backlog}");
        await installation.TriggerAsync();
        installation.StartWorkers();
        await UntilCompletedAsync(store, 1_000);

        // When B's run was there for certain. The stores stamp claims by the same machine's clock.
        var queued = new List<double>();
        for (var sample = 1; sample <= Samples; sample++)
        {
            await store.ExecuteAsync(
                $"""
                update customer_pipeline_configs
                set next_run_time = {store.At(Installation.Now - Duration.FromSeconds(1))}
                where config_id = 'single{sample}'
                """
            );
            await installation.TriggerAsync();
            queued.Add(Installation.Now.ToUnixTimeTicks() / 1e7);
            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System);
        }
        await UntilCompletedAsync(store, backlog / 10);

        var left = (await store.NumbersAsync("select count(*) from pipeline_execution_queue where state = 'QUEUED'"))[
            0
        ];
        var overtaken = new List<double>();
        var beyond = new List<double>();
        var waited = new List<double>();
        for (var sample = 1; sample <= Samples; sample++)
        {
            // Claims of one call have one time; those of B's own call were claimed with it, not before.
            var moment = queued[sample - 1].ToString("R", CultureInfo.InvariantCulture);
            var row = await store.NumbersAsync(
                $"""
                select
                  (select count(*) from pipeline_execution_queue a
                    where a.customer_id = '{Seed.Customer(0)}'
                      and a.picked_up_at > b.created_at and a.picked_up_at < b.picked_up_at),
                  (select count(*) from pipeline_execution_queue a
                    where a.customer_id = '{Seed.Customer(0)}'
                      and {store.Seconds("a.picked_up_at")} > {moment} and a.picked_up_at < b.picked_up_at),
                  (select count(*) from pipeline_execution_queue a
                    where a.customer_id = '{Seed.Customer(0)}' and {store.Seconds("a.picked_up_at")} <= {moment}
                      and (a.completed_at is null or {store.Seconds("a.completed_at")} > {moment})),
                  {store.Seconds("b.picked_up_at")} - {store.Seconds("b.created_at")}
                from pipeline_execution_queue b
                where b.config_id = 'single{sample}' and b.picked_up_at is not null
                """
            );
            overtaken.Add(row[0]);
            beyond.Add(row[1] - row[2]);
            waited.Add(row[3] * 1000);
        }
        var leased = BenchmarkSettings.Workers * BenchmarkSettings.Concurrency;
        var conditions = $"{BenchmarkSettings.Conditions}; {left:0} of the backlog left at the end";
        // Since B's trigger call began.
        Figures.Add("fairness-overtaken-p50", Figures.Percentile(overtaken, 0.5), "runs", conditions);
        Figures.Add("fairness-overtaken-max", overtaken.Max(), "runs", $"{leased} slots in all");
        // Since B's run was queued, over what was leased at that moment; one round of two customers allows one of A's.
        Figures.Add("fairness-beyond-leased-max", beyond.Max(), "runs", conditions);
        Figures.Add("fairness-wait-max", waited.Max(), "ms", conditions);
    }

    private static async Task UntilCompletedAsync(BenchmarkStore store, int count)
    {
        var began = TimeProvider.System.GetTimestamp();
        while (
            (await store.NumbersAsync("select count(*) from pipeline_execution_queue where completed_at is not null"))[
                0
            ] < count
        )
        {
            Assert.That(TimeProvider.System.GetElapsedTime(began).TotalMinutes, Is.LessThan(3), "workers drain");
            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System);
        }
    }
}
