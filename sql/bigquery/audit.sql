-- name: record
-- mode: write
-- param: auditId string
-- param: actorKind string
-- param: actor string
-- param: requestId string
-- param: action string
-- param: target string
-- param: document string
-- param: now timestamp
-- For what is no change of one row: an import, a bulk action.
insert into scheduler_audit_entries (audit_id, chain, customer_id, `at`, actor_kind, key_id, request_id, action, target, before_json, after_json)
values (@auditId, 'operators', null, @now, @actorKind, @actor, @requestId, @action, @target, null, @document);
select 1 as recorded;

-- name: record_for_customer
-- mode: write
-- param: customerId string
-- param: auditId string
-- param: actorKind string
-- param: actor string
-- param: requestId string
-- param: action string
-- param: target string
-- param: document string
-- param: now timestamp
-- For what a customer's call asks for and other scripts do.
insert into scheduler_audit_entries (audit_id, chain, customer_id, `at`, actor_kind, key_id, request_id, action, target, before_json, after_json)
values (
  @auditId, concat('customer:', @customerId), @customerId, @now, @actorKind, @actor, @requestId, @action, @target, null, @document
);
select 1 as recorded;

-- name: list_unchained
-- mode: read
-- param: afterId string
-- param: limit int64
select e.*, coalesce(h.position, 0) as head_position, h.entry_hash as head_hash
from scheduler_audit_entries e
left join scheduler_audit_heads h on h.chain = e.chain
where e.position is null and e.audit_id > @afterId
order by e.audit_id
limit @limit;

-- name: extend
-- mode: write
-- param: heads array<struct<chain string, expected_position int64, expected_hash string, position int64, entry_hash string>>
-- param: rows array<struct<audit_id string, position int64, previous_hash string, entry_hash string>>
-- param: now timestamp
-- Head and rows move in one transaction, so a head that is still the one that was read says that its rows are still free. A
-- chain that has lost its head stays as it is: the next position is taken there, and verification tells of it. Two that extend at
-- once update the same rows, and one of them looks again.
declare op_extended array<string>;
begin transaction;
set op_extended = array(
  select r.chain
  from unnest(@heads) r
  left join scheduler_audit_heads h on h.chain = r.chain
  left join (
    select chain, max(position) as highest from scheduler_audit_entries where position is not null group by chain
  ) e on e.chain = r.chain
  where coalesce(h.position, 0) = r.expected_position
    and coalesce(h.entry_hash, '') = coalesce(r.expected_hash, '')
    and coalesce(e.highest, 0) <= r.expected_position
);
if array_length(op_extended) > 0 then
  update scheduler_audit_entries e
  set position = r.position, previous_hash = r.previous_hash, entry_hash = r.entry_hash
  from unnest(@rows) r
  where e.audit_id = r.audit_id and e.position is null and e.chain in unnest(op_extended);

  update scheduler_audit_heads h
  set position = r.position, entry_hash = r.entry_hash, updated_at = @now
  from unnest(@heads) r
  where h.chain = r.chain and h.chain in unnest(op_extended);

  insert into scheduler_audit_heads (chain, position, entry_hash, updated_at)
  select r.chain, r.position, r.entry_hash, @now
  from unnest(@heads) r
  where r.chain in unnest(op_extended) and r.chain not in (select h.chain from scheduler_audit_heads h);
end if;
commit transaction;
select chain from unnest(op_extended) as chain;

-- name: next_chain
-- mode: read
-- param: after string
-- The first chain after one, whether its rows or its head are what is left of it.
select min(chain) as chain
from (
  select chain from scheduler_audit_entries where chain > @after and position is not null
  union all
  select chain from scheduler_audit_heads where chain > @after
);

-- name: head
-- mode: read
-- param: chain string
select position, entry_hash from scheduler_audit_heads where chain = @chain;

-- name: chained
-- mode: read
-- param: chain string
-- param: afterPosition int64
-- param: limit int64
select *
from scheduler_audit_entries
where chain = @chain and position > @afterPosition
order by position
limit @limit;

-- name: list
-- mode: read
-- param: beforeId string
-- param: lowestId string
-- param: from timestamp
-- param: to timestamp
-- param: limit int64
select *
from scheduler_audit_entries
where audit_id < @beforeId and audit_id >= @lowestId
  and (@from is null or `at` >= @from) and (@to is null or `at` < @to)
order by audit_id desc
limit @limit;

-- name: list_of_customer
-- mode: read
-- param: beforeId string
-- param: lowestId string
-- param: from timestamp
-- param: to timestamp
-- param: limit int64
-- param: customerId string
select *
from scheduler_audit_entries
where customer_id = @customerId and audit_id < @beforeId and audit_id >= @lowestId
  and (@from is null or `at` >= @from) and (@to is null or `at` < @to)
order by audit_id desc
limit @limit;

-- name: count_refusals
-- mode: write
-- param: rows array<struct<minute timestamp, caller string, route string, status int64, customer_id string, calls int64>>
-- param: keepFrom timestamp
-- Adds to what other processes and earlier flushes have counted; counts past their time go.
begin transaction;
update scheduler_turnstiles set turn = turn + 1 where name = 'audit';
update scheduler_refused_calls c
set calls = c.calls + r.calls
from unnest(@rows) r
where c.minute = r.minute and c.caller = r.caller and c.route = r.route and c.status = r.status;
insert into scheduler_refused_calls (minute, caller, route, status, customer_id, calls)
select r.minute, r.caller, r.route, r.status, r.customer_id, r.calls
from unnest(@rows) r
left join scheduler_refused_calls c
  on c.minute = r.minute and c.caller = r.caller and c.route = r.route and c.status = r.status
where c.minute is null;
delete from scheduler_refused_calls where minute < @keepFrom;
commit transaction;
select 1 as counted;

-- name: list_refusals
-- mode: read
-- param: minute timestamp
-- param: caller string
-- param: route string
-- param: status int64
-- param: from timestamp
-- param: limit int64
select minute, caller, route, status, customer_id, calls
from scheduler_refused_calls
where minute >= @from
  and (
    minute < @minute
    or (minute = @minute and caller < @caller)
    or (minute = @minute and caller = @caller and route < @route)
    or (minute = @minute and caller = @caller and route = @route and status < @status)
  )
order by minute desc, caller desc, route desc, status desc
limit @limit;

-- name: list_refusals_of_customer
-- mode: read
-- param: minute timestamp
-- param: caller string
-- param: route string
-- param: status int64
-- param: from timestamp
-- param: limit int64
-- param: customerId string
select minute, caller, route, status, customer_id, calls
from scheduler_refused_calls
where customer_id = @customerId
  and minute >= @from
  and (
    minute < @minute
    or (minute = @minute and caller < @caller)
    or (minute = @minute and caller = @caller and route < @route)
    or (minute = @minute and caller = @caller and route = @route and status < @status)
  )
order by minute desc, caller desc, route desc, status desc
limit @limit;

-- name: customers_without_chain
-- mode: read
-- param: limit int64
-- Every customer's chain begins with its onboarding.
select p.customer_id
from customer_profiles p
left join (select distinct customer_id from scheduler_audit_entries) e on e.customer_id = p.customer_id
where e.customer_id is null
order by p.customer_id
limit @limit;
