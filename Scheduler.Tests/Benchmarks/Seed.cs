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

    /// <summary>
    /// Ended runs of the pipelines in turn, newest first, at even distances, a round of all pipelines a day;
    /// those of the last week have their queue items. One in fifty has failed.
    /// </summary>
    /// <param name="pipelines">Made by <see cref="PipelinesAsync"/>, from 0.</param>
    public static Task RunsAsync(BenchmarkStore store, int pipelines, int count)
    {
        // A round of all pipelines a day, spread evenly over it.
        var ago = $"(cast(i as bigint) * 86400 / {pipelines} + 60)";
        var due = store.SecondsAgo(ago);
        var start = store.SecondsAgo($"{ago} - 2");
        var end = store.SecondsAgo($"{ago} - 9");
        var before = store.SecondsAgo($"{ago} + 86400");
        var customers = pipelines / 10;
        return store.ExecuteAsync(
            $"""
            begin;
            create temp table n as with recursive m (i) as (
                select 0 union all select i + 1 from m where i < {count - 1}
              )
              select i, 'run' || (100000000 + i) as run, 'config' || (10000000 + i % {pipelines}) as config,
                'customer' || (1000000 + i % {pipelines} % {customers}) as customer,
                case when i % 50 = 7 then 'FAILED' else 'COMPLETED' end as state
              from m;
            insert into scheduled_pipeline_runs (run_id, config_id, customer_id, pipeline_template, scheduled_time,
              data_interval_start, data_interval_end, actual_start_time, actual_end_time, state, pipeline_logging_id,
              execution_duration_seconds, error_type, error_message, retry_attempt, triggered_by, lane, idempotency_key, priority,
              worker_id, created_at, updated_at)
              select run, config, customer, 'probe', {due}, {before}, {due}, {start}, {end}, state, run || '-1', 7,
                case when state = 'FAILED' then 'UNKNOWN' end, case when state = 'FAILED' then 'made to fail' end, 0,
                'cloud_scheduler', 'schedule', run, 5, 'worker-' || (i % 20), {due}, {end}
              from n;
            insert into pipeline_execution_queue (queue_id, run_id, customer_id, config_id, pipeline_template, priority, state,
              scheduled_time, visible_at, picked_up_at, completed_at, worker_id, lease_epoch, created_at)
              select 'q' || run, run, customer, config, 'probe', 5, state, {due}, {due}, {start}, {end}, 'worker-' || (i % 20), 1, {due}
              from n where i < {pipelines * 7};
            insert into scheduler_run_transitions (run_id, from_state, to_state, at, actor, lease_epoch)
              select run, 'RUNNING', state, {end}, 'worker', 1 from n where i < {pipelines};
            drop table n;
            commit;
            """
        );
    }

    /// <summary>
    /// Runs of the first pipelines that are open: some that workers have, and keep for a day, and more that wait. With them as many alerts
    /// as run, one in ten of them still firing, each told to one sink.
    /// </summary>
    public static Task OpenAsync(BenchmarkStore store, int pipelines, int running, int waiting)
    {
        var due = store.SecondsAgo("i % 600");
        var before = store.SecondsAgo("i % 600 + 86400");
        var customers = pipelines / 10;
        return store.ExecuteAsync(
            $"""
            begin;
            create temp table n as with recursive m (i) as (
                select 0 union all select i + 1 from m where i < {running + waiting - 1}
              )
              select i, 'open' || (100000000 + i) as run, 'config' || (10000000 + i) as config,
                'customer' || (1000000 + i % {customers}) as customer, i < {running} as runs
              from m;
            insert into scheduled_pipeline_runs (run_id, config_id, customer_id, pipeline_template, scheduled_time,
              data_interval_start, data_interval_end, actual_start_time, state, pipeline_logging_id,
              retry_attempt, triggered_by, lane, idempotency_key, priority, worker_id, created_at, updated_at)
              select run, config, customer, 'probe', {due}, {before}, {due}, case when runs then {due} end,
                case when runs then 'RUNNING' else 'PENDING' end, case when runs then run || '-1' end,
                0, 'cloud_scheduler', 'schedule', run, 5, case when runs then 'worker-' || (i % 20) end, {due}, {due}
              from n;
            insert into pipeline_execution_queue (queue_id, run_id, customer_id, config_id, pipeline_template, priority, state,
              scheduled_time, visible_at, picked_up_at, lease_expires_at, lease_token, worker_id, lease_epoch, created_at)
              select 'q' || run, run, customer, config, 'probe', 5, case when runs then 'PROCESSING' else 'QUEUED' end, {due}, {due},
                case when runs then {due} end, case when runs then {store.SecondsAgo("-86400")} end,
                case when runs then run end, case when runs then 'worker-' || (i % 20) end, case when runs then 1 else 0 end, {due}
              from n;
            insert into scheduler_alerts (rule, subject, customer_id, message, fired_at, resolved_at, told)
              select 'CONSECUTIVE_FAILURES', config, customer, 'It failed again and again.', {due},
                case when i % 10 > 0 then {due} end, 2
              from n where i < {running};
            insert into scheduler_deliveries (delivery_id, sink, event, customer_id, alert_id, payload, state, attempts,
              next_attempt_at, give_up_at, created_at, ended_at)
              select 'alert-' || alert_id || '-fired-WEBHOOK', 'WEBHOOK', 'FIRED', customer_id, alert_id, '{"{}"}', 'DEAD', 30,
                fired_at, fired_at, fired_at, fired_at
              from scheduler_alerts;
            drop table n;
            commit;
            """
        );
    }

    /// <summary>The id of the nth run, from 0; it is one of the pipeline of the same number.</summary>
    public static string Run(int nth) => $"run{100_000_000 + nth}";

    /// <summary>The id of the nth pipeline, from 0.</summary>
    public static string Config(int nth) => $"config{10_000_000 + nth}";

    /// <summary>
    /// As a database is that has run for a while: with statistics where it makes them by itself, and without a log as long as all that was
    /// just written.
    /// </summary>
    public static Task SettleAsync(BenchmarkStore store) =>
        store.ExecuteAsync(BenchmarkSettings.IsPostgres ? "analyze" : "pragma wal_checkpoint(truncate)");
}
