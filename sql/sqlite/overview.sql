-- name: hours
-- mode: read
-- What ended in the present hour and the 23 before it, for those in which anything did. Cancelled runs are no failures.
with t as (
  select coalesce(@now, cast(unixepoch('subsec') * 1000 as integer) * 1000) as now
),
day as materialized (
  select
    q.completed_at - q.completed_at % 3600000000 as hour,
    r.state = 'COMPLETED' as completed,
    r.state = 'FAILED' and coalesce(r.error_type, '') <> 'CANCELLED' as failed,
    r.actual_start_time - max(r.scheduled_time, q.visible_at) as lateness
  from t
  cross join pipeline_execution_queue q on q.completed_at >= t.now - t.now % 3600000000 - 23 * 3600000000
  cross join scheduled_pipeline_runs r on r.run_id = q.run_id
  where r.state in ('COMPLETED', 'FAILED')
),
late as (
  select hour, min(lateness) / 1000000.0 as lateness_p95_seconds
  from (
    select
      hour, lateness, row_number() over (partition by hour order by lateness) as place, count(*) over (partition by hour) as total
    from day
    where lateness is not null
  )
  where place * 100 >= total * 95
  group by hour
)
select d.hour, sum(d.completed) as completed, sum(d.failed) as failed, l.lateness_p95_seconds
from day d
left join late l on l.hour = d.hour
group by d.hour
order by d.hour;

-- name: ended
-- mode: read
-- What ended since then, of all customers, newest first.
select r.*, q.queue_id, q.visible_at, q.completed_at as moment, c.pipeline_name, p.company_name
from pipeline_execution_queue q
cross join scheduled_pipeline_runs r on r.run_id = q.run_id
cross join customer_pipeline_configs c on c.config_id = r.config_id
cross join customer_profiles p on p.customer_id = r.customer_id
where q.completed_at >= @since and q.completed_at <= @beforeTime
  and (q.completed_at < @beforeTime or r.run_id < @beforeId)
order by q.completed_at desc, r.run_id desc
limit @limit;

-- name: ended_oldest
-- mode: read
-- The same, oldest first.
select r.*, q.queue_id, q.visible_at, q.completed_at as moment, c.pipeline_name, p.company_name
from pipeline_execution_queue q
cross join scheduled_pipeline_runs r on r.run_id = q.run_id
cross join customer_pipeline_configs c on c.config_id = r.config_id
cross join customer_profiles p on p.customer_id = r.customer_id
where +q.completed_at >= @since and q.completed_at >= @afterTime
  and (q.completed_at > @afterTime or r.run_id > @afterId)
order by q.completed_at, r.run_id
limit @limit;

-- name: failed
-- mode: read
-- Likewise what failed or was cancelled while it ran.
select r.*, q.queue_id, q.visible_at, q.completed_at as moment, c.pipeline_name, p.company_name
from pipeline_execution_queue q
cross join scheduled_pipeline_runs r on r.run_id = q.run_id
cross join customer_pipeline_configs c on c.config_id = r.config_id
cross join customer_profiles p on p.customer_id = r.customer_id
where q.state = 'FAILED' and q.completed_at >= @since and q.completed_at <= @beforeTime
  and (q.completed_at < @beforeTime or r.run_id < @beforeId)
order by q.completed_at desc, r.run_id desc
limit @limit;

-- name: failed_oldest
-- mode: read
-- The same, oldest first.
select r.*, q.queue_id, q.visible_at, q.completed_at as moment, c.pipeline_name, p.company_name
from pipeline_execution_queue q
cross join scheduled_pipeline_runs r on r.run_id = q.run_id
cross join customer_pipeline_configs c on c.config_id = r.config_id
cross join customer_profiles p on p.customer_id = r.customer_id
where q.state = 'FAILED' and +q.completed_at >= @since and q.completed_at >= @afterTime
  and (q.completed_at > @afterTime or r.run_id > @afterId)
order by q.completed_at, r.run_id
limit @limit;

-- name: running
-- mode: read
-- What is leased, the longest first.
select r.*, q.queue_id, q.visible_at, q.picked_up_at as moment, c.pipeline_name, p.company_name
from pipeline_execution_queue q
cross join scheduled_pipeline_runs r on r.run_id = q.run_id
cross join customer_pipeline_configs c on c.config_id = r.config_id
cross join customer_profiles p on p.customer_id = r.customer_id
where q.state = 'PROCESSING' and (q.picked_up_at, r.run_id) > (@afterTime, @afterId)
order by q.picked_up_at, r.run_id
limit @limit;

