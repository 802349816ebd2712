-- name: settle
-- mode: write
-- Fires and resolves by one look at the system: @rows hold now, and those that do not are over if they are of @rules. Of several
-- looks only a later one than the last changes anything.
with taken as (
  update scheduler_alert_marks set at = @now where name = 'judged' and at < @now returning 1
)
select set_config('scheduler.before', (select count(*) from taken)::text, true) as step;

with held as (
  select r.rule, r.subject, r.customer_id, r.message, r.fires
  from jsonb_to_recordset(@rows) as r (rule text, subject text, customer_id text, message text, fires boolean)
),
fired as (
  insert into scheduler_alerts (rule, subject, customer_id, message, fired_at)
  select h.rule, h.subject, h.customer_id, h.message, @now
  from held h
  where h.fires and current_setting('scheduler.before') = '1'
  on conflict (rule, subject) where resolved_at is null do nothing
  returning 1
),
resolved as (
  update scheduler_alerts a
  set resolved_at = @now
  where a.resolved_at is null and a.rule in (select jsonb_array_elements_text(@rules))
    and current_setting('scheduler.before') = '1'
    and not exists (select 1 from held h where h.rule = a.rule and h.subject = a.subject)
  returning 1
)
select (select count(*) from fired) as fired, (select count(*) from resolved) as resolved
where current_setting('scheduler.before') = '1';

-- name: long_runs
-- mode: read
-- Runs that have been running since before a time, the longest first.
select r.run_id, r.customer_id, c.pipeline_name, r.actual_start_time
from pipeline_execution_queue q
join scheduled_pipeline_runs r on r.run_id = q.run_id
join customer_pipeline_configs c on c.config_id = r.config_id
where q.state = 'PROCESSING' and r.state = 'RUNNING' and r.actual_start_time < @before
order by r.actual_start_time, r.run_id
limit @limit;

-- name: broken_invariants
-- mode: read
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
  where c.is_active and c.next_run_time < @dueBefore
    and (c.paused_until is null or c.paused_until < @dueBefore) and s.runnable_until > @now
    and not exists (
      select 1 from scheduler_customer_returns b where b.customer_id = c.customer_id and b.returned_at >= @dueBefore
    )
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
  left join scheduled_pipeline_runs r on r.run_id = q.run_id
  where q.state = 'PROCESSING' and coalesce(r.state, '') <> 'RUNNING'
  order by q.lease_expires_at, q.queue_id
  limit @limit
);

-- name: list_untold
-- mode: read
-- Alerts of whose beginning or end nobody was told, those left out that are silenced and go on.
select alert_id, rule, subject, customer_id, message, fired_at, resolved_at, silenced_until, told
from scheduler_alerts
where told < case when resolved_at is null then 1 else 2 end
  and (resolved_at is not null or silenced_until is null or silenced_until <= @now)
order by alert_id
limit @limit;

-- name: tell
-- mode: write
-- Writes what is to be sent of alerts that are as they were read and that nobody has silenced since. The answer are the alerts that
-- this call has told.
with asked as (
  select a.alert_id, t.told
  from jsonb_to_recordset(@alerts) as t (alert_id bigint, was_told int, was_over boolean, told int)
  join scheduler_alerts a on a.alert_id = t.alert_id
  where a.told = t.was_told and (a.resolved_at is not null) = t.was_over
    and (a.resolved_at is not null or a.silenced_until is null or a.silenced_until <= @now)
  order by a.alert_id
  for update of a
),
telling as (
  update scheduler_alerts a
  set told = t.told
  from asked t
  where a.alert_id = t.alert_id
  returning a.alert_id
),
written as (
  insert into scheduler_deliveries (
    delivery_id, sink, event, customer_id, alert_id, payload, state, next_attempt_at, give_up_at, created_at
  )
  select r.delivery_id, r.sink, r.event, r.customer_id, r.alert_id, r.payload, 'PENDING', @now, @giveUpAt, @now
  from jsonb_to_recordset(@rows) as r (
    delivery_id text, sink text, event text, customer_id text, alert_id bigint, payload text
  )
  where r.alert_id in (select alert_id from telling)
  on conflict (delivery_id) do nothing
)
select alert_id from telling order by alert_id;

