-- What a customer may use now. runnable_until lies in the past (0) while the customer is not runnable; otherwise it is the
-- first instant after the last UTC day that the subscription covers. Whatever is unknown (a plan, a date that is none) runs
-- nothing.
create view scheduler_customer_standing as
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
      then min(
        case
          when s.subscription_end_date is null then 253402300799999999
          else coalesce(unixepoch(s.subscription_end_date, '+1 day') * 1000000, 0)
        end,
        case
          when s.status <> 'TRIAL' or s.trial_end_date is null then 253402300799999999
          else coalesce(unixepoch(s.trial_end_date, '+1 day') * 1000000, 0)
        end
      )
    else 0
  end as runnable_until
from customer_profiles p
left join customer_subscriptions s on s.customer_id = p.customer_id and s.superseded_at is null;

create view pipelines_due_now as
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
from customer_pipeline_configs c
join scheduler_customer_standing s on s.customer_id = c.customer_id
where c.is_active = 1
  and c.next_run_time <= cast(unixepoch('subsec') * 1000 as integer) * 1000
  and coalesce(c.paused_until, 0) <= cast(unixepoch('subsec') * 1000 as integer) * 1000
  and s.runnable_until > cast(unixepoch('subsec') * 1000 as integer) * 1000;

create view currently_running_pipelines as
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
  (cast(unixepoch('subsec') * 1000 as integer) * 1000 - r.actual_start_time) / 1000000 as running_duration_seconds
from scheduled_pipeline_runs r
join customer_pipeline_configs c on c.config_id = r.config_id
join customer_profiles p on p.customer_id = r.customer_id
where r.state = 'RUNNING';

create view pipeline_execution_stats_7d as
select
  r.customer_id,
  r.pipeline_template,
  count(*) as total_runs,
  sum(r.state = 'COMPLETED') as successful_runs,
  sum(r.state = 'FAILED' and coalesce(r.error_type, '') <> 'CANCELLED') as failed_runs,
  sum(r.state = 'SKIPPED') as skipped_runs,
  avg(r.execution_duration_seconds) as avg_duration_seconds,
  max(r.execution_duration_seconds) as max_duration_seconds,
  min(r.execution_duration_seconds) as min_duration_seconds,
  100.0 * sum(r.state = 'COMPLETED')
    / nullif(sum(r.state = 'COMPLETED' or (r.state = 'FAILED' and coalesce(r.error_type, '') <> 'CANCELLED')), 0)
    as success_rate
from scheduled_pipeline_runs r
where r.scheduled_time >= cast(unixepoch('subsec') * 1000 as integer) * 1000 - 7 * 86400000000
group by r.customer_id, r.pipeline_template;

create view pending_queue_items as
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
  (cast(unixepoch('subsec') * 1000 as integer) * 1000 - q.scheduled_time) / 1000000 as delay_seconds
from pipeline_execution_queue q
join scheduler_customer_standing s on s.customer_id = q.customer_id
where q.state = 'QUEUED'
  and q.visible_at <= cast(unixepoch('subsec') * 1000 as integer) * 1000
  and s.runnable_until > cast(unixepoch('subsec') * 1000 as integer) * 1000;
