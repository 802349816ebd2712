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
  coalesce(@now, cast(unixepoch('subsec') * 1000 as integer) * 1000) as now
from json_each(@rows) b
join customer_api_keys k on k.api_key_hash = b.value
join scheduler_customer_standing s on s.customer_id = k.customer_id
left join customer_team_members m on m.member_id = k.member_id;

-- name: create
-- mode: write
-- Makes a key, unless the plan's number is reached, or the member it is bound to is not active or above the caller.
delete from temp.refused;
insert into temp.refused (reason)
select 'NO_CUSTOMER' where not exists (select 1 from customer_profiles where customer_id = @customerId);
insert into temp.refused (reason)
select 'NO_MEMBER'
where @memberId is not null
  and not exists (
    select 1 from customer_team_members
    where member_id = @memberId and customer_id = @customerId and status = 'ACTIVE'
  );
insert into temp.refused (reason)
select 'MEMBER_ABOVE'
where exists (
  select 1 from customer_team_members
  where member_id = @memberId and customer_id = @customerId and role not in (select value from json_each(@mayManage))
);
-- The plan that stands at this moment says how many; one that is not in the catalogue allows none.
insert into temp.refused (reason)
select 'LIMIT'
where (
  select count(*) from customer_api_keys
  where customer_id = @customerId and is_active = 1 and (expires_at is null or expires_at > @now)
) >= coalesce((
  select l.value ->> 'max_api_keys'
  from customer_subscriptions s
  join json_each(@plans) l on l.value ->> 'plan_name' = s.plan_name
  where s.customer_id = @customerId and s.superseded_at is null
), 0);

insert into customer_api_keys (
  api_key_id, customer_id, api_key_hash, key_prefix, key_name, scopes, member_id, created_at, expires_at, is_active,
  created_by, rate_limit_tier
)
select
  @apiKeyId, @customerId, @apiKeyHash, @keyPrefix, @keyName, @scopes, @memberId, @now, @expiresAt, 1, @actor, @tier
where not exists (select 1 from temp.refused);

insert into scheduler_audit_entries (
  audit_id, chain, customer_id, at, actor_kind, key_id, request_id, action, target, after_json
)
select
  @auditId, 'customer:' || d.customer_id, d.customer_id, @now, @actorKind, @actor, @requestId, 'api_key.create', d.target,
  d.document
from scheduler_audited_api_keys d
where d.target = @apiKeyId;

select (
  select reason from temp.refused
  order by case reason when 'NO_CUSTOMER' then 0 when 'NO_MEMBER' then 1 when 'MEMBER_ABOVE' then 2 else 3 end
  limit 1
) as reason;

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
delete from temp.audited;
insert into temp.audited (target, before_json)
select target, document from scheduler_audited_api_keys where target = @apiKeyId and customer_id = @customerId;

delete from temp.refused;
insert into temp.refused (reason)
select 'MEMBER_ABOVE'
from customer_api_keys k
left join customer_team_members m on m.member_id = k.member_id
where k.api_key_id = @apiKeyId and k.customer_id = @customerId and k.api_key_id <> @actor
  and coalesce(m.role, 'OWNER') = 'OWNER' and 'OWNER' not in (select value from json_each(@mayManage));
insert into temp.refused (reason)
select 'LAST_KEY'
from customer_api_keys k
left join customer_team_members m on m.member_id = k.member_id
where k.api_key_id = @apiKeyId and k.customer_id = @customerId and k.is_active = 1
  and (k.expires_at is null or k.expires_at > @now)
  and (k.member_id is null or m.status = 'ACTIVE')
  and not exists (
    select 1
    from customer_api_keys o
    left join customer_team_members p on p.member_id = o.member_id
    where o.customer_id = k.customer_id and o.api_key_id <> k.api_key_id and o.is_active = 1
      and (o.expires_at is null or o.expires_at > @now)
      and (o.member_id is null or p.status = 'ACTIVE')
      and (
        -- Where the key could make others, one that can must be left.
        not exists (select 1 from json_each(k.scopes) where value in ('*', 'keys:*', 'keys:write'))
        or (
          exists (select 1 from json_each(o.scopes) where value in ('*', 'keys:*', 'keys:write'))
          and (o.member_id is null or p.role in ('OWNER', 'ADMIN'))
        )
      )
  );

update customer_api_keys
set is_active = 0, deactivated_by = @actor, deactivated_at = @now, deactivation_reason = 'revoked'
where customer_id = @customerId and api_key_id = @apiKeyId and is_active = 1
  and not exists (select 1 from temp.refused);

insert into scheduler_audit_entries (
  audit_id, chain, customer_id, at, actor_kind, key_id, request_id, action, target, before_json, after_json
)
select
  @auditId, 'customer:' || d.customer_id, d.customer_id, @now, @actorKind, @actor, @requestId, 'api_key.revoke', d.target,
  a.before_json, d.document
from temp.audited a
join scheduler_audited_api_keys d on d.target = a.target
where d.document is not a.before_json;

select k.*, (select min(reason) from temp.refused) as refusal
from customer_api_keys k
where k.customer_id = @customerId and k.api_key_id = @apiKeyId;

-- name: touch
-- mode: write
-- Notes that keys were used. Not audited: it is no change that somebody asked for.
update customer_api_keys
set last_used_at = max(coalesce(last_used_at, 0), coalesce(@now, cast(unixepoch('subsec') * 1000 as integer) * 1000))
where api_key_id in (select value from json_each(@keys));

select count(*) as touched from json_each(@keys);
