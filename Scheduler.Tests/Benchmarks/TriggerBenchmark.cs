using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using NUnit.Framework;
using Scheduler.Core.Contracts;
using Scheduler.Core.Failpoints;
using Scheduler.Core.Identifiers;
using Scheduler.Core.Queue;
using Scheduler.Core.Scheduling;
using Scheduler.Core.Storage;
using Scheduler.Tests.Support;

namespace Scheduler.Tests.Benchmarks;

/// <summary>Run by hand, see docs/performance.md. Real clock, real disk, default durability.</summary>
[TestFixture]
[Explicit("a measurement, not a test")]
[Category("Benchmark")]
[NonParallelizable]
internal sealed class TriggerBenchmark
{
    [TestCase(10_000, 10)]
    public async Task Everything_due_at_one_instant(int customers, int pipelinesEach)
    {
        await using var database = await SqliteDatabase.CreateAsync();
        await SeedAsync(database, customers, pipelinesEach);
        var clock = new OperationClock(database.Engine);
        var trigger = new Trigger(
            new ScheduleStore(database.Engine),
            clock,
            new RandomIdSource(),
            new TriggerOptions(),
            new QueueSignal(),
            TimeProvider.System,
            new NoFailpoints(),
            NullLogger<Trigger>.Instance
        );

        var started = Stopwatch.GetTimestamp();
        var response = await trigger.RunAsync(new TriggerRequest(), default);
        var elapsed = Stopwatch.GetElapsedTime(started);

        var peak = Process.GetCurrentProcess().PeakWorkingSet64 / 1024 / 1024;
        Print("schedules due", customers * pipelinesEach);
        Print("customers", customers);
        Print("runs queued", response.QueuedCount);
        Print("seconds until all are claimable", elapsed.TotalSeconds);
        Print("runs per second", response.QueuedCount / elapsed.TotalSeconds);
        Print("peak resident memory of the process, MiB", peak);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(response.QueuedCount, Is.EqualTo(customers * pipelinesEach));
            Assert.That(elapsed.TotalSeconds, Is.LessThan(30));
            Assert.That(peak, Is.LessThan(1024));
        }
    }

    private static Task SeedAsync(SqliteDatabase database, int customers, int pipelinesEach) =>
        database.ExecuteAsync(
            $"""
            begin;
            create temp table n as with recursive n (i) as (select 1 union all select i + 1 from n where i < {customers})
              select i, printf('customer%06d', i) as id from n;
            insert into customer_profiles (customer_id, company_name, admin_email, tenant_dataset_id, status,
              subscription_plan, created_at, updated_at)
              select id, id, 'a@example.com', id, 'ACTIVE', 'ENTERPRISE', 0, 0 from n;
            insert into customer_subscriptions (subscription_id, customer_id, plan_name, status,
              subscription_start_date, created_at, updated_at)
              select 's' || id, id, 'ENTERPRISE', 'ACTIVE', '2020-01-01', 0, 0 from n;
            insert into customer_pipeline_configs (config_id, customer_id, provider, domain, pipeline_template,
              pipeline_name, is_active, schedule_type, schedule_cron, next_run_time, misfire_policy, overlap_policy,
              dst_policy, created_at, updated_at, created_by)
              select lower(hex(randomblob(16))), n.id, 'SYSTEM', 'TEST', 'probe', 'p' || p.value, 1, 'DAILY', '0 2 * * *',
                unixepoch('now', 'start of day') * 1000000, 'run_once', 'queue', 'default', 0, 0, 'seed'
              from n, (select i as value from n where i <= {pipelinesEach}) p;
            commit;
            """
        );

    private static void Print(string what, double value) =>
        TestContext.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{what}\t{value:0.##}"));
}
