-- name: start
-- mode: write
-- Makes one, unless an open one of the pipeline is there already, or the customer has no such pipeline.
insert into scheduler_backfills (
  backfill_id, customer_id, config_id, mode, range_from, range_to, max_concurrent, occurrences, state, next_time, created_at,
  created_by, updated_at
)
select
  @backfillId, @customerId, c.config_id, @mode, @from, @to, @maxConcurrent, @total, 'RUNNING', @from, @now, @actor, @now
from customer_pipeline_configs c
where c.customer_id = @customerId and c.config_id = @configId
on conflict do nothing;

select *
from scheduler_backfills
where customer_id = @customerId and config_id = @configId and state in ('RUNNING', 'PAUSED')
order by backfill_id
limit 1;

-- name: get
-- mode: read
select * from scheduler_backfills where customer_id = @customerId and backfill_id = @backfillId;

-- name: list
-- mode: read
-- A customer's, newest first.
select *
from scheduler_backfills
where customer_id = @customerId
  and (@configId::text is null or config_id = @configId)
  and backfill_id < @beforeId
order by backfill_id desc
limit @limit;

-- name: list_running
-- mode: read
-- Those that are to go on. One that waits for something is looked at again when a while has passed.
select *
from scheduler_backfills
where state = 'RUNNING' and backfill_id > @afterId and (waits_for is null or updated_at <= @lookedBefore)
order by backfill_id
limit @limit;

-- name: count_open
-- mode: read
-- How many are to go on, how many of those wait for nothing, how many runs all of them have open, and how many were cancelled lately.
select
  (select count(*) from scheduler_backfills where state = 'RUNNING') as running,
  (select count(*) from scheduler_backfills where state = 'RUNNING' and waits_for is null) as going,
  (
    select count(*)
    from scheduler_backfills b
    join pipeline_execution_queue q on q.config_id = b.config_id and q.completed_at is null and q.priority = 0
    where b.state = 'RUNNING'
  ) as open,
  (select count(*) from scheduler_backfills where state = 'CANCELLED' and ended_at > @since) as cancelled;

-- name: list_cancelled
-- mode: read
-- Those that were cancelled lately: a batch that was on its way then may have come after.
select *
from scheduler_backfills
where state = 'CANCELLED' and ended_at > @since
order by ended_at, backfill_id
limit @limit;

-- name: list_open
-- mode: read
-- What is open of a pipeline's backfills.
select q.run_id, r.lane, r.state
from pipeline_execution_queue q
join scheduled_pipeline_runs r on r.run_id = q.run_id
where q.config_id = @configId and q.completed_at is null and q.priority = 0
order by q.scheduled_time, q.queue_id
limit @limit;

-- name: outcomes
-- mode: read
-- What has become of a pipeline's occurrences from @from up to before @to.
select
  r.scheduled_time,
  bool_or(r.state = 'COMPLETED') as has_completed,
  bool_or(r.state = 'FAILED') as has_failed,
  bool_or(r.state in ('SCHEDULED', 'PENDING', 'RUNNING')) as is_open
from scheduled_pipeline_runs r
where r.config_id = @configId
  and r.customer_id = @customerId
  and r.scheduled_time >= @from
  and r.scheduled_time < @to
group by r.scheduled_time
order by r.scheduled_time
limit @limit;

-- name: progress
-- mode: read
-- How many occurrences of a backfill have come to what end.
select
  count(*) as begun,
  count(*) filter (where has_completed) as completed,
  count(*) filter (where is_open and not has_completed) as open,
  count(*) filter (where has_failed and not has_completed and not is_open) as failed
from (
  select
    bool_or(r.state = 'COMPLETED') as has_completed,
    bool_or(r.state = 'FAILED') as has_failed,
    bool_or(r.state in ('SCHEDULED', 'PENDING', 'RUNNING')) as is_open
  from scheduled_pipeline_runs r
  where r.config_id = @configId
    and r.customer_id = @customerId
    and r.scheduled_time >= @from
    and r.scheduled_time < @to
    and r.lane = @lane
  group by r.scheduled_time
) o;

-- name: advance
-- mode: write
-- Notes how far a running backfill has got, if it is as it was read.
with moved as (
  update scheduler_backfills
  set
    next_time = @nextTime,
    waits_for = @waitsFor,
    state = @state,
    ended_at = case when @state <> 'RUNNING' then @now::timestamptz end,
    updated_at = @now,
    version = version + 1
  where backfill_id = @backfillId and version = @version and state = 'RUNNING'
  returning 1
)
select count(*) as advanced from moved;

-- name: set_state
-- mode: write
-- Pauses, resumes or cancels one that is open.
update scheduler_backfills
set
  state = @state,
  waits_for = null,
  ended_at = case when @state = 'CANCELLED' then @now::timestamptz end,
  updated_at = @now,
  version = version + 1
where customer_id = @customerId and backfill_id = @backfillId and state in ('RUNNING', 'PAUSED') and state <> @state;
select * from scheduler_backfills where customer_id = @customerId and backfill_id = @backfillId;
