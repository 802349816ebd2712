-- name: configure
-- mode: write
-- Creates the pipeline, or changes the one with the same unique key. next_run_time moves only when the schedule changes or the
-- pipeline comes back to life; the interval chain stays, so that no data is left out or repeated.
delete from temp.audited;
insert into temp.audited (target, before_json)
select target, document from scheduler_audited_pipelines
where target = (
  select config_id from customer_pipeline_configs
  where customer_id = @customerId and provider = @provider and domain = @domain
    and pipeline_template = @template and pipeline_name = @name
);

insert into customer_pipeline_configs (
  config_id, customer_id, provider, domain, pipeline_template, pipeline_name, is_active, schedule_type, schedule_cron,
  timezone, next_run_time, priority, credential_id, parameters, retry_config, misfire_policy, overlap_policy, dst_policy,
  spread_seconds, notification_emails, created_at, updated_at, created_by, description
)
select
  @configId, @customerId, @provider, @domain, @template, @name, @isActive, @scheduleType, @cron,
  @timezone, @nextRunTime, @priority, @credentialId, @parameters, @retryConfig, @misfirePolicy, @overlapPolicy, @dstPolicy,
  @spreadSeconds, @notificationEmails, @now, @now, @actor, @description
where exists (
    select 1 from customer_pipeline_configs
    where customer_id = @customerId and provider = @provider and domain = @domain
      and pipeline_template = @template and pipeline_name = @name
  )
  or (select count(*) from customer_pipeline_configs where customer_id = @customerId) < @maxConfigs
on conflict (customer_id, provider, domain, pipeline_template, pipeline_name) do update set
  is_active = excluded.is_active,
  schedule_type = excluded.schedule_type,
  next_run_time = case
    when customer_pipeline_configs.schedule_cron <> excluded.schedule_cron
      or customer_pipeline_configs.timezone <> excluded.timezone
      or customer_pipeline_configs.dst_policy <> excluded.dst_policy
      or customer_pipeline_configs.next_run_time is null
      or (customer_pipeline_configs.is_active = 0 and excluded.is_active = 1)
      then excluded.next_run_time
    else customer_pipeline_configs.next_run_time
  end,
  schedule_cron = excluded.schedule_cron,
  timezone = excluded.timezone,
  priority = excluded.priority,
  credential_id = excluded.credential_id,
  parameters = excluded.parameters,
  retry_config = excluded.retry_config,
  misfire_policy = excluded.misfire_policy,
  overlap_policy = excluded.overlap_policy,
  dst_policy = excluded.dst_policy,
  spread_seconds = excluded.spread_seconds,
  notification_emails = excluded.notification_emails,
  -- The reason for which the trigger set it aside goes with the state; that of a pause stays.
  pause_reason = case
    when customer_pipeline_configs.is_active = 0 and excluded.is_active = 1
      and customer_pipeline_configs.paused_until is null then null
    else customer_pipeline_configs.pause_reason
  end,
  updated_at = excluded.updated_at,
  description = excluded.description;

update scheduler_alerts
set resolved_at = @now
where rule = 'SCHEDULE_SET_ASIDE' and resolved_at is null
  and subject = (
    select config_id from customer_pipeline_configs
    where customer_id = @customerId and provider = @provider and domain = @domain
      and pipeline_template = @template and pipeline_name = @name and is_active = 1
  );

insert into scheduler_audit_entries (
  audit_id, chain, customer_id, at, actor_kind, key_id, request_id, action, target, before_json, after_json
)
select
  @auditId, 'customer:' || d.customer_id, d.customer_id, @now, @actorKind, @actor, @requestId,
  case when a.target is null then 'pipeline.create' else 'pipeline.update' end, d.target, a.before_json, d.document
from scheduler_audited_pipelines d
left join temp.audited a on a.target = d.target
where d.target = (
    select config_id from customer_pipeline_configs
    where customer_id = @customerId and provider = @provider and domain = @domain
      and pipeline_template = @template and pipeline_name = @name
  )
  and d.document is not a.before_json;

select *, config_id = @configId as is_new
from customer_pipeline_configs
where customer_id = @customerId and provider = @provider and domain = @domain
  and pipeline_template = @template and pipeline_name = @name;

-- name: list
-- mode: read
select *
from customer_pipeline_configs
where customer_id = @customerId
  and (@isActive is null or is_active = @isActive)
  and config_id > @afterId
order by config_id
limit @limit;

-- name: search
-- mode: read
-- Over all customers, in the order of the unique key, whose index holds all that is searched but the companies' names.
select f.*, p.company_name
from (
  select
    c.*,
    case
      when c.is_active = 0 then 'off'
      when c.paused_until > coalesce(@now, cast(unixepoch('subsec') * 1000 as integer) * 1000) then 'paused'
      when c.consecutive_failures > 0 then 'failing'
      else 'active'
    end as state
  from customer_pipeline_configs c
  where (c.customer_id, c.provider, c.domain, c.pipeline_template, c.pipeline_name) > (@afterCustomer, @afterProvider, @afterDomain, @afterTemplate, @afterName)
    and (@provider is null or c.provider = @provider)
    and (
      @search is null
      or instr(lower(c.customer_id || ' ' || c.pipeline_template || ' ' || c.pipeline_name), lower(@search)) > 0
      or c.customer_id in (select customer_id from customer_profiles where instr(lower(company_name), lower(@search)) > 0)
    )
    and (@state is null or state = @state)
  order by c.customer_id, c.provider, c.domain, c.pipeline_template, c.pipeline_name
  limit @limit
) f
cross join customer_profiles p on p.customer_id = f.customer_id
order by f.customer_id, f.provider, f.domain, f.pipeline_template, f.pipeline_name;

