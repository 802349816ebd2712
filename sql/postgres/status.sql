-- name: get
-- mode: read
-- One line for operators. "Today" is the UTC day; averages and lateness cover the last 24 hours. What runs and what has ended is
-- found through the queue, which keeps its finished rows for longer than that.
with t as (
  select coalesce(@now, now()) as now
),
day as (
  select
    r.state,
    r.error_type is distinct from 'CANCELLED' as counts,
    q.completed_at,
    r.execution_duration_seconds,
    -- A backfill is in nobody's hurry.
    case
      when q.priority > 0 then extract(epoch from r.actual_start_time - greatest(r.scheduled_time, q.visible_at))::double precision
    end as lateness
  from pipeline_execution_queue q
  join scheduled_pipeline_runs r on r.run_id = q.run_id
  where q.completed_at > coalesce(@now, now()) - interval '24 hours'
    and r.state in ('COMPLETED', 'FAILED')
),
ended as (
  select
    count(*) filter (where d.completed_at >= date_trunc('day', t.now, 'UTC') and d.state = 'COMPLETED') as completed_today,
    count(*) filter (where d.completed_at >= date_trunc('day', t.now, 'UTC') and d.state = 'FAILED' and d.counts) as failed_today,
    avg(d.execution_duration_seconds)::double precision as avg_execution_time_seconds,
    percentile_disc(array[0.5, 0.95, 0.99]) within group (order by d.lateness) as lateness,
    count(*) filter (where d.completed_at > t.now - interval '1 hour' and d.counts) as finished_last_hour,
    count(*) filter (where d.completed_at > t.now - interval '1 hour' and d.state = 'FAILED' and d.counts) as failed_last_hour
  from day d
  cross join t
),
running as (
  select count(*) as runs, min(r.actual_start_time) as oldest
  from pipeline_execution_queue q
  join scheduled_pipeline_runs r on r.run_id = q.run_id
  where q.state = 'PROCESSING' and r.state = 'RUNNING'
),
claimable as (
  select count(*) as items, min(q.visible_at) as oldest
  from pipeline_execution_queue q
  where q.state = 'QUEUED' and q.visible_at <= coalesce(@now, now())
)
select
  t.now,
  (select count(*) from customer_pipeline_configs where is_active) as total_active_pipelines,
  (
    select count(*) from customer_pipeline_configs c
    join scheduler_customer_standing s on s.customer_id = c.customer_id
    where c.is_active and c.next_run_time <= t.now
      and (c.paused_until is null or c.paused_until <= t.now) and s.runnable_until > t.now
  ) as pipelines_due_now,
  (select count(*) from pipeline_execution_queue where state = 'QUEUED') as pipelines_queued,
  running.runs as pipelines_running,
  ended.completed_today as pipelines_completed_today,
  ended.failed_today as pipelines_failed_today,
  claimable.items as queue_length,
  extract(epoch from t.now - claimable.oldest)::double precision as oldest_queued_seconds,
  ended.avg_execution_time_seconds,
  ended.lateness[1] as lateness_p50_seconds,
  ended.lateness[2] as lateness_p95_seconds,
  ended.lateness[3] as lateness_p99_seconds,
  running.oldest as oldest_running_since,
  ended.finished_last_hour,
  ended.failed_last_hour
from t
cross join ended
cross join running
cross join claimable;

-- name: resolve_past_quotas
-- mode: write
-- A quota alert is over when its day is over in every time zone, or when the day has room again.
with resolved as (
  update scheduler_alerts a
  set resolved_at = @now
  from customer_usage_quotas u
  where a.rule = 'QUOTA_EXCEEDED' and a.resolved_at is null
    and u.usage_id = a.subject
    and (
      (u.usage_date + 1)::timestamp at time zone 'UTC' + interval '12 hours' <= @now
      or (
        coalesce(u.pipelines_run_today < u.daily_limit, true) and coalesce(u.pipelines_run_month < u.monthly_limit, true)
      )
    )
  returning a.alert_id
)
select count(*) as resolved from resolved;
