-- name: configure
-- mode: write
-- param: configId string
-- param: customerId string
-- param: provider string
-- param: domain string
-- param: template string
-- param: name string
-- param: isActive bool
-- param: scheduleType string
-- param: cron string
-- param: timezone string
-- param: nextRunTime timestamp
-- param: priority int64
-- param: credentialId string
-- param: parameters string
-- param: retryConfig string
-- param: misfirePolicy string
-- param: overlapPolicy string
-- param: dstPolicy string
-- param: spreadSeconds int64
-- param: notificationEmails string
-- param: description string
-- param: maxConfigs int64
-- param: auditId string
-- param: actorKind string
-- param: actor string
-- param: requestId string
-- param: now timestamp
-- Creates the pipeline, or changes the one with the same unique key. next_run_time moves only when the schedule changes or the
-- pipeline comes back to life; the interval chain stays, so that no data is left out or repeated.
declare op_id string;
declare op_document string;
declare op_configs int64;
begin transaction;
set (op_id, op_document) = (
  select as struct max(c.config_id), max(d.document)
  from customer_pipeline_configs c
  join scheduler_audited_pipelines d on d.target = c.config_id
  where c.customer_id = @customerId and c.provider = @provider and c.domain = @domain
    and c.pipeline_template = @template and c.pipeline_name = @name
);
if op_id is null then
  update scheduler_turnstiles set turn = turn + 1 where name = 'pipeline_configs';
  set op_configs = (select count(*) from customer_pipeline_configs where customer_id = @customerId);
  if op_configs < @maxConfigs and exists (select 1 from customer_profiles where customer_id = @customerId) then
    set op_id = @configId;
    insert into customer_pipeline_configs (
      config_id, customer_id, provider, domain, pipeline_template, pipeline_name, is_active, schedule_type, schedule_cron,
      timezone, next_run_time, priority, credential_id, parameters, retry_config, misfire_policy, overlap_policy, dst_policy,
      spread_seconds, notification_emails, created_at, updated_at, created_by, description
    )
    values (
      @configId, @customerId, @provider, @domain, @template, @name, @isActive, @scheduleType, @cron,
      @timezone, @nextRunTime, @priority, @credentialId, parse_json(@parameters, wide_number_mode => 'round'), parse_json(@retryConfig, wide_number_mode => 'round'), @misfirePolicy,
      @overlapPolicy, @dstPolicy, @spreadSeconds, json_value_array(@notificationEmails), @now, @now, @actor, @description
    );
  end if;
else
  update customer_pipeline_configs
  set
    is_active = @isActive,
    schedule_type = @scheduleType,
    next_run_time = if(
      schedule_cron <> @cron or timezone <> @timezone or dst_policy <> @dstPolicy or next_run_time is null
        or (not is_active and @isActive),
      @nextRunTime,
      next_run_time
    ),
    schedule_cron = @cron,
    timezone = @timezone,
    priority = @priority,
    credential_id = @credentialId,
    parameters = parse_json(@parameters, wide_number_mode => 'round'),
    retry_config = parse_json(@retryConfig, wide_number_mode => 'round'),
    misfire_policy = @misfirePolicy,
    overlap_policy = @overlapPolicy,
    dst_policy = @dstPolicy,
    spread_seconds = @spreadSeconds,
    notification_emails = json_value_array(@notificationEmails),
    -- The reason for which the trigger set it aside goes with the state; that of a pause stays.
    pause_reason = if(not is_active and @isActive and paused_until is null, null, pause_reason),
    updated_at = @now,
    description = @description
  where config_id = op_id;
  if @isActive then
    update scheduler_alerts
    set resolved_at = @now
    where rule = 'SCHEDULE_SET_ASIDE' and resolved_at is null and subject = op_id;
  end if;
