using System.Collections.Concurrent;
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
/// Run by hand, see docs/performance.md. An hour and five minutes of a million customers (<see cref="MillionSeed"/>): the full hour, five
/// minutes after it, and an hour of which nothing was planned, made up for. The product's trigger plans and its lease desk gives out
/// and takes back, quota, caps and turns on; callers in this process stand for the workers, whose runs take no time. The clock goes
/// as the real one does and is set forward between the parts.
/// </summary>
[TestFixture]
[Explicit("a measurement, not a test")]
[Category("Benchmark")]
[Category("million")]
[NonParallelizable]
internal sealed class MillionBenchmark
{
    private const int Callers = 4;
    private const int Batch = 500;
    private const int QuietMinutes = 5;
    private const int Looks = 50;
    private const int Singles = 400;
    private const string WhoseProcessor =
        "processor time of this process and the database's; planning included where it goes on beside";

    private static readonly Instant FullHour = Instant.FromUtc(2026, 11, 2, 12, 0);
    private static string Conditions =>
        $"{BenchmarkSettings.Engine}, {BenchmarkSettings.Million} customers, {Environment.ProcessorCount} cores";

    [Test]
    public async Task An_hour_of_a_million_customers()
    {
        await using var store = await BenchmarkStore.CreateAsync();
        var began = Stopwatch.GetTimestamp();
        await MillionSeed.PlantAsync(store, BenchmarkSettings.Million, FullHour);
        Figures.Say($"planted in {Stopwatch.GetElapsedTime(began).TotalSeconds:0} s");
        var engine = new TimedEngine(store.Engine);
        var clock = new FlowingClock(FullHour - Duration.FromMinutes(1));
        var (trigger, desk) = Make(engine, new OperationClock(engine, clock));

        await NothingDueAsync(trigger);

        clock.Set(FullHour);
        var due = await DueAsync(store, FullHour);
        var planned = await PlanAsync(store, trigger, due, "million-hour");
        Report(engine, planned.QueuedCount);
        var left = planned.QueuedCount - await SinglesAsync(desk);
        Report(engine, Singles);
        await DrainAsync(store, desk, Task.CompletedTask, "million-hour", left);
        Report(engine, left);

        var minutes = new List<double>();
        for (var minute = 1; minute <= QuietMinutes; minute++)
        {
            var now = FullHour + Duration.FromMinutes(minute);
            clock.Set(now);
            due = await DueAsync(store, now);
            began = Stopwatch.GetTimestamp();
            planned = await trigger.RunAsync(new TriggerRequest(), default);
            Assert.That(planned.TriggeredCount, Is.EqualTo(due));
            Assert.That(await DrainAsync(store, desk, Task.CompletedTask, null, planned.QueuedCount), Is.Not.Empty);
            minutes.Add(Stopwatch.GetElapsedTime(began).TotalSeconds);
        }
        Figures.Add("million-minute-due", due, "runs", $"{Conditions}, the last of {QuietMinutes} minutes");
        Figures.Add(
            "million-minute-until-ended",
            Figures.Percentile(minutes, 1),
            "s",
            $"the longest of {QuietMinutes}"
        );

        engine.Reset();
        var back = FullHour + Duration.FromMinutes(QuietMinutes + 60);
        clock.Set(back);
        due = await DueAsync(store, back);
        began = Stopwatch.GetTimestamp();
        // Workers do not wait for the trigger to be done.
        var planning = PlanAsync(store, trigger, due, "million-outage");
        await DrainAsync(store, desk, planning, "million-outage", null);
        Figures.Add(
            "million-outage-until-ended",
            Stopwatch.GetElapsedTime(began).TotalSeconds,
            "s",
            $"{Conditions}, after an hour without a trigger, planned and drained at once"
        );
        planned = await planning;
        Report(engine, planned.QueuedCount);

        using var process = Process.GetCurrentProcess();
        Figures.Add(
            "million-peak-memory",
            process.PeakWorkingSet64 / 1048576.0,
            "MiB",
            "this process, the tests' own part of it included"
        );
        await CheckAsync(store, planned);
    }

