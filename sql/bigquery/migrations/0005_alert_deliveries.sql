-- An alert is told when it fires and when it is over (told: 0 or null nothing yet, 1 that it fired, 2 also that it is over), and may be
-- silenced for a while.
alter table scheduler_alerts
  add column if not exists told int64,
  add column if not exists silenced_until timestamp,
  add column if not exists silenced_by string,
  add column if not exists silence_reason string;

-- What was over before there was anybody to tell.
update scheduler_alerts set told = 2 where resolved_at is not null and told is null;

create table if not exists scheduler_deliveries (
  delivery_id string not null,
  sink string not null,
  event string not null,
  customer_id string,
  alert_id int64,
  run_id string,
  payload string not null,
  state string not null,
  attempts int64 default 0 not null,
  next_attempt_at timestamp not null,
  give_up_at timestamp not null,
  claim_token string,
  last_error string,
  created_at timestamp not null,
  ended_at timestamp,
  primary key (delivery_id) not enforced
)
cluster by state, sink
options (description = 'What is to be sent, one row for each sink. The id is made from what it tells and is the same at every attempt.');

create table if not exists scheduler_alert_marks (
  name string not null,
  `at` timestamp not null,
  id string not null,
  primary key (name) not enforced
)
options (description = 'How far the alerts have been judged, and the ends of runs been looked at.');

insert into scheduler_alert_marks (name, `at`, id)
select n, timestamp_micros(0), ''
from unnest(['judged', 'runs']) as n
where n not in (select name from scheduler_alert_marks);

create table if not exists scheduler_failing_pipelines (
  config_id string not null,
  customer_id string not null,
  failing_since timestamp not null,
  told_at timestamp not null,
  failures int64 not null,
  primary key (config_id) not enforced
)
cluster by config_id
options (description = 'Pipelines whose failure was told to their owners, until they succeed.');
