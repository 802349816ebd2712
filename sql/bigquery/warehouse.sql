-- name: load_runs
-- mode: write
-- param: rows array<struct<run_id string, config_id string, customer_id string, pipeline_template string, scheduled_time timestamp, data_interval_start timestamp, data_interval_end timestamp, actual_start_time timestamp, actual_end_time timestamp, state string, reason string, pipeline_logging_id string, execution_duration_seconds int64, error_message string, error_type string, retry_attempt int64, parent_run_id string, triggered_by string, lane string, idempotency_key string, priority int64, parameters string, worker_id string, created_at timestamp, updated_at timestamp, usage_id string>>
-- param: from timestamp
-- param: to timestamp
-- Runs that have ended, which nothing changes any more: those that are not there yet. The bounds, of their nominal times, keep it to
-- their days. Whoever loads at the same time updates the same row, and one of the two looks again.
begin transaction;
update scheduler_turnstiles set turn = turn + 1 where name = 'warehouse';
insert into scheduled_pipeline_runs (
  run_id, config_id, customer_id, pipeline_template, scheduled_time, data_interval_start, data_interval_end,
  actual_start_time, actual_end_time, state, reason, pipeline_logging_id, execution_duration_seconds, error_message,
  error_type, retry_attempt, parent_run_id, triggered_by, lane, idempotency_key, priority, parameters, worker_id, created_at,
  updated_at, usage_id
)
select
  r.run_id, r.config_id, r.customer_id, r.pipeline_template, r.scheduled_time, r.data_interval_start, r.data_interval_end,
  r.actual_start_time, r.actual_end_time, r.state, r.reason, r.pipeline_logging_id, r.execution_duration_seconds,
  r.error_message, r.error_type, r.retry_attempt, r.parent_run_id, r.triggered_by, r.lane, r.idempotency_key, r.priority,
  parse_json(r.parameters), r.worker_id, r.created_at, r.updated_at, r.usage_id
from unnest(@rows) r
where r.run_id not in (select t.run_id from scheduled_pipeline_runs t where t.scheduled_time between @from and @to);
commit transaction;
select count(*) as loaded from unnest(@rows);

-- name: load_usage_days
-- mode: write
-- param: rows array<struct<usage_id string, customer_id string, usage_date date, pipelines_run_today int64, pipelines_failed_today int64, pipelines_succeeded_today int64, pipelines_cancelled_today int64, pipelines_run_month int64, concurrent_pipelines_running int64, max_concurrent_reached int64, daily_limit int64, monthly_limit int64, concurrent_limit int64, quota_exceeded bool, quota_warning_sent bool, quota_exceeded_at timestamp, total_api_calls_today int64, total_storage_used_gb string, created_at timestamp, last_updated timestamp, last_pipeline_started_at timestamp, last_pipeline_completed_at timestamp>>
-- param: from date
-- param: to date
-- Days as they stood when they were read; one that was read later stays.
begin transaction;
update scheduler_turnstiles set turn = turn + 1 where name = 'warehouse';
update customer_usage_quotas t
set
  pipelines_run_today = r.pipelines_run_today, pipelines_failed_today = r.pipelines_failed_today,
  pipelines_succeeded_today = r.pipelines_succeeded_today, pipelines_cancelled_today = r.pipelines_cancelled_today,
  pipelines_run_month = r.pipelines_run_month, concurrent_pipelines_running = r.concurrent_pipelines_running,
  max_concurrent_reached = r.max_concurrent_reached, daily_limit = r.daily_limit, monthly_limit = r.monthly_limit,
  concurrent_limit = r.concurrent_limit, quota_exceeded = r.quota_exceeded, quota_warning_sent = r.quota_warning_sent,
  quota_exceeded_at = r.quota_exceeded_at, total_api_calls_today = r.total_api_calls_today,
  total_storage_used_gb = cast(r.total_storage_used_gb as numeric), last_updated = r.last_updated,
  last_pipeline_started_at = r.last_pipeline_started_at, last_pipeline_completed_at = r.last_pipeline_completed_at
