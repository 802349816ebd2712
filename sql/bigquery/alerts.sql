-- name: settle
-- mode: write
-- param: rows array<struct<rule string, subject string, customer_id string, message string, fires bool>>
-- param: rules array<string>
-- param: now timestamp
-- Fires and resolves by one look at the system: @rows hold now, and those that do not are over if they are of @rules. Of several
-- looks only a later one than the last changes anything.
declare op_taken bool default false;
declare op_fired int64 default 0;
declare op_resolved int64 default 0;
begin transaction;
update scheduler_alert_marks set `at` = @now where name = 'judged' and `at` < @now;
set op_taken = @@row_count > 0;
if op_taken then
  if exists (select 1 from unnest(@rows) r where r.fires) then
    insert into scheduler_alerts (alert_id, rule, subject, customer_id, message, fired_at)
    select
      farm_fingerprint(concat(r.rule, '/', r.subject, '/', cast(@now as string))), r.rule, r.subject, r.customer_id, r.message, @now
    from unnest(@rows) r
    left join scheduler_alerts a on a.rule = r.rule and a.subject = r.subject and a.resolved_at is null
    where r.fires and a.rule is null;
    set op_fired = @@row_count;
  end if;
  if exists (select 1 from scheduler_alerts where resolved_at is null and rule in unnest(@rules)) then
    update scheduler_alerts
    set resolved_at = @now
    where resolved_at is null and rule in unnest(@rules)
      and concat(rule, '/', subject) not in (select concat(r.rule, '/', r.subject) from unnest(@rows) r);
    set op_resolved = @@row_count;
  end if;
end if;
commit transaction;
select op_fired as fired, op_resolved as resolved from (select 1) where op_taken;

-- name: long_runs
-- mode: read
-- param: before timestamp
-- param: limit int64
-- Runs that have been running since before a time, the longest first.
select r.run_id, r.customer_id, c.pipeline_name, r.actual_start_time
from pipeline_execution_queue q
join scheduled_pipeline_runs r on r.run_id = q.run_id and r.scheduled_time = q.scheduled_time
join customer_pipeline_configs c on c.config_id = r.config_id
where q.state = 'PROCESSING' and r.state = 'RUNNING' and r.actual_start_time < @before
order by r.actual_start_time, r.run_id
limit @limit;

-- name: broken_invariants
-- mode: read
-- param: now timestamp
-- param: dueBefore timestamp
-- param: leaseBefore timestamp
-- param: limit int64
-- What must never be: an active pipeline of a customer that may run without a next time, or due since @dueBefore though neither just
-- resumed nor just back; a lease that ended before @leaseBefore; an item that is being processed without a run that is running.
(
  select 'next_run_missing' as invariant, c.config_id as id
  from customer_pipeline_configs c
  join scheduler_customer_standing s on s.customer_id = c.customer_id
  where c.is_active and c.next_run_time is null
    and (c.paused_until is null or c.paused_until <= @now) and s.runnable_until > @now
  order by c.config_id
  limit @limit
)
union all
(
  select 'due_too_long' as invariant, c.config_id as id
  from customer_pipeline_configs c
  join scheduler_customer_standing s on s.customer_id = c.customer_id
  left join scheduler_customer_returns b on b.customer_id = c.customer_id and b.returned_at >= @dueBefore
  where c.is_active and c.next_run_time < @dueBefore
    and (c.paused_until is null or c.paused_until < @dueBefore) and s.runnable_until > @now
    and b.customer_id is null
  order by c.next_run_time, c.config_id
  limit @limit
)
union all
(
  select 'lease_not_ended' as invariant, q.queue_id as id
  from pipeline_execution_queue q
  where q.state = 'PROCESSING' and q.lease_expires_at < @leaseBefore
  order by q.lease_expires_at, q.queue_id
  limit @limit
)
union all
(
  select 'item_without_run' as invariant, q.queue_id as id
  from pipeline_execution_queue q
  left join scheduled_pipeline_runs r on r.run_id = q.run_id and r.scheduled_time = q.scheduled_time
  where q.state = 'PROCESSING' and coalesce(r.state, '') <> 'RUNNING'
  order by q.lease_expires_at, q.queue_id
  limit @limit
);

