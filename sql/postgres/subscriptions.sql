-- name: list
-- mode: read
-- The current subscription and those before it, newest first.
select *
from customer_subscriptions
where customer_id = @customerId
order by superseded_at is not null, created_at desc, subscription_id desc
limit @limit;

-- name: switch
-- mode: write
-- Puts a new current row in the place of the expected one, unless another stands there by now or the use exceeds it.
select 1 as step from customer_profiles where customer_id = @customerId for no key update;
-- The use is counted below: nothing is planned meanwhile.
select 1 as step from scheduler_fair_shares where customer_id = @customerId for update;

with refused (reason) as (
  select 'CHANGED_MEANWHILE'
  where not exists (
    select 1 from customer_subscriptions
    where subscription_id = @expectedId and customer_id = @customerId and superseded_at is null
  )
  union all
  select 'team_members'
  where (
    select count(*) from customer_team_members
    where customer_id = @customerId
      and (status in ('ACTIVE', 'SUSPENDED') or (status = 'INVITED' and invitation_expires_at > @now))
  ) > @maxTeamMembers
  union all
  select 'providers'
  where (
    select count(distinct provider) from customer_credentials where customer_id = @customerId and is_active
  ) > @maxProviders
  union all
  select 'api_keys'
  where (
    select count(*) from customer_api_keys
    where customer_id = @customerId and is_active and (expires_at is null or expires_at > @now)
  ) > @maxApiKeys
  union all
  select 'pipelines_per_day'
  where (
    select pipelines_run_today from customer_usage_quotas where customer_id = @customerId and usage_date = @today
  ) > @maxPipelinesPerDay
  union all
  select 'pipelines_per_month'
  where (
    select sum(pipelines_run_today) from customer_usage_quotas
    where customer_id = @customerId and usage_date between @monthStart and @monthEnd
  ) > @maxPipelinesPerMonth
)
select
  set_config('scheduler.refusal', coalesce((select jsonb_agg(reason)::text from refused), '[]'), true) as step,
  set_config('scheduler.before', coalesce((
    select document from scheduler_audited_subscriptions where target = @expectedId and customer_id = @customerId
  ), ''), true),
  set_config('scheduler.stood', coalesce((
    select (runnable_until > @now)::text from scheduler_customer_standing where customer_id = @customerId
  ), ''), true);

update customer_subscriptions
set superseded_at = @now, updated_at = @now
where subscription_id = @expectedId and customer_id = @customerId and superseded_at is null
  and current_setting('scheduler.refusal') = '[]';

insert into customer_subscriptions (
  subscription_id, customer_id, plan_name, status, max_team_members, max_providers, max_pipelines_per_day,
  max_pipelines_per_month, max_concurrent_pipelines, max_storage_gb, max_api_calls_per_day, trial_start_date,
  trial_end_date, is_trial, subscription_start_date, subscription_end_date, billing_cycle, stripe_subscription_id,
  stripe_plan_id, stripe_status, monthly_price_usd, annual_price_usd, currency, created_at, updated_at, cancelled_at,
  cancellation_reason, auto_renew, next_billing_date
)
select
  @subscriptionId, s.customer_id, @planName, @status, @maxTeamMembers, @maxProviders, @maxPipelinesPerDay,
  @maxPipelinesPerMonth, @maxConcurrentPipelines, s.max_storage_gb, s.max_api_calls_per_day, s.trial_start_date,
  @trialEndDate, @status = 'TRIAL', @startDate, @endDate, @billingCycle, s.stripe_subscription_id,
  s.stripe_plan_id, s.stripe_status, s.monthly_price_usd, s.annual_price_usd, s.currency, @now, @now,
  case when @status = 'CANCELLED' then coalesce(s.cancelled_at, @now) end, @cancellationReason, @autoRenew,
  s.next_billing_date
from customer_subscriptions s
where s.subscription_id = @expectedId and current_setting('scheduler.refusal') = '[]';

update customer_profiles
set subscription_plan = @planName, updated_at = @now
where customer_id = @customerId and exists (select 1 from customer_subscriptions where subscription_id = @subscriptionId);

update customer_usage_quotas
set
  daily_limit = @maxPipelinesPerDay, monthly_limit = @maxPipelinesPerMonth, concurrent_limit = @maxConcurrentPipelines,
  last_updated = @now
where customer_id = @customerId and usage_date = @today
  and exists (select 1 from customer_subscriptions where subscription_id = @subscriptionId);

insert into scheduler_customer_returns (customer_id, returned_at)
select s.customer_id, @now
from scheduler_customer_standing s
where s.customer_id = @customerId and current_setting('scheduler.stood') = 'false' and s.runnable_until > @now
on conflict (customer_id) do update set returned_at = excluded.returned_at;

update scheduler_fair_shares
set ready_at = least(ready_at, @now)
where customer_id = @customerId and not ready
  and exists (select 1 from customer_subscriptions where subscription_id = @subscriptionId);

insert into scheduler_audit_entries (
  audit_id, chain, customer_id, at, actor_kind, key_id, request_id, action, target, before_json, after_json
)
select
  @auditId, 'customer:' || d.customer_id, d.customer_id, @now, @actorKind, @actor, @requestId, 'subscription.change', d.target,
  nullif(current_setting('scheduler.before'), ''), d.document
from scheduler_audited_subscriptions d
where d.target = @subscriptionId;

select r.reason
from jsonb_array_elements_text(current_setting('scheduler.refusal')::jsonb) r (reason)
order by r.reason collate "C";
