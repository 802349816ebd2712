-- Schedules, runs, the queue, and the scheduler's own tables (prefix scheduler_).

create table customer_pipeline_configs (
  config_id text not null primary key,
  customer_id text not null references customer_profiles (customer_id),
  provider text not null,
  domain text not null,
  pipeline_template text not null,
  pipeline_name text not null,
  is_active boolean not null,
  schedule_type text not null check (schedule_type in ('HOURLY', 'DAILY', 'WEEKLY', 'MONTHLY', 'CUSTOM')),
  schedule_cron text not null,
  timezone text not null default 'UTC',
  next_run_time timestamptz,
  last_run_time timestamptz,
  last_run_status text check (last_run_status in ('SUCCESS', 'FAILED', 'SKIPPED')),
  priority bigint not null default 5 check (priority between 1 and 10),
  credential_id text,
  parameters jsonb,
  retry_config jsonb,
  misfire_policy text not null check (misfire_policy in ('run_once', 'skip', 'run_all')),
  overlap_policy text not null check (overlap_policy in ('skip', 'queue', 'allow', 'cancel_other')),
  dst_policy text not null check (dst_policy in ('default', 'skip', 'first', 'last', 'both')),
  spread_seconds bigint not null default 0 check (spread_seconds >= 0),
  paused_until timestamptz,
  paused_by text,
  pause_reason text,
  consecutive_failures bigint not null default 0,
  notification_emails jsonb,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  created_by text not null,
  description text,
  unique (customer_id, provider, domain, pipeline_template, pipeline_name)
) with (fillfactor = 80);

-- The trigger's walk: due first, in a stable order.
create index customer_pipeline_configs_due on customer_pipeline_configs (next_run_time, config_id) where is_active;
-- Those that were switched off: what is still open of them is ended.
create index customer_pipeline_configs_off on customer_pipeline_configs (config_id) where not is_active;
create index customer_pipeline_configs_paused on customer_pipeline_configs (paused_until) where paused_until is not null;

create table scheduled_pipeline_runs (
  run_id text not null primary key,
  config_id text not null references customer_pipeline_configs (config_id),
  customer_id text not null,
  pipeline_template text not null,
  scheduled_time timestamptz not null,
  data_interval_start timestamptz not null,
  data_interval_end timestamptz not null,
  actual_start_time timestamptz,
  actual_end_time timestamptz,
  state text not null check (state in ('SCHEDULED', 'PENDING', 'RUNNING', 'COMPLETED', 'FAILED', 'SKIPPED')),
  reason text check (
    reason in (
      'QUOTA_DAILY', 'QUOTA_MONTHLY', 'OVERLAP', 'MISFIRE', 'PAUSED', 'SUSPENDED', 'SUBSCRIPTION_ENDED', 'CANCELLED'
    )
  ),
  pipeline_logging_id text,
  execution_duration_seconds bigint,
  error_message text,
  error_type text,
  retry_attempt bigint not null default 0,
  parent_run_id text,
  triggered_by text not null check (triggered_by in ('cloud_scheduler', 'manual', 'retry', 'api', 'backfill')),
  lane text not null,
  idempotency_key text not null unique,
  priority bigint not null,
  parameters jsonb,
  worker_id text,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  -- The usage row whose quota this run took, so that it can be given back; null for retries, which are free.
  usage_id text
) with (fillfactor = 60);

create index scheduled_pipeline_runs_by_customer on scheduled_pipeline_runs (customer_id, scheduled_time, run_id);
create index scheduled_pipeline_runs_by_config on scheduled_pipeline_runs (config_id, scheduled_time, run_id);

