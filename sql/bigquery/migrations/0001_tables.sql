-- The tables. Keys are declared, not enforced: what must be unique is kept so by the scripts. Times are UTC with microseconds.
-- Every statement may be run again: several processes may start at once.

create table if not exists customer_profiles (
  customer_id string not null,
  company_name string not null,
  admin_email string not null,
  tenant_dataset_id string not null,
  status string not null,
  subscription_plan string not null,
  timezone string default 'UTC' not null,
  stripe_customer_id string,
  created_at timestamp not null,
  updated_at timestamp not null,
  trial_start_date date,
  trial_end_date date,
  support_tier string default 'STANDARD' not null,
  billing_email string,
  phone_number string,
  data_residency string default 'US' not null,
  requires_hipaa bool default false not null,
  requires_soc2 bool default false not null,
  notes string,
  primary key (customer_id) not enforced
)
partition by date(created_at)
cluster by customer_id, status
options (description = 'The customers of the service.');

create table if not exists customer_api_keys (
  api_key_id string not null,
  customer_id string not null,
  api_key_hash string not null,
  key_prefix string not null,
  key_name string not null,
  scopes array<string>,
  member_id string,
  created_at timestamp not null,
  expires_at timestamp,
  last_used_at timestamp,
  is_active bool not null,
  created_by string not null,
  deactivated_by string,
  deactivated_at timestamp,
  deactivation_reason string,
  rate_limit_tier string default 'STANDARD' not null,
  primary key (api_key_id) not enforced
)
partition by date(created_at)
cluster by api_key_hash, customer_id
options (description = 'Keys of customers; of each its SHA-256 only.');

create table if not exists customer_credentials (
  credential_id string not null,
  customer_id string not null,
  provider string not null,
  credential_type string not null,
  credential_name string not null,
  encrypted_credentials bytes not null,
  kms_key_version string not null,
  project_id string,
  account_id string,
  region string,
  scopes array<string>,
  last_validated_at timestamp,
  validation_status string,
  validation_error string,
  created_at timestamp not null,
  updated_at timestamp not null,
  is_active bool not null,
  created_by string not null,
  updated_by string,
  last_used_at timestamp,
  usage_count int64 default 0 not null,
  secret_version int64 default 1 not null,
  primary key (credential_id) not enforced
)
partition by date(created_at)
cluster by customer_id, provider
options (description = 'Provider credentials in envelopes that only a worker opens.');

create table if not exists customer_subscriptions (
  subscription_id string not null,
  customer_id string not null,
  plan_name string not null,
  status string not null,
  max_team_members int64,
  max_providers int64,
  max_pipelines_per_day int64,
  max_pipelines_per_month int64,
  max_concurrent_pipelines int64,
  max_storage_gb int64,
  max_api_calls_per_day int64,
  trial_start_date date,
  trial_end_date date,
  is_trial bool default false not null,
  subscription_start_date date not null,
  subscription_end_date date,
  billing_cycle string,
  stripe_subscription_id string,
  stripe_plan_id string,
  stripe_status string,
  monthly_price_usd numeric,
  annual_price_usd numeric,
  currency string default 'USD' not null,
  created_at timestamp not null,
  updated_at timestamp not null,
  cancelled_at timestamp,
  cancellation_reason string,
  auto_renew bool,
  next_billing_date date,
  superseded_at timestamp,
  primary key (subscription_id) not enforced
)
partition by subscription_start_date
cluster by customer_id, status
options (description = 'Plans; the one without superseded_at holds, the others are its past.');

create table if not exists customer_usage_quotas (
  usage_id string not null,
  customer_id string not null,
  usage_date date not null,
  pipelines_run_today int64 default 0 not null,
  pipelines_failed_today int64 default 0 not null,
  pipelines_succeeded_today int64 default 0 not null,
  pipelines_cancelled_today int64 default 0 not null,
  pipelines_run_month int64 default 0 not null,
  concurrent_pipelines_running int64 default 0 not null,
  max_concurrent_reached int64 default 0 not null,
  daily_limit int64,
  monthly_limit int64,
  concurrent_limit int64,
  quota_exceeded bool default false not null,
  quota_warning_sent bool default false not null,
  quota_exceeded_at timestamp,
  total_api_calls_today int64 default 0 not null,
  total_storage_used_gb numeric,
  created_at timestamp not null,
  last_updated timestamp not null,
  last_pipeline_started_at timestamp,
  last_pipeline_completed_at timestamp,
  primary key (usage_id) not enforced
)
partition by usage_date
cluster by customer_id, usage_date
options (description = 'What a customer used on a day of its time zone, and its limits.');

