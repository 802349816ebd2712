-- name: create_journal
create table if not exists scheduler_schema_versions (
  name text not null primary key,
  checksum text not null,
  applied_at integer not null
) strict;

-- name: list_applied
select name, checksum from scheduler_schema_versions;

-- name: record
insert into scheduler_schema_versions (name, checksum, applied_at)
values (@name, @checksum, cast(unixepoch('subsec') * 1000 as integer) * 1000);
