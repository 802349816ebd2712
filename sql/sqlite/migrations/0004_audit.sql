-- The audit trail: what a management or control call changed, written by the script that changed it. Rows are only added;
-- position and hashes are filled in once, when the chain is extended over them (Core/Audit).
create table scheduler_audit_entries (
  audit_id text not null primary key,
  -- 'customer:{id}' for what concerns one customer, else 'operators'.
  chain text not null,
  customer_id text,
  at integer not null,
  actor_kind text not null,
  key_id text not null,
  request_id text,
  action text not null,
  target text not null,
  before_json text,
  after_json text,
  position integer,
  previous_hash text,
  entry_hash text
) strict;

create unique index scheduler_audit_entries_by_position on scheduler_audit_entries (chain, position) where position is not null;
create index scheduler_audit_entries_unchained on scheduler_audit_entries (audit_id) where position is null;
create index scheduler_audit_entries_by_customer on scheduler_audit_entries (customer_id, audit_id);

create trigger scheduler_audit_entries_stay before delete on scheduler_audit_entries
begin
  select raise(abort, 'audit entries are never deleted');
end;

create trigger scheduler_audit_entries_are_final before update on scheduler_audit_entries
when old.position is not null
  or new.audit_id is not old.audit_id or new.chain is not old.chain or new.customer_id is not old.customer_id
  or new.at is not old.at or new.actor_kind is not old.actor_kind or new.key_id is not old.key_id
  or new.request_id is not old.request_id or new.action is not old.action or new.target is not old.target
  or new.before_json is not old.before_json or new.after_json is not old.after_json
begin
  select raise(abort, 'audit entries are never changed');
end;

-- What the trail says of a thing before and after a change: everything a person could ask for, and no secret.
create view scheduler_audited_profiles as
select customer_id as target, customer_id, json_object(
  'company_name', company_name, 'admin_email', admin_email, 'tenant_dataset_id', tenant_dataset_id, 'status', status,
  'subscription_plan', subscription_plan, 'timezone', timezone, 'support_tier', support_tier,
  'billing_email', billing_email, 'phone_number', phone_number, 'data_residency', data_residency,
  'requires_hipaa', requires_hipaa, 'requires_soc2', requires_soc2, 'notes', notes,
  'trial_start_date', trial_start_date, 'trial_end_date', trial_end_date
) as document
from customer_profiles;

create view scheduler_audited_subscriptions as
select subscription_id as target, customer_id, json_object(
  'plan_name', plan_name, 'status', status, 'max_team_members', max_team_members, 'max_providers', max_providers,
  'max_pipelines_per_day', max_pipelines_per_day, 'max_pipelines_per_month', max_pipelines_per_month,
  'max_concurrent_pipelines', max_concurrent_pipelines, 'trial_end_date', trial_end_date,
  'subscription_start_date', subscription_start_date, 'subscription_end_date', subscription_end_date,
  'billing_cycle', billing_cycle, 'cancellation_reason', cancellation_reason, 'superseded_at', superseded_at
) as document
from customer_subscriptions;

create view scheduler_audited_api_keys as
select api_key_id as target, customer_id, json_object(
  'key_prefix', key_prefix, 'key_name', key_name, 'scopes', json(scopes), 'member_id', member_id, 'expires_at', expires_at,
  'is_active', is_active, 'rate_limit_tier', rate_limit_tier, 'deactivation_reason', deactivation_reason
) as document
from customer_api_keys;

create view scheduler_audited_credentials as
select credential_id as target, customer_id, json_object(
  'provider', provider, 'credential_type', credential_type, 'credential_name', credential_name,
  'kms_key_version', kms_key_version, 'project_id', project_id, 'account_id', account_id, 'region', region,
  'validation_status', validation_status, 'is_active', is_active
) as document
from customer_credentials;

create view scheduler_audited_team_members as
select member_id as target, customer_id, json_object(
  'email', email, 'full_name', full_name, 'role', role, 'status', status, 'is_active', is_active,
  'removal_reason', removal_reason
) as document
from customer_team_members;

create view scheduler_audited_provider_configs as
select config_id as target, customer_id, json_object(
  'provider', provider, 'domain', domain, 'config_name', config_name, 'source_project_id', source_project_id,
  'source_dataset', source_dataset, 'source_table', source_table, 'notification_emails', json(notification_emails),
  'has_slack_webhook', slack_webhook_url is not null, 'notification_enabled', notification_enabled,
  'default_parameters', json(default_parameters), 'schedule_enabled', schedule_enabled, 'schedule_cron', schedule_cron,
  'schedule_timezone', schedule_timezone, 'retention_days', retention_days, 'is_active', is_active, 'description', description
) as document
from customer_provider_configs;

create view scheduler_audited_pipelines as
select config_id as target, customer_id, json_object(
  'provider', provider, 'domain', domain, 'pipeline_template', pipeline_template, 'pipeline_name', pipeline_name,
  'is_active', is_active, 'schedule_cron', schedule_cron, 'timezone', timezone, 'priority', priority,
  'credential_id', credential_id, 'parameters', json(parameters), 'retry_config', json(retry_config),
  'misfire_policy', misfire_policy, 'overlap_policy', overlap_policy, 'dst_policy', dst_policy,
  'spread_seconds', spread_seconds, 'paused_until', paused_until, 'pause_reason', pause_reason,
  'notification_emails', json(notification_emails), 'description', description
) as document
from customer_pipeline_configs;
