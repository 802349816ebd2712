-- name: due_next_6_hours
-- mode: read
-- Yet to run in the next six hours.
select c.config_id, c.customer_id, s.company_name, c.pipeline_name, c.provider, c.domain, c.next_run_time, c.priority
from customer_pipeline_configs c
join scheduler_customer_standing s on s.customer_id = c.customer_id
where c.is_active
  and c.next_run_time <= timestamp_add(current_timestamp(), interval 6 hour)
  and (c.paused_until is null or c.paused_until <= c.next_run_time)
  and s.runnable_until > current_timestamp()
order by c.next_run_time, c.config_id;

-- name: running_now
-- mode: read
select * from currently_running_pipelines order by running_duration_seconds desc, run_id;

-- name: success_rate_7_days
-- mode: read
select * from pipeline_execution_stats_7d order by success_rate, customer_id, pipeline_template;

-- name: queue_by_state
-- mode: read
-- What has ended is no longer here.
select
  state,
  count(*) as items,
  avg(timestamp_diff(current_timestamp(), created_at, microsecond) / 1000000.0) as average_age_seconds
from pipeline_execution_queue
group by state
order by state;

-- name: failed_today
-- mode: read
select
  r.run_id, r.customer_id, r.pipeline_template, r.scheduled_time, r.error_type, r.error_message, r.retry_attempt, r.actual_end_time
from scheduled_pipeline_runs r
where r.scheduled_time >= timestamp_sub(current_timestamp(), interval 8 day)
  and r.actual_end_time >= timestamp_trunc(current_timestamp(), day)
  and r.state = 'FAILED'
order by r.actual_end_time desc, r.run_id;
