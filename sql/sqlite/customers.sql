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
where customer_id = @customerId and usage_date between @fromDate and @toDate
order by usage_date;

-- name: dataset_taken
-- mode: read
-- Whether the id or its dataset is in use: asked before a dataset is touched; onboarding itself decides.
select
  exists (select 1 from customer_profiles where customer_id = @customerId) as customer_exists,
  exists (select 1 from customer_profiles where tenant_dataset_id = @datasetId) as dataset_exists;

-- name: profile
-- mode: read
select * from customer_profiles where customer_id = @customerId;

-- name: update_profile
-- mode: write
-- Null leaves a column as it is; empty text clears one that may be empty. The status moves only from those that lead to it.
delete from temp.audited;
insert into temp.audited (target, before_json)
select target, document from scheduler_audited_profiles where target = @customerId;

delete from temp.stood;
insert into temp.stood (customer_id, runnable)
select customer_id, runnable_until > @now from scheduler_customer_standing where customer_id = @customerId;

update customer_profiles
set
  company_name = coalesce(@companyName, company_name),
  admin_email = coalesce(@adminEmail, admin_email),
  billing_email = nullif(coalesce(@billingEmail, billing_email), ''),
  phone_number = nullif(coalesce(@phoneNumber, phone_number), ''),
  notes = nullif(coalesce(@notes, notes), ''),
  timezone = case when timezone = @timezoneBefore then coalesce(@timezone, timezone) else timezone end,
  support_tier = coalesce(@supportTier, support_tier),
  data_residency = coalesce(@dataResidency, data_residency),
  requires_hipaa = coalesce(@requiresHipaa, requires_hipaa),
  requires_soc2 = coalesce(@requiresSoc2, requires_soc2),
  status = coalesce(@status, status),
  updated_at = @now
where customer_id = @customerId
  and (@status is null or status in (select value from json_each(@statusFrom)));

-- The day that is counted goes with the clock: what was taken today is taken from the day that it is now, so that a change of the time
-- zone opens no second day. The runs that could still give it back know where it is.
insert into customer_usage_quotas (
  usage_id, customer_id, usage_date, daily_limit, monthly_limit, concurrent_limit, created_at, last_updated
)
select
  @usageTo, s.customer_id, @dateTo, s.max_pipelines_per_day, s.max_pipelines_per_month, s.max_concurrent_pipelines, @now, @now
from scheduler_customer_standing s
where s.customer_id = @customerId and @usageTo <> @usageFrom and s.timezone = @timezone
on conflict (usage_id) do nothing;
update customer_usage_quotas
set
  pipelines_run_today = pipelines_run_today + coalesce(
    (select f.pipelines_run_today from customer_usage_quotas f where f.usage_id = @usageFrom), 0
  ),
  last_updated = @now
where usage_id = @usageTo and @usageTo <> @usageFrom
  and exists (select 1 from customer_profiles p where p.customer_id = @customerId and p.timezone = @timezone);
update customer_usage_quotas
set pipelines_run_today = 0, last_updated = @now
where usage_id = @usageFrom and @usageTo <> @usageFrom
  and exists (select 1 from customer_profiles p where p.customer_id = @customerId and p.timezone = @timezone);
update scheduled_pipeline_runs
set usage_id = @usageTo
where usage_id = @usageFrom and @usageTo <> @usageFrom
  and run_id in (
    select q.run_id
    from customer_pipeline_configs c
    cross join pipeline_execution_queue q on q.config_id = c.config_id and q.completed_at is null
    where c.customer_id = @customerId
  )
  and state in ('SCHEDULED', 'PENDING', 'RUNNING')
  and exists (select 1 from customer_profiles p where p.customer_id = @customerId and p.timezone = @timezone);

-- The month so far stands on every day of it; the two days may be of two months.
update customer_usage_quotas
set pipelines_run_month = (
  select sum(m.pipelines_run_today)
  from customer_usage_quotas m
  where m.customer_id = customer_usage_quotas.customer_id
    and m.usage_date between substr(customer_usage_quotas.usage_date, 1, 8) || '01' and customer_usage_quotas.usage_date
)
where customer_id = @customerId and @usageTo <> @usageFrom
  and usage_date >= (select min(d.usage_date) from customer_usage_quotas d where d.usage_id in (@usageFrom, @usageTo));