end if;
insert into scheduler_audit_entries (audit_id, chain, customer_id, `at`, actor_kind, key_id, request_id, action, target, before_json, after_json)
select
  @auditId, concat('customer:', d.customer_id), d.customer_id, @now, @actorKind, @actor, @requestId,
  if(op_document is null, 'pipeline.create', 'pipeline.update'), d.target, op_document, d.document
from scheduler_audited_pipelines d
where d.target = op_id and (op_document is null or d.document <> op_document);
commit transaction;
select c.*, c.config_id = @configId as is_new from customer_pipeline_configs c where c.config_id = op_id;

-- name: list
-- mode: read
-- param: customerId string
-- param: isActive bool
-- param: afterId string
-- param: limit int64
select *
from customer_pipeline_configs
where customer_id = @customerId
  and (@isActive is null or is_active = @isActive)
  and config_id > @afterId
order by config_id
limit @limit;

-- name: search
-- mode: read
-- param: afterCustomer string
-- param: afterProvider string
-- param: afterDomain string
-- param: afterTemplate string
-- param: afterName string
-- param: provider string
-- param: search string
-- param: state string
-- param: now timestamp
-- param: limit int64
-- Over all customers, in the order of the unique key.
select f.* except (found_company)
from (
  select
    c.*, p.company_name, strpos(lower(p.company_name), lower(@search)) > 0 as found_company,
    case
      when not c.is_active then 'off'
      when c.paused_until > coalesce(@now, current_timestamp()) then 'paused'
      when c.consecutive_failures > 0 then 'failing'
      else 'active'
    end as state
  from customer_pipeline_configs c
  join customer_profiles p on p.customer_id = c.customer_id
) f
where (
    f.customer_id > @afterCustomer
    or f.customer_id = @afterCustomer and (
      f.provider > @afterProvider
      or f.provider = @afterProvider and (
        f.domain > @afterDomain
        or f.domain = @afterDomain and (
          f.pipeline_template > @afterTemplate
          or f.pipeline_template = @afterTemplate and f.pipeline_name > @afterName
        )
      )
    )
  )
  and (@provider is null or f.provider = @provider)
  and (
    @search is null
    or strpos(lower(concat(f.customer_id, ' ', f.pipeline_template, ' ', f.pipeline_name)), lower(@search)) > 0
    or f.found_company
  )
  and (@state is null or f.state = @state)
order by f.customer_id, f.provider, f.domain, f.pipeline_template, f.pipeline_name
limit @limit;

-- name: search_by_next
-- mode: read
-- param: afterTime timestamp
-- param: afterId string
-- param: provider string
-- param: search string
-- param: state string
-- param: now timestamp
-- param: limit int64
-- The active ones, the first to become due first.
select f.* except (found_company)
from (
  select
    c.*, p.company_name, strpos(lower(p.company_name), lower(@search)) > 0 as found_company,
    case
      when not c.is_active then 'off'
      when c.paused_until > coalesce(@now, current_timestamp()) then 'paused'
      when c.consecutive_failures > 0 then 'failing'
      else 'active'
    end as state
  from customer_pipeline_configs c
  join customer_profiles p on p.customer_id = c.customer_id
) f
where f.is_active and (f.next_run_time > @afterTime or f.next_run_time = @afterTime and f.config_id > @afterId)
  and (@provider is null or f.provider = @provider)
  and (
    @search is null
    or strpos(lower(concat(f.customer_id, ' ', f.pipeline_template, ' ', f.pipeline_name)), lower(@search)) > 0
    or f.found_company
  )
  and (@state is null or f.state = @state)
order by f.next_run_time, f.config_id
limit @limit;

-- name: get
-- mode: read
-- param: customerId string
-- param: configId string
select * from customer_pipeline_configs where customer_id = @customerId and config_id = @configId;

