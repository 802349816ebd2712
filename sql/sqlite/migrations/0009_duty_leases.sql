-- Who does what only one process need do: a term for every change of holder.
create table scheduler_duty_leases (
  duty text not null primary key,
  holder text not null,
  term integer not null,
  expires_at integer not null
) strict;
