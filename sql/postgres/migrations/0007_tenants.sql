-- The second wall between customers. A script for one customer runs under the role scheduler_tenant, to which the rows of others do
-- not exist, even where the script forgets to ask whose they are. Scripts of the system run as the owner of the tables, whom these
-- policies do not bind, so that a claim costs nothing more.

-- Roles belong to the server, not to the database: another database's migration may make it at this moment. A user that may not
-- create roles finds it made and granted by the administrator.
do $$
begin
  if not exists (select 1 from pg_roles where rolname = 'scheduler_tenant') then
    begin
      create role scheduler_tenant nologin;
    exception when duplicate_object or unique_violation then
      null;
    end;
  end if;
  -- Whoever makes a role is its member, but since version 16 may not take it on by that alone: so it is tried.
  begin
    perform set_config('role', 'scheduler_tenant', true);
    perform set_config('role', 'none', true);
  exception when insufficient_privilege then
    begin
      execute format('grant scheduler_tenant to %I', current_user);
    exception when duplicate_object or unique_violation then
      null;
    end;
  end;
  execute format('grant usage on schema %I to scheduler_tenant', current_schema());
end
$$;

-- Rights are given table by table: one that a later migration adds is closed until that says whose rows it holds.
do $$
declare
  name text;
begin
  foreach name in array array[
    'customer_profiles', 'customer_api_keys', 'customer_credentials', 'customer_subscriptions', 'customer_usage_quotas',
    'customer_team_members', 'customer_provider_configs', 'customer_pipeline_configs', 'scheduled_pipeline_runs',
    'pipeline_execution_queue', 'scheduler_fair_shares', 'scheduler_customer_returns', 'scheduler_alerts', 'scheduler_refused_calls'
  ] loop
    execute format('alter table %I enable row level security', name);
    execute format(
      'create policy tenant on %I to scheduler_tenant using (customer_id = current_setting(''scheduler.tenant'', true))', name
    );
    execute format('grant select, insert, update, delete on %I to scheduler_tenant', name);
  end loop;
end
$$;

-- Calls are counted for everybody at once; a customer only reads its own.
revoke insert, update, delete on scheduler_refused_calls from scheduler_tenant;

-- What a customer's call changed is added to that customer's chain; chains are extended by the system alone.
alter table scheduler_audit_entries enable row level security;
create policy tenant on scheduler_audit_entries to scheduler_tenant
using (customer_id = current_setting('scheduler.tenant', true))
with check (customer_id = current_setting('scheduler.tenant', true) and chain = 'customer:' || customer_id);
grant select, insert on scheduler_audit_entries to scheduler_tenant;

-- A scalar, not an exists: it is looked up row by row through the key, and never by a walk over all runs of the customer.
alter table scheduler_run_transitions enable row level security;
create policy tenant on scheduler_run_transitions to scheduler_tenant using (
  (select r.customer_id from scheduled_pipeline_runs r where r.run_id = scheduler_run_transitions.run_id)
    = current_setting('scheduler.tenant', true)
);
grant select, insert, update, delete on scheduler_run_transitions to scheduler_tenant;

alter table scheduler_interval_chains enable row level security;
create policy tenant on scheduler_interval_chains to scheduler_tenant using (
  (select c.customer_id from customer_pipeline_configs c where c.config_id = scheduler_interval_chains.config_id)
    = current_setting('scheduler.tenant', true)
);
grant select, insert, update, delete on scheduler_interval_chains to scheduler_tenant;

-- A view looks with the eyes of who asks, not of who made it.
do $$
declare
  name text;
begin
  foreach name in array array[
    'scheduler_customer_standing', 'pipelines_due_now', 'currently_running_pipelines', 'pipeline_execution_stats_7d',
    'pending_queue_items', 'scheduler_audited_profiles', 'scheduler_audited_subscriptions', 'scheduler_audited_api_keys',
    'scheduler_audited_credentials', 'scheduler_audited_team_members', 'scheduler_audited_provider_configs',
    'scheduler_audited_pipelines'
  ] loop
    execute format('alter view %I set (security_invoker = true)', name);
    execute format('grant select on %I to scheduler_tenant', name);
  end loop;
end
$$;
