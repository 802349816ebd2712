-- Where each chain of the audit trail ends, kept beside the chain: a trail whose last rows were cut off no longer reaches it.
create table scheduler_audit_heads (
  chain text not null primary key,
  position integer not null,
  entry_hash text not null,
  updated_at integer not null
) strict;

create trigger scheduler_audit_heads_stay before delete on scheduler_audit_heads
begin
  select raise(abort, 'the head of an audit chain is never deleted');
end;

create trigger scheduler_audit_heads_advance before update on scheduler_audit_heads
when new.chain is not old.chain or new.position <= old.position
begin
  select raise(abort, 'the head of an audit chain only moves on');
end;

-- Calls that were refused (401, 403, 429) on management and control routes: counted, one row a minute, caller, route and status.
create table scheduler_refused_calls (
  minute integer not null,
  -- The id of a key, or 'address:' and the network address.
  caller text not null,
  route text not null,
  status integer not null,
  -- Of the key; null where there was none.
  customer_id text,
  calls integer not null,
  primary key (minute, caller, route, status)
) strict, without rowid;

create index scheduler_refused_calls_by_customer on scheduler_refused_calls (customer_id, minute, caller, route, status);
