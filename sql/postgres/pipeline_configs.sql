-- name: configure
-- mode: write
-- Creates the pipeline, or changes the one with the same unique key. next_run_time moves only when the schedule changes or the
-- pipeline comes back to life; the interval chain stays, so that no data is left out or repeated.
select 1 as step from customer_profiles where customer_id = @customerId for no key update;

-- The trigger plans pipelines meanwhile.
select 1 as step from customer_pipeline_configs
where customer_id = @customerId and provider = @provider and domain = @domain
  and pipeline_template = @template and pipeline_name = @name
for no key update;

select set_config(
  'scheduler.before',
  coalesce(
    (
      select d.document
      from customer_pipeline_configs c
      join scheduler_audited_pipelines d on d.target = c.config_id
      where c.customer_id = @customerId and c.provider = @provider and c.domain = @domain
        and c.pipeline_template = @template and c.pipeline_name = @name
    ),
    ''
  ),
  true
) as step;

insert into customer_pipeline_configs (
  config_id, customer_id, provider, domain, pipeline_template, pipeline_name, is_active, schedule_type, schedule_cron,
  timezone, next_run_time, priority, credential_id, parameters, retry_config, misfire_policy, overlap_policy, dst_policy,
  spread_seconds, notification_emails, created_at, updated_at, created_by, description
)
select
  @configId, @customerId, @provider, @domain, @template, @name, @isActive, @scheduleType, @cron,
  @timezone, @nextRunTime, @priority, @credentialId, @parameters::jsonb, @retryConfig::jsonb, @misfirePolicy, @overlapPolicy,
  @dstPolicy, @spreadSeconds, @notificationEmails::jsonb, @now, @now, @actor, @description
where current_setting('scheduler.before') <> ''
  or (select count(*) from customer_pipeline_configs where customer_id = @customerId) < @maxConfigs
on conflict (customer_id, provider, domain, pipeline_template, pipeline_name) do update set
  is_active = excluded.is_active,
  schedule_type = excluded.schedule_type,
  next_run_time = case
    when customer_pipeline_configs.schedule_cron <> excluded.schedule_cron
      or customer_pipeline_configs.timezone <> excluded.timezone
      or customer_pipeline_configs.dst_policy <> excluded.dst_policy
      or customer_pipeline_configs.next_run_time is null
      or (not customer_pipeline_configs.is_active and excluded.is_active)
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
    when not customer_pipeline_configs.is_active and excluded.is_active
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
      and pipeline_template = @template and pipeline_name = @name and is_active
  );

insert into scheduler_audit_entries (
  audit_id, chain, customer_id, at, actor_kind, key_id, request_id, action, target, before_json, after_json
)
select
  @auditId, 'customer:' || d.customer_id, d.customer_id, @now, @actorKind, @actor, @requestId,
  case when current_setting('scheduler.before') = '' then 'pipeline.create' else 'pipeline.update' end, d.target,
  nullif(current_setting('scheduler.before'), ''), d.document
from customer_pipeline_configs c
join scheduler_audited_pipelines d on d.target = c.config_id
where c.customer_id = @customerId and c.provider = @provider and c.domain = @domain
  and c.pipeline_template = @template and c.pipeline_name = @name
  and d.document <> current_setting('scheduler.before');

select *, config_id = @configId as is_new
from customer_pipeline_configs
where customer_id = @customerId and provider = @provider and domain = @domain
  and pipeline_template = @template and pipeline_name = @name;

-- name: list
-- mode: read
-- All of the customer's are looked at and put in order: an index for that alone would have to follow every occurrence planned.
with own as materialized (
  select config_id from customer_pipeline_configs where customer_id = @customerId and (@isActive is null or is_active = @isActive)
)
select *
from customer_pipeline_configs
where customer_id = @customerId
  and config_id in (select config_id from own where config_id > @afterId order by config_id limit @limit)
order by config_id;

