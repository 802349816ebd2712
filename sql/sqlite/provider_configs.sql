-- name: create
-- mode: write
delete from temp.verdict;
insert into temp.verdict (refusal)
select
  case
    when not exists (select 1 from customer_profiles where customer_id = @customerId) then 'NO_CUSTOMER'
    when exists (
      select 1 from customer_provider_configs
      where customer_id = @customerId and provider = @provider and domain = @domain
    ) then 'EXISTS'
  end;

insert into customer_provider_configs (
  config_id, customer_id, provider, domain, config_name, source_project_id, source_dataset, source_table, notification_emails,
  slack_webhook_url, slack_webhook_key_version, notification_enabled, default_parameters, pipeline_template_overrides,
  schedule_enabled, schedule_cron, schedule_timezone, retention_days, is_active, created_at, updated_at, created_by, tags,
  description
)
select
  @configId, @customerId, @provider, @domain, @name, nullif(@sourceProjectId, ''), nullif(@sourceDataset, ''), nullif(@sourceTable, ''), @notificationEmails,
  @slackWebhook, @slackKeyVersion, coalesce(@notificationEnabled, 1), @defaultParameters, @templateOverrides,
  coalesce(@scheduleEnabled, 0), nullif(@scheduleCron, ''), nullif(@scheduleTimezone, ''), coalesce(@retentionDays, 90), coalesce(@isActive, 1), @now,
  @now, @actor, @tags, nullif(@description, '')
from temp.verdict
where refusal is null;

insert into scheduler_audit_entries (
  audit_id, chain, customer_id, at, actor_kind, key_id, request_id, action, target, after_json
)
select
  @auditId, 'customer:' || d.customer_id, d.customer_id, @now, @actorKind, @actor, @requestId, 'provider_config.create', d.target,
  d.document
from scheduler_audited_provider_configs d
where d.target = @configId and exists (select 1 from temp.verdict where refusal is null);

select v.refusal, c.*
from temp.verdict v
left join customer_provider_configs c on v.refusal is null and c.config_id = @configId;

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
delete from temp.audited;
insert into temp.audited (target, before_json)
select target, document from scheduler_audited_provider_configs where target = @configId and customer_id = @customerId;

update customer_provider_configs
set
  config_name = coalesce(@name, config_name),
  source_project_id = nullif(coalesce(@sourceProjectId, source_project_id), ''),
  source_dataset = nullif(coalesce(@sourceDataset, source_dataset), ''),
  source_table = nullif(coalesce(@sourceTable, source_table), ''),
  notification_emails = coalesce(@notificationEmails, notification_emails),
  slack_webhook_url = case when @changesSlack = 1 then @slackWebhook else slack_webhook_url end,
  slack_webhook_key_version = case when @changesSlack = 1 then @slackKeyVersion else slack_webhook_key_version end,
  notification_enabled = coalesce(@notificationEnabled, notification_enabled),
  default_parameters = coalesce(@defaultParameters, default_parameters),
  pipeline_template_overrides = coalesce(@templateOverrides, pipeline_template_overrides),
  schedule_enabled = coalesce(@scheduleEnabled, schedule_enabled),
  schedule_cron = nullif(coalesce(@scheduleCron, schedule_cron), ''),
  schedule_timezone = nullif(coalesce(@scheduleTimezone, schedule_timezone), ''),
  retention_days = coalesce(@retentionDays, retention_days),
  is_active = coalesce(@isActive, is_active),
  tags = coalesce(@tags, tags),
  description = nullif(coalesce(@description, description), ''),
  updated_at = @now,
  updated_by = @actor
where config_id = @configId and customer_id = @customerId;

insert into scheduler_audit_entries (
  audit_id, chain, customer_id, at, actor_kind, key_id, request_id, action, target, before_json, after_json
)
select
  @auditId, 'customer:' || d.customer_id, d.customer_id, @now, @actorKind, @actor, @requestId, 'provider_config.update', d.target,
  a.before_json, d.document
from temp.audited a
join scheduler_audited_provider_configs d on d.target = a.target
where d.document is not a.before_json or @changesSlack = 1;

select * from customer_provider_configs where config_id = @configId and customer_id = @customerId;

-- name: list_outdated
-- mode: read
-- A page of Slack webhooks whose data key is not under the newest version of the wrapping key.
select config_id, customer_id, slack_webhook_url, slack_webhook_key_version
from customer_provider_configs
where config_id > @afterId and slack_webhook_url is not null and slack_webhook_key_version is not @newest
order by config_id
limit @limit;

-- name: rewrap
-- mode: write
-- As credentials.rewrap.
delete from temp.moved;
insert into temp.moved (id)
select c.config_id
from json_each(@rows) b
join customer_provider_configs c on c.config_id = b.value ->> 'id'
where c.slack_webhook_url = unhex(b.value ->> 'was');

update customer_provider_configs
set
  (slack_webhook_url, slack_webhook_key_version) = (
    select unhex(b.value ->> 'envelope'), b.value ->> 'key_version'
    from json_each(@rows) b
    where b.value ->> 'id' = customer_provider_configs.config_id
  )
where config_id in (select id from temp.moved);

select id from temp.moved order by id;
