-- name: get
-- mode: read
-- One line for operators. "Today" is the UTC day; averages and lateness cover the last 24 hours.
with t as (
  select coalesce(@now, cast(unixepoch('subsec') * 1000 as integer) * 1000) as now
),
day as (
  select
    r.state, r.error_type, r.actual_end_time, r.execution_duration_seconds,
    r.actual_start_time - max(r.scheduled_time, coalesce(q.visible_at, r.scheduled_time)) as lateness
  from t
  join scheduled_pipeline_runs r on r.actual_end_time > t.now - 86400000000
  left join pipeline_execution_queue q on q.run_id = r.run_id
),
late as (
  select lateness, row_number() over (order by lateness) as place, count(*) over () as total
  from day
  where lateness is not null and state in ('COMPLETED', 'FAILED')
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
  (select count(*) from scheduled_pipeline_runs where state = 'RUNNING') as pipelines_running,
  (
    select count(*) from scheduled_pipeline_runs
    where actual_end_time >= t.now - t.now % 86400000000 and state = 'COMPLETED'
  ) as pipelines_completed_today,
  (
    select count(*) from scheduled_pipeline_runs
    where actual_end_time >= t.now - t.now % 86400000000 and state = 'FAILED' and coalesce(error_type, '') <> 'CANCELLED'
  ) as pipelines_failed_today,
  (select count(*) from pipeline_execution_queue where state = 'QUEUED' and visible_at <= t.now) as queue_length,
  (
    select (t.now - min(visible_at)) / 1000000.0 from pipeline_execution_queue
    where state = 'QUEUED' and visible_at <= t.now
  ) as oldest_queued_seconds,
  (
    select avg(execution_duration_seconds) from day where state in ('COMPLETED', 'FAILED')
  ) as avg_execution_time_seconds,
  (select min(lateness) / 1000000.0 from late where place * 100 >= total * 50) as lateness_p50_seconds,
  (select min(lateness) / 1000000.0 from late where place * 100 >= total * 95) as lateness_p95_seconds,
  (select min(lateness) / 1000000.0 from late where place * 100 >= total * 99) as lateness_p99_seconds,
  (
    select min(actual_start_time) from scheduled_pipeline_runs where state = 'RUNNING'
  ) as oldest_running_since,
  (
    select count(*) from scheduled_pipeline_runs
    where actual_end_time > t.now - 3600000000 and state in ('COMPLETED', 'FAILED') and coalesce(error_type, '') <> 'CANCELLED'
  ) as finished_last_hour,
  (
    select count(*) from scheduled_pipeline_runs
    where actual_end_time > t.now - 3600000000 and state = 'FAILED' and coalesce(error_type, '') <> 'CANCELLED'
  ) as failed_last_hour
from t;

-- name: firing_alerts
-- mode: read
select rule, subject, customer_id, message, fired_at
from scheduler_alerts
where resolved_at is null
order by fired_at desc, alert_id desc
limit @limit;

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
