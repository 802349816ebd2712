-- name: find
-- mode: read
-- The key with this hash and how its customer stands.
select
  k.api_key_id,
  k.customer_id,
  k.scopes,
  k.expires_at,
  k.is_active,
  k.rate_limit_tier,
  m.role as member_role,
  m.status as member_status,
  s.customer_status,
  s.subscription_status,
  s.runnable_until,
  coalesce(@now, cast(unixepoch('subsec') * 1000 as integer) * 1000) as now
from customer_api_keys k
join scheduler_customer_standing s on s.customer_id = k.customer_id
left join customer_team_members m on m.member_id = k.member_id
where k.api_key_hash = @hash;