-- name: deactivate
-- mode: write
-- param: customerId string
-- param: configId string
-- param: auditId string
-- param: actorKind string
-- param: actor string
-- param: requestId string
-- param: now timestamp
declare op_document string;
begin transaction;
set op_document = (
  select max(document) from scheduler_audited_pipelines where target = @configId and customer_id = @customerId
);
update customer_pipeline_configs
set is_active = false, updated_at = @now
where customer_id = @customerId and config_id = @configId and is_active;
if @@row_count > 0 then
  insert into scheduler_audit_entries (audit_id, chain, customer_id, `at`, actor_kind, key_id, request_id, action, target, before_json, after_json)
  select
    @auditId, concat('customer:', d.customer_id), d.customer_id, @now, @actorKind, @actor, @requestId, 'pipeline.deactivate', d.target,
    op_document, d.document
  from scheduler_audited_pipelines d
  where d.target = @configId and d.document <> op_document;
end if;
commit transaction;
select * from customer_pipeline_configs where customer_id = @customerId and config_id = @configId;

-- name: set_pause
-- mode: write
-- param: customerId string
-- param: configId string
-- param: until timestamp
-- param: pausedBy string
-- param: reason string
-- param: auditId string
-- param: actorKind string
-- param: actor string
-- param: requestId string
-- param: now timestamp
-- Pauses an active pipeline until then, or ends its pause where @until is now. What the pause so far kept waiting waits for the new end.
declare op_document string;
declare op_paused timestamp;
begin transaction;
set op_document = (
  select max(document) from scheduler_audited_pipelines where target = @configId and customer_id = @customerId
);
set op_paused = (
  select max(paused_until) from customer_pipeline_configs
  where customer_id = @customerId and config_id = @configId and is_active and paused_until > @now
);
update customer_pipeline_configs
set paused_until = @until, paused_by = @pausedBy, pause_reason = @reason, updated_at = @now
where customer_id = @customerId and config_id = @configId and is_active and (@until > @now or paused_until > @now);
if @@row_count > 0 then
  if op_paused is not null then
    update pipeline_execution_queue
    set visible_at = @until
    where config_id = @configId and state = 'QUEUED' and visible_at = op_paused;
  end if;
  update scheduler_fair_shares set ready_at = @until where customer_id = @customerId and not ready and ready_at > @until;
  insert into scheduler_audit_entries (audit_id, chain, customer_id, `at`, actor_kind, key_id, request_id, action, target, before_json, after_json)
  select
    @auditId, concat('customer:', d.customer_id), d.customer_id, @now, @actorKind, @actor, @requestId,
    if(@until > @now, 'pipeline.pause', 'pipeline.resume'), d.target, op_document, d.document
  from scheduler_audited_pipelines d
  where d.target = @configId and d.document <> op_document;
end if;
commit transaction;
select * from customer_pipeline_configs where customer_id = @customerId and config_id = @configId;

-- name: provider_parameters
-- mode: read
-- param: customerId string
-- param: provider string
-- param: domain string
-- The customer's own parameters for a provider and domain; a pipeline's lie over them.
select default_parameters
from customer_provider_configs
where customer_id = @customerId and provider = @provider and domain = @domain and is_active;

-- name: import_context
-- mode: read
-- param: rows array<struct<customer_id string, provider string, domain string>>
-- What the lines of an import are judged by: which customers are there, and their own parameters for a provider and domain.
select r.customer_id, r.provider, r.domain, c.default_parameters
from unnest(@rows) r
join customer_profiles p on p.customer_id = r.customer_id
left join customer_provider_configs c
  on c.customer_id = r.customer_id and c.provider = r.provider and c.domain = r.domain and c.is_active;

