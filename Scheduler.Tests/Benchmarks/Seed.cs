using NodaTime;

namespace Scheduler.Tests.Benchmarks;

/// <summary>Statements that put customers and pipelines into a store, in SQL that SQLite and PostgreSQL share.</summary>
internal static class Seed
{
    /// <summary>About 150 bytes of parameters, so that a run carries a payload like other libraries' jobs do.</summary>
    private const string Payload =
        """{"duration_ms":0,"message":"a probe that does nothing; its parameters have the size of an ordinary job and its payload, some two hundred bytes in all of a run"}""";

    /// <summary>The name of the nth customer, from 0.</summary>
    public static string Customer(int nth) => $"customer{1_000_000 + nth}";

    /// <summary>Active customers with a current subscription.</summary>
    /// <param name="first">The number of the first of them.</param>
    public static Task CustomersAsync(BenchmarkStore store, int count, string plan = "SCALE", int first = 0)
    {
        // The limits of the plan, as onboarding writes them.
        var (daily, monthly, concurrent) = plan == "SCALE" ? ("100", "3000", "10") : ("null", "null", "null");
        var then = store.At(Instant.FromUtc(2020, 1, 1, 0, 0));
        return store.ExecuteAsync(
            $"""
            begin;
            create temp table n as with recursive m (i) as (
                select {first} union all select i + 1 from m where i < {first + count - 1}
              )
              select i, 'customer' || (1000000 + i) as id from m;
            insert into customer_profiles (customer_id, company_name, admin_email, tenant_dataset_id, status,
              subscription_plan, created_at, updated_at)
              select id, id, 'a@example.com', id, 'ACTIVE', '{plan}', {then}, {then} from n;
            insert into customer_subscriptions (subscription_id, customer_id, plan_name, status, max_pipelines_per_day,
              max_pipelines_per_month, max_concurrent_pipelines, subscription_start_date, created_at, updated_at)
              select 's' || id, id, '{plan}', 'ACTIVE', {daily}, {monthly}, {concurrent}, '2020-01-01', {then}, {then} from n;
            drop table n;
            commit;
            """
        );
    }

    /// <summary>The same number of daily probes for each of some customers.</summary>
    /// <param name="first">The number of the first customer.</param>
    /// <param name="firstPipeline">The number of the first pipeline.</param>
    public static Task PipelinesAsync(
        BenchmarkStore store,
        int customers,
        int each,
        Instant nextRunTime,
        int first = 0,
        int firstPipeline = 0
    )
    {
        var then = store.At(Instant.FromUtc(2020, 1, 1, 0, 0));
        return store.ExecuteAsync(
            $"""
            begin;
            create temp table n as with recursive m (i) as (
                select 0 union all select i + 1 from m where i < {customers * each - 1}
              )
              select i, 'customer' || ({1_000_000
                + first} + i % {customers}) as customer, i / {customers} as nth from m;
            insert into customer_pipeline_configs (config_id, customer_id, provider, domain, pipeline_template,
              pipeline_name, parameters, is_active, schedule_type, schedule_cron, next_run_time, misfire_policy,
              overlap_policy, dst_policy, created_at, updated_at, created_by)
              select 'config' || ({10_000_000
                + firstPipeline} + i), customer, 'SYSTEM', 'TEST', 'probe', 'p' || nth, '{Payload}', true,
                'DAILY', '0 2 * * *', {store.At(nextRunTime)}, 'run_once', 'queue', 'default', {then}, {then}, 'seed'
              from n;
            drop table n;
            commit;
            """
        );
    }

    /// <summary>The id of the nth pipeline, from 0.</summary>
    public static string Config(int nth) => $"config{10_000_000 + nth}";

    /// <summary>Statistics, as a database that has run for a while has them: PostgreSQL makes them by itself, SQLite never does.</summary>
    public static Task AnalyseAsync(BenchmarkStore store) =>
        BenchmarkSettings.IsPostgres ? store.ExecuteAsync("analyze") : Task.CompletedTask;
}
