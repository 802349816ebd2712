-- name: onboard
-- mode: write
-- param: customerId string
-- param: companyName string
-- param: adminEmail string
-- param: datasetId string
-- param: plan string
-- param: timezone string
-- param: subscriptionId string
-- param: maxTeamMembers int64
-- param: maxProviders int64
-- param: maxPipelinesPerDay int64
-- param: maxPipelinesPerMonth int64
-- param: maxConcurrentPipelines int64
-- param: memberId string
-- param: apiKeyId string
-- param: apiKeyHash string
-- param: keyPrefix string
-- param: usageId string
-- param: today date
-- param: auditId string
-- param: actorKind string
-- param: actor string
-- param: requestId string
-- param: now timestamp
-- Profile, subscription, owner, first key and usage row: all, or nothing when the customer or its dataset exists already. Whoever
-- onboards takes the turnstile, so that of two who take the same name one looks again and finds it taken.
declare op_is_new bool;
begin transaction;
update scheduler_turnstiles set turn = turn + 1 where name = 'customers';
set op_is_new = not exists (
  select 1 from customer_profiles where customer_id = @customerId or tenant_dataset_id = @datasetId
);

if op_is_new then
  insert into customer_profiles (
    customer_id, company_name, admin_email, tenant_dataset_id, status, subscription_plan, timezone, created_at, updated_at
  )
  values (@customerId, @companyName, @adminEmail, @datasetId, 'ACTIVE', @plan, @timezone, @now, @now);

  insert into customer_subscriptions (
    subscription_id, customer_id, plan_name, status, max_team_members, max_providers, max_pipelines_per_day,
    max_pipelines_per_month, max_concurrent_pipelines, subscription_start_date, created_at, updated_at
  )
  values (
    @subscriptionId, @customerId, @plan, 'ACTIVE', @maxTeamMembers, @maxProviders, @maxPipelinesPerDay,
    @maxPipelinesPerMonth, @maxConcurrentPipelines, @today, @now, @now
  );

  insert into customer_team_members (
    member_id, customer_id, email, role, status, invited_at, joined_at, created_at, updated_at
  )
  values (@memberId, @customerId, @adminEmail, 'OWNER', 'ACTIVE', @now, @now, @now, @now);

  insert into customer_api_keys (
    api_key_id, customer_id, api_key_hash, key_prefix, key_name, scopes, created_at, is_active, created_by
  )
  values (@apiKeyId, @customerId, @apiKeyHash, @keyPrefix, 'default', ['*'], @now, true, @actor);

  insert into customer_usage_quotas (
    usage_id, customer_id, usage_date, daily_limit, monthly_limit, concurrent_limit, created_at, last_updated
  )
  values (@usageId, @customerId, @today, @maxPipelinesPerDay, @maxPipelinesPerMonth, @maxConcurrentPipelines, @now, @now);

  insert into scheduler_audit_entries (audit_id, chain, customer_id, `at`, actor_kind, key_id, request_id, action, target, before_json, after_json)
  select
    @auditId, concat('customer:', d.customer_id), d.customer_id, @now, @actorKind, @actor, @requestId, 'customer.onboard', d.target,
    cast(null as string), d.document
  from scheduler_audited_profiles d
  where d.target = @customerId;
end if;
commit transaction;

select op_is_new as created, exists (select 1 from customer_profiles where customer_id = @customerId) as customer_exists;

-- name: standing
-- mode: read
-- param: customerId string
-- param: now timestamp
select
  s.customer_id, s.company_name, s.customer_status, s.subscription_status, s.subscription_plan, s.timezone,
  s.tenant_dataset_id, s.runnable_until, coalesce(@now, current_timestamp()) as now
from scheduler_customer_standing s
where s.customer_id = @customerId;

-- name: count
-- mode: read
select count(*) as customers from customer_profiles;

-- name: usage
-- mode: read
-- param: customerId string
-- param: fromDate date
-- param: toDate date
select
  customer_id, usage_date, pipelines_run_today, pipelines_succeeded_today, pipelines_failed_today,
  pipelines_cancelled_today, pipelines_run_month, concurrent_pipelines_running, max_concurrent_reached, daily_limit,
  monthly_limit, concurrent_limit, quota_exceeded
from customer_usage_quotas
where customer_id = @customerId and usage_date between @fromDate and @toDate
order by usage_date;

-- name: dataset_taken
-- mode: read
-- param: customerId string
-- param: datasetId string
-- Whether the id or its dataset is in use: asked before a dataset is touched; onboarding itself decides.
select
  exists (select 1 from customer_profiles where customer_id = @customerId) as customer_exists,
  exists (select 1 from customer_profiles where tenant_dataset_id = @datasetId) as dataset_exists;