-- name: list_untold
-- mode: read
-- param: now timestamp
-- param: limit int64
-- Alerts of whose beginning or end nobody was told, those left out that are silenced and go on.
select alert_id, rule, subject, customer_id, message, fired_at, resolved_at, silenced_until, coalesce(told, 0) as told
from scheduler_alerts
where coalesce(told, 0) < if(resolved_at is null, 1, 2)
  and (resolved_at is not null or silenced_until is null or silenced_until <= @now)
order by fired_at, alert_id
limit @limit;

-- name: tell
-- mode: write
-- param: alerts array<struct<alert_id int64, was_told int64, was_over bool, told int64>>
-- param: rows array<struct<delivery_id string, sink string, event string, customer_id string, alert_id int64, payload string>>
-- param: giveUpAt timestamp
-- param: now timestamp
-- Writes what is to be sent of alerts that are as they were read and that nobody has silenced since. The answer are the alerts that
-- this call has told.
declare op_told array<int64>;
begin transaction;
set op_told = (
  select array_agg(a.alert_id order by a.alert_id)
  from scheduler_alerts a
  join unnest(@alerts) t on t.alert_id = a.alert_id
  where coalesce(a.told, 0) = t.was_told and (a.resolved_at is not null) = t.was_over
    and (a.resolved_at is not null or a.silenced_until is null or a.silenced_until <= @now)
);
if array_length(op_told) > 0 then
  update scheduler_alerts a
  set told = t.told
  from unnest(@alerts) t
  where a.alert_id = t.alert_id and a.alert_id in unnest(op_told);
  if exists (select 1 from unnest(@rows)) then
    insert into scheduler_deliveries (
      delivery_id, sink, event, customer_id, alert_id, payload, state, next_attempt_at, give_up_at, created_at
    )
    select r.delivery_id, r.sink, r.event, r.customer_id, r.alert_id, r.payload, 'PENDING', @now, @giveUpAt, @now
    from unnest(@rows) r
    left join scheduler_deliveries d on d.delivery_id = r.delivery_id
    where r.alert_id in unnest(op_told) and d.delivery_id is null;
  end if;
end if;
commit transaction;
select alert_id from unnest(op_told) as alert_id order by alert_id;

-- name: claim_deliveries
-- mode: write
-- param: sink string
-- param: token string
-- param: limit int64
-- param: leaseMicros int64
-- param: now timestamp
-- Takes what is due for a sink, the longest due first, for one sender at a time. That an alert is over is not sent before that it fired.
declare op_now timestamp default coalesce(@now, current_timestamp());
declare op_due array<string>;
begin transaction;
set op_due = (
  select array_agg(d.delivery_id)
  from (
    select d.delivery_id
    from scheduler_deliveries d
    left join scheduler_deliveries f
      on f.delivery_id = concat('alert-', cast(d.alert_id as string), '-fired-', d.sink) and f.state = 'PENDING' and d.event = 'RESOLVED'
    where d.state = 'PENDING' and d.sink = @sink and d.next_attempt_at <= op_now and f.delivery_id is null
    order by d.next_attempt_at, d.delivery_id
    limit @limit
  ) d
);
if array_length(op_due) > 0 then
  update scheduler_deliveries
  set
    claim_token = @token,
    attempts = attempts + 1,
    next_attempt_at = timestamp_add(op_now, interval @leaseMicros microsecond)
  where delivery_id in unnest(op_due);
end if;
commit transaction;
select
  d.delivery_id, d.sink, d.event, d.customer_id, d.alert_id, d.run_id, d.payload, d.attempts, d.give_up_at, op_now as now
from scheduler_deliveries d
where d.delivery_id in unnest(op_due) and d.claim_token = @token
order by d.created_at, d.delivery_id;

-- name: finish_deliveries
-- mode: write
-- param: rows array<struct<delivery_id string, token string, state string, next_attempt_at timestamp, error string>>
-- param: now timestamp
-- What became of attempts; one that took longer than its claim, and was taken by another since, says nothing.
declare op_finished int64;
update scheduler_deliveries d
set
  state = r.state,
  next_attempt_at = coalesce(r.next_attempt_at, d.next_attempt_at),
  last_error = r.error,
  claim_token = null,
  ended_at = if(r.state <> 'PENDING', @now, null)
