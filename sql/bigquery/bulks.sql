-- name: start
-- mode: write
-- param: bulkId string
-- param: action string
-- param: filter string
-- param: reason string
-- param: until timestamp
-- param: failedSince timestamp
-- param: actorKind string
-- param: actor string
-- param: requestId string
-- param: rows array<struct<customer_id string, config_id string>>
-- param: now timestamp
-- One action on all the pipelines in @rows.
begin transaction;
insert into scheduler_bulks (
  bulk_id, action, filter, reason, until, failed_since, state, total, created_at, actor_kind, actor, request_id, updated_at
)
values (
  @bulkId, @action, parse_json(@filter), @reason, @until, @failedSince, 'RUNNING', array_length(@rows), @now, @actorKind, @actor,
  @requestId, @now
);
insert into scheduler_bulk_items (bulk_id, nth, customer_id, config_id, state)
select @bulkId, nth, b.customer_id, b.config_id, 'PENDING'
from unnest(@rows) b with offset as nth;
commit transaction;
select * from scheduler_bulks where bulk_id = @bulkId;

-- name: get
-- mode: read
-- param: bulkId string
select * from scheduler_bulks where bulk_id = @bulkId;

-- name: list
-- mode: read
-- param: state string
-- param: beforeId string
-- param: limit int64
-- Newest first, all or those that stand so.
select *
from scheduler_bulks
where bulk_id < @beforeId and (@state is null or state = @state)
order by bulk_id desc
limit @limit;

-- name: list_open
-- mode: read
-- param: limit int64
select * from scheduler_bulks where state in ('RUNNING', 'UNDOING') order by bulk_id limit @limit;

-- name: count_items
-- mode: read
-- param: bulkId string
select state, count(*) as items from scheduler_bulk_items where bulk_id = @bulkId group by state order by state;

-- name: list_items
-- mode: read
-- param: bulkId string
-- param: state string
-- param: afterNth int64
-- param: limit int64
select *
from scheduler_bulk_items
where bulk_id = @bulkId and state = @state and nth > @afterNth
order by nth
limit @limit;

-- name: set_pauses
-- mode: write
-- param: bulkId string
-- param: bulkState string
-- param: itemState string
-- param: doneState string
-- param: refusedState string
-- param: rows array<struct<nth int64, until timestamp, expected_until timestamp, paused_by string, reason string, audit_id string>>
-- param: now timestamp
-- Gives the pauses of many pipelines another end, each as far as its item of the bulk still stands where it was read; what a pause so far
-- kept waiting waits for the new end. Where an end is expected, a pipeline that has another one by now stays as it is.
declare op_settled int64;
begin transaction;
create temp table pausing as
select
  i.nth, i.config_id, i.customer_id, b.until, b.paused_by, b.reason, b.audit_id,
  c.paused_until as before_until, c.paused_by as before_by, c.pause_reason as before_reason, d.document as before_json,
  case
    when c.config_id is null then 'NO_SUCH_PIPELINE'
    when not c.is_active then 'SWITCHED_OFF'
    when b.expected_until is not null and (c.paused_until is null or c.paused_until <> b.expected_until) then 'CHANGED_SINCE'
    when b.until <= @now and (c.paused_until is null or c.paused_until <= @now) then 'NOT_PAUSED'
  end as refusal
from scheduler_bulks k
join scheduler_bulk_items i on i.bulk_id = k.bulk_id and i.state = @itemState
join unnest(@rows) b on b.nth = i.nth
left join customer_pipeline_configs c on c.config_id = i.config_id and c.customer_id = i.customer_id
left join scheduler_audited_pipelines d on d.target = i.config_id
where k.bulk_id = @bulkId and k.state = @bulkState;
set op_settled = (select count(*) from pausing);

if op_settled > 0 then
  update customer_pipeline_configs c
  set paused_until = p.until, paused_by = p.paused_by, pause_reason = p.reason, updated_at = @now
  from pausing p
  where c.config_id = p.config_id and p.refusal is null;

  update pipeline_execution_queue q
  set visible_at = p.until
  from pausing p
  where q.config_id = p.config_id and q.state = 'QUEUED' and q.visible_at = p.before_until
    and p.refusal is null and p.before_until > @now;

  update scheduler_fair_shares f
  set ready_at = p.until
  from (select customer_id, min(until) as until from pausing where refusal is null group by customer_id) p
  where f.customer_id = p.customer_id and not f.ready and f.ready_at > p.until;

  insert into scheduler_audit_entries (audit_id, chain, customer_id, `at`, actor_kind, key_id, request_id, action, target, before_json, after_json)
  select
    p.audit_id, concat('customer:', p.customer_id), p.customer_id, @now, k.actor_kind, k.actor, k.request_id,
    if(p.until > @now, 'pipeline.pause', 'pipeline.resume'), p.config_id, p.before_json, d.document
  from pausing p
  join scheduler_audited_pipelines d on d.target = p.config_id
  join scheduler_bulks k on k.bulk_id = @bulkId
  where p.refusal is null and d.document <> p.before_json;

  update scheduler_bulk_items i
  set
    state = if(p.refusal is null, @doneState, @refusedState),
    detail = p.refusal,
    before_until = if(@itemState = 'PENDING', p.before_until, i.before_until),
    before_by = if(@itemState = 'PENDING', p.before_by, i.before_by),
    before_reason = if(@itemState = 'PENDING', p.before_reason, i.before_reason),
    after_until = if(@itemState = 'PENDING', p.until, i.after_until)
  from pausing p
  where i.bulk_id = @bulkId and i.nth = p.nth;
end if;
commit transaction;
select op_settled as settled;

-- name: settle_items
-- mode: write
-- param: bulkId string
-- param: itemState string
-- param: rows array<struct<nth int64, state string, detail string, run_ids string>>
-- Notes what became of items that still stand where they were read.
declare op_settled int64;
update scheduler_bulk_items i
set state = b.state, detail = b.detail, run_ids = if(b.run_ids is null, i.run_ids, parse_json(b.run_ids))
from unnest(@rows) b
where i.bulk_id = @bulkId and i.nth = b.nth and i.state = @itemState;
set op_settled = @@row_count;
select op_settled as settled;

-- name: begin_undo
-- mode: write
-- param: bulkId string
-- param: now timestamp
-- Turns a bulk round: what it has not come to is never done, what it has done is taken back item by item.
begin transaction;
update scheduler_bulks
set state = 'UNDOING', ended_at = null, updated_at = @now
where bulk_id = @bulkId and state in ('RUNNING', 'DONE');
if exists (select 1 from scheduler_bulks where bulk_id = @bulkId and state = 'UNDOING') then
  update scheduler_bulk_items
  set state = 'UNDONE', detail = 'NEVER_DONE'
  where bulk_id = @bulkId and state = 'PENDING';
end if;
commit transaction;
select * from scheduler_bulks where bulk_id = @bulkId;

-- name: finish
-- mode: write
-- param: bulkId string
-- param: bulkState string
-- param: itemState string
-- param: doneState string
-- param: now timestamp
-- Ends a bulk, or its undoing, that has nothing left to do.
begin transaction;
if not exists (select 1 from scheduler_bulk_items where bulk_id = @bulkId and state = @itemState) then
  update scheduler_bulks
  set state = @doneState, ended_at = @now, updated_at = @now
  where bulk_id = @bulkId and state = @bulkState;
end if;
commit transaction;
select * from scheduler_bulks where bulk_id = @bulkId;
