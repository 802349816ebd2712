-- How far the history has been exported to another store.
create table scheduler_export_marks (
  stream text not null primary key,
  at integer not null,
  id text not null
) strict;

-- The ends of runs in the order of time: an entry is added once in a run's life, at the end of the index, and never moves.
create index scheduler_run_transitions_ended on scheduler_run_transitions (at, run_id)
  where to_state in ('COMPLETED', 'FAILED', 'SKIPPED');
