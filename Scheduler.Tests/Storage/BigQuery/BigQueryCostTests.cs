using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using NodaTime;
using NodaTime.Extensions;
using NUnit.Framework;
using Scheduler.Api.Audit;
using Scheduler.Api.Hosting;
using Scheduler.Api.Settings;
using Scheduler.Core.Contracts;
using Scheduler.Core.Execution;
using Scheduler.Core.Failpoints;
using Scheduler.Core.Pipelines;
using Scheduler.Core.Queue;
using Scheduler.Core.Scheduling;
using Scheduler.Core.Storage;
using Scheduler.Core.Storage.BigQuery;
using Scheduler.Tests.Execution;
using Scheduler.Tests.Storage.BigQuery.Emulator;
using Scheduler.Tests.Support;

namespace Scheduler.Tests.Storage.BigQuery;

/// <summary>
/// What runs cost in statements that look at a table, the parts of scripts each: a whole API process (its gathering, its duties with their
/// leases) with a flush every five seconds, a trigger every minute, and fifty workers with room for twenty runs each, all on virtual
/// time. Answers take no time here; where they take seconds more is gathered in one script.
/// </summary>
[NonParallelizable]
internal sealed class BigQueryCostTests
{
    private const int Workers = 50;
    private const int RunsOfWorker = 20;
    private const int MostInTenSeconds = 25;

    /// <summary>So many milliseconds in a row without anything to do: what wakes another thread takes a moment to do so.</summary>
    private const int QuietMoments = 3;

    /// <summary>So many milliseconds in all, on a busy machine many times that, until it is given up.</summary>
    private const int MostMoments = 60_000;

    private static readonly TimeSpan Flush = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Step = TimeSpan.FromSeconds(1);
    private static readonly Duration TriggerInterval = Duration.FromMinutes(1);

    /// <summary>Answers take seconds there: leases of minutes cost less and lose nothing.</summary>
    private const int LeaseSeconds = 300;

    private BigQueryDatabase database = null!;
    private VirtualThread thread = null!;
    private FlushedEngine engine = null!;
    private ServiceProvider api = null!;

    [SetUp]
    public async Task OpenStore()
    {
        database = await BigQueryDatabase.CreateAsync();
        engine = new FlushedEngine(database.Engine, Flush);
    }

    [TearDown]
    public async Task CloseStore()
    {
        // Null where the set-up was left: there is no emulator.
        if (database is not null)
        {
            await database.DisposeAsync();
        }
    }

