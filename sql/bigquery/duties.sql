-- name: take_lease
-- mode: write
-- param: duty string
-- param: holder string
-- param: term int64
-- param: leaseMicros int64
-- param: now timestamp
-- Takes the lease of a duty that nobody holds any more, or renews the holder's own; whoever holds it then is the answer. A new holder
-- begins a new term. Whoever renews in the @term that it knows pays for one statement.
declare op_now timestamp default coalesce(@now, current_timestamp());
declare op_holder string default @holder;
declare op_term int64 default @term;
declare op_expires_at timestamp default timestamp_add(op_now, interval @leaseMicros microsecond);
declare op_renewed bool default false;
begin transaction;
if @term is not null then
  update scheduler_duty_leases
  set expires_at = op_expires_at
  where duty = @duty and holder = @holder and term = @term;
  set op_renewed = @@row_count > 0;
end if;
if not op_renewed then
  update scheduler_duty_leases
  set
    term = term + if(holder <> @holder, 1, 0),
    holder = @holder,
    expires_at = op_expires_at
  where duty = @duty and (holder = @holder or expires_at <= op_now);
  if @@row_count = 0 then
    -- In a condition of its own: whoever takes the lease does not pay for this look.
    if not exists (select 1 from scheduler_duty_leases where duty = @duty) then
      -- The first time: an insert alone conflicts with nobody.
      update scheduler_turnstiles set turn = turn + 1 where name = 'duties';
      insert into scheduler_duty_leases (duty, holder, term, expires_at)
      values (@duty, @holder, 1, op_expires_at);
    end if;
  end if;
  set (op_holder, op_term, op_expires_at) = (
    select as struct holder, term, expires_at from scheduler_duty_leases where duty = @duty
  );
end if;
commit transaction;
select op_holder as holder, op_term as term, op_expires_at as expires_at, op_now as now;

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