-- name: claim_deliveries
-- mode: write
-- Takes what is due for a sink, the longest due first, for one sender at a time. That an alert is over is not sent before that it fired.
with due as (
  select d.delivery_id
  from scheduler_deliveries d
  where d.state = 'PENDING' and d.sink = @sink and d.next_attempt_at <= coalesce(@now, now())
    and (
      d.event <> 'RESOLVED'
      or not exists (
        select 1 from scheduler_deliveries f
        where f.delivery_id = 'alert-' || d.alert_id || '-fired-' || d.sink and f.state = 'PENDING'
      )
    )
  order by d.next_attempt_at, d.delivery_id
  limit @limit
  for update of d skip locked
),
taken as (
  update scheduler_deliveries d
  set
    claim_token = @token,
    attempts = d.attempts + 1,
    next_attempt_at = coalesce(@now, now()) + @leaseMicros * interval '1 microsecond'
  from due
  where d.delivery_id = due.delivery_id
  returning d.*
)
select
  t.delivery_id, t.sink, t.event, t.customer_id, t.alert_id, t.run_id, t.payload, t.attempts, t.give_up_at,
  coalesce(@now, now()) as now
from taken t
order by t.created_at, t.delivery_id;

-- name: finish_deliveries
-- mode: write
-- What became of attempts; one that took longer than its claim, and was taken by another since, says nothing.
with finished as (
  update scheduler_deliveries d
  set
    state = r.state,
    next_attempt_at = coalesce(r.next_attempt_at, d.next_attempt_at),
    last_error = r.error,
    claim_token = null,
    ended_at = case when r.state <> 'PENDING' then @now end
  from jsonb_to_recordset(@rows) as r (delivery_id text, token text, state text, next_attempt_at timestamptz, error text)
  where d.delivery_id = r.delivery_id and d.state = 'PENDING' and d.claim_token = r.token
  returning 1
)
select count(*) as finished from finished;

-- name: next_due
-- mode: read
-- When something is due for a sink next; null where nothing waits.
select min(next_attempt_at) as due_at, coalesce(@now, now()) as now
from scheduler_deliveries
where state = 'PENDING' and sink = @sink;

-- name: silence
-- mode: write
-- Silences a firing alert until then, or ends its silence where @until is null; what waits to be sent of it is dropped.
with before as (
  select
    a.alert_id, a.customer_id, a.rule, a.subject,
    jsonb_build_object('silenced_until', a.silenced_until, 'silence_reason', a.silence_reason)::text as document
  from scheduler_alerts a
  where a.alert_id = @alertId and a.resolved_at is null and (@until::timestamptz is not null or a.silenced_until is not null)
  for update
),
changed as (
  update scheduler_alerts a
  set
    silenced_until = @until, silenced_by = case when @until::timestamptz is not null then @actor end, silence_reason = @reason
  from before b
  where a.alert_id = b.alert_id
  returning a.alert_id
),
dropped as (
  update scheduler_deliveries d
  set state = 'DROPPED', claim_token = null, last_error = 'The alert was silenced.', ended_at = @now
  where d.alert_id = (select alert_id from changed) and d.state = 'PENDING' and @until::timestamptz is not null
)
insert into scheduler_audit_entries (
  audit_id, chain, customer_id, at, actor_kind, key_id, request_id, action, target, before_json, after_json
)
select
  @auditId, coalesce('customer:' || b.customer_id, 'operators'), b.customer_id, @now, @actorKind, @actor, @requestId,
  case when @until::timestamptz is not null then 'alert.silence' else 'alert.unsilence' end, b.rule || ':' || b.subject, b.document,
  jsonb_build_object('silenced_until', @until::timestamptz, 'silence_reason', @reason::text)::text
from before b;

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
select
  a.*,
  case
    when a.resolved_at is not null then 'resolved'
    when a.silenced_until > coalesce(@now, now()) then 'silenced'
    else 'firing'
  end as state