from unnest(@rows) r
where d.delivery_id = r.delivery_id and d.state = 'PENDING' and d.claim_token = r.token;
set op_finished = @@row_count;
select op_finished as finished;

-- name: next_due
-- mode: read
-- param: sink string
-- param: now timestamp
-- When something is due for a sink next; null where nothing waits.
select min(next_attempt_at) as due_at, coalesce(@now, current_timestamp()) as now
from scheduler_deliveries
where state = 'PENDING' and sink = @sink;

-- name: silence
-- mode: write
-- param: alertId int64
-- param: until timestamp
-- param: reason string
-- param: auditId string
-- param: actorKind string
-- param: actor string
-- param: requestId string
-- param: now timestamp
-- Silences a firing alert until then, or ends its silence where @until is null; what waits to be sent of it is dropped.
declare op_before string;
begin transaction;
set op_before = (
  select max(to_json_string(struct(silenced_until, silence_reason)))
  from scheduler_alerts
  where alert_id = @alertId and resolved_at is null and (@until is not null or silenced_until is not null)
);
if op_before is not null then
  update scheduler_alerts
  set silenced_until = @until, silenced_by = if(@until is not null, @actor, null), silence_reason = @reason
  where alert_id = @alertId and resolved_at is null;
  if @until is not null then
    update scheduler_deliveries
    set state = 'DROPPED', claim_token = null, last_error = 'The alert was silenced.', ended_at = @now
    where alert_id = @alertId and state = 'PENDING';
  end if;
  insert into scheduler_audit_entries (audit_id, chain, customer_id, `at`, actor_kind, key_id, request_id, action, target, before_json, after_json)
  select
    @auditId, coalesce(concat('customer:', a.customer_id), 'operators'), a.customer_id, @now, @actorKind, @actor, @requestId,
    if(@until is not null, 'alert.silence', 'alert.unsilence'), concat(a.rule, ':', a.subject), op_before,
    to_json_string(struct(a.silenced_until, a.silence_reason))
  from scheduler_alerts a
  where a.alert_id = @alertId;
end if;
commit transaction;
select
  a.*,
  case
    when a.resolved_at is not null then 'resolved'
    when a.silenced_until > @now then 'silenced'
    else 'firing'
  end as state
from scheduler_alerts a
where a.alert_id = @alertId;

-- name: get
-- mode: read
-- param: alertId int64
-- param: now timestamp
select
  a.*,
  case
    when a.resolved_at is not null then 'resolved'
    when a.silenced_until > coalesce(@now, current_timestamp()) then 'silenced'
    else 'firing'
  end as state
from scheduler_alerts a
where a.alert_id = @alertId;

-- name: list_open
-- mode: read
-- param: ofCustomer string
-- param: state string
-- param: beforeAt timestamp
-- param: beforeId int64
-- param: now timestamp
-- param: limit int64
-- Alerts that are not over, newest first.
select f.*
from (
  select a.*, if(a.silenced_until > coalesce(@now, current_timestamp()), 'silenced', 'firing') as state
  from scheduler_alerts a
  where a.resolved_at is null
    and (@ofCustomer is null or a.customer_id = @ofCustomer)
    and (a.fired_at < @beforeAt or a.fired_at = @beforeAt and a.alert_id < @beforeId)
) f
where @state is null or f.state = @state
order by f.fired_at desc, f.alert_id desc
limit @limit;

-- name: list_all
-- mode: read
-- param: isOver bool
-- param: beforeAt timestamp
-- param: beforeId int64
-- param: now timestamp
-- param: limit int64
-- Alerts, or those that are over, newest first.
select
  a.*,
  case
    when a.resolved_at is not null then 'resolved'
    when a.silenced_until > coalesce(@now, current_timestamp()) then 'silenced'
    else 'firing'
  end as state
from scheduler_alerts a
where (a.fired_at < @beforeAt or a.fired_at = @beforeAt and a.alert_id < @beforeId)
  and (not @isOver or a.resolved_at is not null)
order by a.fired_at desc, a.alert_id desc
limit @limit;