from unnest(@rows) r
where t.usage_date between @from and @to and t.usage_id = r.usage_id and t.last_updated < r.last_updated;
insert into customer_usage_quotas (
  usage_id, customer_id, usage_date, pipelines_run_today, pipelines_failed_today, pipelines_succeeded_today,
  pipelines_cancelled_today, pipelines_run_month, concurrent_pipelines_running, max_concurrent_reached, daily_limit,
  monthly_limit, concurrent_limit, quota_exceeded, quota_warning_sent, quota_exceeded_at, total_api_calls_today,
  total_storage_used_gb, created_at, last_updated, last_pipeline_started_at, last_pipeline_completed_at
)
select
  r.usage_id, r.customer_id, r.usage_date, r.pipelines_run_today, r.pipelines_failed_today, r.pipelines_succeeded_today,
  r.pipelines_cancelled_today, r.pipelines_run_month, r.concurrent_pipelines_running, r.max_concurrent_reached,
  r.daily_limit, r.monthly_limit, r.concurrent_limit, r.quota_exceeded, r.quota_warning_sent, r.quota_exceeded_at,
  r.total_api_calls_today, cast(r.total_storage_used_gb as numeric), r.created_at, r.last_updated,
  r.last_pipeline_started_at, r.last_pipeline_completed_at
from unnest(@rows) r
where r.usage_id not in (select t.usage_id from customer_usage_quotas t where t.usage_date between @from and @to);
commit transaction;
select count(*) as loaded from unnest(@rows);

-- name: load_customers
-- mode: write
-- param: rows array<struct<customer_id string, company_name string, admin_email string, tenant_dataset_id string, status string, subscription_plan string, timezone string, stripe_customer_id string, created_at timestamp, updated_at timestamp, trial_start_date date, trial_end_date date, support_tier string, billing_email string, phone_number string, data_residency string, requires_hipaa bool, requires_soc2 bool, notes string>>
-- As they stand: each row takes the place of the one before.
begin transaction;
update scheduler_turnstiles set turn = turn + 1 where name = 'warehouse';
delete from customer_profiles where customer_id in (select r.customer_id from unnest(@rows) r);
insert into customer_profiles (
  customer_id, company_name, admin_email, tenant_dataset_id, status, subscription_plan, timezone, stripe_customer_id,
  created_at, updated_at, trial_start_date, trial_end_date, support_tier, billing_email, phone_number, data_residency,
  requires_hipaa, requires_soc2, notes
)
select
  r.customer_id, r.company_name, r.admin_email, r.tenant_dataset_id, r.status, r.subscription_plan, r.timezone,
  r.stripe_customer_id, r.created_at, r.updated_at, r.trial_start_date, r.trial_end_date, r.support_tier, r.billing_email,
  r.phone_number, r.data_residency, r.requires_hipaa, r.requires_soc2, r.notes
from unnest(@rows) r;
commit transaction;
select count(*) as loaded from unnest(@rows);

-- name: load_subscriptions
-- mode: write
-- param: rows array<struct<subscription_id string, customer_id string, plan_name string, status string, max_team_members int64, max_providers int64, max_pipelines_per_day int64, max_pipelines_per_month int64, max_concurrent_pipelines int64, max_storage_gb int64, max_api_calls_per_day int64, trial_start_date date, trial_end_date date, is_trial bool, subscription_start_date date, subscription_end_date date, billing_cycle string, stripe_subscription_id string, stripe_plan_id string, stripe_status string, monthly_price_usd string, annual_price_usd string, currency string, created_at timestamp, updated_at timestamp, cancelled_at timestamp, cancellation_reason string, auto_renew bool, next_billing_date date, superseded_at timestamp>>
-- As they stand, the plans of the past as well.
begin transaction;
update scheduler_turnstiles set turn = turn + 1 where name = 'warehouse';
delete from customer_subscriptions where subscription_id in (select r.subscription_id from unnest(@rows) r);
insert into customer_subscriptions (
  subscription_id, customer_id, plan_name, status, max_team_members, max_providers, max_pipelines_per_day,
  max_pipelines_per_month, max_concurrent_pipelines, max_storage_gb, max_api_calls_per_day, trial_start_date, trial_end_date,
  is_trial, subscription_start_date, subscription_end_date, billing_cycle, stripe_subscription_id, stripe_plan_id,
  stripe_status, monthly_price_usd, annual_price_usd, currency, created_at, updated_at, cancelled_at, cancellation_reason,
  auto_renew, next_billing_date, superseded_at
)
select
  r.subscription_id, r.customer_id, r.plan_name, r.status, r.max_team_members, r.max_providers, r.max_pipelines_per_day,
  r.max_pipelines_per_month, r.max_concurrent_pipelines, r.max_storage_gb, r.max_api_calls_per_day, r.trial_start_date,
  r.trial_end_date, r.is_trial, r.subscription_start_date, r.subscription_end_date, r.billing_cycle,
  r.stripe_subscription_id, r.stripe_plan_id, r.stripe_status, cast(r.monthly_price_usd as numeric),
  cast(r.annual_price_usd as numeric), r.currency, r.created_at, r.updated_at, r.cancelled_at, r.cancellation_reason,
  r.auto_renew, r.next_billing_date, r.superseded_at
