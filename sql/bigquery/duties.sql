-- name: take_lease
-- mode: write
-- param: duty string
-- param: holder string
-- param: leaseMicros int64
-- param: now timestamp
-- Takes the lease of a duty that nobody holds any more, or renews the holder's own; whoever holds it then is the answer. A new holder
-- begins a new term.
declare op_now timestamp default coalesce(@now, current_timestamp());
begin transaction;
update scheduler_duty_leases
set
  term = term + if(holder <> @holder, 1, 0),
  holder = @holder,
  expires_at = timestamp_add(op_now, interval @leaseMicros microsecond)
where duty = @duty and (holder = @holder or expires_at <= op_now);
if @@row_count = 0 then
  -- In a condition of its own: whoever holds the lease, and renews it, does not pay for this look.
  if not exists (select 1 from scheduler_duty_leases where duty = @duty) then
    -- The first time: an insert alone conflicts with nobody.
    update scheduler_turnstiles set turn = turn + 1 where name = 'duties';
    insert into scheduler_duty_leases (duty, holder, term, expires_at)
    values (@duty, @holder, 1, timestamp_add(op_now, interval @leaseMicros microsecond));
  end if;
end if;
commit transaction;
select holder, term, expires_at, op_now as now from scheduler_duty_leases where duty = @duty;

-- name: release_lease
-- mode: write
-- param: duty string
-- param: holder string
-- param: now timestamp
-- Ends the holder's own lease now, so that another process need not wait for its end.
declare op_now timestamp default coalesce(@now, current_timestamp());
declare op_released int64;
update scheduler_duty_leases
set expires_at = op_now
where duty = @duty and holder = @holder and expires_at > op_now;
set op_released = @@row_count;
select op_released as released;
