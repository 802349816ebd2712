using System.Globalization;
using NodaTime;
using NodaTime.Text;
using Scheduler.Core.Storage;
using Scheduler.Tests.Support;

namespace Scheduler.Tests.Storage.Model;

/// <summary>
/// What must hold in the tables whatever happened before, asked with SQL of its own: each query selects the rows that break an
/// invariant.
/// </summary>
internal static class HistoryInvariants
{
    /// <summary>True after every single step.</summary>
    private static readonly (string Name, string Sql)[] Always =
    [
        (
            "one run per occurrence and attempt",
            "select config_id, lane, scheduled_time from scheduled_pipeline_runs group by 1, 2, 3, retry_attempt having count(*) > 1"
        ),
        (
            "no item without a run",
            "select queue_id from pipeline_execution_queue where run_id not in (select run_id from scheduled_pipeline_runs)"
        ),
        (
            "run and item tell the same",
            """
            select r.run_id, r.state, q.state as item from scheduled_pipeline_runs r
            left join pipeline_execution_queue q on q.run_id = r.run_id
            where case r.state
              when 'SCHEDULED' then q.state is not 'QUEUED' when 'PENDING' then q.state is not 'QUEUED'
              when 'RUNNING' then q.state is not 'PROCESSING' when 'COMPLETED' then q.state is not 'COMPLETED'
              else coalesce(q.state, 'FAILED') <> 'FAILED' end
            """
        ),
        (
            "a lease has a token and an end, nothing else has",
            """
            select queue_id from pipeline_execution_queue
            where (state = 'PROCESSING') <> (lease_token is not null) or (state = 'PROCESSING') <> (lease_expires_at is not null)
            """
        ),
        (
            "epochs rise by one at each claim",
            """
            select run_id, lease_epoch from (
              select run_id, lease_epoch, row_number() over (partition by run_id order by transition_id) as nth
              from scheduler_run_transitions where to_state = 'RUNNING')
            where lease_epoch <> nth
            union all
            select q.run_id, q.lease_epoch from pipeline_execution_queue q
            where q.lease_epoch <> (
              select count(*) from scheduler_run_transitions t where t.run_id = q.run_id and t.to_state = 'RUNNING')
            """
        ),
        (
            "moves join, are legal, and end where the run stands",
            """
            select run_id, previous, from_state, to_state from (
              select run_id, from_state, to_state,
                lag(to_state) over (partition by run_id order by transition_id) as previous
              from scheduler_run_transitions)
            where from_state is not previous
              or coalesce(from_state, 'BIRTH') || '>' || to_state not in (
                'BIRTH>PENDING', 'BIRTH>SCHEDULED', 'BIRTH>SKIPPED', 'SCHEDULED>PENDING', 'SCHEDULED>SKIPPED',
                'PENDING>RUNNING', 'PENDING>SKIPPED', 'RUNNING>COMPLETED', 'RUNNING>FAILED', 'RUNNING>PENDING')
            union all
            select r.run_id, 'stands', 'at', r.state from scheduled_pipeline_runs r
            where r.state is not (
              select t.to_state from scheduler_run_transitions t where t.run_id = r.run_id order by t.transition_id desc limit 1)
            """
        ),
        (
            "a retry follows one failed attempt that is worth it and was not cancelled",
            """
            select r.run_id from scheduled_pipeline_runs r
            left join scheduled_pipeline_runs p on p.run_id = r.parent_run_id
            where r.retry_attempt > 0 and (
              p.state is not 'FAILED' or p.retry_attempt <> r.retry_attempt - 1 or r.retry_attempt > 3
              or p.error_type not in ('RATE_LIMIT_EXCEEDED', 'TRANSIENT_NETWORK', 'SERVICE_UNAVAILABLE', 'TIMEOUT'))
            """
        ),
        (
            "nothing over a quota",
            """
            select usage_id, pipelines_run_today from customer_usage_quotas where pipelines_run_today > daily_limit
            union all
            select max(usage_id), sum(pipelines_run_today) from customer_usage_quotas
            group by customer_id, substr(usage_date, 1, 7) having sum(pipelines_run_today) > max(monthly_limit)
            """
        ),
        (
            "counters never below zero",
            """
            select usage_id from customer_usage_quotas
            where min(pipelines_run_today, pipelines_succeeded_today, pipelines_failed_today, pipelines_cancelled_today,
              pipelines_run_month) < 0
            """
        ),
        (
            "one run of a pipeline at a time unless its policy allows more",
            """
            select q.config_id from pipeline_execution_queue q join customer_pipeline_configs c on c.config_id = q.config_id
            where q.state = 'PROCESSING' and c.overlap_policy <> 'allow' group by q.config_id having count(*) > 1
            """
        ),
        (
            "next_run_time lies after every occurrence that has its run",
            """
            select c.config_id from customer_pipeline_configs c join scheduled_pipeline_runs r on r.config_id = c.config_id
            where r.lane = 'schedule' and r.scheduled_time >= c.next_run_time
            """
        ),
        (
            "intervals join",
            """
            select run_id from (
              select run_id, data_interval_start, lag(data_interval_end) over (
                partition by config_id order by scheduled_time) as previous
              from scheduled_pipeline_runs where lane = 'schedule' and retry_attempt = 0)
            where previous <> data_interval_start
            """
        ),
    ];

