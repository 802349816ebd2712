-- Past occurrences that a customer wants run, and how far that has got. One open per pipeline.
create table scheduler_backfills (
  backfill_id text not null primary key,
  customer_id text not null,
  config_id text not null,
  mode text not null check (mode in ('missing', 'failed', 'all')),
  range_from integer not null,
  range_to integer not null,
  max_concurrent integer not null check (max_concurrent > 0),
  occurrences integer not null,
  state text not null check (state in ('RUNNING', 'PAUSED', 'CANCELLED', 'COMPLETED')),
  -- Occurrences from here on are still to be looked at.
  next_time integer not null,
  waits_for text check (waits_for in ('PAUSED', 'SWITCHED_OFF', 'CUSTOMER_NOT_RUNNABLE', 'QUOTA_DAILY', 'QUOTA_MONTHLY')),
  version integer not null default 0,
  created_at integer not null,
  created_by text not null,
  updated_at integer not null,
  ended_at integer
) strict;

create unique index scheduler_backfills_open on scheduler_backfills (config_id) where state in ('RUNNING', 'PAUSED');
create index scheduler_backfills_by_customer on scheduler_backfills (customer_id, backfill_id);
create index scheduler_backfills_running on scheduler_backfills (backfill_id) where state = 'RUNNING';
create index scheduler_backfills_cancelled on scheduler_backfills (ended_at, backfill_id) where state = 'CANCELLED';

-- One action of an operator on many pipelines, and what became of each.
create table scheduler_bulks (
  bulk_id text not null primary key,
  action text not null check (action in ('pause', 'resume', 'run_now', 'replay_failed')),
  filter text not null,
  reason text not null,
  until integer,
  failed_since integer,
  state text not null check (state in ('RUNNING', 'DONE', 'UNDOING', 'UNDONE')),
  total integer not null,
  created_at integer not null,
  actor_kind text not null,
  actor text not null,
  request_id text,
  updated_at integer not null,
  ended_at integer
) strict;

create index scheduler_bulks_open on scheduler_bulks (bulk_id) where state in ('RUNNING', 'UNDOING');

create table scheduler_bulk_items (
  bulk_id text not null references scheduler_bulks (bulk_id),
  nth integer not null,
  customer_id text not null,
  config_id text not null,
  state text not null check (state in ('PENDING', 'DONE', 'REFUSED', 'UNDONE', 'KEPT')),
  detail text,
  run_ids text,
  -- The pause before, and the end that the bulk gave it.
  before_until integer,
  before_by text,
  before_reason text,
  after_until integer,
  primary key (bulk_id, nth)
) strict, without rowid;

create index scheduler_bulk_items_by_state on scheduler_bulk_items (bulk_id, state, nth);
create index scheduler_bulk_items_by_customer on scheduler_bulk_items (customer_id);
