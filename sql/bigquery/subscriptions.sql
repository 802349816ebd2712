-- name: list
-- mode: read
-- param: customerId string
-- param: limit int64
-- The current subscription and those before it, newest first.
select *
from customer_subscriptions
where customer_id = @customerId
order by superseded_at is not null, created_at desc, subscription_id desc
limit @limit;

-- name: switch
-- mode: write
-- param: customerId string
-- param: expectedId string
-- param: subscriptionId string
-- param: planName string
-- param: status string
-- param: maxTeamMembers int64
-- param: maxProviders int64
-- param: maxPipelinesPerDay int64
-- param: maxPipelinesPerMonth int64
-- param: maxConcurrentPipelines int64
-- param: maxApiKeys int64
-- param: startDate date
-- param: endDate date
-- param: trialEndDate date
-- param: billingCycle string
-- param: autoRenew bool
-- param: cancellationReason string
-- param: today date
-- param: monthStart date
-- param: monthEnd date
-- param: auditId string
-- param: actorKind string
-- param: actor string
-- param: requestId string
-- param: now timestamp
-- Puts a new current row in the place of the expected one, unless another stands there by now or the use exceeds it. What is counted
-- for that are inserts elsewhere; they take the turnstile of plans as this does.
declare op_was_runnable bool;
declare op_document string;
declare op_refusals array<string>;
begin transaction;
update scheduler_turnstiles set turn = turn + 1 where name = 'subscriptions';
set op_was_runnable = exists (
  select 1 from scheduler_customer_standing where customer_id = @customerId and runnable_until > @now
);
set op_document = (
  select max(document) from scheduler_audited_subscriptions where target = @expectedId and customer_id = @customerId
);
set op_refusals = array(
  select 'CHANGED_MEANWHILE' as reason
  from (
    select count(*) as found from customer_subscriptions
    where subscription_id = @expectedId and customer_id = @customerId and superseded_at is null
  )
  where found = 0
  union all
  select 'team_members'
  from (
    select count(*) as used from customer_team_members
    where customer_id = @customerId
      and (status in ('ACTIVE', 'SUSPENDED') or (status = 'INVITED' and invitation_expires_at > @now))
  )
  where used > @maxTeamMembers
  union all
  select 'providers'
  from (select count(distinct provider) as used from customer_credentials where customer_id = @customerId and is_active)
  where used > @maxProviders
  union all
  select 'api_keys'
  from (
    select count(*) as used from customer_api_keys
    where customer_id = @customerId and is_active and (expires_at is null or expires_at > @now)
  )
  where used > @maxApiKeys
  union all
  select 'pipelines_per_day'
  from (
    select sum(pipelines_run_today) as used from customer_usage_quotas where customer_id = @customerId and usage_date = @today
  )
  where used > @maxPipelinesPerDay
  union all
  select 'pipelines_per_month'
  from (
    select sum(pipelines_run_today) as used from customer_usage_quotas
    where customer_id = @customerId and usage_date between @monthStart and @monthEnd
  )
  where used > @maxPipelinesPerMonth
);

if array_length(op_refusals) = 0 then
  update customer_subscriptions
  set superseded_at = @now, updated_at = @now
  where subscription_id = @expectedId and customer_id = @customerId and superseded_at is null;

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
    if(@status = 'CANCELLED', coalesce(s.cancelled_at, @now), null), @cancellationReason, @autoRenew, s.next_billing_date
  from customer_subscriptions s
  where s.subscription_id = @expectedId;

  update customer_profiles set subscription_plan = @planName, updated_at = @now where customer_id = @customerId;

  update customer_usage_quotas
  set
    daily_limit = @maxPipelinesPerDay, monthly_limit = @maxPipelinesPerMonth, concurrent_limit = @maxConcurrentPipelines,
    last_updated = @now
  where customer_id = @customerId and usage_date = @today;

  if not op_was_runnable
    and exists (select 1 from scheduler_customer_standing where customer_id = @customerId and runnable_until > @now) then
    update scheduler_customer_returns set returned_at = @now where customer_id = @customerId;
    insert into scheduler_customer_returns (customer_id, returned_at)
    select @customerId, @now
    from (select 1)
    where @customerId not in (select r.customer_id from scheduler_customer_returns r);
  end if;

  update scheduler_fair_shares set ready_at = @now where customer_id = @customerId and not ready and ready_at > @now;

  insert into scheduler_audit_entries (audit_id, chain, customer_id, `at`, actor_kind, key_id, request_id, action, target, before_json, after_json)
  select
    @auditId, concat('customer:', d.customer_id), d.customer_id, @now, @actorKind, @actor, @requestId, 'subscription.change', d.target,
    op_document, d.document
  from scheduler_audited_subscriptions d
  where d.target = @subscriptionId;
end if;
commit transaction;
select reason from unnest(op_refusals) as reason order by reason;
