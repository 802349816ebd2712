-- What a customer may use now. runnable_until lies in the past (1970) while the customer is not runnable; otherwise it is the first
-- instant after the last UTC day that the subscription covers. A plan that is unknown runs nothing. `{dataset}` is the dataset of
-- these tables: a view keeps no default.
create or replace view `{dataset}.scheduler_customer_standing` as
select
  p.customer_id,
  p.company_name,
  p.status as customer_status,
  p.subscription_plan,
  p.timezone,
  p.tenant_dataset_id,
  s.subscription_id,
  s.status as subscription_status,
  s.max_pipelines_per_day,
  s.max_pipelines_per_month,
  s.max_concurrent_pipelines,
  case
    when p.status in ('ACTIVE', 'TRIAL')
      and s.status in ('ACTIVE', 'TRIAL')
      and s.plan_name in ('STARTER', 'PROFESSIONAL', 'SCALE', 'ENTERPRISE')
      then least(
        case
          when s.subscription_end_date is null or s.subscription_end_date >= date '9999-12-30'
            then timestamp '9999-12-31 23:59:59.999999+00'
          else timestamp(date_add(s.subscription_end_date, interval 1 day))
        end,
        case
          when s.status <> 'TRIAL' or s.trial_end_date is null or s.trial_end_date >= date '9999-12-30'
            then timestamp '9999-12-31 23:59:59.999999+00'
          else timestamp(date_add(s.trial_end_date, interval 1 day))
        end
      )
    else timestamp '1970-01-01 00:00:00+00'
  end as runnable_until
from `{dataset}.customer_profiles` p
left join `{dataset}.customer_subscriptions` s on s.customer_id = p.customer_id and s.superseded_at is null;

create or replace view `{dataset}.pipelines_due_now` as
select
  c.config_id,
  c.customer_id,
  c.provider,
  c.domain,
  c.pipeline_template,
  c.pipeline_name,
  c.schedule_cron,
  c.timezone,
  c.next_run_time,
  c.last_run_time,
  c.priority,
  s.company_name,
  s.subscription_plan,
  s.customer_status
from `{dataset}.customer_pipeline_configs` c
join `{dataset}.scheduler_customer_standing` s on s.customer_id = c.customer_id
where c.is_active
  and c.next_run_time <= current_timestamp()
  and (c.paused_until is null or c.paused_until <= current_timestamp())
  and s.runnable_until > current_timestamp();

create or replace view `{dataset}.currently_running_pipelines` as
select
  r.run_id,
  r.config_id,
  r.customer_id,
  c.pipeline_name,
  c.provider,
  c.domain,
  r.pipeline_template,
  p.company_name,
  r.worker_id,
  r.scheduled_time,
  r.actual_start_time,
  timestamp_diff(current_timestamp(), r.actual_start_time, second) as running_duration_seconds
from `{dataset}.pipeline_execution_queue` q
join `{dataset}.scheduled_pipeline_runs` r on r.run_id = q.run_id
join `{dataset}.customer_pipeline_configs` c on c.config_id = r.config_id
join `{dataset}.customer_profiles` p on p.customer_id = r.customer_id
where q.state = 'PROCESSING' and r.state = 'RUNNING';

create or replace view `{dataset}.pipeline_execution_stats_7d` as
select
  r.customer_id,
  r.pipeline_template,
  count(*) as total_runs,
  countif(r.state = 'COMPLETED') as successful_runs,
  countif(r.state = 'FAILED' and coalesce(r.error_type, '') <> 'CANCELLED') as failed_runs,
  countif(r.state = 'SKIPPED') as skipped_runs,
  avg(r.execution_duration_seconds) as avg_duration_seconds,
  max(r.execution_duration_seconds) as max_duration_seconds,
  min(r.execution_duration_seconds) as min_duration_seconds,
  safe_divide(
    100.0 * countif(r.state = 'COMPLETED'),
    countif(r.state = 'COMPLETED' or (r.state = 'FAILED' and coalesce(r.error_type, '') <> 'CANCELLED'))
  ) as success_rate