-- name: search_by_next
-- mode: read
-- The active ones, the first to become due first.
select f.*, p.company_name
from (
  select
    c.*,
    case
      when c.is_active = 0 then 'off'
      when c.paused_until > coalesce(@now, cast(unixepoch('subsec') * 1000 as integer) * 1000) then 'paused'
      when c.consecutive_failures > 0 then 'failing'
      else 'active'
    end as state
  from customer_pipeline_configs c
  where c.is_active = 1 and (c.next_run_time, c.config_id) > (@afterTime, @afterId)
    and (@provider is null or c.provider = @provider)
    and (
      @search is null
      or instr(lower(c.customer_id || ' ' || c.pipeline_template || ' ' || c.pipeline_name), lower(@search)) > 0
      or c.customer_id in (select customer_id from customer_profiles where instr(lower(company_name), lower(@search)) > 0)
    )
    and (@state is null or state = @state)
  order by c.next_run_time, c.config_id
  limit @limit
) f
cross join customer_profiles p on p.customer_id = f.customer_id
order by f.next_run_time, f.config_id;

-- name: get
-- mode: read
select * from customer_pipeline_configs where customer_id = @customerId and config_id = @configId;

-- name: deactivate
-- mode: write
delete from temp.audited;
insert into temp.audited (target, before_json)
select target, document from scheduler_audited_pipelines where target = @configId and customer_id = @customerId;

update customer_pipeline_configs
set is_active = 0, updated_at = @now
where customer_id = @customerId and config_id = @configId and is_active = 1;

insert into scheduler_audit_entries (
  audit_id, chain, customer_id, at, actor_kind, key_id, request_id, action, target, before_json, after_json
)
select
  @auditId, 'customer:' || d.customer_id, d.customer_id, @now, @actorKind, @actor, @requestId, 'pipeline.deactivate', d.target,
  a.before_json, d.document
from temp.audited a
join scheduler_audited_pipelines d on d.target = a.target
where d.document is not a.before_json;

select * from customer_pipeline_configs where customer_id = @customerId and config_id = @configId;

-- name: set_pause
-- mode: write
-- Pauses an active pipeline until then, or ends its pause where @until is now. What the pause so far kept waiting waits for the new end.
delete from temp.audited;
insert into temp.audited (target, before_json)
select target, document from scheduler_audited_pipelines where target = @configId and customer_id = @customerId;

update pipeline_execution_queue
set visible_at = @until
where config_id = @configId and completed_at is null and +state = 'QUEUED'
  and visible_at = (
    select paused_until from customer_pipeline_configs
    where customer_id = @customerId and config_id = @configId and is_active = 1 and paused_until > @now
  );

update customer_pipeline_configs
set paused_until = @until, paused_by = @pausedBy, pause_reason = @reason, updated_at = @now
where customer_id = @customerId and config_id = @configId and is_active = 1 and (@until > @now or paused_until > @now);

update scheduler_fair_shares
set ready_at = @until
where customer_id = @customerId and ready = 0 and ready_at > @until
  and exists (
    select 1 from customer_pipeline_configs
    where customer_id = @customerId and config_id = @configId and is_active = 1 and paused_until = @until
  );

insert into scheduler_audit_entries (
  audit_id, chain, customer_id, at, actor_kind, key_id, request_id, action, target, before_json, after_json
)
select
  @auditId, 'customer:' || d.customer_id, d.customer_id, @now, @actorKind, @actor, @requestId,
  case when @until > @now then 'pipeline.pause' else 'pipeline.resume' end, d.target, a.before_json, d.document
from temp.audited a
join scheduler_audited_pipelines d on d.target = a.target
where d.document is not a.before_json;

select * from customer_pipeline_configs where customer_id = @customerId and config_id = @configId;

-- name: provider_parameters
-- mode: read
-- The customer's own parameters for a provider and domain; a pipeline's lie over them.
select default_parameters
from customer_provider_configs
where customer_id = @customerId and provider = @provider and domain = @domain and is_active = 1;

-- name: import_context
-- mode: read
-- What the lines of an import are judged by: which customers are there, and their own parameters for a provider and domain.
select r.value ->> 'customer_id' as customer_id, r.value ->> 'provider' as provider, r.value ->> 'domain' as domain,
  c.default_parameters
from json_each(@rows) r
join customer_profiles p on p.customer_id = r.value ->> 'customer_id'
left join customer_provider_configs c
  on c.customer_id = p.customer_id and c.provider = r.value ->> 'provider' and c.domain = r.value ->> 'domain'
  and c.is_active = 1;

