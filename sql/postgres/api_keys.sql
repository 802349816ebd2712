-- name: find
-- mode: read
-- The keys with these hashes and how their customers stand.
select
  k.api_key_hash,
  k.api_key_id,
  k.customer_id,
  k.scopes,
  k.expires_at,
  k.is_active,
  k.rate_limit_tier,
  k.member_id,
  m.role as member_role,
  m.status as member_status,
  s.customer_status,
  s.subscription_status,
  s.runnable_until,
  coalesce(@now, now()) as now
from jsonb_array_elements_text(@rows) b (hash)
join customer_api_keys k on k.api_key_hash = b.hash
join scheduler_customer_standing s on s.customer_id = k.customer_id
left join customer_team_members m on m.member_id = k.member_id;

-- name: create
-- mode: write
-- Makes a key, unless the plan's number is reached, or the member it is bound to is not active or above the caller.
select 1 as step from customer_profiles where customer_id = @customerId for no key update;

with refused (place, reason) as (
  select 0, 'NO_CUSTOMER' where not exists (select 1 from customer_profiles where customer_id = @customerId)
  union all
  select 1, 'NO_MEMBER'
  where @memberId is not null
    and not exists (
      select 1 from customer_team_members
      where member_id = @memberId and customer_id = @customerId and status = 'ACTIVE'
    )
  union all
  select 2, 'MEMBER_ABOVE'
  where exists (
    select 1 from customer_team_members
    where member_id = @memberId and customer_id = @customerId
      and role not in (select jsonb_array_elements_text(@mayManage))
  )
  union all
  -- The plan that stands at this moment says how many; one that is not in the catalogue allows none.
  select 3, 'LIMIT'
  where (
    select count(*) from customer_api_keys
    where customer_id = @customerId and is_active and (expires_at is null or expires_at > @now)
  ) >= coalesce((
    select l.max_api_keys
    from customer_subscriptions s
    join jsonb_to_recordset(@plans) as l (plan_name text, max_api_keys bigint) on l.plan_name = s.plan_name
    where s.customer_id = @customerId and s.superseded_at is null
  ), 0)
)
select set_config(
  'scheduler.refusal', coalesce((select reason from refused order by place limit 1), ''), true
) as step;

insert into customer_api_keys (
  api_key_id, customer_id, api_key_hash, key_prefix, key_name, scopes, member_id, created_at, expires_at, is_active,
  created_by, rate_limit_tier
)
select
  @apiKeyId, @customerId, @apiKeyHash, @keyPrefix, @keyName, @scopes::jsonb, @memberId, @now, @expiresAt, true, @actor, @tier
where current_setting('scheduler.refusal') = '';

insert into scheduler_audit_entries (
  audit_id, chain, customer_id, at, actor_kind, key_id, request_id, action, target, after_json
)
select
  @auditId, 'customer:' || d.customer_id, d.customer_id, @now, @actorKind, @actor, @requestId, 'api_key.create', d.target,
  d.document
from scheduler_audited_api_keys d
where d.target = @apiKeyId;

select nullif(current_setting('scheduler.refusal'), '') as reason;

-- name: get
-- mode: read
select * from customer_api_keys where customer_id = @customerId and api_key_id = @apiKeyId;

-- name: list
-- mode: read
select *
from customer_api_keys
where customer_id = @customerId and (created_at, api_key_id) > (@afterTime, @afterId)
order by created_at, api_key_id
limit @limit;

-- name: revoke
-- mode: write
-- Deactivates a key, unless it is the last that works, or the last that can make others. A key of the customer itself counts as an
-- OWNER's; whoever ends its own is not asked.
select 1 as step from customer_profiles where customer_id = @customerId for no key update;

with refused (reason) as (
  select 'MEMBER_ABOVE'
  from customer_api_keys k
  left join customer_team_members m on m.member_id = k.member_id
  where k.api_key_id = @apiKeyId and k.customer_id = @customerId and k.api_key_id <> @actor
    and coalesce(m.role, 'OWNER') = 'OWNER' and 'OWNER' not in (select jsonb_array_elements_text(@mayManage))
  union all
  select 'LAST_KEY'
  from customer_api_keys k
  left join customer_team_members m on m.member_id = k.member_id
  where k.api_key_id = @apiKeyId and k.customer_id = @customerId and k.is_active
    and (k.expires_at is null or k.expires_at > @now)
    and (k.member_id is null or m.status = 'ACTIVE')
    and not exists (
      select 1
      from customer_api_keys o
      left join customer_team_members p on p.member_id = o.member_id
      where o.customer_id = k.customer_id and o.api_key_id <> k.api_key_id and o.is_active
        and (o.expires_at is null or o.expires_at > @now)
        and (o.member_id is null or p.status = 'ACTIVE')
        and (
          -- Where the key could make others, one that can must be left.
          not k.scopes ?| array['*', 'keys:*', 'keys:write']
          or (o.scopes ?| array['*', 'keys:*', 'keys:write'] and (o.member_id is null or p.role in ('OWNER', 'ADMIN')))
        )
    )
)
select
  set_config('scheduler.refusal', coalesce((select min(reason) from refused), ''), true) as step,
  set_config('scheduler.before', coalesce((
    select document from scheduler_audited_api_keys where target = @apiKeyId and customer_id = @customerId
  ), ''), true);

update customer_api_keys
set is_active = false, deactivated_by = @actor, deactivated_at = @now, deactivation_reason = 'revoked'
where customer_id = @customerId and api_key_id = @apiKeyId and is_active
  and current_setting('scheduler.refusal') = '';

insert into scheduler_audit_entries (
  audit_id, chain, customer_id, at, actor_kind, key_id, request_id, action, target, before_json, after_json
)
select
  @auditId, 'customer:' || d.customer_id, d.customer_id, @now, @actorKind, @actor, @requestId, 'api_key.revoke', d.target,
  nullif(current_setting('scheduler.before'), ''), d.document
from scheduler_audited_api_keys d
where d.target = @apiKeyId and d.customer_id = @customerId
  and d.document is distinct from nullif(current_setting('scheduler.before'), '');

select k.*, nullif(current_setting('scheduler.refusal'), '') as refusal
from customer_api_keys k
where k.customer_id = @customerId and k.api_key_id = @apiKeyId;

-- name: touch
-- mode: write
-- Notes that keys were used. Not audited: it is no change that somebody asked for. Locked in the order of their ids, so that two
-- processes that note the same keys do not wait for each other.
with used as materialized (
  select api_key_id
  from customer_api_keys
  where api_key_id in (select jsonb_array_elements_text(@keys))
  order by api_key_id
  for no key update
)
update customer_api_keys k
set last_used_at = greatest(k.last_used_at, coalesce(@now, now()))
from used u
where k.api_key_id = u.api_key_id;

select jsonb_array_length(@keys)::bigint as touched;