-- name: search
-- mode: read
-- Over all customers, in the order of the unique key.
select f.*, p.company_name
from (
  select c.*, x.state
  from customer_pipeline_configs c
  cross join lateral (
    select
      case
        when not c.is_active then 'off'
        when c.paused_until > coalesce(@now, now()) then 'paused'
        when c.consecutive_failures > 0 then 'failing'
        else 'active'
      end as state
  ) x
  where (c.customer_id, c.provider, c.domain, c.pipeline_template, c.pipeline_name) > (@afterCustomer, @afterProvider, @afterDomain, @afterTemplate, @afterName)
    and (@provider::text is null or c.provider = @provider)
    and (
      @search::text is null
      or strpos(lower(c.customer_id || ' ' || c.pipeline_template || ' ' || c.pipeline_name), lower(@search)) > 0
      or c.customer_id in (select o.customer_id from customer_profiles o where strpos(lower(o.company_name), lower(@search)) > 0)
    )
    and (@state::text is null or x.state = @state)
  order by c.customer_id, c.provider, c.domain, c.pipeline_template, c.pipeline_name
  limit @limit
) f
join customer_profiles p on p.customer_id = f.customer_id
order by f.customer_id, f.provider, f.domain, f.pipeline_template, f.pipeline_name;

-- name: search_by_next
-- mode: read
-- The active ones, the first to become due first.
select f.*, p.company_name
from (
  select c.*, x.state
  from customer_pipeline_configs c
  cross join lateral (
    select
      case
        when not c.is_active then 'off'
        when c.paused_until > coalesce(@now, now()) then 'paused'
        when c.consecutive_failures > 0 then 'failing'
        else 'active'
      end as state
  ) x
  where c.is_active and (c.next_run_time, c.config_id) > (@afterTime, @afterId)
    and (@provider::text is null or c.provider = @provider)
    and (
      @search::text is null
      or strpos(lower(c.customer_id || ' ' || c.pipeline_template || ' ' || c.pipeline_name), lower(@search)) > 0
      or c.customer_id in (select o.customer_id from customer_profiles o where strpos(lower(o.company_name), lower(@search)) > 0)
    )
    and (@state::text is null or x.state = @state)
  order by c.next_run_time, c.config_id
  limit @limit
) f
join customer_profiles p on p.customer_id = f.customer_id
order by f.next_run_time, f.config_id;

-- name: get
-- mode: read
select * from customer_pipeline_configs where customer_id = @customerId and config_id = @configId;

-- name: deactivate
-- mode: write
select 1 as step from customer_profiles where customer_id = @customerId for no key update;

select 1 as step from customer_pipeline_configs
where customer_id = @customerId and config_id = @configId
for no key update;

select set_config(
  'scheduler.before',
  coalesce((select document from scheduler_audited_pipelines where target = @configId and customer_id = @customerId), ''),
  true
) as step;

update customer_pipeline_configs
set is_active = false, updated_at = @now
where customer_id = @customerId and config_id = @configId and is_active;

insert into scheduler_audit_entries (
  audit_id, chain, customer_id, at, actor_kind, key_id, request_id, action, target, before_json, after_json
)
select
  @auditId, 'customer:' || d.customer_id, d.customer_id, @now, @actorKind, @actor, @requestId, 'pipeline.deactivate', d.target,
  current_setting('scheduler.before'), d.document
from scheduler_audited_pipelines d
where d.target = @configId and d.customer_id = @customerId and d.document <> current_setting('scheduler.before');

select * from customer_pipeline_configs where customer_id = @customerId and config_id = @configId;

-- name: set_pause
-- mode: write
-- Pauses an active pipeline until then, or ends its pause where @until is now. What the pause so far kept waiting waits for the new end.
select 1 as step from customer_profiles where customer_id = @customerId for no key update;
-- Nothing is planned or claimed meanwhile.
select 1 as step from scheduler_fair_shares where customer_id = @customerId for update;

select set_config(
  'scheduler.before',
  coalesce((select document from scheduler_audited_pipelines where target = @configId and customer_id = @customerId), ''),
  true
) as step;

update pipeline_execution_queue q
set visible_at = @until
from customer_pipeline_configs c
where c.customer_id = @customerId and c.config_id = @configId and c.is_active and c.paused_until > @now
  and q.config_id = c.config_id and q.completed_at is null and q.state = 'QUEUED' and q.visible_at = c.paused_until;