-- name: list_of_customer
-- mode: read
-- param: customerId string
-- param: isOver bool
-- param: beforeAt timestamp
-- param: beforeId int64
-- param: now timestamp
-- param: limit int64
-- Alerts of a customer, or those that are over, newest first.
select
  a.*,
  case
    when a.resolved_at is not null then 'resolved'
    when a.silenced_until > coalesce(@now, current_timestamp()) then 'silenced'
    else 'firing'
  end as state
from scheduler_alerts a
where a.customer_id = @customerId
  and (a.fired_at < @beforeAt or a.fired_at = @beforeAt and a.alert_id < @beforeId)
  and (not @isOver or a.resolved_at is not null)
order by a.fired_at desc, a.alert_id desc
limit @limit;

-- name: list_deliveries
-- mode: read
-- param: state string
-- param: beforeAt timestamp
-- param: beforeId string
-- param: limit int64
-- Deliveries in a state, newest first.
select *
from scheduler_deliveries
where state = @state and (created_at < @beforeAt or created_at = @beforeAt and delivery_id < @beforeId)
order by created_at desc, delivery_id desc
limit @limit;

-- name: find_deliveries
-- mode: read
-- param: rows array<string>
-- Those of the deliveries that there are, newest first.
select *
from scheduler_deliveries
where delivery_id in unnest(@rows)
order by created_at desc, delivery_id desc;

-- name: retry_delivery
-- mode: write
-- param: deliveryId string
-- param: giveUpAt timestamp
-- param: auditId string
-- param: actorKind string
-- param: actor string
-- param: requestId string
-- param: now timestamp
-- Gives a dead delivery another window.
declare op_before string;
begin transaction;
set op_before = (
  select max(to_json_string(struct(state, attempts))) from scheduler_deliveries where delivery_id = @deliveryId and state = 'DEAD'
);
if op_before is not null then
  update scheduler_deliveries
  set state = 'PENDING', attempts = 0, next_attempt_at = @now, give_up_at = @giveUpAt, ended_at = null
  where delivery_id = @deliveryId and state = 'DEAD';
  insert into scheduler_audit_entries (audit_id, chain, customer_id, `at`, actor_kind, key_id, request_id, action, target, before_json, after_json)
  values (
    @auditId, 'operators', null, @now, @actorKind, @actor, @requestId, 'delivery.retry', @deliveryId, op_before,
    '{"state":"PENDING","attempts":0}'
  );
end if;
commit transaction;
select d.*, op_before is not null as is_retried from scheduler_deliveries d where d.delivery_id = @deliveryId;

-- name: purge_deliveries
-- mode: write
-- param: before timestamp
-- param: limit int64
-- The limit is for engines that delete row by row.
declare op_deleted int64 default 0;
if @limit > 0 and exists (select 1 from scheduler_deliveries where created_at < @before) then
  delete from scheduler_deliveries where created_at < @before;
  set op_deleted = @@row_count;
end if;
select op_deleted as deleted;

-- name: purge_alerts
-- mode: write
-- param: before timestamp
-- param: limit int64
-- Alerts that ended before a time. The limit is for engines that delete row by row.
declare op_deleted int64 default 0;
if @limit > 0 and exists (select 1 from scheduler_alerts where fired_at < @before and resolved_at < @before and told = 2) then
  delete from scheduler_alerts where fired_at < @before and resolved_at < @before and told = 2;
  set op_deleted = @@row_count;
end if;
select op_deleted as deleted;

-- name: runs_mark
-- mode: read
-- Up to which end the runs have been looked at.
select `at`, id from scheduler_alert_marks where name = 'runs';

