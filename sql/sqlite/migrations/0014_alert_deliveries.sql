-- An alert is told when it fires and when it is over (told: 0 nothing yet, 1 that it fired, 2 also that it is over), and may be
-- silenced for a while.
alter table scheduler_alerts add column told integer not null default 0;
alter table scheduler_alerts add column silenced_until integer;
alter table scheduler_alerts add column silenced_by text;
alter table scheduler_alerts add column silence_reason text;

-- What was over before there was anybody to tell.
update scheduler_alerts set told = 2 where resolved_at is not null;

create index scheduler_alerts_untold on scheduler_alerts (alert_id)
  where told < case when resolved_at is null then 1 else 2 end;
create index scheduler_alerts_by_time on scheduler_alerts (fired_at, alert_id);
create index scheduler_alerts_by_customer on scheduler_alerts (customer_id, fired_at, alert_id);

-- What is to be sent, one row for each sink: written with the decision to send it, sent afterwards. The id is made from what it tells,
-- so that nothing is written twice, and is the same at every attempt.
create table scheduler_deliveries (
  delivery_id text not null primary key,
  sink text not null,
  event text not null check (event in ('FIRED', 'RESOLVED', 'RUN_FAILED', 'RUN_RECOVERED')),
  customer_id text,
  alert_id integer,
  run_id text,
  payload text not null,
  state text not null check (state in ('PENDING', 'DELIVERED', 'DEAD', 'DROPPED')),
  attempts integer not null default 0,
  -- While it is being sent, when whoever sends it is given up.
  next_attempt_at integer not null,
  -- An attempt that fails after it was the last one.
  give_up_at integer not null,
  claim_token text,
  last_error text,
  created_at integer not null,
  ended_at integer
) strict;

create index scheduler_deliveries_due on scheduler_deliveries (sink, next_attempt_at, delivery_id) where state = 'PENDING';
create index scheduler_deliveries_waiting on scheduler_deliveries (alert_id) where state = 'PENDING' and alert_id is not null;
create index scheduler_deliveries_by_state on scheduler_deliveries (state, created_at, delivery_id);
create index scheduler_deliveries_by_customer on scheduler_deliveries (customer_id) where customer_id is not null;

-- How far the alerts have been judged, and the ends of runs been looked at.
create table scheduler_alert_marks (
  name text not null primary key,
  at integer not null,
  id text not null
) strict;

insert into scheduler_alert_marks (name, at, id) values ('judged', 0, ''), ('runs', 0, '');

-- Pipelines whose failure was told to their owners, until they succeed.
create table scheduler_failing_pipelines (
  config_id text not null primary key,
  customer_id text not null,
  failing_since integer not null,
  told_at integer not null,
  failures integer not null
) strict;

create index scheduler_failing_pipelines_by_customer on scheduler_failing_pipelines (customer_id);