from `{dataset}.scheduled_pipeline_runs` r
where r.scheduled_time >= timestamp_sub(current_timestamp(), interval 7 day)
group by r.customer_id, r.pipeline_template;

create or replace view `{dataset}.pending_queue_items` as
select
  q.queue_id,
  q.run_id,
  q.customer_id,
  q.pipeline_template,
  q.priority,
  q.scheduled_time,
  q.visible_at,
  q.created_at,
  s.company_name,
  s.subscription_plan,
  timestamp_diff(current_timestamp(), q.scheduled_time, second) as delay_seconds
from `{dataset}.pipeline_execution_queue` q
join `{dataset}.scheduler_customer_standing` s on s.customer_id = q.customer_id
where q.state = 'QUEUED'
  and q.visible_at <= current_timestamp()
  and s.runnable_until > current_timestamp();

-- What the audit trail says of a thing before and after a change: everything a person could ask for, and no secret.
create or replace view `{dataset}.scheduler_audited_profiles` as
select customer_id as target, customer_id, to_json_string(struct(
  company_name, admin_email, tenant_dataset_id, status, subscription_plan, timezone, support_tier, billing_email, phone_number,
  data_residency, cast(requires_hipaa as int64) as requires_hipaa, cast(requires_soc2 as int64) as requires_soc2, notes,
  trial_start_date, trial_end_date
)) as document
from `{dataset}.customer_profiles`;

create or replace view `{dataset}.scheduler_audited_subscriptions` as
select subscription_id as target, customer_id, to_json_string(struct(
  plan_name, status, max_team_members, max_providers, max_pipelines_per_day, max_pipelines_per_month, max_concurrent_pipelines,
  trial_end_date, subscription_start_date, subscription_end_date, billing_cycle, cancellation_reason,
  unix_micros(superseded_at) as superseded_at
)) as document
from `{dataset}.customer_subscriptions`;

create or replace view `{dataset}.scheduler_audited_api_keys` as
select api_key_id as target, customer_id, to_json_string(struct(
  key_prefix, key_name, scopes, member_id, unix_micros(expires_at) as expires_at, cast(is_active as int64) as is_active,
  rate_limit_tier, deactivation_reason
)) as document
from `{dataset}.customer_api_keys`;

create or replace view `{dataset}.scheduler_audited_credentials` as
select credential_id as target, customer_id, to_json_string(struct(
  provider, credential_type, credential_name, kms_key_version, project_id, account_id, region, validation_status,
  cast(is_active as int64) as is_active
)) as document
from `{dataset}.customer_credentials`;

create or replace view `{dataset}.scheduler_audited_team_members` as
select member_id as target, customer_id, to_json_string(struct(
  email, full_name, role, status, cast(is_active as int64) as is_active, removal_reason
)) as document
from `{dataset}.customer_team_members`;

create or replace view `{dataset}.scheduler_audited_provider_configs` as
select config_id as target, customer_id, to_json_string(struct(
  provider, domain, config_name, source_project_id, source_dataset, source_table, notification_emails,
  slack_webhook_url is not null as has_slack_webhook, cast(notification_enabled as int64) as notification_enabled,
  default_parameters, cast(schedule_enabled as int64) as schedule_enabled, schedule_cron, schedule_timezone, retention_days,
  cast(is_active as int64) as is_active, description
)) as document
from `{dataset}.customer_provider_configs`;

create or replace view `{dataset}.scheduler_audited_pipelines` as
select config_id as target, customer_id, to_json_string(struct(
  provider, domain, pipeline_template, pipeline_name, cast(is_active as int64) as is_active, schedule_cron, timezone, priority,
  credential_id, parameters, retry_config, misfire_policy, overlap_policy, dst_policy, spread_seconds,
  unix_micros(paused_until) as paused_until, pause_reason, notification_emails, description
)) as document
from `{dataset}.customer_pipeline_configs`;
