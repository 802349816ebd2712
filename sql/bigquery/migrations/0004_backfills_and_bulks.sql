create table if not exists scheduler_backfills (
  backfill_id string not null,
  customer_id string not null,
  config_id string not null,
  mode string not null,
  range_from timestamp not null,
  range_to timestamp not null,
  max_concurrent int64 not null,
  occurrences int64 not null,
  state string not null,
  next_time timestamp not null,
  waits_for string,
  version int64 default 0 not null,
  created_at timestamp not null,
  created_by string not null,
  updated_at timestamp not null,
  ended_at timestamp,
  primary key (backfill_id) not enforced
)
cluster by state, customer_id
options (description = 'Past occurrences that customers want run, and how far that has got.');

create table if not exists scheduler_bulks (
  bulk_id string not null,
  action string not null,
  filter json not null,
  reason string not null,
  until timestamp,
  failed_since timestamp,
  state string not null,
  total int64 not null,
  created_at timestamp not null,
  actor_kind string not null,
  actor string not null,
  request_id string,
  updated_at timestamp not null,
  ended_at timestamp,
  primary key (bulk_id) not enforced
)
cluster by state
options (description = 'Actions of operators on many pipelines at once.');

create table if not exists scheduler_bulk_items (
  bulk_id string not null,
  nth int64 not null,
  customer_id string not null,
  config_id string not null,
  state string not null,
  detail string,
  run_ids json,
  before_until timestamp,
  before_by string,
  before_reason string,
  after_until timestamp,
  primary key (bulk_id, nth) not enforced
)
cluster by bulk_id, state
options (description = 'What became of each pipeline of a bulk.');

insert into scheduler_turnstiles (name, turn)
select n, 0
from unnest(['backfills', 'bulks']) as n
where n not in (select name from scheduler_turnstiles);
