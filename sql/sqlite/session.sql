-- name: open
-- The scripts are written for the plans that SQLite makes without statistics, and tested with them. Statistics that a tool has left
-- behind, when the tables were small, would have it walk them when they are large. ANALYZE of this one name only makes the table of
-- statistics where there is none, and reads it.
analyze sqlite_schema;
delete from sqlite_stat1;
analyze sqlite_schema;
-- Working tables of the one writing connection: scripts put their intermediate sets here, SQLite having no variables.
create temp table op (now integer not null, virtual_time integer, take integer);
create temp table levels (priority integer not null primary key);
insert into temp.levels (priority) values (0), (1), (2), (3), (4), (5), (6), (7), (8), (9), (10);
-- The customers that a claim looks at, by the row numbers of their shares.
create temp table visited (
  share integer primary key,
  customer_id text not null,
  turn integer not null,
  tenant_dataset_id text,
  runnable integer not null default 0,
  cap integer not null default 0,
  live integer not null default 0,
  slots integer generated always as (case when runnable then max(0, cap - live) else 0 end) virtual,
  is_suspect integer not null default 0,
  held integer not null default 0,
  taken integer not null default 0,
  stays integer not null default 0
);
-- Their best items, in each one's order.
create temp table candidates (
  share integer not null,
  nth integer not null,
  item integer not null,
  -- Comes after everybody's live work.
  yields integer not null,
  primary key (share, nth)
) without rowid;
-- The claims of one script, each with the number of its last item.
create temp table claims (last integer not null primary key, nth integer not null, worker_id text not null, nonce text not null);
create temp table claimed (
  place integer primary key,
  share integer not null,
  item integer not null,
  run integer not null,
  config integer not null,
  run_id text not null,
  state_before text not null,
  lease_epoch integer not null,
  lease_token text not null,
  nth integer not null,
  worker_id text not null,
  credential_id text,
  credential_version integer
);
-- The pipelines of a batch; the row number is that of those which are as the plan saw them.
create temp table planned (
  config_id text not null primary key,
  next_run_time integer,
  deactivate_reason text,
  chain_end integer,
  config integer
) without rowid;
create temp table fired (
  nth integer primary key,
  run_id text not null,
  queue_id text not null,
  config integer not null,
  config_id text not null,
  customer_id text not null,
  pipeline_template text not null,
  scheduled_time integer not null,
  interval_start integer not null,
  interval_end integer not null,
  visible_at integer not null,
  idempotency_key text not null,
  usage_id text not null,
  usage_date text not null,
  misfire integer not null,
  note text,
  priority integer not null,
  parameters text,
  overlap_policy text not null,
  behind integer not null default 0,
  reason text,
  -- Of what somebody asked for; null for an occurrence of the schedule.
  lane text,
  triggered_by text,
  asked_by text
);
create index temp.fired_by_config on fired (config, scheduled_time);
-- Why what somebody asked for is not done.
create temp table declined (reason text not null);
create temp table superseded (
  run_id text not null primary key,
  queue_id text not null,
  config_id text not null,
  state text not null,
  lease_epoch integer not null,
  usage_id text,
  end_usage_id text not null
);
create temp table ended (
  nth integer primary key,
  item integer not null,
  run integer not null,
  config integer not null,
  queue_id text not null,
  run_id text not null,
  config_id text not null,
  customer_id text not null,
  lease_epoch integer not null,
  worker_id text,
  started_at integer,
  outcome text not null,
  state text not null,
  error_type text,
  error_message text,
  usage_id text not null,
  usage_date text not null,
  retry_run_id text,
  retry_queue_id text,
  retry_at integer,
  retry_key text,
  disable_after integer,
  credential_id text,
  credential_version integer
);
create temp table skipped (
  run_id text not null primary key,
  queue_id text not null,
  config_id text not null,
  customer_id text not null,
  state text not null,
  lease_epoch integer not null,
  usage_id text,
  end_usage_id text not null,
  end_usage_date text not null,
  reason text not null,
  note text
);
-- What is about to be changed, as the audit trail will show it.
create temp table audited (target text not null primary key, before_json text not null);
-- The chains that one call extends: those whose head is still the one that was read.
create temp table extended (chain text not null primary key);
-- The lines of one batch of an import, with what became of each.
create temp table imported (
  nth integer not null primary key,
  config_id text not null,
  customer_id text not null,
  provider text not null,
  domain text not null,
  pipeline_template text not null,
  pipeline_name text not null,
  is_active integer not null,
  document text not null,
  is_new integer not null default 0,
  before_json text,
  refusal text
);
create index temp.imported_by_customer on imported (customer_id, is_new);
-- Why a guarded insert or update is not made: one row, null when it is.
create temp table verdict (refusal text);
-- What a script has put in another's place.
create temp table moved (id text not null primary key);
-- What a purge takes out.
create temp table purged (id text not null primary key) without rowid;
-- Whether a customer was runnable before a change that may bring it back.
create temp table stood (customer_id text not null primary key, runnable integer not null);
-- What a change is refused for, and for what; empty when it goes through.
create temp table refused (reason text not null primary key);
-- Pauses that one bulk gives other ends.
create temp table pausing (
  nth integer primary key,
  config_id text not null,
  customer_id text not null,
  until integer not null,
  paused_by text,
  reason text,
  audit_id text not null,
  before_until integer,
  before_by text,
  before_reason text,
  refusal text
);
-- What a look at the system has changed of its alerts; no row where a later look came before.
create temp table settled (fired integer not null, resolved integer not null);
-- Alerts that a script tells somebody of.
create temp table telling (alert_id integer primary key, told integer not null);