from unnest(@rows) r;
commit transaction;
select count(*) as loaded from unnest(@rows);

-- name: load_pipelines
-- mode: write
-- param: rows array<struct<config_id string, customer_id string, provider string, domain string, pipeline_template string, pipeline_name string, is_active bool, schedule_type string, schedule_cron string, timezone string, next_run_time timestamp, last_run_time timestamp, last_run_status string, priority int64, credential_id string, parameters string, retry_config string, misfire_policy string, overlap_policy string, dst_policy string, spread_seconds int64, paused_until timestamp, paused_by string, pause_reason string, consecutive_failures int64, notification_emails string, created_at timestamp, updated_at timestamp, created_by string, description string>>
-- As they stand.
begin transaction;
update scheduler_turnstiles set turn = turn + 1 where name = 'warehouse';
delete from customer_pipeline_configs where config_id in (select r.config_id from unnest(@rows) r);
insert into customer_pipeline_configs (
  config_id, customer_id, provider, domain, pipeline_template, pipeline_name, is_active, schedule_type, schedule_cron,
  timezone, next_run_time, last_run_time, last_run_status, priority, credential_id, parameters, retry_config, misfire_policy,
  overlap_policy, dst_policy, spread_seconds, paused_until, paused_by, pause_reason, consecutive_failures,
  notification_emails, created_at, updated_at, created_by, description
)
select
  r.config_id, r.customer_id, r.provider, r.domain, r.pipeline_template, r.pipeline_name, r.is_active, r.schedule_type,
  r.schedule_cron, r.timezone, r.next_run_time, r.last_run_time, r.last_run_status, r.priority, r.credential_id,
  parse_json(r.parameters), parse_json(r.retry_config), r.misfire_policy, r.overlap_policy, r.dst_policy, r.spread_seconds,
  r.paused_until, r.paused_by, r.pause_reason, r.consecutive_failures, json_value_array(r.notification_emails), r.created_at,
  r.updated_at, r.created_by, r.description
from unnest(@rows) r;
commit transaction;
select count(*) as loaded from unnest(@rows);

-- name: load_audit_entries
-- mode: write
-- param: rows array<struct<audit_id string, chain string, customer_id string, at timestamp, actor_kind string, key_id string, request_id string, action string, target string, before_json string, after_json string, position int64, previous_hash string, entry_hash string>>
-- param: from timestamp
-- param: to timestamp
-- Entries that are not there yet. One that tells of a customer's purge purges it here as well, once: whoever has that name later is
-- somebody else.
declare op_purged array<string>;
begin transaction;
update scheduler_turnstiles set turn = turn + 1 where name = 'warehouse';
set op_purged = array(
  select distinct r.target
  from unnest(@rows) r
  where r.action = 'customer.purge'
    and r.audit_id not in (select t.audit_id from scheduler_audit_entries t where t.`at` between @from and @to)
);
if array_length(op_purged) > 0 then
  delete from scheduled_pipeline_runs where customer_id in unnest(op_purged);
  delete from customer_usage_quotas where customer_id in unnest(op_purged);
  delete from customer_pipeline_configs where customer_id in unnest(op_purged);
  delete from customer_subscriptions where customer_id in unnest(op_purged);
  delete from customer_profiles where customer_id in unnest(op_purged);
end if;
insert into scheduler_audit_entries (
  audit_id, chain, customer_id, `at`, actor_kind, key_id, request_id, action, target, before_json, after_json, position,
  previous_hash, entry_hash
)
select
  r.audit_id, r.chain, r.customer_id, r.`at`, r.actor_kind, r.key_id, r.request_id, r.action, r.target, r.before_json,
  r.after_json, r.position, r.previous_hash, r.entry_hash
from unnest(@rows) r
where r.audit_id not in (select t.audit_id from scheduler_audit_entries t where t.`at` between @from and @to);
commit transaction;
select count(*) as loaded from unnest(@rows);
