-- Past occurrences that a customer wants run, and how far that has got. One open per pipeline.
create table scheduler_backfills (
  backfill_id text not null primary key,
  customer_id text not null,
  config_id text not null,
  mode text not null check (mode in ('missing', 'failed', 'all')),
  range_from timestamptz not null,
  range_to timestamptz not null,
  max_concurrent bigint not null check (max_concurrent > 0),
  occurrences bigint not null,
  state text not null check (state in ('RUNNING', 'PAUSED', 'CANCELLED', 'COMPLETED')),
  -- Occurrences from here on are still to be looked at.
  next_time timestamptz not null,
  waits_for text check (waits_for in ('PAUSED', 'SWITCHED_OFF', 'CUSTOMER_NOT_RUNNABLE', 'QUOTA_DAILY', 'QUOTA_MONTHLY')),
  version bigint not null default 0,
  created_at timestamptz not null,
  created_by text not null,
  updated_at timestamptz not null,
  ended_at timestamptz
);

create unique index scheduler_backfills_open on scheduler_backfills (config_id) where state in ('RUNNING', 'PAUSED');
create index scheduler_backfills_by_customer on scheduler_backfills (customer_id, backfill_id);
create index scheduler_backfills_running on scheduler_backfills (backfill_id) where state = 'RUNNING';
create index scheduler_backfills_cancelled on scheduler_backfills (ended_at, backfill_id) where state = 'CANCELLED';

alter table scheduler_backfills enable row level security;
create policy tenant on scheduler_backfills to scheduler_tenant
using (customer_id = current_setting('scheduler.tenant', true));
grant select, insert, update, delete on scheduler_backfills to scheduler_tenant;

-- One action of an operator on many pipelines, and what became of each.
create table scheduler_bulks (
  bulk_id text not null primary key,
  action text not null check (action in ('pause', 'resume', 'run_now', 'replay_failed')),
  filter jsonb not null,
  reason text not null,
  until timestamptz,
  failed_since timestamptz,
  state text not null check (state in ('RUNNING', 'DONE', 'UNDOING', 'UNDONE')),
  total bigint not null,
  created_at timestamptz not null,
  actor_kind text not null,
  actor text not null,
  request_id text,
  updated_at timestamptz not null,
  ended_at timestamptz
);

create index scheduler_bulks_open on scheduler_bulks (bulk_id) where state in ('RUNNING', 'UNDOING');

create table scheduler_bulk_items (
  bulk_id text not null references scheduler_bulks (bulk_id),
  nth bigint not null,
  customer_id text not null,
  config_id text not null,
  state text not null check (state in ('PENDING', 'DONE', 'REFUSED', 'UNDONE', 'KEPT')),
  detail text,
  run_ids jsonb,
  -- The pause before, and the end that the bulk gave it.
  before_until timestamptz,
  before_by text,
  before_reason text,
  after_until timestamptz,
  primary key (bulk_id, nth)
);

create index scheduler_bulk_items_by_state on scheduler_bulk_items (bulk_id, state, nth);
create index scheduler_bulk_items_by_customer on scheduler_bulk_items (customer_id);

alter table scheduler_bulk_items enable row level security;
create policy tenant on scheduler_bulk_items to scheduler_tenant
using (customer_id = current_setting('scheduler.tenant', true));
grant select, insert, update, delete on scheduler_bulk_items to scheduler_tenant;
