-- The claim takes a customer's items by priority level and time waited: one index holds both the order and the bound.
drop index pipeline_execution_queue_by_time;

-- Since when a customer that may not run, or a paused pipeline, has kept items waiting.
create table scheduler_holds (
  kind text not null check (kind in ('customer', 'pipeline')),
  id text not null,
  since integer not null,
  primary key (kind, id)
) strict;

create index customer_pipeline_configs_paused on customer_pipeline_configs (paused_until) where paused_until is not null;