-- name: list_ended
-- mode: read
-- param: afterAt timestamp
-- param: afterId string
-- param: until timestamp
-- param: limit int64
-- A page of the runs that ended, in the order of their ends: those of pipelines with somebody to tell, or that were told of, and the
-- last of the page whichever it is. A pipeline without addresses of its own has those of its provider's configuration. Runs are looked
-- for in the partitions of the 8 days before; one with an earlier nominal time, as a backfill has, is not found and not told of.
with page as (
  select t.`at`, t.run_id, row_number() over (order by t.`at`, t.run_id) as place, count(*) over () as found
  from scheduler_run_transitions t
  where t.to_state in ('COMPLETED', 'FAILED', 'SKIPPED')
    and t.`at` >= @afterAt and t.`at` <= @until
    and (t.`at` > @afterAt or t.run_id > @afterId)
),
runs as (
  select *
  from scheduled_pipeline_runs
  where scheduled_time >= timestamp_sub(@afterAt, interval 8 day)
),
told as (
  select
    p.`at` as ended_at, p.place, least(p.found, @limit) as page_size, p.run_id as page_run_id, r.run_id, r.config_id, r.customer_id,
    r.pipeline_template, r.state, r.error_type, r.error_message, r.scheduled_time, r.data_interval_start, r.data_interval_end,
    r.actual_start_time, r.execution_duration_seconds, r.retry_attempt, r.triggered_by, c.pipeline_name, c.provider, c.domain,
    c.timezone,
    to_json_string(if(array_length(c.notification_emails) > 0, c.notification_emails, d.notification_emails)) as recipients,
    f.failing_since, f.told_at, f.failures
  from page p
  left join runs r on r.run_id = p.run_id
  left join customer_pipeline_configs c on c.config_id = r.config_id
  left join customer_provider_configs d
    on d.customer_id = c.customer_id and d.provider = c.provider and d.domain = c.domain and d.is_active and d.notification_enabled
  left join scheduler_failing_pipelines f on f.config_id = r.config_id
  where p.place <= @limit
)
select
  t.ended_at, t.place, t.page_size, t.page_run_id as run_id, t.config_id, t.customer_id, t.pipeline_template, t.state, t.error_type,
  t.error_message, t.scheduled_time, t.data_interval_start, t.data_interval_end, t.actual_start_time, t.execution_duration_seconds,
  t.retry_attempt, t.triggered_by, t.pipeline_name, t.provider, t.domain, t.timezone, nullif(nullif(t.recipients, '[]'), 'null') as recipients,
  t.failing_since, t.told_at, t.failures, s.company_name, s.tenant_dataset_id, n.run_id is not null as is_retried
from told t
left join customer_profiles s on s.customer_id = t.customer_id
left join runs n on n.parent_run_id = t.run_id and n.retry_attempt = t.retry_attempt + 1
where nullif(nullif(t.recipients, '[]'), 'null') is not null or t.failing_since is not null or t.place = t.page_size
order by t.place;

-- name: tell_runs
-- mode: write
-- param: fromAt timestamp
-- param: fromId string
-- param: toAt timestamp
-- param: toId string
-- param: rows array<struct<delivery_id string, sink string, event string, customer_id string, run_id string, payload string>>
-- param: pipelines array<struct<config_id string, customer_id string, failing_since timestamp, told_at timestamp, failures int64>>
-- param: giveUpAt timestamp
-- param: now timestamp
-- Moves the mark on from where it was read and writes what follows from the page; where another process has moved it since, nothing.
declare op_moved int64;
begin transaction;
update scheduler_alert_marks set `at` = @toAt, id = @toId where name = 'runs' and `at` = @fromAt and id = @fromId;
set op_moved = @@row_count;
if op_moved > 0 and exists (select 1 from unnest(@rows)) then
  insert into scheduler_deliveries (
    delivery_id, sink, event, customer_id, run_id, payload, state, next_attempt_at, give_up_at, created_at
  )
  select r.delivery_id, r.sink, r.event, r.customer_id, r.run_id, r.payload, 'PENDING', @now, @giveUpAt, @now
  from unnest(@rows) r
  left join scheduler_deliveries d on d.delivery_id = r.delivery_id
  where d.delivery_id is null and r.customer_id in (select customer_id from customer_profiles);
end if;
if op_moved > 0 and exists (select 1 from unnest(@pipelines)) then
  delete from scheduler_failing_pipelines where config_id in (select p.config_id from unnest(@pipelines) p);
  insert into scheduler_failing_pipelines (config_id, customer_id, failing_since, told_at, failures)
  select p.config_id, p.customer_id, p.failing_since, p.told_at, p.failures
  from unnest(@pipelines) p
  where p.failing_since is not null and p.config_id in (select config_id from customer_pipeline_configs);
end if;
commit transaction;
select op_moved as moved;
