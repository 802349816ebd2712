-- name: count
-- mode: read
-- param: customerId string
-- param: now timestamp
-- How many rows each table holds of the customer. Null status: there is no such customer.
select
  p.status,
  p.tenant_dataset_id,
  (
    select count(*) from pipeline_execution_queue q
    where q.customer_id = @customerId and q.state = 'PROCESSING' and q.lease_expires_at > coalesce(@now, current_timestamp())
  ) as running,
  to_json_string(struct(
    (select count(*) from customer_pipeline_configs where customer_id = @customerId) as customer_pipeline_configs,
    (select count(*) from scheduled_pipeline_runs where customer_id = @customerId) as scheduled_pipeline_runs,
    (select count(*) from pipeline_execution_queue where customer_id = @customerId) as pipeline_execution_queue,
    (select count(*) from customer_usage_quotas where customer_id = @customerId) as customer_usage_quotas,
    (select count(*) from customer_api_keys where customer_id = @customerId) as customer_api_keys,
    (select count(*) from customer_credentials where customer_id = @customerId) as customer_credentials,
    (select count(*) from customer_provider_configs where customer_id = @customerId) as customer_provider_configs,
    (select count(*) from customer_team_members where customer_id = @customerId) as customer_team_members,
    (select count(*) from customer_subscriptions where customer_id = @customerId) as customer_subscriptions,
    1 as customer_profiles
  )) as rows_by_table
from customer_profiles p
where p.customer_id = @customerId;

-- name: delete_runs
-- mode: write
-- param: customerId string
-- param: limit int64
-- Takes the next runs of a cancelled customer out, with their queue rows and transitions.
declare op_first timestamp;
declare op_last timestamp;
declare op_made timestamp;
begin transaction;
create temp table purged as
select r.run_id as id, r.scheduled_time, r.created_at
from scheduled_pipeline_runs r
join customer_profiles p on p.customer_id = r.customer_id and p.status = 'CANCELLED'
where r.customer_id = @customerId
order by r.scheduled_time, r.run_id
limit @limit;
set (op_first, op_last, op_made) = (
  select as struct min(scheduled_time), max(scheduled_time), min(created_at) from purged
);
if op_first is not null then
  delete from scheduler_run_transitions
  where `at` >= timestamp_sub(op_made, interval 1 day) and run_id in (select id from purged);
  delete from pipeline_execution_queue where run_id in (select id from purged);
  delete from scheduled_pipeline_runs
  where scheduled_time >= op_first and scheduled_time <= op_last and run_id in (select id from purged);
end if;
commit transaction;
select count(*) as deleted from purged;

-- name: delete_configs
-- mode: write
-- param: customerId string
-- param: limit int64
begin transaction;
create temp table purged as
select c.config_id as id
from customer_pipeline_configs c
join customer_profiles p on p.customer_id = c.customer_id and p.status = 'CANCELLED'
where c.customer_id = @customerId
order by c.config_id
limit @limit;
delete from scheduler_interval_chains where config_id in (select id from purged);
delete from customer_pipeline_configs where config_id in (select id from purged);
commit transaction;
select count(*) as deleted from purged;

-- name: delete_usage
-- mode: write
-- param: customerId string
-- param: limit int64
begin transaction;
create temp table purged as
select u.usage_id as id
from customer_usage_quotas u
join customer_profiles p on p.customer_id = u.customer_id and p.status = 'CANCELLED'
where u.customer_id = @customerId
order by u.usage_date
limit @limit;
delete from customer_usage_quotas where usage_id in (select id from purged);
commit transaction;
select count(*) as deleted from purged;

-- name: delete_customer
-- mode: write
-- param: customerId string
-- param: auditId string
-- param: actorKind string
-- param: actor string
-- param: requestId string
-- param: now timestamp
-- The last step: what is left, which plans bound, and the profile. The audit trail stays, and says so. Whoever adds something to a
-- customer turns the same stiles and asks for the profile after it: nothing can come in behind.
declare op_document string;
begin transaction;
update scheduler_turnstiles
set turn = turn + 1
where name in ('api_keys', 'credentials', 'subscriptions', 'team_members', 'provider_configs', 'pipeline_configs');
set op_document = (
  select max(d.document)
  from scheduler_audited_profiles d
  join customer_profiles p on p.customer_id = d.target and p.status = 'CANCELLED'
  where d.target = @customerId
);
if op_document is not null then
  delete from customer_api_keys where customer_id = @customerId;
  delete from customer_credentials where customer_id = @customerId;
  delete from customer_provider_configs where customer_id = @customerId;
  delete from customer_team_members where customer_id = @customerId;
  delete from customer_subscriptions where customer_id = @customerId;
  delete from scheduler_deliveries where customer_id = @customerId;
  delete from scheduler_failing_pipelines where customer_id = @customerId;
  delete from scheduler_alerts where customer_id = @customerId;
  delete from scheduler_fair_shares where customer_id = @customerId;
  delete from scheduler_customer_returns where customer_id = @customerId;
  delete from scheduler_backfills where customer_id = @customerId;
  delete from scheduler_bulk_items where customer_id = @customerId;
  delete from customer_profiles where customer_id = @customerId;

  insert into scheduler_audit_entries (audit_id, chain, customer_id, `at`, actor_kind, key_id, request_id, action, target, before_json, after_json)
  values (
    @auditId, concat('customer:', @customerId), @customerId, @now, @actorKind, @actor, @requestId, 'customer.purge', @customerId,
    op_document, null
  );
end if;
commit transaction;
select if(op_document is null, 0, 1) as deleted;
