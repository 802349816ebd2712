-- name: list
-- mode: read
-- param: customerId string
-- param: state string
-- param: configId string
-- param: fromTime timestamp
-- param: toTime timestamp
-- param: beforeTime timestamp
-- param: beforeId string
-- param: limit int64
-- A customer's runs, newest first.
select r.*, q.queue_id, q.visible_at
from scheduled_pipeline_runs r
left join pipeline_execution_queue q on q.run_id = r.run_id
where r.customer_id = @customerId
  and (@state is null or r.state = @state)
  and (@configId is null or r.config_id = @configId)
  and r.scheduled_time >= coalesce(@fromTime, timestamp '0001-01-01 00:00:00+00')
  and (@toTime is null or r.scheduled_time < @toTime)
  and r.scheduled_time <= @beforeTime
  and (r.scheduled_time < @beforeTime or r.run_id < @beforeId)
order by r.scheduled_time desc, r.run_id desc
limit @limit;

-- name: list_oldest
-- mode: read
-- param: customerId string
-- param: state string
-- param: configId string
-- param: fromTime timestamp
-- param: toTime timestamp
-- param: afterTime timestamp
-- param: afterId string
-- param: limit int64
-- The same, oldest first.
select r.*, q.queue_id, q.visible_at
from scheduled_pipeline_runs r
left join pipeline_execution_queue q on q.run_id = r.run_id
where r.customer_id = @customerId
  and (@state is null or r.state = @state)
  and (@configId is null or r.config_id = @configId)
  and r.scheduled_time >= coalesce(@fromTime, timestamp '0001-01-01 00:00:00+00')
  and (@toTime is null or r.scheduled_time < @toTime)
  and r.scheduled_time >= @afterTime
  and (r.scheduled_time > @afterTime or r.run_id > @afterId)
order by r.scheduled_time, r.run_id
limit @limit;

-- name: list_of_pipeline
-- mode: read
-- param: customerId string
-- param: configId string
-- param: fromTime timestamp
-- param: beforeTime timestamp
-- param: beforeId string
-- param: limit int64
-- One pipeline's runs, newest first.
select r.*, q.queue_id, q.visible_at
from scheduled_pipeline_runs r
left join pipeline_execution_queue q on q.run_id = r.run_id
where r.customer_id = @customerId and r.config_id = @configId
  and r.scheduled_time >= @fromTime
  and r.scheduled_time <= @beforeTime
  and (r.scheduled_time < @beforeTime or r.run_id < @beforeId)
order by r.scheduled_time desc, r.run_id desc
limit @limit;

-- name: list_of_pipeline_oldest
-- mode: read
-- param: customerId string
-- param: configId string
-- param: fromTime timestamp
-- param: afterTime timestamp
-- param: afterId string
-- param: limit int64
-- The same, oldest first.
select r.*, q.queue_id, q.visible_at
from scheduled_pipeline_runs r
left join pipeline_execution_queue q on q.run_id = r.run_id
where r.customer_id = @customerId and r.config_id = @configId
  and r.scheduled_time >= @fromTime
  and r.scheduled_time >= @afterTime
  and (r.scheduled_time > @afterTime or r.run_id > @afterId)
order by r.scheduled_time, r.run_id
limit @limit;

-- name: get
-- mode: read
-- param: customerId string
-- param: runId string
select r.*, q.queue_id, q.visible_at
from scheduled_pipeline_runs r
left join pipeline_execution_queue q on q.run_id = r.run_id
where r.customer_id = @customerId and r.run_id = @runId;

-- name: find_by_key
-- mode: read
-- param: customerId string
-- param: idempotencyKey string
-- param: since timestamp
select r.*, q.queue_id, q.visible_at
from scheduled_pipeline_runs r
left join pipeline_execution_queue q on q.run_id = r.run_id
where r.customer_id = @customerId and r.idempotency_key = @idempotencyKey and r.scheduled_time >= @since;

-- name: count_replays
-- mode: read
-- param: customerId string
-- param: configId string
-- param: scheduledTime timestamp
-- param: lane string
-- How often an occurrence has been done again in lanes that begin like that.
select count(*) as replays
from scheduled_pipeline_runs
where customer_id = @customerId and config_id = @configId and scheduled_time = @scheduledTime and retry_attempt = 0 and starts_with(lane, @lane);

-- name: transitions
-- mode: read
-- param: runId string
select from_state, to_state, `at`, actor, lease_epoch, note
from scheduler_run_transitions
where run_id = @runId
order by transition_id;

-- name: attempts
-- mode: read
-- param: customerId string
-- param: runId string
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
-- param: customerId string
-- param: runId string
-- param: now timestamp
-- What decides whether a waiting run can be claimed now.
with t as (
  select coalesce(@now, current_timestamp()) as now
),
waiting as (
  select q.* from pipeline_execution_queue q where q.customer_id = @customerId and q.run_id = @runId
),
others as (
  select
    countif(o.customer_id = w.customer_id and o.state = 'PROCESSING' and o.lease_expires_at > t.now) as live_leases,
    least(
      1000,
      countif(
        o.customer_id = w.customer_id and o.state = 'QUEUED' and o.visible_at <= t.now and o.queue_id <> w.queue_id
          and o.visible_at <= w.visible_at
      )
    ) as ahead,
    array_agg(
      if(o.config_id = w.config_id and o.run_id <> w.run_id and o.priority > 0, o.run_id, null) ignore nulls order by o.scheduled_time limit 1
    ) as blocking
  from t
  cross join waiting w
  join pipeline_execution_queue o on o.customer_id = w.customer_id
)
select
  r.state,
  w.visible_at,
  w.visible_at = timestamp '9999-12-31 23:59:59.999999+00' as is_parked,
  c.paused_until,
  c.is_active,
  s.runnable_until,
  s.max_concurrent_pipelines,
  others.live_leases,
  others.ahead,
  others.blocking[safe_offset(0)] as blocking_run_id,
  t.now
from t
cross join others
cross join waiting w
join scheduled_pipeline_runs r on r.run_id = w.run_id and r.scheduled_time = w.scheduled_time
join customer_pipeline_configs c on c.config_id = r.config_id
join scheduler_customer_standing s on s.customer_id = r.customer_id;
