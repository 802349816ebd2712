-- name: create
-- mode: write
-- param: configId string
-- param: customerId string
-- param: name string
-- param: sourceProjectId string
-- param: sourceDataset string
-- param: sourceTable string
-- param: notificationEmails string
-- param: slackWebhook bytes
-- param: slackKeyVersion string
-- param: notificationEnabled bool
-- param: defaultParameters string
-- param: templateOverrides string
-- param: scheduleEnabled bool
-- param: scheduleCron string
-- param: scheduleTimezone string
-- param: retentionDays int64
-- param: isActive bool
-- param: tags string
-- param: description string
-- param: provider string
-- param: domain string
-- param: auditId string
-- param: actorKind string
-- param: actor string
-- param: requestId string
-- param: now timestamp
declare op_refusal string;
begin transaction;
update scheduler_turnstiles set turn = turn + 1 where name = 'provider_configs';
set op_refusal = case
  when not exists (select 1 from customer_profiles where customer_id = @customerId) then 'NO_CUSTOMER'
  when exists (
    select 1 from customer_provider_configs
    where customer_id = @customerId and provider = @provider and domain = @domain
  ) then 'EXISTS'
end;
if op_refusal is null then
  insert into customer_provider_configs (
    config_id, customer_id, provider, domain, config_name, source_project_id, source_dataset, source_table, notification_emails,
    slack_webhook_url, slack_webhook_key_version, notification_enabled, default_parameters, pipeline_template_overrides,
    schedule_enabled, schedule_cron, schedule_timezone, retention_days, is_active, created_at, updated_at, created_by, tags,
    description
  )
  values (
    @configId, @customerId, @provider, @domain, @name, nullif(@sourceProjectId, ''), nullif(@sourceDataset, ''),
    nullif(@sourceTable, ''), json_value_array(@notificationEmails), @slackWebhook, @slackKeyVersion,
    coalesce(@notificationEnabled, true), parse_json(@defaultParameters, wide_number_mode => 'round'), parse_json(@templateOverrides, wide_number_mode => 'round'),
    coalesce(@scheduleEnabled, false), nullif(@scheduleCron, ''), nullif(@scheduleTimezone, ''), coalesce(@retentionDays, 90),
    coalesce(@isActive, true), @now, @now, @actor, json_value_array(@tags), nullif(@description, '')
  );

  insert into scheduler_audit_entries (audit_id, chain, customer_id, `at`, actor_kind, key_id, request_id, action, target, before_json, after_json)
  select
    @auditId, concat('customer:', d.customer_id), d.customer_id, @now, @actorKind, @actor, @requestId, 'provider_config.create',
    d.target, cast(null as string), d.document
  from scheduler_audited_provider_configs d
  where d.target = @configId;
end if;
commit transaction;
select v.refusal, c.*
from (select op_refusal as refusal) v
left join customer_provider_configs c on v.refusal is null and c.config_id = @configId;

-- name: list
-- mode: read
-- param: customerId string
-- param: afterId string
-- param: limit int64
select *
from customer_provider_configs
where customer_id = @customerId and config_id > @afterId
order by config_id
limit @limit;

-- name: get
-- mode: read
-- param: customerId string
-- param: configId string
select * from customer_provider_configs where config_id = @configId and customer_id = @customerId;

-- name: update
-- mode: write
-- param: configId string
-- param: customerId string
-- param: name string
-- param: sourceProjectId string
-- param: sourceDataset string
-- param: sourceTable string
-- param: notificationEmails string
-- param: slackWebhook bytes
-- param: slackKeyVersion string
-- param: notificationEnabled bool
-- param: defaultParameters string
-- param: templateOverrides string
-- param: scheduleEnabled bool
-- param: scheduleCron string
-- param: scheduleTimezone string
-- param: retentionDays int64
-- param: isActive bool
-- param: tags string
-- param: description string
-- param: changesSlack bool
-- param: auditId string
-- param: actorKind string
-- param: actor string
-- param: requestId string
-- param: now timestamp
-- Changes what is given; an empty text or list clears. @changesSlack says that the webhook is replaced, or removed by null.
declare op_document string;
begin transaction;
set op_document = (
  select max(document) from scheduler_audited_provider_configs where target = @configId and customer_id = @customerId
);
update customer_provider_configs
set
  config_name = coalesce(@name, config_name),
  source_project_id = nullif(coalesce(@sourceProjectId, source_project_id), ''),
  source_dataset = nullif(coalesce(@sourceDataset, source_dataset), ''),
  source_table = nullif(coalesce(@sourceTable, source_table), ''),
  notification_emails = if(@notificationEmails is null, notification_emails, json_value_array(@notificationEmails)),
  slack_webhook_url = if(@changesSlack, @slackWebhook, slack_webhook_url),
  slack_webhook_key_version = if(@changesSlack, @slackKeyVersion, slack_webhook_key_version),
  notification_enabled = coalesce(@notificationEnabled, notification_enabled),
  default_parameters = coalesce(parse_json(@defaultParameters, wide_number_mode => 'round'), default_parameters),
  pipeline_template_overrides = coalesce(parse_json(@templateOverrides, wide_number_mode => 'round'), pipeline_template_overrides),
  schedule_enabled = coalesce(@scheduleEnabled, schedule_enabled),
  schedule_cron = nullif(coalesce(@scheduleCron, schedule_cron), ''),
  schedule_timezone = nullif(coalesce(@scheduleTimezone, schedule_timezone), ''),
  retention_days = coalesce(@retentionDays, retention_days),
  is_active = coalesce(@isActive, is_active),
  tags = if(@tags is null, tags, json_value_array(@tags)),
  description = nullif(coalesce(@description, description), ''),
  updated_at = @now,
  updated_by = @actor
where config_id = @configId and customer_id = @customerId;
insert into scheduler_audit_entries (audit_id, chain, customer_id, `at`, actor_kind, key_id, request_id, action, target, before_json, after_json)
select
  @auditId, concat('customer:', d.customer_id), d.customer_id, @now, @actorKind, @actor, @requestId, 'provider_config.update', d.target,
  op_document, d.document
from scheduler_audited_provider_configs d
where d.target = @configId and d.customer_id = @customerId and (d.document <> op_document or @changesSlack);
commit transaction;
select * from customer_provider_configs where config_id = @configId and customer_id = @customerId;

-- name: list_outdated
-- mode: read
-- param: newest string
-- param: afterId string
-- param: limit int64
-- A page of Slack webhooks whose data key is not under the newest version of the wrapping key.
select config_id, customer_id, slack_webhook_url, slack_webhook_key_version
from customer_provider_configs
where config_id > @afterId and slack_webhook_url is not null and coalesce(slack_webhook_key_version, '') <> @newest
order by config_id
limit @limit;

-- name: rewrap
-- mode: write
-- param: rows array<struct<id string, was string, envelope string, key_version string>>
-- As credentials.rewrap.
declare op_moved array<string>;
begin transaction;
set op_moved = array(
  select c.config_id
  from unnest(@rows) b
  join customer_provider_configs c on c.config_id = b.id
  where c.slack_webhook_url = from_hex(b.was)
);
update customer_provider_configs c
set slack_webhook_url = from_hex(b.envelope), slack_webhook_key_version = b.key_version
from unnest(@rows) b
where c.config_id = b.id and c.slack_webhook_url = from_hex(b.was);
commit transaction;
select id from unnest(op_moved) as id order by id;
