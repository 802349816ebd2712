-- name: settle
-- mode: write
-- Fires and resolves by one look at the system: @rows hold now, and those that do not are over if they are of @rules. Of several
-- looks only a later one than the last changes anything.
delete from temp.settled;
insert into temp.settled (fired, resolved)
select 0, 0 from scheduler_alert_marks where name = 'judged' and at < @now;

update scheduler_alert_marks set at = @now where name = 'judged' and exists (select 1 from temp.settled);

insert into scheduler_alerts (rule, subject, customer_id, message, fired_at)
select r.value ->> 'rule', r.value ->> 'subject', r.value ->> 'customer_id', r.value ->> 'message', @now
from json_each(@rows) r
where r.value ->> 'fires' and exists (select 1 from temp.settled)
on conflict do nothing;
update temp.settled set fired = changes();

update scheduler_alerts
set resolved_at = @now
where resolved_at is null and rule in (select value from json_each(@rules))
  and exists (select 1 from temp.settled)
  and not exists (
    select 1 from json_each(@rows) r where r.value ->> 'rule' = rule and r.value ->> 'subject' = subject
  );
update temp.settled set resolved = changes();

select fired, resolved from temp.settled;

-- name: long_runs
-- mode: read
-- Runs that have been running since before a time, the longest first.
select r.run_id, r.customer_id, c.pipeline_name, r.actual_start_time
from pipeline_execution_queue q
cross join scheduled_pipeline_runs r on r.run_id = q.run_id
cross join customer_pipeline_configs c on c.config_id = r.config_id
where q.state = 'PROCESSING' and r.state = 'RUNNING' and r.actual_start_time < @before
order by r.actual_start_time, r.run_id
limit @limit;

-- name: broken_invariants
-- mode: read
-- What must never be: an active pipeline of a customer that may run without a next time, or due since @dueBefore though neither just
-- resumed nor just back; a lease that ended before @leaseBefore; an item that is being processed without a run that is running.
select * from (
  select 'next_run_missing' as invariant, c.config_id as id
  from customer_pipeline_configs c
  cross join scheduler_customer_standing s on s.customer_id = c.customer_id
  where c.is_active = 1 and c.next_run_time is null
    and coalesce(c.paused_until, 0) <= @now and s.runnable_until > @now
  order by c.next_run_time, c.config_id
  limit @limit
)
union all
select * from (
  select 'due_too_long' as invariant, c.config_id as id
  from customer_pipeline_configs c
  cross join scheduler_customer_standing s on s.customer_id = c.customer_id
  where c.is_active = 1 and c.next_run_time < @dueBefore
    and coalesce(c.paused_until, 0) < @dueBefore and s.runnable_until > @now
    and not exists (
      select 1 from scheduler_customer_returns b where b.customer_id = c.customer_id and b.returned_at >= @dueBefore
    )
  order by c.next_run_time, c.config_id
  limit @limit
)
union all
select * from (
  select 'lease_not_ended' as invariant, q.queue_id as id
  from pipeline_execution_queue q
  where q.state = 'PROCESSING' and q.lease_expires_at < @leaseBefore
  order by q.lease_expires_at
  limit @limit
)
union all
select * from (
  select 'item_without_run' as invariant, q.queue_id as id
  from pipeline_execution_queue q
  left join scheduled_pipeline_runs r on r.run_id = q.run_id
  where q.state = 'PROCESSING' and coalesce(r.state, '') <> 'RUNNING'
  order by q.lease_expires_at
  limit @limit
);

-- name: list_untold
-- mode: read
-- Alerts of whose beginning or end nobody was told, those left out that are silenced and go on.
select alert_id, rule, subject, customer_id, message, fired_at, resolved_at, silenced_until, told
from scheduler_alerts
where told < case when resolved_at is null then 1 else 2 end
  and (resolved_at is not null or coalesce(silenced_until, 0) <= @now)
order by alert_id
limit @limit;

-- name: tell
-- mode: write
-- Writes what is to be sent of alerts that are as they were read and that nobody has silenced since. The answer are the alerts that
-- this call has told.
delete from temp.telling;
insert into temp.telling (alert_id, told)
select a.alert_id, t.value ->> 'told'
from json_each(@alerts) t
cross join scheduler_alerts a on a.alert_id = t.value ->> 'alert_id'
where a.told = t.value ->> 'was_told' and (a.resolved_at is not null) = t.value ->> 'was_over'
  and (a.resolved_at is not null or coalesce(a.silenced_until, 0) <= @now);

update scheduler_alerts
set told = (select t.told from temp.telling t where t.alert_id = scheduler_alerts.alert_id)
where alert_id in (select alert_id from temp.telling);

