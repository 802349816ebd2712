-- The audit trail: what a management or control call changed, written by the script that changed it. Rows are only added;
-- position and hashes are filled in once, when the chain is extended over them (Core/Audit). Documents are text: what was hashed
-- must read the same for ever.
create table scheduler_audit_entries (
  audit_id text not null primary key,
  -- 'customer:{id}' for what concerns one customer, else 'operators'.
  chain text not null,
  customer_id text,
  at timestamptz not null,
  actor_kind text not null,
  key_id text not null,
  request_id text,
  action text not null,
  target text not null,
  before_json text,
  after_json text,
  position bigint,
  previous_hash text,
  entry_hash text
);

create unique index scheduler_audit_entries_by_position on scheduler_audit_entries (chain, position) where position is not null;
create index scheduler_audit_entries_unchained on scheduler_audit_entries (audit_id) where position is null;
create index scheduler_audit_entries_by_customer on scheduler_audit_entries (customer_id, audit_id);

-- Where each chain of the audit trail ends, kept beside the chain: a trail whose last rows were cut off no longer reaches it.
create table scheduler_audit_heads (
  chain text not null primary key,
  position bigint not null,
  entry_hash text not null,
  updated_at timestamptz not null
);

create function scheduler_refuse() returns trigger language plpgsql as $$
begin
  raise exception '%', tg_argv[0];
end
$$;

create trigger scheduler_audit_entries_stay before delete on scheduler_audit_entries
for each row execute function scheduler_refuse('audit entries are never deleted');

create trigger scheduler_audit_entries_are_final before update on scheduler_audit_entries
for each row
when (
  old.position is not null
  or (
    new.audit_id, new.chain, new.customer_id, new.at, new.actor_kind, new.key_id, new.request_id, new.action, new.target,
    new.before_json, new.after_json
  ) is distinct from (
    old.audit_id, old.chain, old.customer_id, old.at, old.actor_kind, old.key_id, old.request_id, old.action, old.target,
    old.before_json, old.after_json
  )
)
execute function scheduler_refuse('audit entries are never changed');

create trigger scheduler_audit_heads_stay before delete on scheduler_audit_heads
for each row execute function scheduler_refuse('the head of an audit chain is never deleted');

create trigger scheduler_audit_heads_advance before update on scheduler_audit_heads
for each row when (new.chain <> old.chain or new.position <= old.position)
execute function scheduler_refuse('the head of an audit chain only moves on');

-- Calls that were refused (401, 403, 429) on management and control routes: counted, one row a minute, caller, route and status.
create table scheduler_refused_calls (
  minute timestamptz not null,
  -- The id of a key, or 'address:' and the network address.
  caller text not null,
  route text not null,
  status bigint not null,
  -- Of the key; null where there was none.
  customer_id text,
  calls bigint not null,
  primary key (minute, caller, route, status)
);

create index scheduler_refused_calls_by_customer on scheduler_refused_calls (customer_id, minute, caller, route, status);

-- Whole microseconds since 1970, as documents of the trail show instants.
create function scheduler_micros(at timestamptz) returns bigint language sql stable parallel safe as $$
  select (extract(epoch from at) * 1000000)::bigint
$$;

-- What the trail says of a thing before and after a change: everything a person could ask for, and no secret.
create view scheduler_audited_profiles as
select customer_id as target, customer_id, json_build_object(
  'company_name', company_name, 'admin_email', admin_email, 'tenant_dataset_id', tenant_dataset_id, 'status', status,
  'subscription_plan', subscription_plan, 'timezone', timezone, 'support_tier', support_tier,
  'billing_email', billing_email, 'phone_number', phone_number, 'data_residency', data_residency,
  'requires_hipaa', requires_hipaa::int, 'requires_soc2', requires_soc2::int, 'notes', notes,
  'trial_start_date', trial_start_date, 'trial_end_date', trial_end_date
)::text as document
from customer_profiles;

create view scheduler_audited_subscriptions as
select subscription_id as target, customer_id, json_build_object(
  'plan_name', plan_name, 'status', status, 'max_team_members', max_team_members, 'max_providers', max_providers,
  'max_pipelines_per_day', max_pipelines_per_day, 'max_pipelines_per_month', max_pipelines_per_month,
  'max_concurrent_pipelines', max_concurrent_pipelines, 'trial_end_date', trial_end_date,
  'subscription_start_date', subscription_start_date, 'subscription_end_date', subscription_end_date,
  'billing_cycle', billing_cycle, 'cancellation_reason', cancellation_reason, 'superseded_at', scheduler_micros(superseded_at)
)::text as document
from customer_subscriptions;

create view scheduler_audited_api_keys as
select api_key_id as target, customer_id, json_build_object(
  'key_prefix', key_prefix, 'key_name', key_name, 'scopes', scopes, 'member_id', member_id, 'expires_at', scheduler_micros(expires_at),
  'is_active', is_active::int, 'rate_limit_tier', rate_limit_tier, 'deactivation_reason', deactivation_reason
)::text as document
from customer_api_keys;

create view scheduler_audited_credentials as
select credential_id as target, customer_id, json_build_object(
  'provider', provider, 'credential_type', credential_type, 'credential_name', credential_name,
  'kms_key_version', kms_key_version, 'project_id', project_id, 'account_id', account_id, 'region', region,
  'validation_status', validation_status, 'is_active', is_active::int
)::text as document
from customer_credentials;

create view scheduler_audited_team_members as
select member_id as target, customer_id, json_build_object(
  'email', email, 'full_name', full_name, 'role', role, 'status', status, 'is_active', is_active::int,
  'removal_reason', removal_reason
)::text as document
from customer_team_members;

create view scheduler_audited_provider_configs as
select config_id as target, customer_id, json_build_object(
  'provider', provider, 'domain', domain, 'config_name', config_name, 'source_project_id', source_project_id,
  'source_dataset', source_dataset, 'source_table', source_table, 'notification_emails', notification_emails,
  'has_slack_webhook', slack_webhook_url is not null, 'notification_enabled', notification_enabled::int,
  'default_parameters', default_parameters, 'schedule_enabled', schedule_enabled::int, 'schedule_cron', schedule_cron,
  'schedule_timezone', schedule_timezone, 'retention_days', retention_days, 'is_active', is_active::int, 'description', description
)::text as document
from customer_provider_configs;

create view scheduler_audited_pipelines as
select config_id as target, customer_id, json_build_object(
  'provider', provider, 'domain', domain, 'pipeline_template', pipeline_template, 'pipeline_name', pipeline_name,
  'is_active', is_active::int, 'schedule_cron', schedule_cron, 'timezone', timezone, 'priority', priority,
  'credential_id', credential_id, 'parameters', parameters, 'retry_config', retry_config,
  'misfire_policy', misfire_policy, 'overlap_policy', overlap_policy, 'dst_policy', dst_policy,
  'spread_seconds', spread_seconds, 'paused_until', scheduler_micros(paused_until), 'pause_reason', pause_reason,
  'notification_emails', notification_emails, 'description', description
)::text as document
from customer_pipeline_configs;
