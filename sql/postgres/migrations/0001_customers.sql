-- Customers and what belongs to them. A database with the collation C compares identifiers fastest; any other works.

create table customer_profiles (
  customer_id text not null primary key,
  company_name text not null,
  admin_email text not null,
  tenant_dataset_id text not null unique,
  status text not null check (status in ('ACTIVE', 'SUSPENDED', 'TRIAL', 'CANCELLED')),
  subscription_plan text not null,
  timezone text not null default 'UTC',
  stripe_customer_id text,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  trial_start_date date,
  trial_end_date date,
  support_tier text not null default 'STANDARD' check (support_tier in ('STANDARD', 'PRIORITY', 'ENTERPRISE')),
  billing_email text,
  phone_number text,
  data_residency text not null default 'US' check (data_residency in ('US', 'EU', 'APAC')),
  requires_hipaa boolean not null default false,
  requires_soc2 boolean not null default false,
  notes text
);

create table customer_api_keys (
  api_key_id text not null primary key,
  customer_id text not null references customer_profiles (customer_id),
  api_key_hash text not null unique,
  key_prefix text not null,
  key_name text not null,
  scopes jsonb not null,
  member_id text,
  created_at timestamptz not null,
  expires_at timestamptz,
  last_used_at timestamptz,
  is_active boolean not null,
  created_by text not null,
  deactivated_by text,
  deactivated_at timestamptz,
  deactivation_reason text,
  rate_limit_tier text not null default 'STANDARD' check (rate_limit_tier in ('STANDARD', 'ELEVATED', 'UNLIMITED'))
);

create index customer_api_keys_by_customer on customer_api_keys (customer_id, created_at);

create table customer_credentials (
  credential_id text not null primary key,
  customer_id text not null references customer_profiles (customer_id),
  provider text not null,
  credential_type text not null check (credential_type in ('SERVICE_ACCOUNT', 'ACCESS_KEY', 'API_KEY')),
  credential_name text not null,
  encrypted_credentials bytea not null,
  kms_key_version text not null,
  project_id text,
  account_id text,
  region text,
  scopes jsonb,
  last_validated_at timestamptz,
  validation_status text check (validation_status in ('PENDING', 'VALID', 'INVALID', 'EXPIRED')),
  validation_error text,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  is_active boolean not null,
  created_by text not null,
  updated_by text,
  last_used_at timestamptz,
  usage_count bigint not null default 0,
  -- Rises with every new secret, so that a lease's end judges only the secret it was given.
  secret_version bigint not null default 1
);

-- Names tell a provider's credentials apart while they are in use; a deleted one leaves its name free.
create unique index customer_credentials_active_names
on customer_credentials (customer_id, provider, credential_name) where is_active;
create index customer_credentials_by_customer on customer_credentials (customer_id, credential_id);
create index customer_credentials_by_provider on customer_credentials (customer_id, provider) where is_active;

create table customer_subscriptions (
  subscription_id text not null primary key,
  customer_id text not null references customer_profiles (customer_id),
  plan_name text not null,
  status text not null
    check (status in ('ACTIVE', 'TRIAL', 'EXPIRED', 'SUSPENDED', 'CANCELLED', 'PAST_DUE')),
  max_team_members bigint,
  max_providers bigint,
  max_pipelines_per_day bigint,
  max_pipelines_per_month bigint,
  max_concurrent_pipelines bigint,
  max_storage_gb bigint,
  max_api_calls_per_day bigint,
  trial_start_date date,
  trial_end_date date,
  is_trial boolean not null default false,
  subscription_start_date date not null,
  subscription_end_date date,
  billing_cycle text check (billing_cycle in ('MONTHLY', 'ANNUAL')),
  stripe_subscription_id text,
  stripe_plan_id text,
  stripe_status text,
  monthly_price_usd numeric,
  annual_price_usd numeric,
  currency text not null default 'USD',
  created_at timestamptz not null,
  updated_at timestamptz not null,
  cancelled_at timestamptz,
  cancellation_reason text,
  auto_renew boolean,
  next_billing_date date,
  superseded_at timestamptz
);

create unique index customer_subscriptions_current on customer_subscriptions (customer_id) where superseded_at is null;
create index customer_subscriptions_by_customer on customer_subscriptions (customer_id, created_at, subscription_id);

create table customer_usage_quotas (
  usage_id text not null primary key,
  customer_id text not null references customer_profiles (customer_id),
  usage_date date not null,
  pipelines_run_today bigint not null default 0,
  pipelines_failed_today bigint not null default 0,
  pipelines_succeeded_today bigint not null default 0,
  pipelines_cancelled_today bigint not null default 0,
  pipelines_run_month bigint not null default 0,
  concurrent_pipelines_running bigint not null default 0,
  max_concurrent_reached bigint not null default 0,
  daily_limit bigint,
  monthly_limit bigint,
  concurrent_limit bigint,
  quota_exceeded boolean not null default false,
  quota_warning_sent boolean not null default false,
  quota_exceeded_at timestamptz,
  total_api_calls_today bigint not null default 0,
  total_storage_used_gb numeric,
  created_at timestamptz not null,
  last_updated timestamptz not null,
  last_pipeline_started_at timestamptz,
  last_pipeline_completed_at timestamptz,
  unique (customer_id, usage_date)
) with (fillfactor = 60);

create table customer_team_members (
  member_id text not null primary key,
  customer_id text not null references customer_profiles (customer_id),
  email text not null,
  full_name text,
  avatar_url text,
  role text not null check (role in ('OWNER', 'ADMIN', 'COLLABORATOR', 'VIEWER')),
  permissions jsonb,
  status text not null check (status in ('INVITED', 'ACTIVE', 'SUSPENDED', 'REMOVED')),
  is_active boolean not null default true,
  invited_by text,
  invited_at timestamptz not null,
  invitation_token_hash text,
  invitation_expires_at timestamptz,
  joined_at timestamptz,
  last_login_at timestamptz,
  last_activity_at timestamptz,
  login_count bigint not null default 0,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  removed_at timestamptz,
  removed_by text,
  removal_reason text,
  email_notifications boolean not null default true,
  slack_notifications boolean not null default false,
  timezone text,
  unique (customer_id, email)
);

create table customer_provider_configs (
  config_id text not null primary key,
  customer_id text not null references customer_profiles (customer_id),
  provider text not null,
  domain text not null,
  config_name text not null,
  source_project_id text,
  source_dataset text,
  source_table text,
  notification_emails jsonb,
  slack_webhook_url bytea,
  slack_webhook_key_version text,
  notification_enabled boolean not null default true,
  default_parameters jsonb,
  pipeline_template_overrides jsonb,
  schedule_enabled boolean not null default false,
  schedule_cron text,
  schedule_timezone text,
  retention_days bigint not null default 90,
  is_active boolean not null default true,
  last_run_at timestamptz,
  last_success_at timestamptz,
  last_failure_at timestamptz,
  consecutive_failures bigint not null default 0,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  created_by text not null,
  updated_by text,
  tags jsonb,
  description text,
  unique (customer_id, provider, domain)
);

create index customer_provider_configs_by_customer on customer_provider_configs (customer_id, config_id);