    [Test]
    public void A_thousand_runs_due_at_once_cost_a_quarter_of_a_statement_each()
    {
        const int Runs = 1_000;

        var uses = Run(Runs, apart: Duration.Zero);

        Tell("1,000 runs due at once", uses, Runs);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(uses, Has.Count.LessThanOrEqualTo(Runs / 4));
            Assert.That(Busiest(uses).Most, Is.LessThanOrEqualTo(MostInTenSeconds));
        }
    }

    [Test]
    public void Runs_spread_over_ten_minutes_cost_more_each()
    {
        const int Runs = 100;

        var uses = Run(Runs, apart: Duration.FromSeconds(6));

        Tell("100 runs spread over 10 minutes", uses, Runs);
        Assert.That(Busiest(uses).Most, Is.LessThanOrEqualTo(MostInTenSeconds));
    }

    [Test]
    public async Task One_by_one_a_run_costs_a_multiple()
    {
        const int Runs = 5;
        var harness = new StoreHarness(database.Engine);
        await harness.OnboardAsync("acme");
        await harness.ConfigureAsync("acme");
        harness.AdvanceToNextHour();
        var before = database.Uses().Count();
        for (var run = 0; run < Runs; run++)
        {
            await harness.TriggerAsync();
            var item = (await harness.LeaseAsync()).Single();
            await harness.HeartbeatAsync(item);
            Assert.That(
                (await harness.ReportAsync(item, RunOutcome.Completed)).Status,
                Is.EqualTo(ResultStatus.Accepted)
            );
            harness.AdvanceToNextHour();
        }

        var uses = database.Uses().Skip(before).ToList();

        Tell("One by one", uses, Runs);
        Assert.That(uses.Count / (double)Runs, Is.GreaterThan(9));
    }

    /// <summary>Customers with one pipeline each, written by SQL: onboarding is not what is measured.</summary>
    private async Task SeedAsync(int customers, Instant from, Duration apart)
    {
        var now = database.Literal(Now);
        var first = database.Literal(from);
        await database.ExecuteAsync(
            $"""
            insert into customer_profiles (
              customer_id, company_name, admin_email, tenant_dataset_id, status, subscription_plan, created_at, updated_at
            )
            select
              concat('c', cast(n as string)), 'Company', 'a@example.com', concat('c', cast(n as string)), 'ACTIVE', 'SCALE', {now}, {now}
            from unnest(generate_array(1, {customers})) n;
            insert into customer_subscriptions (
              subscription_id, customer_id, plan_name, status, max_pipelines_per_day, max_concurrent_pipelines,
              subscription_start_date, created_at, updated_at
            )
            select
              concat('s', cast(n as string)), concat('c', cast(n as string)), 'SCALE', 'ACTIVE', 100, 10, date '2026-01-01', {now}, {now}
            from unnest(generate_array(1, {customers})) n;
            insert into customer_pipeline_configs (
              config_id, customer_id, provider, domain, pipeline_template, pipeline_name, is_active, schedule_type, schedule_cron,
              next_run_time, misfire_policy, overlap_policy, dst_policy, created_at, updated_at, created_by
            )
            select
              concat('p', cast(n as string)), concat('c', cast(n as string)), 'SYSTEM', 'TEST', 'probe', 'main', true, 'DAILY', '0 14 * * *',
              timestamp_add({first}, interval cast((n - 1) * {(long)
                apart.TotalMilliseconds} as int64) millisecond), 'run_once', 'allow', 'default',
              {now}, {now}, 'test'
            from unnest(generate_array(1, {customers})) n;
            """
        );
    }

    /// <summary>Lets time pass until every run has ended; the statements from the first trigger with something due on.</summary>
    private List<StatementUse> Run(int runs, Duration apart)
    {
        thread = new VirtualThread();
        try
        {
            database.Dataset.LimitClock = thread.Time;
            api = Process();
            // After the start has been looked at and found empty.
            var due = Now + Duration.FromMinutes(3);
            Await(SeedAsync(runs, due, apart));
            var runner = new TimedRunner(thread.Time, new Random(11));
            using var stop = new CancellationTokenSource();
            var duties = api.GetServices<IHostedService>().ToList();
            duties.ForEach(duty => Await(duty.StartAsync(default)));
            var loops = Enumerable.Range(0, Workers).Select(nth => Worker(nth, runner)).ToList();
            var working = Task.WhenAll(loops.Select(loop => loop.RunAsync(stop.Token)));
            var triggering = TriggerAsync(stop.Token);
            Pass(() => Now >= due);
            var before = database.Uses().Count();

            Pass(() => Completed() >= runs);

            var uses = database.Uses().Skip(before).ToList();
            stop.Cancel();
            Pass(() => working.IsCompleted && triggering.IsCompleted);
            duties.ForEach(duty => Await(duty.StopAsync(default)));
            Await(working);
            loops.ForEach(loop => loop.Dispose());
            Await(api.DisposeAsync().AsTask());
            Assert.That(runner.Runs, Is.EqualTo(runs));
            return uses;
        }
        finally
        {
            thread.Dispose();
        }
    }

    private Instant Now => thread.Time.GetUtcNow().ToInstant();

    private int Completed() =>
        database.Dataset.Tables["scheduled_pipeline_runs"] is var runs
        && runs.Table.Columns.Index().First(column => column.Item.Name == "state").Index is var state
            ? runs.Rows.Count(run => run.Cells[state].StringValue == "COMPLETED")
            : 0;

    private async Task TriggerAsync(CancellationToken stop)
    {
        var trigger = api.GetRequiredService<Trigger>();
        while (!stop.IsCancellationRequested)
        {
            await trigger.RunAsync(new TriggerRequest(), default);
            await Task.Delay(TriggerInterval.ToTimeSpan(), thread.Time, stop)
                .ContinueWith(_ => { }, TaskScheduler.Default);
        }
    }

    private WorkerLoop Worker(int nth, TimedRunner runner) =>
        new(
            new LeaseDeskApi(api.GetRequiredService<LeaseDesk>()),
            runner,
            new WorkerLoopOptions { WorkerId = $"worker-{nth}", Concurrency = RunsOfWorker },
            thread.Time,
            new Random(nth),
            NullLogger.Instance
        );

    private void Await(Task task)
    {
        Pass(() => task.IsCompleted);
        task.GetAwaiter().GetResult();
    }

    /// <summary>Lets time pass in steps, each only when there is nothing left to do at the moment, until the end.</summary>
    private void Pass(Func<bool> isEnd)
    {
        var limit = Now + Duration.FromHours(1);
        for (Settle(); !isEnd(); Settle())
        {
            Assert.That(Now, Is.LessThan(limit), "it does not come to an end");
            thread.Time.Advance(Step);
        }
    }

    private void Settle()
    {
        var moment = TimeSpan.FromMilliseconds(1);
        var moments = 0;
        for (var quiet = 0; quiet < QuietMoments; quiet++)
        {
            Assert.That(moments++, Is.LessThan(MostMoments), "the threads of this process do not come to rest");
            thread.Settle();
            if (thread.WaitForWork(moment) || engine.InFlight > 0 || IsPoolBusy())
            {
                quiet = -1;
            }
        }
    }

    /// <summary>Duties go on in the pool; a thread of it that the machine keeps waiting has not ended its step yet.</summary>
    private static bool IsPoolBusy()
    {
        ThreadPool.GetMaxThreads(out var most, out _);
        ThreadPool.GetAvailableThreads(out var free, out _);
        return ThreadPool.PendingWorkItemCount > 0 || most - free > 1;
    }

    private ServiceProvider Process()
    {
        var options = new ApiOptions
        {
            Tick = false,
            LeaseSeconds = LeaseSeconds,
            QueuePollSeconds = 10,
        };
        var made = new ServiceCollection();
        made.AddSingleton(options);
        made.AddSingleton<ILoggerFactory>(NullLoggerFactory.Instance);
        made.AddSingleton(typeof(ILogger<>), typeof(NullLogger<>));
        made.AddSingleton<TimeProvider>(thread.Time);
        made.AddSingleton<IClock>(thread.Time.ToClock());
        made.AddSingleton<IFailpoints>(new NoFailpoints());
        made.AddScheduling(options);
        made.AddAuditing();
        made.AddDuties(options);
        made.AddSingleton<ISqlEngine>(engine);
        made.AddSingleton(new OperationClock(engine, thread.Time.ToClock()));
        return made.BuildServiceProvider();
    }

    /// <summary>The most statements that one table was touched by within any ten seconds.</summary>
    private static (string Table, int Most) Busiest(IEnumerable<StatementUse> uses) =>
        uses.SelectMany(use => use.Tables.Select(table => (table, use.At)))
            .GroupBy(use => use.table)
            .Select(table =>
            {
                var times = table.Select(use => use.At).Order().ToList();
                return (table.Key, times.Max(end => times.Count(time => time <= end && time > end - Window)));
            })
            .MaxBy(table => table.Item2);

    private static void Tell(string what, List<StatementUse> uses, int runs)
    {
        foreach (
            var use in uses.GroupBy(use => $"{use.Kind} {string.Join(", ", use.Tables)}")
                .OrderByDescending(use => use.Count())
        )
        {
            TestContext.Out.WriteLine($"  {use.Count(), 6} {use.Key}");
        }
        var usd = new BigQueryUse(what, 0, uses.Count, uses.Sum(use => use.BytesBilled)).Usd;
        var (table, most) = Busiest(uses);
        TestContext.Out.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"{what}: {uses.Count} statements, {uses.Count / (double)runs:F3} a run, {usd * 1000 / runs:F4} USD for 1,000 runs, "
                    + $"in {(uses[^1].At - uses[0].At).TotalSeconds:F0} s; at most {most} in 10 s touch one table, {table}."
            )
        );
    }

    /// <summary>The engine with the interval of its settings; knows whether a script is under way.</summary>
    private sealed class FlushedEngine(ISqlEngine inner, TimeSpan flush) : ISqlEngine
    {
        private int inFlight;

        public int InFlight => Volatile.Read(ref inFlight);

        public string Dialect => inner.Dialect;

        public bool WritesConcurrently => inner.WritesConcurrently;

        public bool ReadsAreCharged => inner.ReadsAreCharged;

        public TimeSpan FlushInterval => flush;

        public async Task<IReadOnlyList<T>> RunAsync<T>(
            SqlOperation operation,
            SqlArguments arguments,
            Func<SqlRow, T> map,
            CancellationToken cancellationToken
        )
        {
            Interlocked.Increment(ref inFlight);
            try
            {
                return await inner.RunAsync(operation, arguments, map, cancellationToken);
            }
            finally
            {
                Interlocked.Decrement(ref inFlight);
            }
        }

        public Task MigrateAsync(CancellationToken cancellationToken) => inner.MigrateAsync(cancellationToken);
    }

    /// <summary>Runs that take 1 to 120 s and succeed.</summary>
    private sealed class TimedRunner(TimeProvider time, Random random) : IPipelineRunner
    {
        public int Runs { get; private set; }

        public async Task<PipelineResult> RunAsync(LeaseItem item, CancellationToken cancellationToken)
        {
            Runs++;
            await Task.Delay(TimeSpan.FromSeconds(random.Next(1, 121)), time, cancellationToken);
            return new PipelineResult.Completed { Metrics = new RunMetrics() };
        }
    }
}
