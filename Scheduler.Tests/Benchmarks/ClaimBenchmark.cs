using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using NodaTime;
using NUnit.Framework;
using Scheduler.Core.Identifiers;
using Scheduler.Core.Queue;
using Scheduler.Core.Storage;
using Scheduler.Tests.Support;

namespace Scheduler.Tests.Benchmarks;

/// <summary>Run by hand, see docs/performance.md. Whether a claim costs more when more is queued, or parked, or finished.</summary>
[TestFixture]
[Explicit("a measurement, not a test")]
[Category("Benchmark")]
[NonParallelizable]
internal sealed class ClaimBenchmark
{
    private const int Claims = 300;

    [TestCase(1_000, 0, 0)]
    [TestCase(100_000, 0, 0)]
    [TestCase(1_000, 100_000, 0)]
    [TestCase(1_000, 0, 300_000)]
    public async Task Claims_of_one_item(int visible, int later, int finished)
    {
        await using var database = await SqliteDatabase.CreateAsync();
        await SeedAsync(database, visible, later, finished);
        var desk = new LeaseDesk(
            new QueueStore(database.Engine, new OperationClock(database.Engine)),
            new RandomIdSource(),
            new LeaseOptions(),
            new QueueSignal(),
            TimeProvider.System,
            new Random(1),
            NullLogger<LeaseDesk>.Instance
        );
        var times = new List<double>();
        for (var claim = 0; claim < Claims; claim++)
        {
            var started = Stopwatch.GetTimestamp();
            var items = await desk.LeaseAsync("worker", 1, Duration.Zero, default);
            times.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
            Assert.That(items, Has.Count.EqualTo(1));
        }
        times.Sort();
        TestContext.Out.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"claimable {visible}, not yet visible {later}, finished {finished}\tp50 {times[Claims / 2]:0.00} ms\tp99 {times[Claims * 99 / 100]:0.00} ms"
            )
        );
    }

    /// <summary>Everything in the queue is one customer's, the worst case within a customer, besides ten others with a little.</summary>
    private static Task SeedAsync(SqliteDatabase database, int visible, int later, int finished) =>
        database.ExecuteAsync(
            $"""
            begin;
            create temp table c as with recursive n (i) as (select 0 union all select i + 1 from n where i < 10)
              select i, printf('customer%02d', i) as id from n;
            insert into customer_profiles (customer_id, company_name, admin_email, tenant_dataset_id, status,
              subscription_plan, created_at, updated_at)
              select id, id, 'a@example.com', id, 'ACTIVE', 'ENTERPRISE', 0, 0 from c;
            insert into customer_subscriptions (subscription_id, customer_id, plan_name, status,
              subscription_start_date, created_at, updated_at)
              select 's' || id, id, 'ENTERPRISE', 'ACTIVE', '2020-01-01', 0, 0 from c;
            insert into customer_pipeline_configs (config_id, customer_id, provider, domain, pipeline_template,
              pipeline_name, is_active, schedule_type, schedule_cron, misfire_policy, overlap_policy,
              dst_policy, created_at, updated_at, created_by)
              select 'config' || id, id, 'SYSTEM', 'TEST', 'probe', 'p', 1, 'DAILY', '0 2 * * *', 'run_once', 'allow',
                'default', 0, 0, 'seed' from c;
            create temp table q as with recursive n (i) as (
                select 1 union all select i + 1 from n where i < {visible + later + finished}
              )
              select printf('%08d', i) as id, i,
                case when i <= {visible} then printf('customer%02d', case when i % 10 = 0 then i / 10 % 10 else 0 end)
                  else 'customer00' end as customer,
                unixepoch('now') * 1000000 - 1000000 * (i % 3000)
                  + case when i > {visible} and i <= {visible + later} then 86400000000 else 0 end as at,
                i > {visible + later} as is_finished
              from n;
            insert into scheduled_pipeline_runs (run_id, config_id, customer_id, pipeline_template, scheduled_time,
              data_interval_start, data_interval_end, state, triggered_by, lane, idempotency_key, priority, created_at, updated_at)
              select 'r' || id, 'config' || customer, customer, 'probe', at, at, at,
                case when is_finished then 'COMPLETED' else 'PENDING' end, 'cloud_scheduler', 'schedule', id, 5, at, at from q;
            insert into pipeline_execution_queue (queue_id, run_id, customer_id, pipeline_template, priority, state,
              scheduled_time, visible_at, created_at, config_id, completed_at)
              select 'q' || id, 'r' || id, customer, 'probe', 1 + i % 10, case when is_finished then 'COMPLETED' else 'QUEUED' end,
                at, at, at, 'config' || customer, case when is_finished then at end from q;
            insert into scheduler_fair_shares (customer_id, ready, ready_at) select id, 1, 0 from c;
            commit;
            """
        );
}
