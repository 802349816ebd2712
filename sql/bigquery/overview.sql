-- name: hours
-- mode: read
-- param: now timestamp
-- What ended in the present hour and the 23 before it, for those in which anything did. Cancelled runs are no failures. Lateness is
-- counted as in status.sql.
with day as (
  select
    timestamp_trunc(r.actual_end_time, hour) as hour,
    r.state,
    coalesce(r.error_type, '') <> 'CANCELLED' as counts,
    if(
      r.retry_attempt = 0 and r.pipeline_logging_id = concat(r.run_id, '-1'),
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
                lag(r.actual_end_time) over (partition by r.config_id order by r.actual_start_time, r.run_id),
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
  from scheduled_pipeline_runs r
  left join customer_pipeline_configs c on c.config_id = r.config_id
  where r.scheduled_time >= timestamp_sub(coalesce(@now, current_timestamp()), interval 8 day)
    and r.actual_end_time >= timestamp_sub(timestamp_trunc(coalesce(@now, current_timestamp()), hour), interval 23 hour)
    and r.state in ('COMPLETED', 'FAILED')
),
placed as (
  select
    d.*,
    row_number() over (partition by d.hour order by d.lateness nulls last) as place,
    count(d.lateness) over (partition by d.hour) as total
  from day d
)
select
  p.hour,
  countif(p.state = 'COMPLETED') as completed,
  countif(p.state = 'FAILED' and p.counts) as failed,
  min(if(p.lateness is not null and p.place * 100 >= p.total * 95, p.lateness, null)) as lateness_p95_seconds
from placed p
group by p.hour
order by p.hour;

-- name: ended
-- mode: read
-- param: since timestamp
-- param: beforeTime timestamp
-- param: beforeId string
-- param: limit int64
-- What ended since then, of all customers, newest first. What was scheduled long before is left out: the table is read by the day.
select r.*, q.queue_id, q.visible_at, r.actual_end_time as moment, c.pipeline_name, p.company_name
from scheduled_pipeline_runs r
left join pipeline_execution_queue q on q.run_id = r.run_id
join customer_pipeline_configs c on c.config_id = r.config_id
join customer_profiles p on p.customer_id = r.customer_id
where r.scheduled_time >= timestamp_sub(@since, interval 1 day)
  and r.state in ('COMPLETED', 'FAILED', 'SKIPPED')
  and r.actual_end_time >= @since
  and r.actual_end_time <= @beforeTime
  and (r.actual_end_time < @beforeTime or r.run_id < @beforeId)
order by r.actual_end_time desc, r.run_id desc
limit @limit;

-- name: ended_oldest
-- mode: read
-- param: since timestamp
-- param: afterTime timestamp
-- param: afterId string
-- param: limit int64
-- The same, oldest first.
select r.*, q.queue_id, q.visible_at, r.actual_end_time as moment, c.pipeline_name, p.company_name
from scheduled_pipeline_runs r
left join pipeline_execution_queue q on q.run_id = r.run_id
join customer_pipeline_configs c on c.config_id = r.config_id
join customer_profiles p on p.customer_id = r.customer_id
where r.scheduled_time >= timestamp_sub(@since, interval 1 day)
  and r.state in ('COMPLETED', 'FAILED', 'SKIPPED')
  and r.actual_end_time >= @since
  and r.actual_end_time >= @afterTime
  and (r.actual_end_time > @afterTime or r.run_id > @afterId)
order by r.actual_end_time, r.run_id
limit @limit;

-- name: failed
-- mode: read
-- param: since timestamp
-- param: beforeTime timestamp
-- param: beforeId string
-- param: limit int64
-- Likewise what failed or was cancelled while it ran.
select r.*, q.queue_id, q.visible_at, r.actual_end_time as moment, c.pipeline_name, p.company_name
from scheduled_pipeline_runs r
left join pipeline_execution_queue q on q.run_id = r.run_id
join customer_pipeline_configs c on c.config_id = r.config_id
join customer_profiles p on p.customer_id = r.customer_id
where r.scheduled_time >= timestamp_sub(@since, interval 1 day)
  and r.state = 'FAILED'
  and r.actual_end_time >= @since
  and r.actual_end_time <= @beforeTime
  and (r.actual_end_time < @beforeTime or r.run_id < @beforeId)
order by r.actual_end_time desc, r.run_id desc
limit @limit;

-- name: failed_oldest
-- mode: read
-- param: since timestamp
-- param: afterTime timestamp
-- param: afterId string
-- param: limit int64
-- The same, oldest first.
select r.*, q.queue_id, q.visible_at, r.actual_end_time as moment, c.pipeline_name, p.company_name
from scheduled_pipeline_runs r
left join pipeline_execution_queue q on q.run_id = r.run_id
join customer_pipeline_configs c on c.config_id = r.config_id
join customer_profiles p on p.customer_id = r.customer_id
where r.scheduled_time >= timestamp_sub(@since, interval 1 day)
  and r.state = 'FAILED'
  and r.actual_end_time >= @since
  and r.actual_end_time >= @afterTime
  and (r.actual_end_time > @afterTime or r.run_id > @afterId)
order by r.actual_end_time, r.run_id
limit @limit;

-- name: running
-- mode: read
-- param: afterTime timestamp
-- param: afterId string
-- param: limit int64
-- What is leased, the longest first.
select r.*, q.queue_id, q.visible_at, q.picked_up_at as moment, c.pipeline_name, p.company_name
from pipeline_execution_queue q
join scheduled_pipeline_runs r on r.run_id = q.run_id
join customer_pipeline_configs c on c.config_id = r.config_id
join customer_profiles p on p.customer_id = r.customer_id
where q.state = 'PROCESSING' and (q.picked_up_at > @afterTime or q.picked_up_at = @afterTime and r.run_id > @afterId)
order by q.picked_up_at, r.run_id
limit @limit;

-- name: waiting
-- mode: read
-- param: afterTime timestamp
-- param: afterId string
-- param: limit int64
-- What is queued, the first to become claimable first.
select r.*, q.queue_id, q.visible_at, q.visible_at as moment, c.pipeline_name, p.company_name
from pipeline_execution_queue q
join scheduled_pipeline_runs r on r.run_id = q.run_id
join customer_pipeline_configs c on c.config_id = r.config_id
join customer_profiles p on p.customer_id = r.customer_id
where q.state = 'QUEUED' and (q.visible_at > @afterTime or q.visible_at = @afterTime and r.run_id > @afterId)
order by q.visible_at, r.run_id
limit @limit;

-- name: workers
-- mode: read
-- param: limit int64
-- Who holds leases now.
select
  q.worker_id,
  count(*) as runs,
  count(distinct q.customer_id) as customers,
  min(q.picked_up_at) as oldest,
  min(q.lease_expires_at) as first_expiry
from pipeline_execution_queue q
where q.state = 'PROCESSING' and q.worker_id is not null
group by q.worker_id
order by runs desc, q.worker_id
limit @limit;

-- name: waiting_customers
-- mode: read
-- param: now timestamp
-- param: limit int64
-- For whom most is claimable.
select f.customer_id, p.company_name, f.items, f.oldest, s.max_concurrent_pipelines, f.running
from (
  select
    q.customer_id,
    countif(q.state = 'QUEUED' and q.visible_at <= coalesce(@now, current_timestamp())) as items,
    min(if(q.state = 'QUEUED' and q.visible_at <= coalesce(@now, current_timestamp()), q.visible_at, null)) as oldest,
    countif(q.state = 'PROCESSING') as running
  from pipeline_execution_queue q
  group by q.customer_id
) f
join customer_profiles p on p.customer_id = f.customer_id
join scheduler_customer_standing s on s.customer_id = f.customer_id
where f.items > 0
order by f.items desc, f.customer_id
limit @limit;

-- name: customers
-- mode: read
-- param: after string
-- param: search string
-- param: status string
-- param: plan string
-- param: now timestamp
-- param: limit int64
-- A page of the customers, by id, with what they have and how it stands.
select
  f.customer_id,
  f.company_name,
  f.status,
  f.subscription_plan,
  f.timezone,
  f.created_at,
  coalesce(c.active, 0) as active_pipelines,
  coalesce(c.failing, 0) as failing_pipelines,
  s.subscription_status,
  s.runnable_until > coalesce(@now, current_timestamp()) as runnable
from customer_profiles f
join scheduler_customer_standing s on s.customer_id = f.customer_id
left join (
  select o.customer_id, countif(o.is_active) as active, countif(o.is_active and o.consecutive_failures > 0) as failing
  from customer_pipeline_configs o
  group by o.customer_id
) c on c.customer_id = f.customer_id
where f.customer_id > @after
  and (@status is null or f.status = @status)
  and (@plan is null or f.subscription_plan = @plan)
  and (@search is null or strpos(lower(concat(f.customer_id, ' ', f.company_name)), lower(@search)) > 0)
order by f.customer_id
limit @limit;

-- name: customers_back
-- mode: read
-- param: before string
-- param: search string
-- param: status string
-- param: plan string
-- param: now timestamp
-- param: limit int64
-- The same from the last one on.
select
  f.customer_id,
  f.company_name,
  f.status,
  f.subscription_plan,
  f.timezone,
  f.created_at,
  coalesce(c.active, 0) as active_pipelines,
  coalesce(c.failing, 0) as failing_pipelines,
  s.subscription_status,
  s.runnable_until > coalesce(@now, current_timestamp()) as runnable
from customer_profiles f
join scheduler_customer_standing s on s.customer_id = f.customer_id
left join (
  select o.customer_id, countif(o.is_active) as active, countif(o.is_active and o.consecutive_failures > 0) as failing
  from customer_pipeline_configs o
  group by o.customer_id
) c on c.customer_id = f.customer_id
where f.customer_id < @before
  and (@status is null or f.status = @status)
  and (@plan is null or f.subscription_plan = @plan)
  and (@search is null or strpos(lower(concat(f.customer_id, ' ', f.company_name)), lower(@search)) > 0)
order by f.customer_id desc
limit @limit;
