-- name: count
-- mode: read
-- How many rows each table holds of the customer. Null status: there is no such customer.
select
  p.status,
  p.tenant_dataset_id,
  (
    select count(*) from pipeline_execution_queue q
    where q.customer_id = p.customer_id and q.state = 'PROCESSING'
      and q.lease_expires_at > coalesce(@now, cast(unixepoch('subsec') * 1000 as integer) * 1000)
  ) as running,
  (
    select json_group_object(t.name, t.rows)
    from (
      select 'customer_pipeline_configs' as name, count(*) as rows
      from customer_pipeline_configs where customer_id = @customerId
      union all
      select 'scheduled_pipeline_runs', count(*) from scheduled_pipeline_runs where customer_id = @customerId
      union all
      select 'pipeline_execution_queue', count(*)
      from scheduled_pipeline_runs r
      join pipeline_execution_queue q on q.run_id = r.run_id
      where r.customer_id = @customerId
      union all
      select 'customer_usage_quotas', count(*) from customer_usage_quotas where customer_id = @customerId
      union all
      select 'customer_api_keys', count(*) from customer_api_keys where customer_id = @customerId
      union all
      select 'customer_credentials', count(*) from customer_credentials where customer_id = @customerId
      union all
      select 'customer_provider_configs', count(*) from customer_provider_configs where customer_id = @customerId
      union all
      select 'customer_team_members', count(*) from customer_team_members where customer_id = @customerId
      union all
      select 'customer_subscriptions', count(*) from customer_subscriptions where customer_id = @customerId
      union all
      select 'customer_profiles', 1
    ) t
  ) as rows_by_table
from customer_profiles p
where p.customer_id = @customerId;

-- name: delete_runs
-- mode: write
-- Takes the next runs of a cancelled customer out, with their queue rows and transitions.
delete from temp.purged;
insert into temp.purged (id)
select r.run_id
from scheduled_pipeline_runs r
join customer_profiles p on p.customer_id = r.customer_id and p.status = 'CANCELLED'
where r.customer_id = @customerId
order by r.scheduled_time, r.run_id
limit @limit;

delete from scheduler_run_transitions where run_id in (select id from temp.purged);
delete from pipeline_execution_queue where run_id in (select id from temp.purged);
delete from scheduled_pipeline_runs where run_id in (select id from temp.purged);

select count(*) as deleted from temp.purged;

-- name: delete_configs
-- mode: write
delete from temp.purged;
insert into temp.purged (id)
select c.config_id
from customer_pipeline_configs c
join customer_profiles p on p.customer_id = c.customer_id and p.status = 'CANCELLED'
where c.customer_id = @customerId
order by c.config_id
limit @limit;

delete from scheduler_interval_chains where config_id in (select id from temp.purged);
delete from customer_pipeline_configs where config_id in (select id from temp.purged);

select count(*) as deleted from temp.purged;

-- name: delete_usage
-- mode: write
delete from temp.purged;
insert into temp.purged (id)
select u.usage_id
from customer_usage_quotas u
join customer_profiles p on p.customer_id = u.customer_id and p.status = 'CANCELLED'
where u.customer_id = @customerId
order by u.usage_date
limit @limit;

delete from customer_usage_quotas where usage_id in (select id from temp.purged);

select count(*) as deleted from temp.purged;

-- name: delete_customer
-- mode: write
-- The last step: what is left, which plans bound, and the profile. The audit trail stays, and says so.
delete from temp.audited;
insert into temp.audited (target, before_json)
select d.target, d.document
from scheduler_audited_profiles d
join customer_profiles p on p.customer_id = d.target and p.status = 'CANCELLED'
where d.target = @customerId;

delete from customer_api_keys where customer_id in (select target from temp.audited);
delete from customer_credentials where customer_id in (select target from temp.audited);
delete from customer_provider_configs where customer_id in (select target from temp.audited);
delete from customer_team_members where customer_id in (select target from temp.audited);
delete from customer_subscriptions where customer_id in (select target from temp.audited);
delete from scheduler_deliveries where customer_id in (select target from temp.audited);
delete from scheduler_failing_pipelines where customer_id in (select target from temp.audited);
delete from scheduler_alerts where customer_id in (select target from temp.audited);
delete from scheduler_fair_shares where customer_id in (select target from temp.audited);
delete from scheduler_customer_returns where customer_id in (select target from temp.audited);
delete from scheduler_provider_paces where customer_id in (select target from temp.audited);
delete from scheduler_backfills where customer_id in (select target from temp.audited);
delete from scheduler_bulk_items where customer_id in (select target from temp.audited);
delete from customer_profiles where customer_id in (select target from temp.audited);

insert into scheduler_audit_entries (
  audit_id, chain, customer_id, at, actor_kind, key_id, request_id, action, target, before_json
)
select
  @auditId, 'customer:' || target, target, @now, @actorKind, @actor, @requestId, 'customer.purge', target, before_json
from temp.audited;

select count(*) as deleted from temp.audited;