from scheduler_alerts a
where a.alert_id = @alertId;

-- name: list_open
-- mode: read
-- Alerts that are not over, newest first.
select f.*
from (
  select a.*, case when a.silenced_until > coalesce(@now, now()) then 'silenced' else 'firing' end as state
  from scheduler_alerts a
  where a.resolved_at is null
    and (@ofCustomer::text is null or a.customer_id = @ofCustomer)
    and (a.fired_at, a.alert_id) < (@beforeAt, @beforeId)
) f
where @state::text is null or f.state = @state
order by f.fired_at desc, f.alert_id desc
limit @limit;

-- name: list_all
-- mode: read
-- Alerts, or those that are over, newest first.
select
  a.*,
  case
    when a.resolved_at is not null then 'resolved'
    when a.silenced_until > coalesce(@now, now()) then 'silenced'
    else 'firing'
  end as state
from scheduler_alerts a
where (a.fired_at, a.alert_id) < (@beforeAt, @beforeId)
  and (not @isOver or a.resolved_at is not null)
order by a.fired_at desc, a.alert_id desc
limit @limit;

-- name: list_of_customer
-- mode: read
-- Alerts of a customer, or those that are over, newest first.
select
  a.*,
  case
    when a.resolved_at is not null then 'resolved'
    when a.silenced_until > coalesce(@now, now()) then 'silenced'
    else 'firing'
  end as state
from scheduler_alerts a
where a.customer_id = @customerId
  and (a.fired_at, a.alert_id) < (@beforeAt, @beforeId)
  and (not @isOver or a.resolved_at is not null)
order by a.fired_at desc, a.alert_id desc
limit @limit;

-- name: list_deliveries
-- mode: read
-- Deliveries in a state, newest first.
select *
from scheduler_deliveries
where state = @state and (created_at, delivery_id) < (@beforeAt, @beforeId)
order by created_at desc, delivery_id desc
limit @limit;

-- name: find_deliveries
-- mode: read
-- Those of the deliveries that there are, newest first.
select *
from scheduler_deliveries
where delivery_id in (select jsonb_array_elements_text(@rows))
order by created_at desc, delivery_id desc;

-- name: retry_delivery
-- mode: write
-- Gives a dead delivery another window.
with before as (
  select d.delivery_id, jsonb_build_object('state', d.state, 'attempts', d.attempts)::text as document
  from scheduler_deliveries d
  where d.delivery_id = @deliveryId and d.state = 'DEAD'
  for update
),
retried as (
  update scheduler_deliveries d
  set state = 'PENDING', attempts = 0, next_attempt_at = @now, give_up_at = @giveUpAt, ended_at = null
  from before b
  where d.delivery_id = b.delivery_id
  returning d.delivery_id
),
audited as (
  insert into scheduler_audit_entries (
    audit_id, chain, customer_id, at, actor_kind, key_id, request_id, action, target, before_json, after_json
  )
  select
    @auditId, 'operators', null, @now, @actorKind, @actor, @requestId, 'delivery.retry', b.delivery_id, b.document,
    jsonb_build_object('state', 'PENDING', 'attempts', 0)::text
  from before b
)
select set_config('scheduler.before', (select count(*) from retried)::text, true) as step;

select d.*, current_setting('scheduler.before') = '1' as is_retried from scheduler_deliveries d where d.delivery_id = @deliveryId;

-- name: purge_deliveries
-- mode: write
with deleted as (
  delete from scheduler_deliveries
  where delivery_id in (
    select delivery_id from scheduler_deliveries
    where state in ('DELIVERED', 'DEAD', 'DROPPED', 'PENDING') and created_at < @before
    order by delivery_id
    limit @limit
    for update skip locked
  )
  returning 1
)
select count(*) as deleted from deleted;

-- name: purge_alerts
-- mode: write
-- Alerts that ended before a time.
with deleted as (
  delete from scheduler_alerts
  where alert_id in (
    select alert_id from scheduler_alerts
    where fired_at < @before and resolved_at < @before and told = 2
    order by alert_id
    limit @limit
    for update skip locked
  )
  returning 1
)
select count(*) as deleted from deleted;

