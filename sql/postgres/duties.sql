-- name: take_lease
-- mode: write
-- Takes the lease of a duty when nobody holds it, or renews it for whoever does; the term rises whenever the holder changes. The
-- answer is who holds it now.
insert into scheduler_duty_leases as l (duty, holder, term, expires_at)
select @duty, @holder, 1, coalesce(@now, now()) + @leaseMicros * interval '1 microsecond'
on conflict (duty) do update set
  holder = excluded.holder,
  term = l.term + case when l.holder = excluded.holder then 0 else 1 end,
  expires_at = excluded.expires_at
where l.holder = excluded.holder or l.expires_at <= coalesce(@now, now());

select holder, term, expires_at, coalesce(@now, now()) as now from scheduler_duty_leases where duty = @duty;

-- name: release_lease
-- mode: write
with released as (
  update scheduler_duty_leases
  set expires_at = coalesce(@now, now())
  where duty = @duty and holder = @holder and expires_at > coalesce(@now, now())
  returning 1
)
select count(*) as released from released;
