-- name: list
-- mode: read
-- A customer's runs, newest first.
select r.*, q.queue_id, q.visible_at
from scheduled_pipeline_runs r
left join pipeline_execution_queue q on q.run_id = r.run_id
where r.customer_id = @customerId
  and (@state is null or r.state = @state)
  and (@configId is null or r.config_id = @configId)
  and (@fromTime is null or r.scheduled_time >= @fromTime)
  and (@toTime is null or r.scheduled_time < @toTime)
  and (r.scheduled_time, r.run_id) < (@beforeTime, @beforeId)
order by r.scheduled_time desc, r.run_id desc
limit @limit;

-- name: list_oldest
-- mode: read
-- The same, oldest first.
select r.*, q.queue_id, q.visible_at
from scheduled_pipeline_runs r
left join pipeline_execution_queue q on q.run_id = r.run_id
where r.customer_id = @customerId
  and (@state is null or r.state = @state)
  and (@configId is null or r.config_id = @configId)
  and (@fromTime is null or r.scheduled_time >= @fromTime)
  and (@toTime is null or r.scheduled_time < @toTime)
  and (r.scheduled_time, r.run_id) > (@afterTime, @afterId)
order by r.scheduled_time, r.run_id
limit @limit;

-- name: list_of_pipeline
-- mode: read
-- One pipeline's runs, newest first: by the index of its own, whatever else the customer has run.
select r.*, q.queue_id, q.visible_at
from scheduled_pipeline_runs r
left join pipeline_execution_queue q on q.run_id = r.run_id
where +r.customer_id = @customerId and r.config_id = @configId
  and r.scheduled_time >= @fromTime
  and (r.scheduled_time, r.run_id) < (@beforeTime, @beforeId)
order by r.scheduled_time desc, r.run_id desc
limit @limit;

-- name: list_of_pipeline_oldest
-- mode: read
-- The same, oldest first.
select r.*, q.queue_id, q.visible_at
from scheduled_pipeline_runs r
left join pipeline_execution_queue q on q.run_id = r.run_id
where +r.customer_id = @customerId and r.config_id = @configId
  and +r.scheduled_time >= @fromTime
  and (r.scheduled_time, r.run_id) > (@afterTime, @afterId)
order by r.scheduled_time, r.run_id
limit @limit;

-- name: get
-- mode: read
select r.*, q.queue_id, q.visible_at
from scheduled_pipeline_runs r
left join pipeline_execution_queue q on q.run_id = r.run_id
where r.customer_id = @customerId and r.run_id = @runId;

-- name: find_by_key
-- mode: read
select r.*, q.queue_id, q.visible_at
from scheduled_pipeline_runs r
left join pipeline_execution_queue q on q.run_id = r.run_id
where r.customer_id = @customerId and r.idempotency_key = @idempotencyKey and r.scheduled_time >= @since;

-- name: count_replays
-- mode: read
-- How often an occurrence has been done again in lanes that begin like that.
select count(*) as replays
from scheduled_pipeline_runs
where customer_id = @customerId and config_id = @configId and scheduled_time = @scheduledTime and retry_attempt = 0 and substr(lane, 1, length(@lane)) = @lane;

-- name: transitions
-- mode: read
select from_state, to_state, at, actor, lease_epoch, note
from scheduler_run_transitions
where run_id = @runId
order by transition_id;

-- name: attempts
-- mode: read
-- All attempts of the occurrence that a run belongs to.
select a.*, q.queue_id, q.visible_at
from scheduled_pipeline_runs r
join scheduled_pipeline_runs a
  on a.config_id = r.config_id and a.scheduled_time = r.scheduled_time and a.lane = r.lane
left join pipeline_execution_queue q on q.run_id = a.run_id
where r.customer_id = @customerId and r.run_id = @runId
order by a.retry_attempt;

-- name: waiting_facts
-- mode: read
-- What decides whether a waiting run can be claimed now.
select
  r.state,
  q.visible_at,
  q.visible_at = 253402300799999999 as is_parked,
  c.paused_until,
  c.is_active,
  s.runnable_until,
  s.max_concurrent_pipelines,
  (
    select count(*) from pipeline_execution_queue l
    where l.customer_id = r.customer_id
      and l.state = 'PROCESSING'
      and l.lease_expires_at > coalesce(@now, cast(unixepoch('subsec') * 1000 as integer) * 1000)
  ) as live_leases,
  (
    select count(*) from (
      select 1 from (
        values (0), (1), (2), (3), (4), (5), (6), (7), (8), (9), (10)
      ) l
      cross join pipeline_execution_queue w
      where w.customer_id = r.customer_id
        and w.priority = l.column1
        and w.state = 'QUEUED'
        and w.visible_at <= coalesce(@now, cast(unixepoch('subsec') * 1000 as integer) * 1000)
        and w.queue_id <> q.queue_id
        and w.visible_at <= q.visible_at
      limit 1000
    )
  ) as ahead,
  (
    select o.run_id from pipeline_execution_queue o
    where o.config_id = r.config_id and o.completed_at is null and o.run_id <> r.run_id and o.priority > 0
    order by o.scheduled_time limit 1
  ) as blocking_run_id,
  coalesce(@now, cast(unixepoch('subsec') * 1000 as integer) * 1000) as now
from scheduled_pipeline_runs r
join pipeline_execution_queue q on q.run_id = r.run_id
join customer_pipeline_configs c on c.config_id = r.config_id
join scheduler_customer_standing s on s.customer_id = r.customer_id
where r.customer_id = @customerId and r.run_id = @runId;
