using NodaTime;

namespace Scheduler.Tests.Benchmarks;

/// <summary>Queues that are there already, put in behind the stores' back.</summary>
internal static class Backlog
{
    /// <summary>A pipeline <c>single1</c>, <c>single2</c>, … for each customer but the first.</summary>
    public static Task SingleRunsAsync(BenchmarkStore store, int count, Instant nextRunTime)
    {
        var then = store.At(Instant.FromUtc(2020, 1, 1, 0, 0));
        return store.ExecuteAsync(
            $"""
            insert into customer_pipeline_configs (config_id, customer_id, provider, domain, pipeline_template,
              pipeline_name, is_active, schedule_type, schedule_cron, next_run_time, misfire_policy,
              overlap_policy, dst_policy, created_at, updated_at, created_by)
              with recursive m (i) as (select 1 union all select i + 1 from m where i < {count})
              select 'single' || i, 'customer' || (1000000 + i), 'SYSTEM', 'TEST', 'probe', 'single', true,
                'DAILY', '0 2 * * *', {store.At(nextRunTime)}, 'run_once', 'queue', 'default', {then}, {then}, 'seed'
              from m
            """
        );
    }

    /// <summary>
    /// Queued runs of eleven customers without caps, nearly all of the first: visible ones, some that become visible tomorrow,
    /// and finished ones.
    /// </summary>
    /// <param name="capped">Visible runs, older than all others, of a twelfth customer that has as much running as it may.</param>
    public static async Task QueueAsync(BenchmarkStore store, int visible, int later, int finished, int capped)
    {
        await Seed.CustomersAsync(store, 11, "ENTERPRISE");
        await Seed.PipelinesAsync(store, 11, 1, Instant.FromUtc(2999, 1, 1, 0, 0));
        await InsertAsync(store, "q", visible, "'QUEUED'", store.SecondsAgo("i % 3000"), spread: true);
        await InsertAsync(store, "l", later, "'QUEUED'", store.SecondsAgo("-86400"), spread: false);
        await InsertAsync(store, "f", finished, "'COMPLETED'", store.SecondsAgo("i % 3000"), spread: false);
        if (capped > 0)
        {
            await CappedAsync(store, capped);
        }
        await store.ExecuteAsync(
            $"insert into scheduler_fair_shares (customer_id, ready, ready_at) select customer_id, true, {store.SecondsAgo("0")} from customer_profiles"
        );
        await Seed.SettleAsync(store);
    }

    private static async Task InsertAsync(
        BenchmarkStore store,
        string prefix,
        int count,
        string state,
        string at,
        bool spread
    )
    {
        if (count == 0)
        {
            return;
        }
        var nth = spread ? "case when i % 10 = 0 then i / 10 % 10 else 0 end" : "0";
        await RowsAsync(store, prefix, count, state, at, nth);
    }

    /// <summary>A customer on SCALE with ten live leases in front of its queue.</summary>
    private static async Task CappedAsync(BenchmarkStore store, int count)
    {
        var then = store.At(Instant.FromUtc(2020, 1, 1, 0, 0));
        await store.ExecuteAsync(
            $"""
            insert into customer_profiles (customer_id, company_name, admin_email, tenant_dataset_id, status,
              subscription_plan, created_at, updated_at)
              values ('{Seed.Customer(11)}', 'c', 'a@example.com', 'c', 'ACTIVE', 'SCALE', {then}, {then});
            insert into customer_subscriptions (subscription_id, customer_id, plan_name, status, max_concurrent_pipelines,
              subscription_start_date, created_at, updated_at)
              values ('capped', '{Seed.Customer(11)}', 'SCALE', 'ACTIVE', 10, '2020-01-01', {then}, {then});
            insert into customer_pipeline_configs (config_id, customer_id, provider, domain, pipeline_template,
              pipeline_name, is_active, schedule_type, schedule_cron, misfire_policy, overlap_policy, dst_policy, created_at,
              updated_at, created_by)
              values ('{Seed.Config(11)}', '{Seed.Customer(
                11
            )}', 'SYSTEM', 'TEST', 'probe', 'p', true, 'DAILY', '0 2 * * *',
                'run_once', 'allow', 'default', {then}, {then}, 'seed');
            """
        );
        await RowsAsync(store, "h", count, "'QUEUED'", store.SecondsAgo("3600 + i % 3000"), "11");
        await RowsAsync(store, "p", 10, "'PROCESSING'", store.SecondsAgo("3600"), "11");
    }

    private static Task RowsAsync(
        BenchmarkStore store,
        string prefix,
        int count,
        string state,
        string at,
        string nth
    ) =>
        store.ExecuteAsync(
            $"""
            begin;
            create temp table b as with recursive n (i) as (select 1 union all select i + 1 from n where i < {count})
              select i, '{prefix}' || (10000000 + i) as id, {nth} as nth, {at} as at from n;
            insert into scheduled_pipeline_runs (run_id, config_id, customer_id, pipeline_template, scheduled_time,
              data_interval_start, data_interval_end, state, triggered_by, lane, idempotency_key, priority, created_at, updated_at)
              select 'r' || id, 'config' || (10000000 + nth), 'customer' || (1000000 + nth), 'probe', at, at, at,
                case {state} when 'QUEUED' then 'PENDING' when 'PROCESSING' then 'RUNNING' else 'COMPLETED' end,
                'cloud_scheduler', 'schedule', id, 5, at, at
              from b;
            insert into pipeline_execution_queue (queue_id, run_id, customer_id, pipeline_template, priority, state,
              scheduled_time, visible_at, created_at, config_id, completed_at, lease_token, lease_expires_at)
              select 'q' || id, 'r' || id, 'customer' || (1000000 + nth), 'probe', 1 + i % 10, {state}, at, at, at,
                'config' || (10000000 + nth), case when {state} = 'COMPLETED' then at end,
                case when {state} = 'PROCESSING' then 'seed' end,
                case when {state} = 'PROCESSING' then {store.SecondsAgo("-86400")} end
              from b;
            drop table b;
            commit;
            """
        );
}