insert into scheduler_customer_returns (customer_id, returned_at)
select t.customer_id, @now
from temp.stood t
join scheduler_customer_standing s on s.customer_id = t.customer_id
where t.runnable = 0 and s.runnable_until > @now
on conflict (customer_id) do update set returned_at = excluded.returned_at;

-- What had waited is looked at again at once.
update scheduler_fair_shares
set ready_at = min(ready_at, @now)
where customer_id = @customerId and ready = 0
  and exists (select 1 from scheduler_customer_returns b where b.customer_id = @customerId and b.returned_at = @now);

insert into scheduler_audit_entries (
  audit_id, chain, customer_id, at, actor_kind, key_id, request_id, action, target, before_json, after_json
)
select
  @auditId, 'customer:' || d.customer_id, d.customer_id, @now, @actorKind, @actor, @requestId, 'customer.update', d.target,
  a.before_json, d.document
from temp.audited a
join scheduler_audited_profiles d on d.target = a.target
where d.document is not a.before_json;

select
  p.*,
  a.before_json ->> 'status' as status_before,
  @status is null or (a.before_json ->> 'status') in (select value from json_each(@statusFrom)) as is_allowed
from customer_profiles p
join temp.audited a on a.target = p.customer_id
where p.customer_id = @customerId;

-- name: readiness
-- mode: read
-- What decides whether a pipeline of the customer could run now.
select
  s.customer_status,
  s.subscription_status,
  s.runnable_until,
  s.subscription_id is not null as has_subscription,
  s.max_pipelines_per_day,
  s.max_pipelines_per_month,
  s.max_concurrent_pipelines,
  coalesce((
    select u.pipelines_run_today from customer_usage_quotas u where u.customer_id = s.customer_id and u.usage_date = @today
  ), 0) as run_today,
  coalesce((
    select sum(u.pipelines_run_today) from customer_usage_quotas u
    where u.customer_id = s.customer_id and u.usage_date between @monthStart and @monthEnd
  ), 0) as run_this_month,
  (
    select count(*) from pipeline_execution_queue q
    where q.customer_id = s.customer_id and q.state = 'PROCESSING' and q.lease_expires_at > @now
  ) as running,
  (
    select count(*) from customer_credentials c
    where c.customer_id = s.customer_id and c.is_active = 1 and coalesce(c.validation_status, 'PENDING') in ('PENDING', 'VALID')
  ) as usable_credentials,
  (
    select count(*) from customer_pipeline_configs p
    where p.customer_id = s.customer_id and p.is_active = 1 and p.provider in (select value from json_each(@openProviders))
  ) as open_pipelines,
  (
    select json_group_array(distinct p.provider) from customer_pipeline_configs p
    where p.customer_id = s.customer_id
      and p.is_active = 1
      and p.provider not in (select value from json_each(@openProviders))
      and not exists (
        select 1 from customer_credentials c
        where c.customer_id = s.customer_id and c.provider = p.provider and c.is_active = 1
          and coalesce(c.validation_status, 'PENDING') in ('PENDING', 'VALID')
      )
  ) as providers_without_credential
from scheduler_customer_standing s
where s.customer_id = @customerId;

-- name: recheck_credentials
-- mode: write
-- Puts the active credentials back to PENDING, so that the next run with each proves it.
delete from temp.audited;
insert into temp.audited (target, before_json)
select d.target, d.document
from customer_credentials c
join scheduler_audited_credentials d on d.target = c.credential_id
where c.customer_id = @customerId and c.is_active = 1 and coalesce(c.validation_status, '') <> 'PENDING';

update customer_credentials
set validation_status = 'PENDING', validation_error = null, updated_at = @now
where credential_id in (select target from temp.audited);

insert into scheduler_audit_entries (
  audit_id, chain, customer_id, at, actor_kind, key_id, request_id, action, target, before_json, after_json
)
select
  @auditId || '.' || row_number() over (order by a.target), 'customer:' || d.customer_id, d.customer_id, @now, @actorKind,
  @actor, @requestId, 'credential.recheck', d.target, a.before_json, d.document
from temp.audited a
join scheduler_audited_credentials d on d.target = a.target;

select count(*) as rechecked from temp.audited;