-- name: waiting
-- mode: read
-- What is queued, the first to become claimable first.
select r.*, f.queue_id, f.visible_at, f.visible_at as moment, c.pipeline_name, p.company_name
from (
  select queue_id, run_id, visible_at
  from pipeline_execution_queue
  where state = 'QUEUED' and (visible_at, run_id) > (@afterTime, @afterId)
  order by visible_at, run_id
  limit @limit
) f
cross join scheduled_pipeline_runs r on r.run_id = f.run_id
cross join customer_pipeline_configs c on c.config_id = r.config_id
cross join customer_profiles p on p.customer_id = r.customer_id
order by f.visible_at, r.run_id;

-- name: workers
-- mode: read
-- Who holds leases now.
select
  worker_id,
  count(*) as runs,
  count(distinct customer_id) as customers,
  min(picked_up_at) as oldest,
  min(lease_expires_at) as first_expiry
from pipeline_execution_queue
where state = 'PROCESSING' and worker_id is not null
group by worker_id
order by runs desc, worker_id
limit @limit;

-- name: waiting_customers
-- mode: read
-- For whom most is claimable.
select f.customer_id, p.company_name, f.items, f.oldest, s.max_concurrent_pipelines, f.running
from (
  select
    q.customer_id,
    count(*) as items,
    min(q.visible_at) as oldest,
    (select count(*) from pipeline_execution_queue l where l.customer_id = q.customer_id and l.state = 'PROCESSING') as running
  from pipeline_execution_queue q
  where q.state = 'QUEUED' and q.visible_at <= coalesce(@now, cast(unixepoch('subsec') * 1000 as integer) * 1000)
  group by q.customer_id
  order by items desc, q.customer_id
  limit @limit
) f
cross join customer_profiles p on p.customer_id = f.customer_id
cross join scheduler_customer_standing s on s.customer_id = f.customer_id
order by f.items desc, f.customer_id;

-- name: customers
-- mode: read
-- A page of the customers, by id, with what they have and how it stands.
select
  f.*,
  (
    select count(*) from customer_pipeline_configs c where c.customer_id = f.customer_id and c.is_active = 1
  ) as active_pipelines,
  (
    select count(*) from customer_pipeline_configs c
    where c.customer_id = f.customer_id and c.is_active = 1 and c.consecutive_failures > 0
  ) as failing_pipelines,
  s.subscription_status,
  s.runnable_until > coalesce(@now, cast(unixepoch('subsec') * 1000 as integer) * 1000) as runnable
from (
  select customer_id, company_name, status, subscription_plan, timezone, created_at
  from customer_profiles
  where customer_id > @after
    and (@status is null or status = @status)
    and (@plan is null or subscription_plan = @plan)
    and (@search is null or instr(lower(customer_id || ' ' || company_name), lower(@search)) > 0)
  order by customer_id
  limit @limit
) f
cross join scheduler_customer_standing s on s.customer_id = f.customer_id
order by f.customer_id;

-- name: customers_back
-- mode: read
-- The same from the last one on.
select
  f.*,
  (
    select count(*) from customer_pipeline_configs c where c.customer_id = f.customer_id and c.is_active = 1
  ) as active_pipelines,
  (
    select count(*) from customer_pipeline_configs c
    where c.customer_id = f.customer_id and c.is_active = 1 and c.consecutive_failures > 0
  ) as failing_pipelines,
  s.subscription_status,
  s.runnable_until > coalesce(@now, cast(unixepoch('subsec') * 1000 as integer) * 1000) as runnable
from (
  select customer_id, company_name, status, subscription_plan, timezone, created_at
  from customer_profiles
  where customer_id < @before
    and (@status is null or status = @status)
    and (@plan is null or subscription_plan = @plan)
    and (@search is null or instr(lower(customer_id || ' ' || company_name), lower(@search)) > 0)
  order by customer_id desc
  limit @limit
) f
cross join scheduler_customer_standing s on s.customer_id = f.customer_id
order by f.customer_id desc;
