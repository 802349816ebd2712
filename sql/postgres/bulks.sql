-- name: start
-- mode: write
-- One action on all the pipelines in @rows.
insert into scheduler_bulks (
  bulk_id, action, filter, reason, until, failed_since, state, total, created_at, actor_kind, actor, request_id, updated_at
)
values (
  @bulkId, @action, @filter::jsonb, @reason, @until, @failedSince, 'RUNNING', jsonb_array_length(@rows), @now, @actorKind, @actor,
  @requestId, @now
);

insert into scheduler_bulk_items (bulk_id, nth, customer_id, config_id, state)
select @bulkId, b.nth - 1, b.item ->> 'customer_id', b.item ->> 'config_id', 'PENDING'
from jsonb_array_elements(@rows) with ordinality as b (item, nth);

select * from scheduler_bulks where bulk_id = @bulkId;

-- name: get
-- mode: read
select * from scheduler_bulks where bulk_id = @bulkId;

-- name: list
-- mode: read
-- Newest first, all or those that stand so.
select *
from scheduler_bulks
where bulk_id < @beforeId and (@state::text is null or state = @state)
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
select 1 as step from scheduler_bulks where bulk_id = @bulkId for update;

select count(*) as step
from (
  select 1 from customer_profiles
  where customer_id = any (array(
    select i.customer_id
    from jsonb_to_recordset(@rows) as r (nth bigint)
    join scheduler_bulk_items i on i.bulk_id = @bulkId and i.nth = r.nth
  ))
  order by customer_id
  for no key update
) locked;

-- Nothing is planned or claimed meanwhile.
select count(*) as step
from (
  select 1 from scheduler_fair_shares
  where customer_id = any (array(
    select i.customer_id
    from jsonb_to_recordset(@rows) as r (nth bigint)
    join scheduler_bulk_items i on i.bulk_id = @bulkId and i.nth = r.nth
  ))
  order by customer_id
  for update
) locked;

select set_config(
  'scheduler.pausing',
  coalesce(
    (
      select jsonb_agg(to_jsonb(p))
      from (
        select
          i.nth, i.config_id, i.customer_id, b.until, b.paused_by, b.reason, b.audit_id,
          c.paused_until as before_until, c.paused_by as before_by, c.pause_reason as before_reason,
          d.document as before_json,
          case
            when c.config_id is null then 'NO_SUCH_PIPELINE'
            when not c.is_active then 'SWITCHED_OFF'
            when b.expected_until is not null and c.paused_until is distinct from b.expected_until then 'CHANGED_SINCE'
            when b.until <= @now and (c.paused_until is null or c.paused_until <= @now) then 'NOT_PAUSED'
          end as refusal
        from scheduler_bulks k
        cross join jsonb_to_recordset(@rows) as b (
          nth bigint, until timestamptz, expected_until timestamptz, paused_by text, reason text, audit_id text
        )
        join scheduler_bulk_items i on i.bulk_id = k.bulk_id and i.nth = b.nth and i.state = @itemState
        left join lateral (
          select x.* from customer_pipeline_configs x
          where x.config_id = i.config_id and x.customer_id = i.customer_id
          offset 0
        ) c on true
        left join lateral (
          select x.document from scheduler_audited_pipelines x where x.target = c.config_id offset 0
        ) d on true
        where k.bulk_id = @bulkId and k.state = @bulkState
      ) p
    ),
    '[]'
  )::text,
  true
) as step;

with pausing as materialized (
  select *
  from jsonb_to_recordset(current_setting('scheduler.pausing')::jsonb) as p (
    nth bigint, config_id text, customer_id text, until timestamptz, paused_by text, reason text, audit_id text,
    before_until timestamptz, before_by text, before_reason text, refusal text
  )
),
items as (
  update pipeline_execution_queue q
  set visible_at = w.until
  from (
    select x.queue_id, p.until
    from pausing p
    cross join lateral (
      select o.queue_id from pipeline_execution_queue o
      where o.config_id = p.config_id and o.completed_at is null and coalesce(o.state, '') = 'QUEUED'
        and o.visible_at = p.before_until
      offset 0
    ) x
    where p.refusal is null and p.before_until > @now
  ) w
  where q.queue_id = w.queue_id
),
paused as (
  update customer_pipeline_configs c
  set paused_until = p.until, paused_by = p.paused_by, pause_reason = p.reason, updated_at = @now
  from pausing p
  where c.config_id = any (array(select config_id from pausing)) and c.config_id = p.config_id and p.refusal is null
),
settled as (
  update scheduler_bulk_items i
  set
    state = case when p.refusal is null then @doneState else @refusedState end,
    detail = p.refusal,
    before_until = case when @itemState = 'PENDING' then p.before_until else i.before_until end,
    before_by = case when @itemState = 'PENDING' then p.before_by else i.before_by end,
    before_reason = case when @itemState = 'PENDING' then p.before_reason else i.before_reason end,
    after_until = case when @itemState = 'PENDING' then p.until else i.after_until end
  from pausing p
  where i.bulk_id = @bulkId and i.nth = p.nth
)
update scheduler_fair_shares f
set ready_at = p.until
from (select customer_id, min(until) as until from pausing where refusal is null group by customer_id) p
where f.customer_id = p.customer_id and not f.ready and f.ready_at > p.until;

insert into scheduler_audit_entries (
  audit_id, chain, customer_id, at, actor_kind, key_id, request_id, action, target, before_json, after_json
)
select
  p.audit_id, 'customer:' || p.customer_id, p.customer_id, @now, k.actor_kind, k.actor, k.request_id,
  case when p.until > @now then 'pipeline.pause' else 'pipeline.resume' end, p.config_id, p.before_json, d.document
from jsonb_to_recordset(current_setting('scheduler.pausing')::jsonb) as p (
  config_id text, customer_id text, until timestamptz, audit_id text, before_json text, refusal text
)
cross join lateral (
  select x.document from scheduler_audited_pipelines x where x.target = p.config_id offset 0
) d
join scheduler_bulks k on k.bulk_id = @bulkId
where p.refusal is null and d.document <> p.before_json;

select jsonb_array_length(current_setting('scheduler.pausing')::jsonb) as settled;

-- name: settle_items
-- mode: write
-- Notes what became of items that still stand where they were read.
with settled as (
  update scheduler_bulk_items i
  set state = b.state, detail = b.detail, run_ids = coalesce(b.run_ids::jsonb, i.run_ids)
  from jsonb_to_recordset(@rows) as b (nth bigint, state text, detail text, run_ids text)
  where i.bulk_id = @bulkId and i.nth = b.nth and i.state = @itemState
  returning 1
)
select count(*) as settled from settled;

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
