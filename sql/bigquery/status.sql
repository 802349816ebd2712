-- name: get
-- mode: read
-- param: now timestamp
-- One line for operators. "Today" is the UTC day; averages and lateness cover the last 24 hours. What has ended is found among the
-- runs of the last days: the queue keeps nothing that has ended, nor when an item became claimable. Lateness is therefore counted from
-- the last moment that a run had to wait for: the end of its spread, its making, the end of the run before it. A retry waited for its
-- pause, and a run whose first lease was lost for that: both have none.
with t as (
  select coalesce(@now, current_timestamp()) as now
),
day as (
  select
    r.actual_end_time as completed_at,
    r.state,
    coalesce(r.error_type, '') <> 'CANCELLED' as counts,
    r.execution_duration_seconds,
    if(
      -- A backfill is in nobody's hurry.
      r.priority > 0 and r.retry_attempt = 0 and r.pipeline_logging_id = concat(r.run_id, '-1'),
      greatest(
        0,
        timestamp_diff(
          r.actual_start_time,
          greatest(
            timestamp_add(r.scheduled_time, interval coalesce(c.spread_seconds, 0) second),
            r.created_at,
            coalesce(
              if(
                c.overlap_policy <> 'allow',
                lag(r.actual_end_time) over (partition by r.config_id, r.priority > 0 order by r.actual_start_time, r.run_id),
                null
              ),
              r.created_at
            )
          ),
          microsecond
        )
      ) / 1000000.0,
      null
    ) as lateness
  from t
  join scheduled_pipeline_runs r
    on r.scheduled_time >= timestamp_sub(coalesce(@now, current_timestamp()), interval 8 day)
    and r.actual_end_time > timestamp_sub(t.now, interval 24 hour)
  left join customer_pipeline_configs c on c.config_id = r.config_id
  where r.state in ('COMPLETED', 'FAILED')
),
late as (
  select lateness, row_number() over (order by lateness) as place, count(*) over () as total
  from day
  where lateness is not null
),
lateness as (
  select
    min(if(place * 100 >= total * 50, lateness, null)) as p50,
    min(if(place * 100 >= total * 95, lateness, null)) as p95,
    min(if(place * 100 >= total * 99, lateness, null)) as p99
  from late
),
ended as (
  select
    countif(d.completed_at >= timestamp_trunc(t.now, day) and d.state = 'COMPLETED') as completed_today,
    countif(d.completed_at >= timestamp_trunc(t.now, day) and d.state = 'FAILED' and d.counts) as failed_today,
    avg(d.execution_duration_seconds) as avg_execution_time_seconds,
    countif(d.completed_at > timestamp_sub(t.now, interval 1 hour) and d.counts) as finished_last_hour,
    countif(d.completed_at > timestamp_sub(t.now, interval 1 hour) and d.state = 'FAILED' and d.counts) as failed_last_hour
  from t
  left join day d on true
),
queue as (
  select
    countif(q.state = 'QUEUED') as queued,
    countif(q.state = 'QUEUED' and q.visible_at <= t.now) as visible,
    min(if(q.state = 'QUEUED' and q.visible_at <= t.now, q.visible_at, null)) as oldest,
    countif(q.state = 'PROCESSING') as running,
    min(if(q.state = 'PROCESSING', q.picked_up_at, null)) as running_since
  from t
  left join pipeline_execution_queue q on true
),
pipelines as (
  select
    countif(c.is_active) as active,
    countif(
      c.is_active and c.next_run_time <= t.now and (c.paused_until is null or c.paused_until <= t.now)
        and s.runnable_until > t.now
    ) as due
  from t
  left join customer_pipeline_configs c on true
  left join scheduler_customer_standing s on s.customer_id = c.customer_id
)
select
  t.now,
  pipelines.active as total_active_pipelines,
  pipelines.due as pipelines_due_now,
  queue.queued as pipelines_queued,
  queue.running as pipelines_running,
  ended.completed_today as pipelines_completed_today,
  ended.failed_today as pipelines_failed_today,
  queue.visible as queue_length,
  timestamp_diff(t.now, queue.oldest, microsecond) / 1000000.0 as oldest_queued_seconds,
  ended.avg_execution_time_seconds,
  lateness.p50 as lateness_p50_seconds,
  lateness.p95 as lateness_p95_seconds,
  lateness.p99 as lateness_p99_seconds,
  queue.running_since as oldest_running_since,
  ended.finished_last_hour,
  ended.failed_last_hour
from t
cross join pipelines
cross join queue
cross join ended
cross join lateness;

-- name: resolve_past_quotas
-- mode: write
-- param: now timestamp
-- A quota alert is over when its day is over in every time zone, or when the day has room again. Its subject ends in the day, so
-- only the days that alerts speak of are looked at, and none where none fires.
declare op_first date default (
  select min(safe.parse_date('%Y%m%d', right(subject, 8)))
  from scheduler_alerts
  where rule = 'QUOTA_EXCEEDED' and resolved_at is null
);
declare op_resolved int64 default 0;
if op_first is not null then
  update scheduler_alerts
  set resolved_at = @now
  where rule = 'QUOTA_EXCEEDED' and resolved_at is null
    and subject in (
      select u.usage_id from customer_usage_quotas u
      where u.usage_date >= op_first
        and (
          timestamp_add(timestamp(date_add(u.usage_date, interval 1 day)), interval 12 hour) <= @now
          or (
            coalesce(u.pipelines_run_today < u.daily_limit, true) and coalesce(u.pipelines_run_month < u.monthly_limit, true)
          )
        )
    );
  set op_resolved = @@row_count;
end if;
select op_resolved as resolved;