-- name: import
-- mode: write
-- As configure does, for many lines at once; no two lines of one call have the same unique key. The audit row is the import's.
delete from temp.imported;
insert into temp.imported (
  nth, config_id, customer_id, provider, domain, pipeline_template, pipeline_name, is_active, document
)
select
  r.value ->> 'nth', r.value ->> 'config_id', r.value ->> 'customer_id', r.value ->> 'provider', r.value ->> 'domain',
  r.value ->> 'pipeline_template', r.value ->> 'pipeline_name', r.value ->> 'is_active', r.value
from json_each(@rows) r;

update temp.imported
set refusal = 'NO_CUSTOMER'
where not exists (select 1 from customer_profiles p where p.customer_id = imported.customer_id);

update temp.imported
set is_new = 1
where refusal is null
  and not exists (
    select 1 from customer_pipeline_configs c
    where c.customer_id = imported.customer_id and c.provider = imported.provider and c.domain = imported.domain
      and c.pipeline_template = imported.pipeline_template and c.pipeline_name = imported.pipeline_name
  );

update temp.imported
set refusal = 'TOO_MANY'
from (
  select i.nth, row_number() over (partition by i.customer_id order by i.nth) as place, n.configs
  from temp.imported i
  join (
    select customer_id,
      (select count(*) from customer_pipeline_configs c where c.customer_id = w.customer_id) as configs
    from (select distinct customer_id from temp.imported where is_new = 1) w
  ) n on n.customer_id = i.customer_id
  where i.is_new = 1
) ranked
where imported.nth = ranked.nth and ranked.configs + ranked.place > @maxConfigs;

update temp.imported
set config_id = c.config_id, before_json = d.document
from customer_pipeline_configs c
join scheduler_audited_pipelines d on d.target = c.config_id
where imported.is_new = 0 and imported.refusal is null
  and c.customer_id = imported.customer_id and c.provider = imported.provider and c.domain = imported.domain
  and c.pipeline_template = imported.pipeline_template and c.pipeline_name = imported.pipeline_name;

insert into customer_pipeline_configs (
  config_id, customer_id, provider, domain, pipeline_template, pipeline_name, is_active, schedule_type, schedule_cron,
  timezone, next_run_time, priority, credential_id, parameters, retry_config, misfire_policy, overlap_policy, dst_policy,
  spread_seconds, notification_emails, created_at, updated_at, created_by, description
)
select
  i.config_id, i.customer_id, i.provider, i.domain, i.pipeline_template, i.pipeline_name, i.is_active,
  i.document ->> 'schedule_type', i.document ->> 'schedule_cron', i.document ->> 'timezone', i.document ->> 'next_run_time',
  i.document ->> 'priority', i.document ->> 'credential_id', i.document ->> 'parameters', i.document ->> 'retry_config',
  i.document ->> 'misfire_policy', i.document ->> 'overlap_policy', i.document ->> 'dst_policy',
  i.document ->> 'spread_seconds', i.document ->> 'notification_emails', @now, @now, @actor, i.document ->> 'description'
from temp.imported i
where i.refusal is null
on conflict (customer_id, provider, domain, pipeline_template, pipeline_name) do update set
  is_active = excluded.is_active,
  schedule_type = excluded.schedule_type,
  next_run_time = case
    when customer_pipeline_configs.schedule_cron <> excluded.schedule_cron
      or customer_pipeline_configs.timezone <> excluded.timezone
      or customer_pipeline_configs.dst_policy <> excluded.dst_policy
      or customer_pipeline_configs.next_run_time is null
      or (customer_pipeline_configs.is_active = 0 and excluded.is_active = 1)
      then excluded.next_run_time
    else customer_pipeline_configs.next_run_time
  end,
  schedule_cron = excluded.schedule_cron,
  timezone = excluded.timezone,
  priority = excluded.priority,
  credential_id = excluded.credential_id,
  parameters = excluded.parameters,
  retry_config = excluded.retry_config,
  misfire_policy = excluded.misfire_policy,
  overlap_policy = excluded.overlap_policy,
  dst_policy = excluded.dst_policy,
  spread_seconds = excluded.spread_seconds,
  notification_emails = excluded.notification_emails,
  pause_reason = case
    when customer_pipeline_configs.is_active = 0 and excluded.is_active = 1
      and customer_pipeline_configs.paused_until is null then null
    else customer_pipeline_configs.pause_reason
  end,
  updated_at = excluded.updated_at,
  description = excluded.description;

update scheduler_alerts
set resolved_at = @now
where rule = 'SCHEDULE_SET_ASIDE' and resolved_at is null
  and subject in (select config_id from temp.imported where refusal is null and is_new = 0 and is_active = 1);

select i.nth, i.config_id, i.is_active, i.refusal,
  case
    when i.refusal is not null then 'refused'
    when i.is_new = 1 then 'created'
    when d.document is not i.before_json then 'changed'
    else 'unchanged'
  end as status
from temp.imported i
left join scheduler_audited_pipelines d on d.target = i.config_id and i.refusal is null
order by i.nth;