    private static (Trigger, LeaseDesk) Make(TimedEngine engine, OperationClock clock)
    {
        var signal = new QueueSignal();
        return (
            new Trigger(
                new ScheduleStore(engine),
                clock,
                new RandomIdSource(),
                new TriggerOptions(),
                signal,
                TimeProvider.System,
                new NoFailpoints(),
                NullLogger<Trigger>.Instance
            ),
            new LeaseDesk(
                new QueueStore(engine, clock),
                new RandomIdSource(),
                new LeaseOptions(),
                signal,
                TimeProvider.System,
                new Random(1),
                NullLogger<LeaseDesk>.Instance
            )
        );
    }

    /// <summary>What the API does every ten seconds.</summary>
    private static async Task NothingDueAsync(Trigger trigger)
    {
        var times = new List<double>();
        for (var look = 0; look < Looks; look++)
        {
            var started = Stopwatch.GetTimestamp();
            Assert.That((await trigger.RunAsync(new TriggerRequest(), default)).TriggeredCount, Is.Zero);
            times.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
        }
        Figures.Add("million-nothing-due-p50", Figures.Percentile(times, 0.5), "ms", Conditions);
    }

    private static async Task<TriggerResponse> PlanAsync(BenchmarkStore store, Trigger trigger, double due, string name)
    {
        Figures.Say($"{name}: {due} are due");
        var processor = Processor(store);
        var started = Stopwatch.GetTimestamp();
        var planned = await trigger.RunAsync(
            new TriggerRequest { BatchSize = BenchmarkSettings.TriggerBatch, MaxProcessingTimeSeconds = 3600 },
            default
        );
        var took = Stopwatch.GetElapsedTime(started).TotalSeconds;
        Figures.Add($"{name}-due", due, "runs", Conditions);
        Figures.Add($"{name}-until-planned", took, "s", Conditions);
        Figures.Add($"{name}-planned", due / took, "runs/s", $"batches of {BenchmarkSettings.TriggerBatch}");
        if (name == "million-hour")
        {
            // Nothing else runs meanwhile: on a busy machine this says more than the time.
            Figures.Add($"{name}-planned-cpu", (Processor(store) - processor) / due * 1e6, "us/run", WhoseProcessor);
        }
        Assert.That(planned.TriggeredCount, Is.EqualTo(due), "each once");
        return planned;
    }

    /// <summary>Claims of one item, with all of the hour's backlog there.</summary>
    private static async Task<int> SinglesAsync(LeaseDesk desk)
    {
        var times = new List<double>();
        var ended = 0;
        for (var claim = 0; claim < Singles; claim++)
        {
            var started = Stopwatch.GetTimestamp();
            var items = await desk.LeaseAsync("worker", 1, Duration.Zero, default);
            times.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
            Assert.That(items, Has.Count.EqualTo(1));
            ended += await EndAsync(desk, items);
        }
        Figures.Add("million-claim-one-p50", Figures.Percentile(times, 0.5), "ms", Conditions);
        Figures.Add("million-claim-one-p99", Figures.Percentile(times, 0.99), "ms", Conditions);
        return ended;
    }

