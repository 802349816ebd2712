using NodaTime;

namespace Scheduler.Tests.Benchmarks;

/// <summary>
/// Customers by the million, with the schedules that people choose: most at the full hour. Of ten customers four have a daily pipeline
/// at a full hour, two a daily one at another minute, two an hourly one at the full hour and two an hourly one at another minute. One
/// hourly customer in two hundred may run once a day only, and one customer in a thousand has a hundred daily pipelines more at one full hour.
/// </summary>
internal static class MillionSeed
{
    /// <summary>One customer in so many is large.</summary>
    public const int LargeEvery = 1_000;

    /// <summary>Further pipelines of a large customer, all due at once: ten times its cap.</summary>
    public const int OfLarge = 100;

    /// <param name="start">A full hour in UTC, from which on nothing has been planned yet.</param>
    public static async Task PlantAsync(BenchmarkStore store, int customers, Instant start)
    {
        await Seed.CustomersAsync(store, customers);
        var hour = start.InUtc().Hour;
        // Of the nth customer: whether it is hourly, at which minute, and how many hours from the start on.
        var then = store.At(Instant.FromUtc(2020, 1, 1, 0, 0));
        await store.ExecuteAsync(
            $"""
            begin;
            update customer_subscriptions set max_pipelines_per_day = 1
              where cast(substr(customer_id, 9) as integer) % 500 = 7;
            create temp table n as with recursive m (i) as (
                select 0 union all select i + 1 from m where i < {customers - 1}
              ),
              s as (
                select i, i % 10 > 5 as hourly, case when i % 10 in (4, 5, 8, 9) then 1 + i / 10 % 59 else 0 end as minute,
                  i / 10 % 24 as hour
                from m
              )
              select i, 0 as nth, hourly, minute, hour from s
              union all
              select s.i, x.i + 1, false, 0, s.i / {LargeEvery} % 24
              from s join m x on x.i < {OfLarge} where s.i % {LargeEvery} = 0;
            insert into customer_pipeline_configs (config_id, customer_id, provider, domain, pipeline_template,
              pipeline_name, is_active, schedule_type, schedule_cron, next_run_time, misfire_policy,
              overlap_policy, dst_policy, created_at, updated_at, created_by)
              select 'config' || (10000000 + i) || case when nth = 0 then '' else '-' || nth end, 'customer' || (1000000 + i),
                'SYSTEM', 'TEST', 'probe', 'p' || nth, true, case when hourly then 'HOURLY' else 'DAILY' end,
                minute || ' ' || case when hourly then '*' else '' || hour end || ' * * *',
                {store.After(
                start,
                $"minute * 60 + case when hourly then 0 else (hour + 24 - {hour}) % 24 * 3600 end"
            )},
                'run_once', 'queue', 'default', {then}, {then}, 'seed'
              from n;
            drop table n;
            commit;
            """
        );
        await Seed.SettleAsync(store);
    }
}