create table pipeline_execution_queue (
  queue_id text not null primary key,
  run_id text not null unique references scheduled_pipeline_runs (run_id),
  customer_id text not null,
  pipeline_template text not null,
  priority bigint not null check (priority between 0 and 10),
  state text not null check (state in ('QUEUED', 'PROCESSING', 'COMPLETED', 'FAILED')),
  scheduled_time timestamptz not null,
  -- Not claimable before it. 9999-12-31T23:59:59.999999Z parks an item behind an open run of its own pipeline.
  visible_at timestamptz not null,
  picked_up_at timestamptz,
  completed_at timestamptz,
  worker_id text,
  lease_epoch bigint not null default 0,
  lease_token text,
  lease_expires_at timestamptz,
  lease_losses bigint not null default 0,
  cancel_requested_at timestamptz,
  error_message text,
  created_at timestamptz not null,
  config_id text not null,
  -- Which credential, and which of its secrets, the lease was given: its end says whether that very secret worked.
  credential_id text,
  credential_version bigint
) with (fillfactor = 80);

-- One index holds a priority level of a customer in the order in which the claim takes its items.
create index pipeline_execution_queue_by_wait on pipeline_execution_queue
  (customer_id, priority, visible_at, scheduled_time, created_at, queue_id) where state = 'QUEUED';
create index pipeline_execution_queue_leases on pipeline_execution_queue (customer_id, lease_expires_at)
  where state = 'PROCESSING';
-- By another mark than the one above, so that no plan can take the one for the other.
create index pipeline_execution_queue_expiry on pipeline_execution_queue (lease_expires_at, queue_id)
  where lease_token is not null;
create index pipeline_execution_queue_parked on pipeline_execution_queue (config_id, scheduled_time, created_at)
  where state = 'QUEUED' and visible_at = '9999-12-31T23:59:59.999999Z';
-- What is open of a pipeline: its overlaps, its pause. Runs are updated in place, because no index follows their state.
create index pipeline_execution_queue_open on pipeline_execution_queue (config_id, scheduled_time)
  where completed_at is null;
create index pipeline_execution_queue_done on pipeline_execution_queue (completed_at) where completed_at is not null;

-- Every move of every run: from (null at birth), to, when, who, under which lease.
create table scheduler_run_transitions (
  transition_id bigint generated always as identity,
  run_id text not null,
  from_state text,
  to_state text not null,
  at timestamptz not null,
  actor text not null,
  lease_epoch bigint not null default 0,
  note text,
  primary key (run_id, transition_id)
);

-- Fair share between customers: who has work and may be looked at (ready), in the order of their turns.
-- A customer that cannot be served now is set aside until ready_at, so that a claim never walks past it again.
create table scheduler_fair_shares (
  customer_id text not null primary key,
  turn bigint not null default 0,
  ready boolean not null default false,
  ready_at timestamptz not null
) with (fillfactor = 60);

create index scheduler_fair_shares_ready on scheduler_fair_shares (turn, customer_id) where ready;
create index scheduler_fair_shares_waiting on scheduler_fair_shares (ready_at) where not ready;
create index scheduler_fair_shares_turn on scheduler_fair_shares (turn);

-- One claim at a time hands out turns, whichever instance it comes from: claims lock this row.
create table scheduler_turnstiles (
  name text not null primary key
);
insert into scheduler_turnstiles (name) values ('claim');

-- Since when a customer that may not run, or a paused pipeline, has kept items waiting.
create table scheduler_holds (
  kind text not null check (kind in ('customer', 'pipeline')),
  id text not null,
  since timestamptz not null,
  primary key (kind, id)
);

-- When a customer became runnable again: occurrences up to then are not caught up, the trigger plans on from there.
create table scheduler_customer_returns (
  customer_id text not null primary key,
  returned_at timestamptz not null
);

-- Where the data interval of a pipeline's last occurrence ended; the next one starts there.
create table scheduler_interval_chains (
  config_id text not null primary key,
  last_interval_end timestamptz not null
);

create table scheduler_alerts (
  alert_id bigint generated always as identity primary key,
  rule text not null,
  subject text not null,
  customer_id text,
  message text not null,
  fired_at timestamptz not null,
  resolved_at timestamptz
);

create unique index scheduler_alerts_firing on scheduler_alerts (rule, subject) where resolved_at is null;