    /// <summary>Claims and ends all that there is, until nothing comes any more.</summary>
    /// <param name="name">Of the figures; null for none.</param>
    /// <param name="expected">How many there are; null where they are still being planned.</param>
    /// <returns>What each claim took, in milliseconds.</returns>
    private static async Task<List<double>> DrainAsync(
        BenchmarkStore store,
        LeaseDesk desk,
        Task planning,
        string? name,
        int? expected
    )
    {
        var times = new ConcurrentBag<double>();
        var ended = 0;
        var processor = Processor(store);
        var started = Stopwatch.GetTimestamp();
        await Task.WhenAll(
            Enumerable.Range(0, Callers).Select(caller => Task.Run(() => CallAsync($"worker-{caller}")))
        );
        var took = Stopwatch.GetElapsedTime(started).TotalSeconds;
        if (expected is { } all)
        {
            Assert.That(ended, Is.EqualTo(all));
        }
        var claims = times.ToList();
        if (name is not null)
        {
            var conditions = $"{Conditions}, {Callers} callers, {claims.Count} claims of at most {Batch}";
            Figures.Add($"{name}-drained", ended / took, "runs/s", conditions);
            Figures.Add($"{name}-until-drained", took, "s", conditions);
            Figures.Add($"{name}-drained-cpu", (Processor(store) - processor) / ended * 1e6, "us/run", WhoseProcessor);
            Figures.Add($"{name}-claim-p50", Figures.Percentile(claims, 0.5), "ms", conditions);
            Figures.Add($"{name}-claim-p99", Figures.Percentile(claims, 0.99), "ms", conditions);
        }
        return claims;

        async Task CallAsync(string worker)
        {
            while (true)
            {
                var isLast = planning.IsCompleted;
                var called = Stopwatch.GetTimestamp();
                var items = await desk.LeaseAsync(worker, Batch, Duration.Zero, default);
                if (items.Count > 0)
                {
                    times.Add(Stopwatch.GetElapsedTime(called).TotalMilliseconds);
                    Interlocked.Add(ref ended, await EndAsync(desk, items));
                }
                else if (isLast && (expected is null || Volatile.Read(ref ended) == expected))
                {
                    return;
                }
                else
                {
                    // What is left waits for a place under its customer's cap.
                    await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System);
                }
            }
        }
    }

    private static async Task<int> EndAsync(LeaseDesk desk, IReadOnlyList<LeaseItem> items)
    {
        var answer = await desk.ReportAsync(
            new ResultsRequest
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
            },
            default
        );
        return answer.Results.Count(result => result.Status == ResultStatus.Accepted);
    }

    private static async Task<double> DueAsync(BenchmarkStore store, Instant now) =>
        (
            await store.NumbersAsync(
                $"select count(*) from customer_pipeline_configs where next_run_time <= {store.At(now)}"
            )
        )[0];

    /// <summary>Every run ended, none was made twice, and the limits held.</summary>
    private static async Task CheckAsync(BenchmarkStore store, TriggerResponse planned)
    {
        var row = await store.NumbersAsync(
            """
            select
              (select count(*) from pipeline_execution_queue where state in ('QUEUED', 'PROCESSING')),
              (select count(*) from (select 1 from scheduled_pipeline_runs group by config_id, scheduled_time having count(*) > 1) d),
              (select count(*) from scheduled_pipeline_runs where state = 'SKIPPED'),
              (select count(*) from scheduled_pipeline_runs r join customer_subscriptions s on s.customer_id = r.customer_id
                where s.max_pipelines_per_day = 1 and r.state = 'SKIPPED')
            """
        );
        using (Assert.EnterMultipleScope())
        {
            Assert.That(row[0], Is.Zero, "nothing is left");
            Assert.That(row[1], Is.Zero, "none was made twice");
            Assert.That(row[2], Is.Positive.And.EqualTo(row[3]), "quotas skipped whom they should");
            Assert.That(planned.SkippedCount, Is.Positive);
        }
    }

    private static double Processor(BenchmarkStore store) =>
        Environment.CpuUsage.TotalTime.TotalSeconds + (store.CpuSeconds ?? 0);

    private static void Report(TimedEngine engine, int runs)
    {
        foreach (var (operation, calls, took) in engine.Operations)
        {
            Figures.Say($"{operation}: {took.TotalMicroseconds / runs:0.0} us a run, {calls} calls");
        }
        engine.Reset();
    }
}