    public static async Task<IReadOnlyList<string>> BrokenAsync(SqliteDatabase database, Instant now)
    {
        var broken = new List<string>();
        foreach (var (name, sql) in Always.Append(("no more live leases than the cap", LiveLeases(now))))
        {
            foreach (var row in await database.QueryAsync(sql))
            {
                broken.Add($"{name}: {string.Join(", ", row.Values)}");
            }
        }
        return broken;
    }

    /// <summary>The counters of every day, counted again from the runs in the customer's own time zone.</summary>
    public static async Task<IReadOnlyList<string>> MiscountedAsync(SqliteDatabase database)
    {
        var runs = await database.QueryAsync(
            """
            select r.customer_id, p.timezone, r.created_at, r.actual_end_time, r.state, r.reason, r.error_type,
              r.usage_id is not null as counted,
              exists (select 1 from scheduler_run_transitions t where t.run_id = r.run_id and t.to_state = 'RUNNING') as started
            from scheduled_pipeline_runs r join customer_profiles p on p.customer_id = r.customer_id
            """
        );
        var expected = new Dictionary<string, long[]>();
        foreach (var run in runs)
        {
            var isSkipped = (string)run["state"]! == "SKIPPED";
            var isCancelled = (string?)run["reason"] == "CANCELLED" || (string?)run["error_type"] == "CANCELLED";
            if ((long)run["counted"]! == 1 && (!isSkipped || (long)run["started"]! == 1))
            {
                Add(Day(run, "created_at"), 0);
            }
            if (isCancelled)
            {
                Add(Day(run, "actual_end_time"), 3);
            }
            else if ((string)run["state"]! is "COMPLETED" or "FAILED")
            {
                Add(Day(run, "actual_end_time"), (string)run["state"]! == "COMPLETED" ? 1 : 2);
            }
        }
        var stored = await database.QueryAsync("select * from customer_usage_quotas");
        return
        [
            .. stored
                .Select(row => (Id: (string)row["usage_id"]!, Counts: Counts(row)))
                .Where(day => !day.Counts.SequenceEqual(expected.GetValueOrDefault(day.Id, [0, 0, 0, 0])))
                .Select(day =>
                    $"{day.Id} says {string.Join('/', day.Counts)}, runs say {string.Join('/', expected.GetValueOrDefault(day.Id, []))}"
                ),
            .. expected.Keys.Except(stored.Select(row => (string)row["usage_id"]!)).Select(id => $"{id} has no row"),
            .. stored
                .Where(row => (long)row["pipelines_run_month"]! != MonthSoFar(stored, row))
                .Select(row => $"{row["usage_id"]} says {row["pipelines_run_month"]} this month"),
        ];

        void Add(string day, int counter)
        {
            expected.TryAdd(day, [0, 0, 0, 0]);
            expected[day][counter]++;
        }
    }

    private static long[] Counts(IReadOnlyDictionary<string, object?> row) =>
        [
            (long)row["pipelines_run_today"]!,
            (long)row["pipelines_succeeded_today"]!,
            (long)row["pipelines_failed_today"]!,
            (long)row["pipelines_cancelled_today"]!,
        ];

    private static long MonthSoFar(
        IReadOnlyList<IReadOnlyDictionary<string, object?>> all,
        IReadOnlyDictionary<string, object?> row
    ) =>
        all.Where(other =>
                Equals(other["customer_id"], row["customer_id"])
                && ((string)other["usage_date"]!)[..7] == ((string)row["usage_date"]!)[..7]
                && string.CompareOrdinal((string)other["usage_date"]!, (string)row["usage_date"]!) <= 0
            )
            .Sum(other => (long)other["pipelines_run_today"]!);

    private static string Day(IReadOnlyDictionary<string, object?> run, string column)
    {
        var zone = DateTimeZoneProviders.Tzdb[(string)run["timezone"]!];
        var date = Microseconds.FromMicroseconds((long)run[column]!).InZone(zone).Date;
        return $"{run["customer_id"]}_{LocalDatePattern.CreateWithInvariantCulture("yyyyMMdd").Format(date)}";
    }

    private static string LiveLeases(Instant now) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"""
            select q.customer_id, count(*) from pipeline_execution_queue q
            join customer_subscriptions s on s.customer_id = q.customer_id and s.superseded_at is null
            where q.state = 'PROCESSING' and q.lease_expires_at > {now.Micros()}
            group by q.customer_id having count(*) > coalesce(max(s.max_concurrent_pipelines), 1000000)
            """
        );
}