insert into scheduler_deliveries (
  delivery_id, sink, event, customer_id, alert_id, payload, state, next_attempt_at, give_up_at, created_at
)
select
  r.value ->> 'delivery_id', r.value ->> 'sink', r.value ->> 'event', r.value ->> 'customer_id', r.value ->> 'alert_id',
  r.value ->> 'payload', 'PENDING', @now, @giveUpAt, @now
from json_each(@rows) r
where r.value ->> 'alert_id' in (select alert_id from temp.telling)
on conflict do nothing;

select alert_id from temp.telling order by alert_id;

-- name: claim_deliveries
-- mode: write
-- Takes what is due for a sink, the longest due first, for one sender at a time. That an alert is over is not sent before that it fired.
delete from temp.op;
insert into temp.op (now) select coalesce(@now, cast(unixepoch('subsec') * 1000 as integer) * 1000);

update scheduler_deliveries
set
  claim_token = @token,
  attempts = attempts + 1,
  next_attempt_at = (select now from temp.op) + @leaseMicros
where delivery_id in (
  select d.delivery_id
  from scheduler_deliveries d
  where d.state = 'PENDING' and d.sink = @sink and d.next_attempt_at <= (select now from temp.op)
    and (
      d.event <> 'RESOLVED'
      or not exists (
        select 1 from scheduler_deliveries f
        where f.delivery_id = 'alert-' || d.alert_id || '-fired-' || d.sink and f.state = 'PENDING'
      )
    )
  order by d.next_attempt_at, d.delivery_id
  limit @limit
);

select d.delivery_id, d.sink, d.event, d.customer_id, d.alert_id, d.run_id, d.payload, d.attempts, d.give_up_at, o.now
from temp.op o
cross join scheduler_deliveries d
  on d.state = 'PENDING' and d.sink = @sink and d.next_attempt_at = o.now + @leaseMicros and d.claim_token = @token
order by d.created_at, d.delivery_id;

-- name: finish_deliveries
-- mode: write
-- What became of attempts; one that took longer than its claim, and was taken by another since, says nothing.
update scheduler_deliveries
set
  state = r.state,
  next_attempt_at = coalesce(r.next_attempt_at, scheduler_deliveries.next_attempt_at),
  last_error = r.error,
  claim_token = null,
  ended_at = case when r.state <> 'PENDING' then @now end
from (
  select
    value ->> 'delivery_id' as delivery_id, value ->> 'token' as token, value ->> 'state' as state,
    value ->> 'next_attempt_at' as next_attempt_at, value ->> 'error' as error
  from json_each(@rows)
) r
where scheduler_deliveries.delivery_id = r.delivery_id
  and scheduler_deliveries.state = 'PENDING' and scheduler_deliveries.claim_token = r.token;

select changes() as finished;

-- name: next_due
-- mode: read
-- When something is due for a sink next; null where nothing waits.
select min(next_attempt_at) as due_at, coalesce(@now, cast(unixepoch('subsec') * 1000 as integer) * 1000) as now
from scheduler_deliveries
where state = 'PENDING' and sink = @sink;

-- name: silence
-- mode: write
-- Silences a firing alert until then, or ends its silence where @until is null; what waits to be sent of it is dropped.
delete from temp.audited;
insert into temp.audited (target, before_json)
select alert_id, json_object('silenced_until', silenced_until, 'silence_reason', silence_reason)
from scheduler_alerts
where alert_id = @alertId and resolved_at is null and (@until is not null or silenced_until is not null);

update scheduler_alerts
set silenced_until = @until, silenced_by = case when @until is not null then @actor end, silence_reason = @reason
where alert_id in (select target from temp.audited);

update scheduler_deliveries
set state = 'DROPPED', claim_token = null, last_error = 'The alert was silenced.', ended_at = @now
where alert_id in (select target from temp.audited) and state = 'PENDING' and @until is not null;

insert into scheduler_audit_entries (
  audit_id, chain, customer_id, at, actor_kind, key_id, request_id, action, target, before_json, after_json
)
select
  @auditId, coalesce('customer:' || a.customer_id, 'operators'), a.customer_id, @now, @actorKind, @actor, @requestId,
  case when @until is not null then 'alert.silence' else 'alert.unsilence' end, a.rule || ':' || a.subject, t.before_json,
  json_object('silenced_until', a.silenced_until, 'silence_reason', a.silence_reason)
from temp.audited t
cross join scheduler_alerts a on a.alert_id = t.target;

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
    when a.silenced_until > coalesce(@now, cast(unixepoch('subsec') * 1000 as integer) * 1000) then 'silenced'
    else 'firing'
  end as state