-- name: profile
-- mode: read
-- param: customerId string
select * from customer_profiles where customer_id = @customerId;

-- name: update_profile
-- mode: write
-- param: companyName string
-- param: adminEmail string
-- param: billingEmail string
-- param: phoneNumber string
-- param: notes string
-- param: timezone string
-- param: supportTier string
-- param: dataResidency string
-- param: requiresHipaa bool
-- param: requiresSoc2 bool
-- param: status string
-- param: statusFrom array<string>
-- param: customerId string
-- param: timezoneBefore string
-- param: usageFrom string
-- param: usageTo string
-- param: dateTo date
-- param: auditId string
-- param: actorKind string
-- param: actor string
-- param: requestId string
-- param: now timestamp
-- Null leaves a column as it is; empty text clears one that may be empty. The status moves only from those that lead to it.
declare op_known bool;
declare op_status string;
declare op_zone string;
declare op_document string;
declare op_was_runnable bool;
declare op_returns bool default false;
begin transaction;
set (op_known, op_status, op_zone, op_document, op_was_runnable) = (
  select as struct
    count(*) > 0, max(p.status), max(p.timezone), max(d.document), coalesce(logical_or(s.runnable_until > @now), false)
  from customer_profiles p
  join scheduler_audited_profiles d on d.target = p.customer_id
  join scheduler_customer_standing s on s.customer_id = p.customer_id
  where p.customer_id = @customerId
);

if op_known and (@status is null or op_status in unnest(@statusFrom)) then
  update customer_profiles
  set
    company_name = coalesce(@companyName, company_name),
    admin_email = coalesce(@adminEmail, admin_email),
    billing_email = nullif(coalesce(@billingEmail, billing_email), ''),
    phone_number = nullif(coalesce(@phoneNumber, phone_number), ''),
    notes = nullif(coalesce(@notes, notes), ''),
    timezone = if(timezone = @timezoneBefore, coalesce(@timezone, timezone), timezone),
    support_tier = coalesce(@supportTier, support_tier),
    data_residency = coalesce(@dataResidency, data_residency),
    requires_hipaa = coalesce(@requiresHipaa, requires_hipaa),
    requires_soc2 = coalesce(@requiresSoc2, requires_soc2),
    status = coalesce(@status, status),
    updated_at = @now
  where customer_id = @customerId;
end if;

-- The day that is counted goes with the clock: what was taken today is taken from the day that it is now, so that a change of the time
-- zone opens no second day. The runs that could still give it back know where it is.
if op_known
  and @usageTo <> @usageFrom
  and exists (select 1 from customer_profiles p where p.customer_id = @customerId and p.timezone = @timezone) then
  insert into customer_usage_quotas (
    usage_id, customer_id, usage_date, daily_limit, monthly_limit, concurrent_limit, created_at, last_updated
  )
  select
    @usageTo, s.customer_id, @dateTo, s.max_pipelines_per_day, s.max_pipelines_per_month, s.max_concurrent_pipelines, @now, @now
  from scheduler_customer_standing s
  where s.customer_id = @customerId and @usageTo not in (select u.usage_id from customer_usage_quotas u);
  update customer_usage_quotas t
  set pipelines_run_today = t.pipelines_run_today + f.taken, last_updated = @now
  from (select coalesce(max(pipelines_run_today), 0) as taken from customer_usage_quotas where usage_id = @usageFrom) f
  where t.usage_id = @usageTo;
  update customer_usage_quotas set pipelines_run_today = 0, last_updated = @now where usage_id = @usageFrom;
  -- The month so far stands on every day of it; the two days may be of two months.
  update customer_usage_quotas u
  set pipelines_run_month = s.run_month
  from (
    select d.usage_id, sum(m.pipelines_run_today) as run_month
    from customer_usage_quotas d
    join customer_usage_quotas m
      on m.customer_id = d.customer_id and m.usage_date >= date_trunc(d.usage_date, month) and m.usage_date <= d.usage_date
    where d.customer_id = @customerId and d.usage_date >= date_sub(@dateTo, interval 2 day)
    group by d.usage_id
  ) s
  where u.usage_id = s.usage_id;
  update scheduled_pipeline_runs
  set usage_id = @usageTo
  where usage_id = @usageFrom
    and customer_id = @customerId
    and state in ('SCHEDULED', 'PENDING', 'RUNNING')
    and run_id in (select q.run_id from pipeline_execution_queue q where q.customer_id = @customerId);
