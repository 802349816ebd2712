-- Each move of a run and its item rewrote an entry of every index that follows their state. What is open, running or ended is
-- found through the queue instead, which keeps its finished rows for longer than anybody asks.
drop index scheduled_pipeline_runs_open;
drop index scheduled_pipeline_runs_running;
drop index scheduled_pipeline_runs_ended;
drop index pipeline_execution_queue_visible;
drop index pipeline_execution_queue_age;

-- What is open of a pipeline: its overlaps, its pause.
create index pipeline_execution_queue_open on pipeline_execution_queue (config_id, scheduled_time) where completed_at is null;

-- The claim's order without identifiers: items of one birth are taken in the order in which they were written. A claim takes one
-- item each of many customers, so the size of an entry is the number of pages it rewrites.
drop index pipeline_execution_queue_by_wait;
create index pipeline_execution_queue_by_wait on pipeline_execution_queue
  (customer_id, priority, visible_at, scheduled_time, created_at) where state = 'QUEUED';

-- Whose items may have to step aside.
create index customer_pipeline_configs_held on customer_pipeline_configs (customer_id)
  where paused_until is not null or is_active = 0;

drop view currently_running_pipelines;
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
from pipeline_execution_queue q
join scheduled_pipeline_runs r on r.run_id = q.run_id
join customer_pipeline_configs c on c.config_id = r.config_id
join customer_profiles p on p.customer_id = r.customer_id
where q.state = 'PROCESSING' and r.state = 'RUNNING';