update customer_pipeline_configs
set paused_until = @until, paused_by = @pausedBy, pause_reason = @reason, updated_at = @now
where customer_id = @customerId and config_id = @configId and is_active and (@until > @now or paused_until > @now);

update scheduler_fair_shares
set ready_at = @until
where customer_id = @customerId and not ready and ready_at > @until
  and exists (
    select 1 from customer_pipeline_configs
    where customer_id = @customerId and config_id = @configId and is_active and paused_until = @until
  );

insert into scheduler_audit_entries (
  audit_id, chain, customer_id, at, actor_kind, key_id, request_id, action, target, before_json, after_json
)
select
  @auditId, 'customer:' || d.customer_id, d.customer_id, @now, @actorKind, @actor, @requestId,
  case when @until > @now then 'pipeline.pause' else 'pipeline.resume' end, d.target, current_setting('scheduler.before'), d.document
from scheduler_audited_pipelines d
where d.target = @configId and d.customer_id = @customerId and d.document <> current_setting('scheduler.before');

select * from customer_pipeline_configs where customer_id = @customerId and config_id = @configId;

-- name: provider_parameters
-- mode: read
-- The customer's own parameters for a provider and domain; a pipeline's lie over them.
select default_parameters
from customer_provider_configs
where customer_id = @customerId and provider = @provider and domain = @domain and is_active;

-- name: import_context
-- mode: read
-- What the lines of an import are judged by: which customers are there, and their own parameters for a provider and domain.
select r.customer_id, r.provider, r.domain, c.default_parameters
from jsonb_to_recordset(@rows) as r (customer_id text, provider text, domain text)
join customer_profiles p
  on p.customer_id = r.customer_id
  -- Through the key, even in a plan made while the table was small.
  and p.customer_id = any (array(select x.customer_id from jsonb_to_recordset(@rows) as x (customer_id text)))
left join customer_provider_configs c
  on c.customer_id = p.customer_id and c.provider = r.provider and c.domain = r.domain and c.is_active;

-- name: import
-- mode: write
-- As configure does, for many lines at once; no two lines of one call have the same unique key. The audit row is the import's.
select count(*) as step
from (
  select 1 from customer_profiles
  where customer_id = any (array(select r.customer_id from jsonb_to_recordset(@rows) as r (customer_id text)))
  order by customer_id
  for no key update
) locked;

-- Looked up key by key, even in a plan made while the table was small.
select count(*) as step
from (
  select 1
  from customer_pipeline_configs c
  where c.config_id = any (
    array(
      select k.config_id
      from jsonb_to_recordset(@rows) as r (
        customer_id text, provider text, domain text, pipeline_template text, pipeline_name text
      )
      cross join lateral (
        select x.config_id
        from customer_pipeline_configs x
        where x.customer_id = r.customer_id and x.provider = r.provider and x.domain = r.domain
          and x.pipeline_template = r.pipeline_template and x.pipeline_name = r.pipeline_name
        offset 0
      ) k
    )
  )
  order by c.config_id
  for no key update
) locked;

-- What becomes of each line: refused, new, or the change of a pipeline whose document had this digest before.
with lines as (
  select r.nth, r.customer_id, r.config_id, c.config_id as known_id, p.customer_id is not null as has_customer
  from jsonb_to_recordset(@rows) as r (
    nth bigint, config_id text, customer_id text, provider text, domain text, pipeline_template text, pipeline_name text
  )
  left join lateral (
    select x.customer_id from customer_profiles x where x.customer_id = r.customer_id offset 0
  ) p on true
  left join lateral (
    select x.config_id
    from customer_pipeline_configs x
    where x.customer_id = r.customer_id and x.provider = r.provider and x.domain = r.domain
      and x.pipeline_template = r.pipeline_template and x.pipeline_name = r.pipeline_name
    offset 0
  ) c on true
),
ranked as (
  select l.nth, l.customer_id, row_number() over (partition by l.customer_id order by l.nth) as place
  from lines l
  where l.has_customer and l.known_id is null
),
counted as materialized (
  select w.customer_id,
    (select count(*) from customer_pipeline_configs c where c.customer_id = w.customer_id) as configs
  from (select distinct customer_id from ranked) w
),
judged as (
  select
    l.nth,
    coalesce(l.known_id, l.config_id) as config_id,
    case when not l.has_customer then 'NO_CUSTOMER' when n.configs + k.place > @maxConfigs then 'TOO_MANY' end as refusal,
    md5(d.document) as before
  from lines l
  left join ranked k on k.nth = l.nth
  left join counted n on n.customer_id = k.customer_id
  left join lateral (select x.document from scheduler_audited_pipelines x where x.target = l.known_id offset 0) d on true
)
select set_config('scheduler.imported', coalesce(jsonb_agg(to_jsonb(j)), '[]')::text, true) as step
from judged j;