from scheduler_alerts a
where a.alert_id = @alertId;

-- name: list_open
-- mode: read
-- Alerts that are not over, newest first.
select f.*
from (
  select
    a.*,
    case
      when a.silenced_until > coalesce(@now, cast(unixepoch('subsec') * 1000 as integer) * 1000) then 'silenced'
      else 'firing'
    end as state
  from scheduler_alerts a
  where a.resolved_at is null
    and (@ofCustomer is null or a.customer_id = @ofCustomer)
    and (+a.fired_at, +a.alert_id) < (@beforeAt, @beforeId)
) f
where @state is null or f.state = @state
order by +f.fired_at desc, f.alert_id desc
limit @limit;

-- name: list_all
-- mode: read
-- Alerts, or those that are over, newest first.
select
  a.*,
  case
    when a.resolved_at is not null then 'resolved'
    when a.silenced_until > coalesce(@now, cast(unixepoch('subsec') * 1000 as integer) * 1000) then 'silenced'
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
    when a.silenced_until > coalesce(@now, cast(unixepoch('subsec') * 1000 as integer) * 1000) then 'silenced'
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
where delivery_id in (select value from json_each(@rows))
order by created_at desc, delivery_id desc;

-- name: retry_delivery
-- mode: write
-- Gives a dead delivery another window.
delete from temp.audited;
insert into temp.audited (target, before_json)
select delivery_id, json_object('state', state, 'attempts', attempts)
from scheduler_deliveries
where delivery_id = @deliveryId and state = 'DEAD';

update scheduler_deliveries
set state = 'PENDING', attempts = 0, next_attempt_at = @now, give_up_at = @giveUpAt, ended_at = null
where delivery_id in (select target from temp.audited);

insert into scheduler_audit_entries (
  audit_id, chain, customer_id, at, actor_kind, key_id, request_id, action, target, before_json, after_json
)
select
  @auditId, 'operators', null, @now, @actorKind, @actor, @requestId, 'delivery.retry', target, before_json,
  json_object('state', 'PENDING', 'attempts', 0)
from temp.audited;

select d.*, exists (select 1 from temp.audited) as is_retried from scheduler_deliveries d where d.delivery_id = @deliveryId;

-- name: purge_deliveries
-- mode: write
delete from scheduler_deliveries
where delivery_id in (
  select delivery_id from scheduler_deliveries
  where state in ('DELIVERED', 'DEAD', 'DROPPED', 'PENDING') and created_at < @before
  limit @limit
);
select changes() as deleted;

-- name: purge_alerts
-- mode: write
-- Alerts that ended before a time.
delete from scheduler_alerts
where alert_id in (
  select alert_id from scheduler_alerts
  where fired_at < @before and resolved_at < @before and told = 2
  limit @limit
);
select changes() as deleted;

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
      when json_array_length(c.notification_emails) > 0 then c.notification_emails
      else (
        select d.notification_emails from customer_provider_configs d
        where d.customer_id = c.customer_id and d.provider = c.provider and d.domain = c.domain
          and d.is_active = 1 and d.notification_enabled = 1 and json_array_length(d.notification_emails) > 0
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
delete from temp.op;
insert into temp.op (now)
select @now from scheduler_alert_marks where name = 'runs' and at = @fromAt and id = @fromId;

update scheduler_alert_marks set at = @toAt, id = @toId where name = 'runs' and exists (select 1 from temp.op);

insert into scheduler_deliveries (
  delivery_id, sink, event, customer_id, run_id, payload, state, next_attempt_at, give_up_at, created_at
)
select
  r.value ->> 'delivery_id', r.value ->> 'sink', r.value ->> 'event', r.value ->> 'customer_id', r.value ->> 'run_id',
  r.value ->> 'payload', 'PENDING', @now, @giveUpAt, @now
from json_each(@rows) r
where exists (select 1 from temp.op)
  and exists (select 1 from customer_profiles p where p.customer_id = r.value ->> 'customer_id')
on conflict do nothing;

delete from scheduler_failing_pipelines
where config_id in (select value ->> 'config_id' from json_each(@pipelines)) and exists (select 1 from temp.op);

insert into scheduler_failing_pipelines (config_id, customer_id, failing_since, told_at, failures)
select
  r.value ->> 'config_id', r.value ->> 'customer_id', r.value ->> 'failing_since', r.value ->> 'told_at', r.value ->> 'failures'
from json_each(@pipelines) r
where r.value ->> 'failing_since' is not null
  and exists (select 1 from temp.op)
  and exists (select 1 from customer_pipeline_configs c where c.config_id = r.value ->> 'config_id');

select count(*) as moved from temp.op;
