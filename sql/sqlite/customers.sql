-- name: onboard
-- mode: write
-- Profile, subscription, owner, first key and usage row: all, or nothing when the customer or its dataset exists already.
-- The rest hangs on the subscription, and that on the profile being new, so that nobody gets a key to what was there before.
insert into customer_profiles (
  customer_id, company_name, admin_email, tenant_dataset_id, status, subscription_plan, timezone, created_at, updated_at
)
select @customerId, @companyName, @adminEmail, @datasetId, 'ACTIVE', @plan, @timezone, @now, @now
where not exists (
  select 1 from customer_profiles where customer_id = @customerId or tenant_dataset_id = @datasetId
);

insert into customer_subscriptions (
  subscription_id, customer_id, plan_name, status, max_team_members, max_providers, max_pipelines_per_day,
  max_pipelines_per_month, max_concurrent_pipelines, subscription_start_date, created_at, updated_at
)
select
  @subscriptionId, p.customer_id, @plan, 'ACTIVE', @maxTeamMembers, @maxProviders, @maxPipelinesPerDay,
  @maxPipelinesPerMonth, @maxConcurrentPipelines, @today, @now, @now
from customer_profiles p
where p.customer_id = @customerId and changes() = 1;

insert into customer_team_members (
  member_id, customer_id, email, role, status, invited_at, joined_at, created_at, updated_at
)
select @memberId, s.customer_id, @adminEmail, 'OWNER', 'ACTIVE', @now, @now, @now, @now
from customer_subscriptions s
where s.subscription_id = @subscriptionId;

insert into customer_api_keys (
  api_key_id, customer_id, api_key_hash, key_prefix, key_name, scopes, created_at, is_active, created_by
)
select @apiKeyId, s.customer_id, @apiKeyHash, @keyPrefix, 'default', '["*"]', @now, 1, @actor
from customer_subscriptions s
where s.subscription_id = @subscriptionId;

insert into customer_usage_quotas (
  usage_id, customer_id, usage_date, daily_limit, monthly_limit, concurrent_limit, created_at, last_updated
)
select
  @usageId, s.customer_id, @today, s.max_pipelines_per_day, s.max_pipelines_per_month, s.max_concurrent_pipelines, @now, @now
from customer_subscriptions s
where s.subscription_id = @subscriptionId;

insert into scheduler_audit_entries (
  audit_id, chain, customer_id, at, actor_kind, key_id, request_id, action, target, after_json
)
select
  @auditId, 'customer:' || d.customer_id, d.customer_id, @now, @actorKind, @actor, @requestId, 'customer.onboard', d.target,
  d.document
from scheduler_audited_profiles d
join customer_subscriptions s on s.customer_id = d.customer_id and s.subscription_id = @subscriptionId;

select
  exists (select 1 from customer_subscriptions where subscription_id = @subscriptionId) as created,
  exists (select 1 from customer_profiles where customer_id = @customerId) as customer_exists;

-- name: standing
-- mode: read
select
  s.customer_id, s.company_name, s.customer_status, s.subscription_status, s.subscription_plan, s.timezone,
  s.tenant_dataset_id, s.runnable_until, coalesce(@now, cast(unixepoch('subsec') * 1000 as integer) * 1000) as now
from scheduler_customer_standing s
where s.customer_id = @customerId;

-- name: count
-- mode: read
select count(*) as customers from customer_profiles;

-- name: usage
-- mode: read
select
  customer_id, usage_date, pipelines_run_today, pipelines_succeeded_today, pipelines_failed_today,
  pipelines_cancelled_today, pipelines_run_month, concurrent_pipelines_running, max_concurrent_reached, daily_limit,
  monthly_limit, concurrent_limit, quota_exceeded
from customer_usage_quotas
where customer_id = @customerId and usage_date >= @fromDate
order by usage_date;