insert into customer_pipeline_configs (
  config_id, customer_id, provider, domain, pipeline_template, pipeline_name, is_active, schedule_type, schedule_cron,
  timezone, next_run_time, priority, credential_id, parameters, retry_config, misfire_policy, overlap_policy, dst_policy,
  spread_seconds, notification_emails, created_at, updated_at, created_by, description
)
select
  i.config_id, r.customer_id, r.provider, r.domain, r.pipeline_template, r.pipeline_name, r.is_active, r.schedule_type,
  r.schedule_cron, r.timezone, r.next_run_time, r.priority, r.credential_id, r.parameters::jsonb, r.retry_config::jsonb,
  r.misfire_policy, r.overlap_policy, r.dst_policy, r.spread_seconds, r.notification_emails::jsonb, @now, @now, @actor,
  r.description
from jsonb_to_recordset(@rows) as r (
  nth bigint, customer_id text, provider text, domain text, pipeline_template text, pipeline_name text, is_active boolean,
  schedule_type text, schedule_cron text, timezone text, next_run_time timestamptz, priority bigint, credential_id text,
  parameters text, retry_config text, misfire_policy text, overlap_policy text, dst_policy text, spread_seconds bigint,
  notification_emails text, description text
)
join jsonb_to_recordset(current_setting('scheduler.imported')::jsonb) as i (nth bigint, config_id text, refusal text)
  on i.nth = r.nth
where i.refusal is null
on conflict (customer_id, provider, domain, pipeline_template, pipeline_name) do update set
  is_active = excluded.is_active,
  schedule_type = excluded.schedule_type,
  next_run_time = case
    when customer_pipeline_configs.schedule_cron <> excluded.schedule_cron
      or customer_pipeline_configs.timezone <> excluded.timezone
      or customer_pipeline_configs.dst_policy <> excluded.dst_policy
      or customer_pipeline_configs.next_run_time is null
      or (not customer_pipeline_configs.is_active and excluded.is_active)
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
    when not customer_pipeline_configs.is_active and excluded.is_active
      and customer_pipeline_configs.paused_until is null then null
    else customer_pipeline_configs.pause_reason
  end,
  updated_at = excluded.updated_at,
  description = excluded.description;

update scheduler_alerts
set resolved_at = @now
where rule = 'SCHEDULE_SET_ASIDE' and resolved_at is null
  and subject in (
    select c.config_id
    from jsonb_to_recordset(current_setting('scheduler.imported')::jsonb) as i (config_id text, before text)
    cross join lateral (
      select x.config_id, x.is_active from customer_pipeline_configs x where x.config_id = i.config_id offset 0
    ) c
    where i.before is not null and c.is_active
  );

select i.nth, i.config_id, r.is_active, i.refusal,
  case
    when i.refusal is not null then 'refused'
    when i.before is null then 'created'
    when md5(d.document) <> i.before then 'changed'
    else 'unchanged'
  end as status
from jsonb_to_recordset(current_setting('scheduler.imported')::jsonb) as i (
  nth bigint, config_id text, refusal text, before text
)
join jsonb_to_recordset(@rows) as r (nth bigint, is_active boolean) on r.nth = i.nth
left join lateral (
  select x.document from scheduler_audited_pipelines x where x.target = i.config_id and i.refusal is null offset 0
) d on true
order by i.nth;