-- name: import
-- mode: write
-- param: rows array<struct<nth int64, config_id string, customer_id string, provider string, domain string, pipeline_template string, pipeline_name string, is_active bool, schedule_type string, schedule_cron string, timezone string, next_run_time timestamp, priority int64, credential_id string, parameters string, retry_config string, misfire_policy string, overlap_policy string, dst_policy string, spread_seconds int64, notification_emails string, description string>>
-- param: maxConfigs int64
-- param: actor string
-- param: now timestamp
-- As configure does, for many lines at once; no two lines of one call have the same unique key. The audit row is the import's.
begin transaction;
update scheduler_turnstiles set turn = turn + 1 where name = 'pipeline_configs';
create temp table imported as
with matched as (
  select
    r.*, p.customer_id is not null as has_customer, c.config_id as known_id, d.document as before_json,
    coalesce(n.configs, 0) as configs
  from unnest(@rows) r
  left join customer_profiles p on p.customer_id = r.customer_id
  left join customer_pipeline_configs c
    on c.customer_id = r.customer_id and c.provider = r.provider and c.domain = r.domain
    and c.pipeline_template = r.pipeline_template and c.pipeline_name = r.pipeline_name
  left join scheduler_audited_pipelines d on d.target = c.config_id
  left join (select customer_id, count(*) as configs from customer_pipeline_configs group by customer_id) n
    on n.customer_id = r.customer_id
),
placed as (
  select
    m.*, row_number() over (partition by m.customer_id, m.has_customer and m.known_id is null order by m.nth) as place
  from matched m
)
select
  p.* except (config_id, known_id, has_customer, configs, place),
  coalesce(p.known_id, p.config_id) as config_id,
  p.known_id is null as is_new,
  case
    when not p.has_customer then 'NO_CUSTOMER'
    when p.known_id is null and p.configs + p.place > @maxConfigs then 'TOO_MANY'
  end as refusal
from placed p;

update customer_pipeline_configs c
set
  is_active = i.is_active,
  schedule_type = i.schedule_type,
  next_run_time = if(
    c.schedule_cron <> i.schedule_cron or c.timezone <> i.timezone or c.dst_policy <> i.dst_policy or c.next_run_time is null
      or (not c.is_active and i.is_active),
    i.next_run_time,
    c.next_run_time
  ),
  schedule_cron = i.schedule_cron,
  timezone = i.timezone,
  priority = i.priority,
  credential_id = i.credential_id,
  parameters = parse_json(i.parameters, wide_number_mode => 'round'),
  retry_config = parse_json(i.retry_config, wide_number_mode => 'round'),
  misfire_policy = i.misfire_policy,
  overlap_policy = i.overlap_policy,
  dst_policy = i.dst_policy,
  spread_seconds = i.spread_seconds,
  notification_emails = json_value_array(i.notification_emails),
  pause_reason = if(not c.is_active and i.is_active and c.paused_until is null, null, c.pause_reason),
  updated_at = @now,
  description = i.description
from imported i
where c.config_id = i.config_id and i.refusal is null and not i.is_new;

insert into customer_pipeline_configs (
  config_id, customer_id, provider, domain, pipeline_template, pipeline_name, is_active, schedule_type, schedule_cron,
  timezone, next_run_time, priority, credential_id, parameters, retry_config, misfire_policy, overlap_policy, dst_policy,
  spread_seconds, notification_emails, created_at, updated_at, created_by, description
)
select
  config_id, customer_id, provider, domain, pipeline_template, pipeline_name, is_active, schedule_type, schedule_cron,
  timezone, next_run_time, priority, credential_id, parse_json(parameters, wide_number_mode => 'round'), parse_json(retry_config, wide_number_mode => 'round'), misfire_policy, overlap_policy,
  dst_policy, spread_seconds, json_value_array(notification_emails), @now, @now, @actor, description
from imported
where refusal is null and is_new;

update scheduler_alerts
set resolved_at = @now
where rule = 'SCHEDULE_SET_ASIDE' and resolved_at is null
  and subject in (select i.config_id from imported i where i.refusal is null and not i.is_new and i.is_active);
commit transaction;

select
  i.nth, i.config_id, i.is_active, i.refusal,
  case
    when i.refusal is not null then 'refused'
    when i.is_new then 'created'
    when d.document <> i.before_json then 'changed'
    else 'unchanged'
  end as status
from imported i
left join scheduler_audited_pipelines d on i.refusal is null and d.target = i.config_id
order by i.nth;
