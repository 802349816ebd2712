-- What a customer may use now. runnable_until lies in the past (1970) while the customer is not runnable; otherwise it is the
-- first instant after the last UTC day that the subscription covers. An unknown plan runs nothing.
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
      then least(
        coalesce((s.subscription_end_date + 1)::timestamp at time zone 'UTC', '9999-12-31T23:59:59.999999Z'),
        case
          when s.status = 'TRIAL'
            then coalesce((s.trial_end_date + 1)::timestamp at time zone 'UTC', '9999-12-31T23:59:59.999999Z')
          else '9999-12-31T23:59:59.999999Z'
        end,
        '9999-12-31T23:59:59.999999Z'
      )
    else '1970-01-01T00:00:00Z'
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
where c.is_active
  and c.next_run_time <= now()
  and (c.paused_until is null or c.paused_until <= now())
  and s.runnable_until > now();

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
  floor(extract(epoch from now() - r.actual_start_time))::bigint as running_duration_seconds
from pipeline_execution_queue q
join scheduled_pipeline_runs r on r.run_id = q.run_id
join customer_pipeline_configs c on c.config_id = r.config_id
join customer_profiles p on p.customer_id = r.customer_id
where q.state = 'PROCESSING' and r.state = 'RUNNING';

create view pipeline_execution_stats_7d as
select
  r.customer_id,
  r.pipeline_template,
  count(*) as total_runs,
  count(*) filter (where r.state = 'COMPLETED') as successful_runs,
  count(*) filter (where r.state = 'FAILED' and r.error_type is distinct from 'CANCELLED') as failed_runs,
  count(*) filter (where r.state = 'SKIPPED') as skipped_runs,
  avg(r.execution_duration_seconds)::double precision as avg_duration_seconds,
  max(r.execution_duration_seconds) as max_duration_seconds,
  min(r.execution_duration_seconds) as min_duration_seconds,
  (
    100.0 * count(*) filter (where r.state = 'COMPLETED')
    / nullif(
      count(*) filter (where r.state = 'COMPLETED' or (r.state = 'FAILED' and r.error_type is distinct from 'CANCELLED')), 0
    )
  )::double precision as success_rate
from scheduled_pipeline_runs r
where r.scheduled_time >= now() - interval '7 days'
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
  floor(extract(epoch from now() - q.scheduled_time))::bigint as delay_seconds
from pipeline_execution_queue q
join scheduler_customer_standing s on s.customer_id = q.customer_id
where q.state = 'QUEUED'
  and q.visible_at <= now()
  and s.runnable_until > now();
