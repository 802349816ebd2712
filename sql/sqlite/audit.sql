-- name: record
-- mode: write
-- For what is no change of one row: an import, a bulk action.
insert into scheduler_audit_entries (
  audit_id, chain, customer_id, at, actor_kind, key_id, request_id, action, target, after_json
)
values (@auditId, 'operators', null, @now, @actorKind, @actor, @requestId, @action, @target, @document);

select 1 as recorded;

-- name: record_for_customer
-- mode: write
-- For what a customer's call asks for and other scripts do.
insert into scheduler_audit_entries (
  audit_id, chain, customer_id, at, actor_kind, key_id, request_id, action, target, after_json
)
values (
  @auditId, 'customer:' || @customerId, @customerId, @now, @actorKind, @actor, @requestId, @action, @target, @document
);

select 1 as recorded;

-- name: list_unchained
-- mode: read
select e.*, coalesce(h.position, 0) as head_position, h.entry_hash as head_hash
from scheduler_audit_entries e
left join scheduler_audit_heads h on h.chain = e.chain
where e.position is null and e.audit_id > @afterId
order by e.audit_id
limit @limit;

-- name: extend
-- mode: write
-- Head and rows move in one transaction, so a head that is still the one that was read says that its rows are still free. A
-- chain that has lost its head stays as it is: the next position is taken there, and verification tells of it.
delete from temp.extended;
insert into temp.extended (chain)
select r.value ->> 'chain'
from json_each(@heads) r
left join scheduler_audit_heads h on h.chain = r.value ->> 'chain'
where coalesce(h.position, 0) = r.value ->> 'expected_position'
  and h.entry_hash is r.value ->> 'expected_hash'
  and not exists (
    select 1 from scheduler_audit_entries e
    where e.chain = r.value ->> 'chain' and e.position > r.value ->> 'expected_position'
  );

update scheduler_audit_entries
set
  position = r.value ->> 'position',
  previous_hash = r.value ->> 'previous_hash',
  entry_hash = r.value ->> 'entry_hash'
from json_each(@rows) r
where scheduler_audit_entries.audit_id = r.value ->> 'audit_id'
  and scheduler_audit_entries.position is null
  and scheduler_audit_entries.chain in (select chain from temp.extended);

insert into scheduler_audit_heads (chain, position, entry_hash, updated_at)
select x.chain, r.value ->> 'position', r.value ->> 'entry_hash', @now
from json_each(@heads) r
join temp.extended x on x.chain = r.value ->> 'chain'
where true
on conflict (chain) do update set
  position = excluded.position,
  entry_hash = excluded.entry_hash,
  updated_at = excluded.updated_at;

select chain from temp.extended;

-- name: next_chain
-- mode: read
-- The first chain after one, whether its rows or its head are what is left of it.
select min(chain) as chain
from (
  select * from (
    select chain from scheduler_audit_entries where chain > @after and position is not null order by chain limit 1
  )
  union all
  select * from (select chain from scheduler_audit_heads where chain > @after order by chain limit 1)
);

-- name: head
-- mode: read
select position, entry_hash from scheduler_audit_heads where chain = @chain;

-- name: chained
-- mode: read
select *
from scheduler_audit_entries
where chain = @chain and position > @afterPosition
order by position
limit @limit;

-- name: list
-- mode: read
-- Ids are in the order of time, so the bounds of time are bounds of the walk as well.
select *
from scheduler_audit_entries
where audit_id < @beforeId and audit_id >= @lowestId
  and (@from is null or at >= @from) and (@to is null or at < @to)
order by audit_id desc
limit @limit;

-- name: list_of_customer
-- mode: read
select *
from scheduler_audit_entries
where customer_id = @customerId and audit_id < @beforeId and audit_id >= @lowestId
  and (@from is null or at >= @from) and (@to is null or at < @to)
order by audit_id desc
limit @limit;

-- name: count_refusals
-- mode: write
-- Adds to what other processes and earlier flushes have counted; counts past their time go.
insert into scheduler_refused_calls (minute, caller, route, status, customer_id, calls)
select
  r.value ->> 'minute', r.value ->> 'caller', r.value ->> 'route', r.value ->> 'status', r.value ->> 'customer_id',
  r.value ->> 'calls'
from json_each(@rows) r
where true
on conflict (minute, caller, route, status) do update set calls = scheduler_refused_calls.calls + excluded.calls;

delete from scheduler_refused_calls where minute < @keepFrom;

select 1 as counted;

-- name: list_refusals
-- mode: read
select minute, caller, route, status, customer_id, calls
from scheduler_refused_calls
where (minute, caller, route, status) < (@minute, @caller, @route, @status) and minute >= @from
order by minute desc, caller desc, route desc, status desc
limit @limit;

-- name: list_refusals_of_customer
-- mode: read
select minute, caller, route, status, customer_id, calls
from scheduler_refused_calls
where customer_id = @customerId
  and (minute, caller, route, status) < (@minute, @caller, @route, @status) and minute >= @from
order by minute desc, caller desc, route desc, status desc
limit @limit;

-- name: customers_without_chain
-- mode: read
-- Every customer's chain begins with its onboarding.
select p.customer_id
from customer_profiles p
where not exists (select 1 from scheduler_audit_entries e where e.customer_id = p.customer_id)
order by p.customer_id
limit @limit;
