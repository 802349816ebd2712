-- name: get_mark
-- mode: read
-- How far a stream has been exported.
select at, id from scheduler_export_marks where stream = @stream;

-- name: move_mark
-- mode: write
-- Only onwards: another process may have been faster.
insert into scheduler_export_marks (stream, at, id)
values (@stream, @at, @id)
on conflict (stream) do update set at = excluded.at, id = excluded.id
where (scheduler_export_marks.at, scheduler_export_marks.id) < (excluded.at, excluded.id);

select 1 as moved;

-- name: list_ended_runs
-- mode: read
-- In the order of their ends.
select
  t.at as ended_at,
  r.run_id, r.config_id, r.customer_id, r.pipeline_template, r.scheduled_time, r.data_interval_start, r.data_interval_end,
  r.actual_start_time, r.actual_end_time, r.state, r.reason, r.pipeline_logging_id, r.execution_duration_seconds,
  r.error_message, r.error_type, r.retry_attempt, r.parent_run_id, r.triggered_by, r.lane, r.idempotency_key, r.priority,
  r.parameters, r.worker_id, r.created_at, r.updated_at, r.usage_id
from scheduler_run_transitions t
join scheduled_pipeline_runs r on r.run_id = t.run_id
where t.to_state in ('COMPLETED', 'FAILED', 'SKIPPED')
  and (t.at, t.run_id) > (@afterAt, @afterId)
  and t.at <= @until
order by t.at, t.run_id
limit @limit;

-- name: list_usage_days
-- mode: read
-- The days of each customer that have changed since one of its runs was born.
select
  u.usage_id, u.customer_id, u.usage_date, u.pipelines_run_today, u.pipelines_failed_today, u.pipelines_succeeded_today,
  u.pipelines_cancelled_today, u.pipelines_run_month, u.concurrent_pipelines_running, u.max_concurrent_reached,
  u.daily_limit, u.monthly_limit, u.concurrent_limit, u.quota_exceeded, u.quota_warning_sent, u.quota_exceeded_at,
  u.total_api_calls_today, u.total_storage_used_gb::text as total_storage_used_gb, u.created_at, u.last_updated,
  u.last_pipeline_started_at, u.last_pipeline_completed_at
from jsonb_to_recordset(@rows) as b (customer_id text, from_date date, from_at timestamptz)
join customer_usage_quotas u on u.customer_id = b.customer_id and u.usage_date >= b.from_date
where u.last_updated >= b.from_at
order by u.usage_id;

-- name: list_audit_entries
-- mode: read
select *
from scheduler_audit_entries
where audit_id > @afterId and audit_id < @beforeId
order by audit_id
limit @limit;

-- name: list_customers
-- mode: read
select
  p.customer_id, p.company_name, p.admin_email, p.tenant_dataset_id, p.status, p.subscription_plan, p.timezone,
  p.stripe_customer_id, p.created_at, p.updated_at, p.trial_start_date, p.trial_end_date, p.support_tier, p.billing_email,
  p.phone_number, p.data_residency, p.requires_hipaa, p.requires_soc2, p.notes
from customer_profiles p
where p.customer_id > @afterId
order by p.customer_id
limit @limit;

-- name: list_subscriptions
-- mode: read
select
  s.subscription_id, s.customer_id, s.plan_name, s.status, s.max_team_members, s.max_providers, s.max_pipelines_per_day,
  s.max_pipelines_per_month, s.max_concurrent_pipelines, s.max_storage_gb, s.max_api_calls_per_day, s.trial_start_date,
  s.trial_end_date, s.is_trial, s.subscription_start_date, s.subscription_end_date, s.billing_cycle,
  s.stripe_subscription_id, s.stripe_plan_id, s.stripe_status, s.monthly_price_usd::text as monthly_price_usd,
  s.annual_price_usd::text as annual_price_usd, s.currency, s.created_at, s.updated_at, s.cancelled_at,
  s.cancellation_reason, s.auto_renew, s.next_billing_date, s.superseded_at
from customer_subscriptions s
where s.subscription_id > @afterId
order by s.subscription_id
limit @limit;

-- name: list_pipelines
-- mode: read
select
  c.config_id, c.customer_id, c.provider, c.domain, c.pipeline_template, c.pipeline_name, c.is_active, c.schedule_type,
  c.schedule_cron, c.timezone, c.next_run_time, c.last_run_time, c.last_run_status, c.priority, c.credential_id,
  c.parameters, c.retry_config, c.misfire_policy, c.overlap_policy, c.dst_policy, c.spread_seconds, c.paused_until,
  c.paused_by, c.pause_reason, c.consecutive_failures, c.notification_emails, c.created_at, c.updated_at, c.created_by,
  c.description
from customer_pipeline_configs c
where c.config_id > @afterId
order by c.config_id
limit @limit;
