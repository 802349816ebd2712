-- name: create_journal
-- mode: write
create table if not exists scheduler_migrations (
  name string not null,
  checksum string not null,
  applied_at timestamp not null,
  primary key (name) not enforced
)
options (description = 'Which files of the schema were applied.');

-- name: list_applied
-- mode: read
-- Two processes that start at once may both have noted a file.
select name, any_value(checksum) as checksum from scheduler_migrations group by name order by name;

-- name: record
-- mode: write
-- param: name string
-- param: checksum string
insert into scheduler_migrations (name, checksum, applied_at)
select @name, @checksum, current_timestamp()
from (select 1)
where @name not in (select m.name from scheduler_migrations m);
