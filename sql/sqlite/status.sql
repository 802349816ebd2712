-- name: get
-- mode: read
-- One line for operators. "Today" is the UTC day; averages and lateness cover the last 24 hours. What runs and what has ended is
-- found through the queue, which keeps its finished rows for longer than that.
with t as (
  select coalesce(@now, cast(unixepoch('subsec') * 1000 as integer) * 1000) as now
),
day as materialized (
  select
    q.completed_at,
    r.state,
    coalesce(r.error_type, '') <> 'CANCELLED' as counts,
    r.execution_duration_seconds,
    -- A backfill is in nobody's hurry.
    case when q.priority > 0 then r.actual_start_time - max(r.scheduled_time, q.visible_at) end as lateness
  from t
  cross join pipeline_execution_queue q on q.completed_at > t.now - 86400000000
  cross join scheduled_pipeline_runs r on r.run_id = q.run_id
  where r.state in ('COMPLETED', 'FAILED')
),
late as (
  select lateness, row_number() over (order by lateness) as place, count(*) over () as total
  from day
  where lateness is not null
),
ended as (
  select
    coalesce(sum(d.completed_at >= t.now - t.now % 86400000000 and d.state = 'COMPLETED'), 0) as completed_today,
    coalesce(sum(d.completed_at >= t.now - t.now % 86400000000 and d.state = 'FAILED' and d.counts), 0) as failed_today,
    avg(d.execution_duration_seconds) as avg_execution_time_seconds,
    coalesce(sum(d.completed_at > t.now - 3600000000 and d.counts), 0) as finished_last_hour,
    coalesce(sum(d.completed_at > t.now - 3600000000 and d.state = 'FAILED' and d.counts), 0) as failed_last_hour
  from t
  left join day d
),
running as (
  select count(*) as runs, min(r.actual_start_time) as oldest
  from pipeline_execution_queue q
  cross join scheduled_pipeline_runs r on r.run_id = q.run_id
  where q.state = 'PROCESSING' and r.state = 'RUNNING'
)
select
  t.now,
  (select count(*) from customer_pipeline_configs where is_active = 1) as total_active_pipelines,
  (
    select count(*) from customer_pipeline_configs c
    join scheduler_customer_standing s on s.customer_id = c.customer_id
    where c.is_active = 1 and c.next_run_time <= t.now
      and coalesce(c.paused_until, 0) <= t.now and s.runnable_until > t.now
  ) as pipelines_due_now,
  (select count(*) from pipeline_execution_queue where state = 'QUEUED') as pipelines_queued,
  running.runs as pipelines_running,
  ended.completed_today as pipelines_completed_today,
  ended.failed_today as pipelines_failed_today,
  (select count(*) from pipeline_execution_queue where state = 'QUEUED' and visible_at <= t.now) as queue_length,
  (
    select (t.now - min(visible_at)) / 1000000.0 from pipeline_execution_queue
    where state = 'QUEUED' and visible_at <= t.now
  ) as oldest_queued_seconds,
  ended.avg_execution_time_seconds,
  (select min(lateness) / 1000000.0 from late where place * 100 >= total * 50) as lateness_p50_seconds,
  (select min(lateness) / 1000000.0 from late where place * 100 >= total * 95) as lateness_p95_seconds,
  (select min(lateness) / 1000000.0 from late where place * 100 >= total * 99) as lateness_p99_seconds,
  running.oldest as oldest_running_since,
  ended.finished_last_hour,
  ended.failed_last_hour
from t
cross join ended
cross join running;

-- name: resolve_past_quotas
-- mode: write
-- A quota alert is over when its day is over in every time zone, or when the day has room again.
update scheduler_alerts
set resolved_at = @now
where rule = 'QUOTA_EXCEEDED' and resolved_at is null
  and subject in (
    select u.usage_id from customer_usage_quotas u
    where u.usage_id = scheduler_alerts.subject
      and (
        (unixepoch(u.usage_date, '+1 day') + 43200) * 1000000 <= @now
        or (
          coalesce(u.pipelines_run_today < u.daily_limit, 1) and coalesce(u.pipelines_run_month < u.monthly_limit, 1)
        )
      )
  );
select changes() as resolved;
