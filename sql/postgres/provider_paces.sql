-- name: find
-- mode: read
-- The bucket, and the time of the answer; version 0 where nobody has called yet.
select coalesce(@now, now()) as now, p.full_at, p.asked_at, p.closed_until, coalesce(p.version, 0) as version
from (select 1) one
left join scheduler_provider_paces p
  on p.customer_id = @customerId and p.provider = @provider and p.account = @account;

-- name: save
-- mode: write
-- Keeps the bucket, unless another worker has taken from it since it was read.
with saved as (
  insert into scheduler_provider_paces as p (customer_id, provider, account, full_at, asked_at, closed_until, version)
  select @customerId, @provider, @account, @fullAt, @askedAt, @closedUntil, @version + 1
  where @version = 0 or exists (
    select 1 from scheduler_provider_paces o
    where o.customer_id = @customerId and o.provider = @provider and o.account = @account
  )
  on conflict (customer_id, provider, account) do update
  set
    full_at = excluded.full_at,
    asked_at = excluded.asked_at,
    closed_until = excluded.closed_until,
    version = excluded.version
  where p.version = @version
  returning 1
)
select count(*) as saved from saved;