-- name: runs_mark
-- mode: read
-- Up to which end the runs have been looked at.
select at, id from scheduler_alert_marks where name = 'runs';

-- name: list_ended
-- mode: read
-- A page of the runs that ended, in the order of their ends: those of pipelines with somebody to tell, or that were told of, and the
-- last of the page whichever it is. A pipeline without addresses of its own has those of its provider's configuration.
with page as materialized (
  select t.at, t.run_id, row_number() over (order by t.at, t.run_id) as place
  from scheduler_run_transitions t
  where t.to_state in ('COMPLETED', 'FAILED', 'SKIPPED')
    and (t.at, t.run_id) > (@afterAt, @afterId)
    and t.at <= @until
  order by t.at, t.run_id
  limit @limit
),
told as (
  select
    p.at as ended_at, p.place, p.run_id, r.config_id, r.customer_id, r.pipeline_template, r.state, r.error_type,
    r.error_message, r.scheduled_time, r.data_interval_start, r.data_interval_end, r.actual_start_time,
    r.execution_duration_seconds, r.retry_attempt, r.triggered_by, c.pipeline_name, c.provider, c.domain, c.timezone,
    case
      when jsonb_array_length(c.notification_emails) > 0 then c.notification_emails
      else (
        select d.notification_emails from customer_provider_configs d
        where d.customer_id = c.customer_id and d.provider = c.provider and d.domain = c.domain
          and d.is_active and d.notification_enabled and jsonb_array_length(d.notification_emails) > 0
      )
    end as recipients,
    f.failing_since, f.told_at, f.failures
  from page p
  left join scheduled_pipeline_runs r on r.run_id = p.run_id
  left join customer_pipeline_configs c on c.config_id = r.config_id
  left join scheduler_failing_pipelines f on f.config_id = r.config_id
)
select
  t.*,
  s.company_name,
  s.tenant_dataset_id,
  exists (
    select 1 from scheduled_pipeline_runs n
    where n.config_id = t.config_id and n.scheduled_time = t.scheduled_time and n.parent_run_id = t.run_id
      and n.retry_attempt = t.retry_attempt + 1
  ) as is_retried,
  (select count(*) from page) as page_size
from told t
left join customer_profiles s on s.customer_id = t.customer_id
where t.recipients is not null or t.failing_since is not null or t.place = (select count(*) from page)
order by t.place;

-- name: tell_runs
-- mode: write
-- Moves the mark on from where it was read and writes what follows from the page; where another process has moved it since, nothing.
with moved as (
  update scheduler_alert_marks set at = @toAt, id = @toId
  where name = 'runs' and at = @fromAt and id = @fromId
  returning 1
)
select set_config('scheduler.before', (select count(*) from moved)::text, true) as step;

insert into scheduler_deliveries (
  delivery_id, sink, event, customer_id, run_id, payload, state, next_attempt_at, give_up_at, created_at
)
select r.delivery_id, r.sink, r.event, r.customer_id, r.run_id, r.payload, 'PENDING', @now, @giveUpAt, @now
from jsonb_to_recordset(@rows) as r (delivery_id text, sink text, event text, customer_id text, run_id text, payload text)
where current_setting('scheduler.before') = '1'
  and exists (select 1 from customer_profiles p where p.customer_id = r.customer_id)
on conflict (delivery_id) do nothing;

delete from scheduler_failing_pipelines
where config_id in (select r.config_id from jsonb_to_recordset(@pipelines) as r (config_id text))
  and current_setting('scheduler.before') = '1';

insert into scheduler_failing_pipelines (config_id, customer_id, failing_since, told_at, failures)
select r.config_id, r.customer_id, r.failing_since, r.told_at, r.failures
from jsonb_to_recordset(@pipelines) as r (
  config_id text, customer_id text, failing_since timestamptz, told_at timestamptz, failures bigint
)
where r.failing_since is not null
  and current_setting('scheduler.before') = '1'
  and exists (select 1 from customer_pipeline_configs c where c.config_id = r.config_id);

select current_setting('scheduler.before')::int as moved;
