-- name: take_lease
-- mode: write
-- Takes the lease of a duty that nobody holds any more, or renews the holder's own; whoever holds it then is the answer. A new holder
-- begins a new term.
delete from temp.op;
insert into temp.op (now) select coalesce(@now, cast(unixepoch('subsec') * 1000 as integer) * 1000);
insert into scheduler_duty_leases (duty, holder, term, expires_at)
values (@duty, @holder, 1, (select now from temp.op) + @leaseMicros)
on conflict (duty) do update
set
  term = scheduler_duty_leases.term + (scheduler_duty_leases.holder <> excluded.holder),
  holder = excluded.holder,
  expires_at = excluded.expires_at
where scheduler_duty_leases.holder = excluded.holder or scheduler_duty_leases.expires_at <= (select now from temp.op);
select l.holder, l.term, l.expires_at, o.now
from temp.op o
join scheduler_duty_leases l on l.duty = @duty;

-- name: release_lease
-- mode: write
-- Ends the holder's own lease now, so that another process need not wait for its end.
delete from temp.op;
insert into temp.op (now) select coalesce(@now, cast(unixepoch('subsec') * 1000 as integer) * 1000);
update scheduler_duty_leases
set expires_at = (select now from temp.op)
where duty = @duty and holder = @holder and expires_at > (select now from temp.op);
select changes() as released;
