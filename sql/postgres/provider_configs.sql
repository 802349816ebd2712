-- name: create
-- mode: write
select 1 as step from customer_profiles where customer_id = @customerId for no key update;

select set_config(
  'scheduler.refusal',
  case
    when not exists (select 1 from customer_profiles where customer_id = @customerId) then 'NO_CUSTOMER'
    when exists (
      select 1 from customer_provider_configs
      where customer_id = @customerId and provider = @provider and domain = @domain
    ) then 'EXISTS'
    else ''
  end,
  true
) as step;

insert into customer_provider_configs (
  config_id, customer_id, provider, domain, config_name, source_project_id, source_dataset, source_table, notification_emails,
  slack_webhook_url, slack_webhook_key_version, notification_enabled, default_parameters, pipeline_template_overrides,
  schedule_enabled, schedule_cron, schedule_timezone, retention_days, is_active, created_at, updated_at, created_by, tags,
  description
)
select
  @configId, @customerId, @provider, @domain, @name, nullif(@sourceProjectId, ''), nullif(@sourceDataset, ''),
  nullif(@sourceTable, ''), @notificationEmails::jsonb, @slackWebhook, @slackKeyVersion, coalesce(@notificationEnabled, true),
  @defaultParameters::jsonb, @templateOverrides::jsonb, coalesce(@scheduleEnabled, false), nullif(@scheduleCron, ''),
  nullif(@scheduleTimezone, ''), coalesce(@retentionDays, 90), coalesce(@isActive, true), @now, @now, @actor, @tags::jsonb,
  nullif(@description, '')
where current_setting('scheduler.refusal') = '';

insert into scheduler_audit_entries (
  audit_id, chain, customer_id, at, actor_kind, key_id, request_id, action, target, after_json
)
select
  @auditId, 'customer:' || d.customer_id, d.customer_id, @now, @actorKind, @actor, @requestId, 'provider_config.create', d.target,
  d.document
from scheduler_audited_provider_configs d
where d.target = @configId and current_setting('scheduler.refusal') = '';

select nullif(current_setting('scheduler.refusal'), '') as refusal, c.*
from (select 1) one
left join customer_provider_configs c on c.config_id = @configId and current_setting('scheduler.refusal') = '';

-- name: list
-- mode: read
select *
from customer_provider_configs
where customer_id = @customerId and config_id > @afterId
order by config_id
limit @limit;

-- name: get
-- mode: read
select * from customer_provider_configs where config_id = @configId and customer_id = @customerId;

-- name: update
-- mode: write
-- Changes what is given; an empty text or list clears. @changesSlack says that the webhook is replaced, or removed by null.
select 1 as step from customer_profiles where customer_id = @customerId for no key update;

select set_config(
  'scheduler.before',
  coalesce(
    (select document from scheduler_audited_provider_configs where target = @configId and customer_id = @customerId), ''
  ),
  true
) as step;

update customer_provider_configs
set
  config_name = coalesce(@name, config_name),
  source_project_id = nullif(coalesce(@sourceProjectId, source_project_id), ''),
  source_dataset = nullif(coalesce(@sourceDataset, source_dataset), ''),
  source_table = nullif(coalesce(@sourceTable, source_table), ''),
  notification_emails = coalesce(@notificationEmails::jsonb, notification_emails),
  slack_webhook_url = case when @changesSlack then @slackWebhook else slack_webhook_url end,
  slack_webhook_key_version = case when @changesSlack then @slackKeyVersion else slack_webhook_key_version end,
  notification_enabled = coalesce(@notificationEnabled, notification_enabled),
  default_parameters = coalesce(@defaultParameters::jsonb, default_parameters),
  pipeline_template_overrides = coalesce(@templateOverrides::jsonb, pipeline_template_overrides),
  schedule_enabled = coalesce(@scheduleEnabled, schedule_enabled),
  schedule_cron = nullif(coalesce(@scheduleCron, schedule_cron), ''),
  schedule_timezone = nullif(coalesce(@scheduleTimezone, schedule_timezone), ''),
  retention_days = coalesce(@retentionDays, retention_days),
  is_active = coalesce(@isActive, is_active),
  tags = coalesce(@tags::jsonb, tags),
  description = nullif(coalesce(@description, description), ''),
  updated_at = @now,
  updated_by = @actor
where config_id = @configId and customer_id = @customerId;

insert into scheduler_audit_entries (
  audit_id, chain, customer_id, at, actor_kind, key_id, request_id, action, target, before_json, after_json
)
select
  @auditId, 'customer:' || d.customer_id, d.customer_id, @now, @actorKind, @actor, @requestId, 'provider_config.update', d.target,
  current_setting('scheduler.before'), d.document
from scheduler_audited_provider_configs d
where d.target = @configId and d.customer_id = @customerId
  and (d.document <> current_setting('scheduler.before') or @changesSlack);

select * from customer_provider_configs where config_id = @configId and customer_id = @customerId;

-- name: list_outdated
-- mode: read
-- A page of Slack webhooks whose data key is not under the newest version of the wrapping key.
select config_id, customer_id, slack_webhook_url, slack_webhook_key_version
from customer_provider_configs
where config_id > @afterId and slack_webhook_url is not null and slack_webhook_key_version is distinct from @newest
order by config_id
limit @limit;

-- name: rewrap
-- mode: write
-- As credentials.rewrap.
with moved as (
  update customer_provider_configs c
  set slack_webhook_url = decode(b.envelope, 'hex'), slack_webhook_key_version = b.key_version
  from jsonb_to_recordset(@rows) as b (id text, was text, envelope text, key_version text)
  where c.config_id = b.id
    and c.slack_webhook_url = decode(b.was, 'hex')
    and c.config_id = any (array(select x.id from jsonb_to_recordset(@rows) as x (id text)))
  returning c.config_id
)
select config_id as id from moved order by config_id;