create table if not exists customer_team_members (
  member_id string not null,
  customer_id string not null,
  email string not null,
  full_name string,
  avatar_url string,
  role string not null,
  permissions array<string>,
  status string not null,
  is_active bool default true not null,
  invited_by string,
  invited_at timestamp not null,
  invitation_token_hash string,
  invitation_expires_at timestamp,
  joined_at timestamp,
  last_login_at timestamp,
  last_activity_at timestamp,
  login_count int64 default 0 not null,
  created_at timestamp not null,
  updated_at timestamp not null,
  removed_at timestamp,
  removed_by string,
  removal_reason string,
  email_notifications bool default true not null,
  slack_notifications bool default false not null,
  timezone string,
  primary key (member_id) not enforced
)
partition by date(invited_at)
cluster by customer_id, email
options (description = 'The people of a customer.');

create table if not exists customer_provider_configs (
  config_id string not null,
  customer_id string not null,
  provider string not null,
  domain string not null,
  config_name string not null,
  source_project_id string,
  source_dataset string,
  source_table string,
  notification_emails array<string>,
  slack_webhook_url bytes,
  notification_enabled bool default true not null,
  default_parameters json,
  pipeline_template_overrides json,
  schedule_enabled bool default false not null,
  schedule_cron string,
  schedule_timezone string,
  retention_days int64 default 90 not null,
  is_active bool default true not null,
  last_run_at timestamp,
  last_success_at timestamp,
  last_failure_at timestamp,
  consecutive_failures int64 default 0 not null,
  created_at timestamp not null,
  updated_at timestamp not null,
  created_by string not null,
  updated_by string,
  tags array<string>,
  description string,
  slack_webhook_key_version string,
  primary key (config_id) not enforced
)
partition by date(created_at)
cluster by customer_id, provider, domain
options (description = 'What a customer set for a provider: defaults of its pipelines.');

create table if not exists customer_pipeline_configs (
  config_id string not null,
  customer_id string not null,
  provider string not null,
  domain string not null,
  pipeline_template string not null,
  pipeline_name string not null,
  is_active bool not null,
  schedule_type string not null,
  schedule_cron string not null,
  timezone string default 'UTC' not null,
  next_run_time timestamp,
  last_run_time timestamp,
  last_run_status string,
  priority int64 default 5 not null,
  credential_id string,
  parameters json,
  retry_config json,
  misfire_policy string not null,
  overlap_policy string not null,
  dst_policy string not null,
  spread_seconds int64 default 0 not null,
  paused_until timestamp,
  paused_by string,
  pause_reason string,
  consecutive_failures int64 default 0 not null,
  notification_emails array<string>,
  created_at timestamp not null,
  updated_at timestamp not null,
  created_by string not null,
  description string,
  primary key (config_id) not enforced
)
partition by date(created_at)
cluster by customer_id, next_run_time, is_active
options (description = 'Pipelines and their schedules.');

create table if not exists scheduled_pipeline_runs (
  run_id string not null,
  config_id string not null,
  customer_id string not null,
  pipeline_template string not null,
  scheduled_time timestamp not null,
  data_interval_start timestamp not null,
  data_interval_end timestamp not null,
  actual_start_time timestamp,
  actual_end_time timestamp,
  state string not null,
  reason string,
  pipeline_logging_id string,
  execution_duration_seconds int64,
  error_message string,
  error_type string,
  retry_attempt int64 default 0 not null,
  parent_run_id string,
  triggered_by string not null,
  lane string not null,
  idempotency_key string not null,
  priority int64 not null,
  parameters json,
  worker_id string,
  created_at timestamp not null,
  updated_at timestamp not null,
  usage_id string,
  primary key (run_id) not enforced
)
partition by date(scheduled_time)
cluster by customer_id, state, scheduled_time
options (description = 'Every run, waiting, running and ended.');

