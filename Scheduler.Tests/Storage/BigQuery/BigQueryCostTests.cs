using NodaTime;
using NUnit.Framework;
using Scheduler.Core.Contracts;
using Scheduler.Core.Queue;
using Scheduler.Core.Storage.BigQuery;
using Scheduler.Tests.Support;

namespace Scheduler.Tests.Storage.BigQuery;

/// <summary>
/// What runs cost in statements that look at a table: the parts of scripts, heartbeats, reaper and trigger counted. Fifty workers with
/// room for twenty runs each; what they send within a flush of five seconds travels together, as the group commit has it.
/// </summary>
[NonParallelizable]
internal sealed class BigQueryCostTests
{
    private const int Workers = 50;
    private const int RunsOfWorker = 20;
    private const int MostDmlInTenSeconds = 25;

    private static readonly Duration Flush = Duration.FromSeconds(5);

    // How often the duties of the API come round.
    private static readonly Duration Release = Duration.FromSeconds(30);
    private static readonly Duration Sweep = Duration.FromMinutes(5);

    private BigQueryDatabase database = null!;
    private StoreHarness harness = null!;

    [SetUp]
    public async Task OpenStore()
    {
        database = await BigQueryDatabase.CreateAsync();
        // Answers take seconds here: leases of minutes cost less and lose nothing.
        harness = new StoreHarness(database.Engine, new LeaseOptions { Lease = Duration.FromMinutes(5) });
        database.Dataset.LimitClock = harness.Time;
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
    public async Task A_thousand_runs_due_at_once_cost_a_quarter_of_a_statement_each()
    {
        const int Runs = 1_000;
        await SeedAsync(Runs, apart: Duration.Zero);

        var cost = await RunAsync(Runs);

        Tell("1,000 runs due at once", cost, Runs);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(cost.Statements, Is.LessThanOrEqualTo(Runs / 4));
            Assert.That(database.Dataset.BusiestWindow.Values, Is.All.LessThanOrEqualTo(MostDmlInTenSeconds));
        }
    }

    [Test]
    public async Task Runs_spread_over_ten_minutes_cost_more_each()
    {
        const int Runs = 100;
        await SeedAsync(Runs, apart: Duration.FromSeconds(6));

        var cost = await RunAsync(Runs);

        Tell("100 runs spread over 10 minutes", cost, Runs);
        Assert.That(database.Dataset.BusiestWindow.Values, Is.All.LessThanOrEqualTo(MostDmlInTenSeconds));
    }

    /// <summary>Customers with one pipeline each, written by SQL: onboarding is not what is measured.</summary>
    private async Task SeedAsync(int customers, Duration apart)
    {
        var now = database.Literal(harness.Now);
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
              concat('p', cast(n as string)), concat('c', cast(n as string)), 'SYSTEM', 'TEST', 'probe', 'main', true, 'DAILY', '0 10 * * *',
              timestamp_add({now}, interval cast(n * {(long)
                apart.TotalMilliseconds} as int64) millisecond), 'run_once', 'allow', 'default',
              {now}, {now}, 'test'
            from unnest(generate_array(1, {customers})) n;
            """
        );
    }

    /// <summary>Lets time pass in flushes until every run has ended.</summary>
    private async Task<Cost> RunAsync(int runs)
    {
        var random = new Random(11);
        var running = new List<(LeaseItem Item, Instant Ends, Instant Beats)>();
        var before = database.Uses().ToList();
        var (done, triggered) = (0, Instant.MinValue);
        var (reaped, released, swept) = (harness.Now, harness.Now, harness.Now);
        var started = harness.Now;
        while (done < runs)
        {
            if (harness.Now - triggered >= Duration.FromMinutes(1))
            {
                await harness.TriggerAsync();
                triggered = harness.Now;
            }
            var ended = running.Where(run => run.Ends <= harness.Now).ToList();
            if (ended.Count > 0)
            {
                running.RemoveAll(run => run.Ends <= harness.Now);
                var receipts = await harness.ReportAsync([.. ended.Select(run => run.Item)], RunOutcome.Completed);
                Assert.That(receipts.Select(receipt => receipt.Status), Is.All.EqualTo(ResultStatus.Accepted));
                done += ended.Count;
            }
            var beats = running.Where(run => run.Beats <= harness.Now).ToList();
            if (beats.Count > 0)
            {
                await harness.Desk.HeartbeatAsync(
                    new HeartbeatRequest
                    {
                        WorkerId = "worker-1",
                        Leases =
                        [
                            .. beats.Select(run => new LeaseReference
                            {
                                QueueId = run.Item.QueueId,
                                LeaseToken = run.Item.LeaseToken,
                            }),
                        ],
                    },
                    default
                );
                running = [.. running.Select(run => run.Beats <= harness.Now ? run with { Beats = Next() } : run)];
            }
            if (await harness.Queue.NextVisibleAsync(default) is { } visible && visible <= harness.Now)
            {
                var free = Workers * RunsOfWorker - running.Count;
                foreach (var item in await harness.LeaseAsync(Math.Min(free, 1_000)))
                {
                    running.Add((item, harness.Now + Duration.FromSeconds(random.Next(1, 121)), Next()));
                }
            }
            if (harness.Now - reaped >= harness.Leases.Lease / 3)
            {
                await harness.Reaper.ReapAsync(default);
                reaped = harness.Now;
            }
            if (harness.Now - released >= Release)
            {
                await harness.Reaper.ReleaseAsync(default);
                released = harness.Now;
            }
            if (harness.Now - swept >= Sweep)
            {
                await harness.Reaper.SkipOverdueAsync(default);
                swept = harness.Now;
            }
            harness.Advance(Flush);
        }
        foreach (var use in database.Engine.Meter.Uses)
        {
            TestContext.Out.WriteLine($"  {use.Operation, -40} {use.Jobs, 6} jobs {use.Statements, 6} statements");
        }
        var uses = database.Uses().Skip(before.Count).ToList();
        return new Cost(uses.Count, uses.Sum(use => use.BytesBilled), harness.Now - started);

        Instant Next() => harness.Now + harness.Leases.Lease / 3;
    }

    private static void Tell(string what, Cost cost, int runs)
    {
        var usd = new BigQueryUse(what, 0, cost.Statements, cost.Bytes).Usd;
        TestContext.Out.WriteLine(
            $"{what}: {cost.Statements} statements, {cost.Statements / (double)runs:F3} a run, {usd * 1000 / runs:F4} USD for 1,000 runs, "
                + $"in {cost.Time.TotalSeconds:F0} s. One by one, a run takes 9 statements."
        );
    }

    private sealed record Cost(int Statements, long Bytes, Duration Time);
}
