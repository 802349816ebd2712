-- name: lock
-- Processes that start together update the schema one after the other. statement_timeout and lock_timeout do not apply: a large
-- table takes its time.
set local statement_timeout = 0;
set local lock_timeout = 0;
select pg_advisory_xact_lock(7236214980122641);

-- name: create_journal
create table if not exists scheduler_schema_versions (
  name text not null primary key,
  checksum text not null,
  applied_at timestamptz not null default now()
);

-- name: list_applied
select name, checksum from scheduler_schema_versions;

-- name: record
insert into scheduler_schema_versions (name, checksum) values (@name, @checksum);