create table if not exists pipeline_execution_queue (
  queue_id string not null,
  run_id string not null,
  customer_id string not null,
  pipeline_template string not null,
  priority int64 not null,
  state string not null,
  scheduled_time timestamp not null,
  visible_at timestamp not null,
  picked_up_at timestamp,
  completed_at timestamp,
  worker_id string,
  lease_epoch int64 default 0 not null,
  lease_token string,
  lease_expires_at timestamp,
  lease_losses int64 default 0 not null,
  cancel_requested_at timestamp,
  error_message string,
  created_at timestamp not null,
  config_id string not null,
  credential_id string,
  credential_version int64,
  primary key (queue_id) not enforced
)
cluster by state, priority, scheduled_time
options (description = 'What waits and runs now. Small: an item is deleted when it ends.');

create table if not exists scheduler_run_transitions (
  transition_id int64 not null,
  run_id string not null,
  from_state string,
  to_state string not null,
  `at` timestamp not null,
  actor string not null,
  lease_epoch int64 default 0 not null,
  note string
)
partition by date(`at`)
cluster by run_id
options (description = 'How each run came to its state. transition_id rises with the time, the lease and the step.');

create table if not exists scheduler_fair_shares (
  customer_id string not null,
  turn int64 default 0 not null,
  ready bool default false not null,
  ready_at timestamp not null,
  primary key (customer_id) not enforced
)
cluster by customer_id
options (description = 'Whose turn it is.');

create table if not exists scheduler_turnstiles (
  name string not null,
  turn int64 default 0 not null,
  primary key (name) not enforced
)
options (description = 'Rows that competing scripts update, so that they conflict: an insert alone never does.');

create table if not exists scheduler_holds (
  kind string not null,
  id string not null,
  since timestamp not null,
  primary key (kind, id) not enforced
)
options (description = 'Since when customers and pipelines keep items waiting.');

create table if not exists scheduler_customer_returns (
  customer_id string not null,
  returned_at timestamp not null,
  primary key (customer_id) not enforced
)
options (description = 'When customers that were not runnable came back.');

create table if not exists scheduler_interval_chains (
  config_id string not null,
  last_interval_end timestamp not null,
  primary key (config_id) not enforced
)
cluster by config_id
options (description = 'Where the data intervals of a pipeline end so far.');

create table if not exists scheduler_alerts (
  alert_id int64 not null,
  rule string not null,
  subject string not null,
  customer_id string,
  message string not null,
  fired_at timestamp not null,
  resolved_at timestamp,
  primary key (alert_id) not enforced
)
partition by date(fired_at)
cluster by rule, subject
options (description = 'Alerts, firing and resolved.');

create table if not exists scheduler_audit_entries (
  audit_id string not null,
  chain string not null,
  customer_id string,
  `at` timestamp not null,
  actor_kind string not null,
  key_id string not null,
  request_id string,
  action string not null,
  target string not null,
  before_json string,
  after_json string,
  position int64,
  previous_hash string,
  entry_hash string,
  primary key (audit_id) not enforced
)
partition by date(`at`)
cluster by customer_id, chain
options (description = 'Who changed what. Rows are added and chained, never changed.');

create table if not exists scheduler_audit_heads (
  chain string not null,
  position int64 not null,
  entry_hash string not null,
  updated_at timestamp not null,
  primary key (chain) not enforced
)
options (description = 'The last entry of each audit chain.');

create table if not exists scheduler_refused_calls (
  minute timestamp not null,
  caller string not null,
  route string not null,
  status int64 not null,
  customer_id string,
  calls int64 not null,
  primary key (minute, caller, route, status) not enforced
)
partition by date(minute)
cluster by customer_id
options (description = 'Calls refused, counted by the minute.');

create table if not exists scheduler_duty_leases (
  duty string not null,
  holder string not null,
  term int64 not null,
  expires_at timestamp not null,
  primary key (duty) not enforced
)
options (description = 'Which process leads a duty, and until when.');

-- Two processes that start at once may both add a row: both are then updated together, which serves as well.
insert into scheduler_turnstiles (name, turn)
select n, 0
from unnest(['claim', 'customers', 'api_keys', 'credentials', 'subscriptions', 'team_members', 'provider_configs', 'pipeline_configs', 'audit', 'alerts', 'duties', 'shares']) as n
where n not in (select name from scheduler_turnstiles);
