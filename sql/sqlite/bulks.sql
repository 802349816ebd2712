-- name: start
-- mode: write
-- One action on all the pipelines in @rows.
insert into scheduler_bulks (
  bulk_id, action, filter, reason, until, failed_since, state, total, created_at, actor_kind, actor, request_id, updated_at
)
values (
  @bulkId, @action, @filter, @reason, @until, @failedSince, 'RUNNING', json_array_length(@rows), @now, @actorKind, @actor, @requestId,
  @now
);

insert into scheduler_bulk_items (bulk_id, nth, customer_id, config_id, state)
select @bulkId, b.key, b.value ->> 'customer_id', b.value ->> 'config_id', 'PENDING'
from jsonb_each(@rows) b;

select * from scheduler_bulks where bulk_id = @bulkId;

-- name: get
-- mode: read
select * from scheduler_bulks where bulk_id = @bulkId;

-- name: list
-- mode: read
-- Newest first, all or those that stand so.
select *
from scheduler_bulks
where bulk_id < @beforeId and (@state is null or state = @state)
order by bulk_id desc
limit @limit;

-- name: list_open
-- mode: read
select * from scheduler_bulks where state in ('RUNNING', 'UNDOING') order by bulk_id limit @limit;

-- name: count_items
-- mode: read
select state, count(*) as items from scheduler_bulk_items where bulk_id = @bulkId group by state order by state;

-- name: list_items
-- mode: read
select *
from scheduler_bulk_items
where bulk_id = @bulkId and state = @state and nth > @afterNth
order by nth
limit @limit;

-- name: set_pauses
-- mode: write
-- Gives the pauses of many pipelines another end, each as far as its item of the bulk still stands where it was read; what a pause so far
-- kept waiting waits for the new end. Where an end is expected, a pipeline that has another one by now stays as it is.
delete from temp.pausing;
insert into temp.pausing (
  nth, config_id, customer_id, until, paused_by, reason, audit_id, before_until, before_by, before_reason, refusal
)
select
  i.nth, i.config_id, i.customer_id, b.value ->> 'until', b.value ->> 'paused_by', b.value ->> 'reason', b.value ->> 'audit_id',
  c.paused_until, c.paused_by, c.pause_reason,
  case
    when c.config_id is null then 'NO_SUCH_PIPELINE'
    when c.is_active = 0 then 'SWITCHED_OFF'
    when b.value ->> 'expected_until' is not null and c.paused_until is not b.value ->> 'expected_until' then 'CHANGED_SINCE'
    when b.value ->> 'until' <= @now and coalesce(c.paused_until, 0) <= @now then 'NOT_PAUSED'
  end
from scheduler_bulks k
cross join jsonb_each(@rows) b
cross join scheduler_bulk_items i on i.bulk_id = k.bulk_id and i.nth = b.value ->> 'nth' and i.state = @itemState
left join customer_pipeline_configs c on c.config_id = i.config_id and c.customer_id = i.customer_id
where k.bulk_id = @bulkId and k.state = @bulkState;

delete from temp.audited;
insert into temp.audited (target, before_json)
select d.target, d.document
from temp.pausing p
cross join scheduler_audited_pipelines d on d.target = p.config_id
where p.refusal is null;

update pipeline_execution_queue
set visible_at = p.until
from temp.pausing p
where p.refusal is null and p.before_until > @now
  and pipeline_execution_queue.config_id = p.config_id and pipeline_execution_queue.completed_at is null
  and +pipeline_execution_queue.state = 'QUEUED' and pipeline_execution_queue.visible_at = p.before_until;

update customer_pipeline_configs
set paused_until = p.until, paused_by = p.paused_by, pause_reason = p.reason, updated_at = @now
from temp.pausing p
where p.refusal is null and customer_pipeline_configs.config_id = p.config_id;

update scheduler_fair_shares
set ready_at = p.until
from (select customer_id, min(until) as until from temp.pausing where refusal is null group by customer_id) p
where scheduler_fair_shares.customer_id = p.customer_id
  and scheduler_fair_shares.ready = 0
  and scheduler_fair_shares.ready_at > p.until;

insert into scheduler_audit_entries (
  audit_id, chain, customer_id, at, actor_kind, key_id, request_id, action, target, before_json, after_json
)
select
  p.audit_id, 'customer:' || p.customer_id, p.customer_id, @now, k.actor_kind, k.actor, k.request_id,
  case when p.until > @now then 'pipeline.pause' else 'pipeline.resume' end, a.target, a.before_json, d.document
from temp.pausing p
cross join temp.audited a on a.target = p.config_id
cross join scheduler_audited_pipelines d on d.target = a.target
cross join scheduler_bulks k on k.bulk_id = @bulkId
where d.document is not a.before_json;

update scheduler_bulk_items
set
  state = case when p.refusal is null then @doneState else @refusedState end,
  detail = p.refusal,
  before_until = case when @itemState = 'PENDING' then p.before_until else scheduler_bulk_items.before_until end,
  before_by = case when @itemState = 'PENDING' then p.before_by else scheduler_bulk_items.before_by end,
  before_reason = case when @itemState = 'PENDING' then p.before_reason else scheduler_bulk_items.before_reason end,
  after_until = case when @itemState = 'PENDING' then p.until else scheduler_bulk_items.after_until end
from temp.pausing p
where scheduler_bulk_items.bulk_id = @bulkId and scheduler_bulk_items.nth = p.nth;

select count(*) as settled from temp.pausing;

-- name: settle_items
-- mode: write
-- Notes what became of items that still stand where they were read.
delete from temp.op;
update scheduler_bulk_items
set state = b.value ->> 'state', detail = b.value ->> 'detail', run_ids = coalesce(b.value ->> 'run_ids', scheduler_bulk_items.run_ids)
from jsonb_each(@rows) b
where scheduler_bulk_items.bulk_id = @bulkId
  and scheduler_bulk_items.nth = b.value ->> 'nth'
  and scheduler_bulk_items.state = @itemState;
insert into temp.op (now, take) select 0, changes();
select take as settled from temp.op;

-- name: begin_undo
-- mode: write
-- Turns a bulk round: what it has not come to is never done, what it has done is taken back item by item.
update scheduler_bulks
set state = 'UNDOING', ended_at = null, updated_at = @now
where bulk_id = @bulkId and state in ('RUNNING', 'DONE');
update scheduler_bulk_items
set state = 'UNDONE', detail = 'NEVER_DONE'
where bulk_id = @bulkId and state = 'PENDING'
  and exists (select 1 from scheduler_bulks where bulk_id = @bulkId and state = 'UNDOING');
select * from scheduler_bulks where bulk_id = @bulkId;

-- name: finish
-- mode: write
-- Ends a bulk, or its undoing, that has nothing left to do.
update scheduler_bulks
set state = @doneState, ended_at = @now, updated_at = @now
where bulk_id = @bulkId and state = @bulkState
  and not exists (select 1 from scheduler_bulk_items where bulk_id = @bulkId and state = @itemState);
select * from scheduler_bulks where bulk_id = @bulkId;
