-- Schedules, runs, the queue, and the scheduler's own tables (prefix scheduler_).

create table customer_pipeline_configs (
  config_id text not null primary key,
  customer_id text not null references customer_profiles (customer_id),
  provider text not null,
  domain text not null,
  pipeline_template text not null,
  pipeline_name text not null,
  is_active integer not null,
  schedule_type text not null check (schedule_type in ('HOURLY', 'DAILY', 'WEEKLY', 'MONTHLY', 'CUSTOM')),
  schedule_cron text not null,
  timezone text not null default 'UTC',
  next_run_time integer,
  last_run_time integer,
  last_run_status text check (last_run_status in ('SUCCESS', 'FAILED', 'SKIPPED')),
  priority integer not null default 5 check (priority between 1 and 10),
  credential_id text,
  parameters text,
  retry_config text,
  misfire_policy text not null check (misfire_policy in ('run_once', 'skip', 'run_all')),
  overlap_policy text not null check (overlap_policy in ('skip', 'queue', 'allow', 'cancel_other')),
  dst_policy text not null check (dst_policy in ('default', 'skip', 'first', 'last', 'both')),
  spread_seconds integer not null default 0 check (spread_seconds >= 0),
  paused_until integer,
  paused_by text,
  pause_reason text,
  consecutive_failures integer not null default 0,
  notification_emails text,
  created_at integer not null,
  updated_at integer not null,
  created_by text not null,
  description text,
  unique (customer_id, provider, domain, pipeline_template, pipeline_name)
) strict;

-- The trigger's walk: due first, in a stable order.
create index customer_pipeline_configs_due on customer_pipeline_configs (next_run_time, config_id) where is_active = 1;

create table scheduled_pipeline_runs (
  run_id text not null primary key,
  config_id text not null references customer_pipeline_configs (config_id),
  customer_id text not null,
  pipeline_template text not null,
  scheduled_time integer not null,
  data_interval_start integer not null,
  data_interval_end integer not null,
  actual_start_time integer,
  actual_end_time integer,
  state text not null check (state in ('SCHEDULED', 'PENDING', 'RUNNING', 'COMPLETED', 'FAILED', 'SKIPPED')),
  reason text check (
    reason in (
      'QUOTA_DAILY', 'QUOTA_MONTHLY', 'OVERLAP', 'MISFIRE', 'PAUSED', 'SUSPENDED', 'SUBSCRIPTION_ENDED', 'CANCELLED'
    )
  ),
  pipeline_logging_id text,
  execution_duration_seconds integer,
  error_message text,
  error_type text,
  retry_attempt integer not null default 0,
  parent_run_id text,
  triggered_by text not null check (triggered_by in ('cloud_scheduler', 'manual', 'retry', 'api', 'backfill')),
  lane text not null,
  idempotency_key text not null unique,
  priority integer not null,
  parameters text,
  worker_id text,
  created_at integer not null,
  updated_at integer not null,
  -- The usage row whose quota this run took, so that it can be given back; null for retries, which are free.
  usage_id text
) strict;

create index scheduled_pipeline_runs_by_customer on scheduled_pipeline_runs (customer_id, scheduled_time, run_id);
create index scheduled_pipeline_runs_by_config on scheduled_pipeline_runs (config_id, scheduled_time, run_id);
create index scheduled_pipeline_runs_open on scheduled_pipeline_runs (config_id, scheduled_time)
  where state in ('SCHEDULED', 'PENDING', 'RUNNING');
create index scheduled_pipeline_runs_running on scheduled_pipeline_runs (actual_start_time) where state = 'RUNNING';
create index scheduled_pipeline_runs_ended on scheduled_pipeline_runs (actual_end_time) where actual_end_time is not null;

create table pipeline_execution_queue (
  queue_id text not null primary key,
  run_id text not null unique references scheduled_pipeline_runs (run_id),
  customer_id text not null,
  pipeline_template text not null,
  priority integer not null check (priority between 0 and 10),
  state text not null check (state in ('QUEUED', 'PROCESSING', 'COMPLETED', 'FAILED')),
  scheduled_time integer not null,
  -- Not claimable before it. 9999-12-31T23:59:59.999999Z parks an item behind an open run of its own pipeline.
  visible_at integer not null,
  picked_up_at integer,
  completed_at integer,
  worker_id text,
  lease_epoch integer not null default 0,
  lease_token text,
  lease_expires_at integer,
  lease_losses integer not null default 0,
  cancel_requested_at integer,
  error_message text,
  created_at integer not null,
  config_id text not null
) strict;

-- The claim reads the head of one customer's priority level in either order, never the whole level.
create index pipeline_execution_queue_by_time on pipeline_execution_queue
  (customer_id, priority, scheduled_time, created_at, queue_id, visible_at) where state = 'QUEUED';
create index pipeline_execution_queue_by_wait on pipeline_execution_queue
  (customer_id, priority, visible_at, scheduled_time, created_at, queue_id) where state = 'QUEUED';
create index pipeline_execution_queue_visible on pipeline_execution_queue (customer_id, visible_at) where state = 'QUEUED';
create index pipeline_execution_queue_leases on pipeline_execution_queue (customer_id, lease_expires_at)
  where state = 'PROCESSING';
create index pipeline_execution_queue_expiry on pipeline_execution_queue (lease_expires_at) where state = 'PROCESSING';
create index pipeline_execution_queue_parked on pipeline_execution_queue (config_id, scheduled_time, created_at)
  where state = 'QUEUED' and visible_at = 253402300799999999;
create index pipeline_execution_queue_age on pipeline_execution_queue (created_at) where state = 'QUEUED';
create index pipeline_execution_queue_done on pipeline_execution_queue (completed_at) where completed_at is not null;

-- Every move of every run: from (null at birth), to, when, who, under which lease.
create table scheduler_run_transitions (
  transition_id integer primary key autoincrement,
  run_id text not null,
  from_state text,
  to_state text not null,
  at integer not null,
  actor text not null,
  lease_epoch integer not null default 0,
  note text
) strict;

create index scheduler_run_transitions_by_run on scheduler_run_transitions (run_id, transition_id);

-- Fair share between customers: who has work and may be looked at (ready), in the order of their turns.
-- A customer that cannot be served now is set aside until ready_at, so that a claim never walks past it again.
create table scheduler_fair_shares (
  customer_id text not null primary key,
  turn integer not null default 0,
  ready integer not null default 0,
  ready_at integer not null
) strict;

create index scheduler_fair_shares_ready on scheduler_fair_shares (turn, customer_id) where ready = 1;
create index scheduler_fair_shares_waiting on scheduler_fair_shares (ready_at) where ready = 0;
create index scheduler_fair_shares_turn on scheduler_fair_shares (turn);

-- Where the data interval of a pipeline's last occurrence ended; the next one starts there.
create table scheduler_interval_chains (
  config_id text not null primary key,
  last_interval_end integer not null
) strict;

create table scheduler_alerts (
  alert_id integer primary key autoincrement,
  rule text not null,
  subject text not null,
  customer_id text,
  message text not null,
  fired_at integer not null,
  resolved_at integer
) strict;

create unique index scheduler_alerts_firing on scheduler_alerts (rule, subject) where resolved_at is null;
