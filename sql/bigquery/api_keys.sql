-- name: find
-- mode: read
-- param: rows array<string>
-- param: now timestamp
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
  coalesce(@now, current_timestamp()) as now
from customer_api_keys k
join scheduler_customer_standing s on s.customer_id = k.customer_id
left join customer_team_members m on m.member_id = k.member_id
where k.api_key_hash in unnest(@rows);

-- name: create
-- mode: write
-- param: customerId string
-- param: apiKeyId string
-- param: apiKeyHash string
-- param: keyPrefix string
-- param: keyName string
-- param: scopes string
-- param: memberId string
-- param: expiresAt timestamp
-- param: tier string
-- param: mayManage array<string>
-- param: plans array<struct<plan_name string, max_api_keys int64>>
-- param: auditId string
-- param: actorKind string
-- param: actor string
-- param: requestId string
-- param: now timestamp
-- Makes a key, unless the plan's number is reached, or the member it is bound to is not active or above the caller. The plan that
-- stands at this moment says how many; one that is not in the catalogue allows none.
declare op_refusal string;
begin transaction;
update scheduler_turnstiles set turn = turn + 1 where name in ('api_keys', 'subscriptions');
set op_refusal = case
  when not exists (select 1 from customer_profiles where customer_id = @customerId) then 'NO_CUSTOMER'
  when @memberId is not null
    and not exists (
      select 1 from customer_team_members
      where member_id = @memberId and customer_id = @customerId and status = 'ACTIVE'
    ) then 'NO_MEMBER'
  when exists (
    select 1 from customer_team_members
    where member_id = @memberId and customer_id = @customerId and role not in unnest(@mayManage)
  ) then 'MEMBER_ABOVE'
  when (
    select count(*) from customer_api_keys
    where customer_id = @customerId and is_active and (expires_at is null or expires_at > @now)
  ) >= coalesce((
    select max(l.max_api_keys)
    from customer_subscriptions s
    join unnest(@plans) l on l.plan_name = s.plan_name
    where s.customer_id = @customerId and s.superseded_at is null
  ), 0) then 'LIMIT'
end;
if op_refusal is null then
  insert into customer_api_keys (
    api_key_id, customer_id, api_key_hash, key_prefix, key_name, scopes, member_id, created_at, expires_at, is_active,
    created_by, rate_limit_tier
  )
  values (
    @apiKeyId, @customerId, @apiKeyHash, @keyPrefix, @keyName, json_value_array(@scopes), @memberId, @now, @expiresAt, true, @actor,
    @tier
  );

  insert into scheduler_audit_entries (audit_id, chain, customer_id, `at`, actor_kind, key_id, request_id, action, target, before_json, after_json)
  select
    @auditId, concat('customer:', d.customer_id), d.customer_id, @now, @actorKind, @actor, @requestId, 'api_key.create', d.target,
    cast(null as string), d.document
  from scheduler_audited_api_keys d
  where d.target = @apiKeyId;
end if;
commit transaction;
select op_refusal as reason;

-- name: get
-- mode: read
-- param: customerId string
-- param: apiKeyId string
select * from customer_api_keys where customer_id = @customerId and api_key_id = @apiKeyId;

-- name: list
-- mode: read
-- param: customerId string
-- param: afterTime timestamp
-- param: afterId string
-- param: limit int64
select *
from customer_api_keys
where customer_id = @customerId and (created_at > @afterTime or (created_at = @afterTime and api_key_id > @afterId))
order by created_at, api_key_id
limit @limit;

-- name: revoke
-- mode: write
-- param: customerId string
-- param: apiKeyId string
-- param: mayManage array<string>
-- param: auditId string
-- param: actorKind string
-- param: actor string
-- param: requestId string
-- param: now timestamp
-- Deactivates a key, unless it is the last that works, or the last that can make others. A key of the customer itself counts as an
-- OWNER's; whoever ends its own is not asked.
declare op_document string;
declare op_refusal string;
begin transaction;
update scheduler_turnstiles set turn = turn + 1 where name = 'api_keys';
set op_document = (
  select max(document) from scheduler_audited_api_keys where target = @apiKeyId and customer_id = @customerId
);
create temp table live_keys as
select
  k.api_key_id,
  k.is_active and (k.expires_at is null or k.expires_at > @now) and (k.member_id is null or m.status = 'ACTIVE') as works,
  exists (select 1 from unnest(k.scopes) scope where scope in ('*', 'keys:*', 'keys:write')) as may_by_scope,
  k.member_id is null or m.role in ('OWNER', 'ADMIN') as may_by_role,
  coalesce(m.role, 'OWNER') as role
from customer_api_keys k
left join customer_team_members m on m.member_id = k.member_id
where k.customer_id = @customerId;
set op_refusal = case
  when exists (
    select 1 from live_keys k
    where k.api_key_id = @apiKeyId and k.works
      and not exists (
        select 1 from live_keys o
        where o.api_key_id <> @apiKeyId and o.works
          -- Where the key could make others, one that can must be left.
          and (
            (o.may_by_scope and o.may_by_role)
            or not exists (select 1 from live_keys t where t.api_key_id = @apiKeyId and t.may_by_scope)
          )
      )
  ) then 'LAST_KEY'
  when exists (
    select 1 from live_keys k
    where k.api_key_id = @apiKeyId and k.api_key_id <> @actor and k.role = 'OWNER' and 'OWNER' not in unnest(@mayManage)
  ) then 'MEMBER_ABOVE'
end;
if op_refusal is null then
  update customer_api_keys
  set is_active = false, deactivated_by = @actor, deactivated_at = @now, deactivation_reason = 'revoked'
  where customer_id = @customerId and api_key_id = @apiKeyId and is_active;

  insert into scheduler_audit_entries (audit_id, chain, customer_id, `at`, actor_kind, key_id, request_id, action, target, before_json, after_json)
  select
    @auditId, concat('customer:', d.customer_id), d.customer_id, @now, @actorKind, @actor, @requestId, 'api_key.revoke', d.target,
    op_document, d.document
  from scheduler_audited_api_keys d
  where d.target = @apiKeyId and d.customer_id = @customerId and d.document <> op_document;
end if;
commit transaction;
select k.*, op_refusal as refusal
from customer_api_keys k
where k.customer_id = @customerId and k.api_key_id = @apiKeyId;

-- name: touch
-- mode: write
-- param: keys array<string>
-- param: now timestamp
-- Notes that keys were used. Not audited: it is no change that somebody asked for.
declare op_now timestamp default coalesce(@now, current_timestamp());
update customer_api_keys
set last_used_at = greatest(coalesce(last_used_at, op_now), op_now)
where api_key_id in unnest(@keys);
select array_length(@keys) as touched;