end if;

set op_returns = op_known and not op_was_runnable and exists (
  select 1 from scheduler_customer_standing s where s.customer_id = @customerId and s.runnable_until > @now
);
if op_returns then
  update scheduler_customer_returns set returned_at = @now where customer_id = @customerId;
  insert into scheduler_customer_returns (customer_id, returned_at)
  select @customerId, @now
  from (select 1)
  where @customerId not in (select r.customer_id from scheduler_customer_returns r);
  -- What had waited is looked at again at once.
  update scheduler_fair_shares set ready_at = @now where customer_id = @customerId and not ready and ready_at > @now;
end if;

insert into scheduler_audit_entries (audit_id, chain, customer_id, `at`, actor_kind, key_id, request_id, action, target, before_json, after_json)
select
  @auditId, concat('customer:', d.customer_id), d.customer_id, @now, @actorKind, @actor, @requestId, 'customer.update', d.target,
  op_document, d.document
from scheduler_audited_profiles d
where d.target = @customerId and d.document <> op_document;
commit transaction;

select
  p.*, op_status as status_before, coalesce(@status is null or op_status in unnest(@statusFrom), false) as is_allowed
from customer_profiles p
where p.customer_id = @customerId;

-- name: readiness
-- mode: read
-- param: customerId string
-- param: today date
-- param: monthStart date
-- param: monthEnd date
-- param: openProviders array<string>
-- param: now timestamp
-- What decides whether a pipeline of the customer could run now.
select
  s.customer_status,
  s.subscription_status,
  s.runnable_until,
  s.subscription_id is not null as has_subscription,
  s.max_pipelines_per_day,
  s.max_pipelines_per_month,
  s.max_concurrent_pipelines,
  (
    select coalesce(sum(u.pipelines_run_today), 0) from customer_usage_quotas u
    where u.customer_id = @customerId and u.usage_date = @today
  ) as run_today,
  (
    select coalesce(sum(u.pipelines_run_today), 0) from customer_usage_quotas u
    where u.customer_id = @customerId and u.usage_date between @monthStart and @monthEnd
  ) as run_this_month,
  (
    select count(*) from pipeline_execution_queue q
    where q.customer_id = @customerId and q.state = 'PROCESSING' and q.lease_expires_at > @now
  ) as running,
  (
    select count(*) from customer_credentials c
    where c.customer_id = @customerId and c.is_active and coalesce(c.validation_status, 'PENDING') in ('PENDING', 'VALID')
  ) as usable_credentials,
  (
    select count(*) from customer_pipeline_configs p
    where p.customer_id = @customerId and p.is_active and p.provider in unnest(@openProviders)
  ) as open_pipelines,
  (
    select array_agg(distinct p.provider)
    from customer_pipeline_configs p
    left join customer_credentials c
      on c.customer_id = p.customer_id and c.provider = p.provider and c.is_active
      and coalesce(c.validation_status, 'PENDING') in ('PENDING', 'VALID')
    where p.customer_id = @customerId and p.is_active and p.provider not in unnest(@openProviders) and c.provider is null
  ) as providers_without_credential
from scheduler_customer_standing s
where s.customer_id = @customerId;

-- name: recheck_credentials
-- mode: write
-- param: customerId string
-- param: auditId string
-- param: actorKind string
-- param: actor string
-- param: requestId string
-- param: now timestamp
-- Puts the active credentials back to PENDING, so that the next run with each proves it.
declare op_rechecked int64;
begin transaction;
create temp table audited as
select d.target, d.document as before_json
from customer_credentials c
join scheduler_audited_credentials d on d.target = c.credential_id
where c.customer_id = @customerId and c.is_active and coalesce(c.validation_status, '') <> 'PENDING';
set op_rechecked = (select count(*) from audited);
if op_rechecked > 0 then
  update customer_credentials
  set validation_status = 'PENDING', validation_error = null, updated_at = @now
  where credential_id in (select target from audited);

  insert into scheduler_audit_entries (audit_id, chain, customer_id, `at`, actor_kind, key_id, request_id, action, target, before_json, after_json)
  select
    concat(@auditId, '.', cast(row_number() over (order by a.target) as string)), concat('customer:', d.customer_id), d.customer_id,
    @now, @actorKind, @actor, @requestId, 'credential.recheck', d.target, a.before_json, d.document
  from audited a
  join scheduler_audited_credentials d on d.target = a.target;
end if;
commit transaction;
select op_rechecked as rechecked;
