-- name: invite
-- mode: write
-- param: customerId string
-- param: memberId string
-- param: email string
-- param: role string
-- param: fullName string
-- param: tokenHash string
-- param: expiresAt timestamp
-- param: auditId string
-- param: actorKind string
-- param: actor string
-- param: requestId string
-- param: now timestamp
-- A place for each who is a member or holds an invitation that can still be accepted. Who was removed, or let an invitation
-- expire, is invited again under the same id.
declare op_known string;
declare op_document string;
declare op_refusal string;
begin transaction;
update scheduler_turnstiles set turn = turn + 1 where name in ('team_members', 'subscriptions');
set (op_known, op_document) = (
  select as struct max(m.member_id), max(d.document)
  from customer_team_members m
  join scheduler_audited_team_members d on d.target = m.member_id
  where m.customer_id = @customerId and lower(m.email) = @email
);
set op_refusal = case
  when not exists (select 1 from customer_profiles where customer_id = @customerId) then 'NO_CUSTOMER'
  when exists (
    select 1 from customer_team_members
    where customer_id = @customerId and lower(email) = @email
      and (status in ('ACTIVE', 'SUSPENDED') or (status = 'INVITED' and invitation_expires_at > @now))
  ) then 'EXISTS'
  when not exists (
    select 1 from customer_subscriptions s
    where s.customer_id = @customerId and s.superseded_at is null
      and (
        s.max_team_members is null
        or s.max_team_members > (
          select count(*) from customer_team_members
          where customer_id = @customerId
            and (status in ('ACTIVE', 'SUSPENDED') or (status = 'INVITED' and invitation_expires_at > @now))
        )
      )
  ) then 'LIMIT'
end;
if op_refusal is null then
  if op_known is null then
    insert into customer_team_members (
      member_id, customer_id, email, full_name, role, status, is_active, invited_by, invited_at, invitation_token_hash,
      invitation_expires_at, created_at, updated_at
    )
    values (@memberId, @customerId, @email, @fullName, @role, 'INVITED', true, @actor, @now, @tokenHash, @expiresAt, @now, @now);
    set op_known = @memberId;
  else
    update customer_team_members
    set
      role = @role, status = 'INVITED', is_active = true, full_name = coalesce(@fullName, full_name), invited_by = @actor,
      invited_at = @now, invitation_token_hash = @tokenHash, invitation_expires_at = @expiresAt, joined_at = null,
      removed_at = null, removed_by = null, removal_reason = null, updated_at = @now
    where customer_id = @customerId and member_id = op_known;
  end if;

  insert into scheduler_audit_entries (audit_id, chain, customer_id, `at`, actor_kind, key_id, request_id, action, target, before_json, after_json)
  select
    @auditId, concat('customer:', d.customer_id), d.customer_id, @now, @actorKind, @actor, @requestId, 'team_member.invite', d.target,
    op_document, d.document
  from scheduler_audited_team_members d
  where d.target = op_known;
end if;
commit transaction;
select op_refusal as reason, op_known as member_id;

-- name: get
-- mode: read
-- param: customerId string
-- param: memberId string
select * from customer_team_members where customer_id = @customerId and member_id = @memberId;

-- name: list
-- mode: read
-- param: customerId string
-- param: afterEmail string
-- param: limit int64
select *
from customer_team_members
where customer_id = @customerId and email > @afterEmail
order by email
limit @limit;

-- name: accept
-- mode: write
-- param: customerId string
-- param: memberId string
-- param: tokenHash string
-- param: fullName string
-- param: timezone string
-- param: auditId string
-- param: actorKind string
-- param: actor string
-- param: requestId string
-- param: now timestamp
-- Turns an invitation into a membership, once and in time.
declare op_document string;
declare op_valid bool;
begin transaction;
set (op_document, op_valid) = (
  select as struct
    max(d.document),
    coalesce(logical_or(
      m.status = 'INVITED' and m.invitation_token_hash = @tokenHash and m.invitation_expires_at > @now
      and p.status in ('ACTIVE', 'TRIAL')
    ), false)
  from customer_team_members m
  join customer_profiles p on p.customer_id = m.customer_id
  join scheduler_audited_team_members d on d.target = m.member_id
  where m.customer_id = @customerId and m.member_id = @memberId
);
if op_valid then
  update customer_team_members
  set
    status = 'ACTIVE', joined_at = @now, full_name = coalesce(@fullName, full_name), timezone = coalesce(@timezone, timezone),
    invitation_token_hash = null, invitation_expires_at = null, updated_at = @now
  where customer_id = @customerId and member_id = @memberId and status = 'INVITED';

  insert into scheduler_audit_entries (audit_id, chain, customer_id, `at`, actor_kind, key_id, request_id, action, target, before_json, after_json)
  select
    @auditId, concat('customer:', d.customer_id), d.customer_id, @now, @actorKind, @actor, @requestId, 'team_member.accept', d.target,
    op_document, d.document
  from scheduler_audited_team_members d
  where d.target = @memberId and d.document <> op_document;
end if;
commit transaction;
select * from customer_team_members where customer_id = @customerId and member_id = @memberId and op_valid;

-- name: update
-- mode: write
-- param: customerId string
-- param: memberId string
-- param: mayManage array<string>
-- param: auditId string
-- param: actorKind string
-- param: actor string
-- param: requestId string
-- param: now timestamp
-- param: role string
-- param: status string
-- param: fullName string
-- param: timezone string
-- param: emailNotifications bool
-- param: slackNotifications bool
-- Null leaves a column as it is. The last active OWNER stays one; a role is given and taken only by who may manage it.
declare op_document string;
declare op_refusal string;
begin transaction;
set op_document = (
  select max(document) from scheduler_audited_team_members where target = @memberId and customer_id = @customerId
);
set op_refusal = (
  select max(reason)
  from (
    select 'OWNER_NEEDED' as reason
    from customer_team_members
    where customer_id = @customerId and member_id = @memberId
      and (role not in unnest(@mayManage) or (@role is not null and @role not in unnest(@mayManage)))
    union all
    select 'NOT_A_MEMBER'
    from customer_team_members
    where customer_id = @customerId and member_id = @memberId
      and (status = 'REMOVED' or (status = 'INVITED' and @status is not null))
    union all
    select 'LAST_OWNER'
    from customer_team_members m
    left join customer_team_members o
      on o.customer_id = m.customer_id and o.member_id <> m.member_id and o.role = 'OWNER' and o.status = 'ACTIVE'
    where m.customer_id = @customerId and m.member_id = @memberId and m.role = 'OWNER' and m.status = 'ACTIVE'
      and (coalesce(@role, 'OWNER') <> 'OWNER' or coalesce(@status, 'ACTIVE') <> 'ACTIVE')
      and o.member_id is null
  )
);
if op_refusal is null and op_document is not null then
  update customer_team_members
  set
    role = coalesce(@role, role),
    status = coalesce(@status, status),
    is_active = coalesce(@status, status) <> 'SUSPENDED',
    full_name = coalesce(@fullName, full_name),
    timezone = coalesce(@timezone, timezone),
    email_notifications = coalesce(@emailNotifications, email_notifications),
    slack_notifications = coalesce(@slackNotifications, slack_notifications),
    updated_at = @now
  where customer_id = @customerId and member_id = @memberId;

  insert into scheduler_audit_entries (audit_id, chain, customer_id, `at`, actor_kind, key_id, request_id, action, target, before_json, after_json)
  select
    @auditId, concat('customer:', d.customer_id), d.customer_id, @now, @actorKind, @actor, @requestId, 'team_member.update', d.target,
    op_document, d.document
  from scheduler_audited_team_members d
  where d.target = @memberId and d.document <> op_document;
end if;
commit transaction;
select m.*, op_refusal as refusal
from customer_team_members m
where m.customer_id = @customerId and m.member_id = @memberId;

-- name: remove
-- mode: write
-- param: customerId string
-- param: memberId string
-- param: mayManage array<string>
-- param: auditId string
-- param: actorKind string
-- param: actor string
-- param: requestId string
-- param: now timestamp
-- Takes a member out; the keys bound to it end with it. A key that is being made for it takes the same turnstile.
declare op_document string;
declare op_refusal string;
begin transaction;
update scheduler_turnstiles set turn = turn + 1 where name = 'api_keys';
set op_document = (
  select max(document) from scheduler_audited_team_members where target = @memberId and customer_id = @customerId
);
set op_refusal = (
  select max(reason)
  from (
    select 'OWNER_NEEDED' as reason
    from customer_team_members
    where customer_id = @customerId and member_id = @memberId and role not in unnest(@mayManage)
    union all
    select 'LAST_OWNER'
    from customer_team_members m
    left join customer_team_members o
      on o.customer_id = m.customer_id and o.member_id <> m.member_id and o.role = 'OWNER' and o.status = 'ACTIVE'
    where m.customer_id = @customerId and m.member_id = @memberId and m.role = 'OWNER' and m.status = 'ACTIVE'
      and o.member_id is null
  )
);
if op_refusal is null and op_document is not null then
  create temp table ended_keys as
  select d.target, d.document as before_json
  from customer_api_keys k
  join scheduler_audited_api_keys d on d.target = k.api_key_id
  where k.customer_id = @customerId and k.member_id = @memberId and k.is_active;

  update customer_team_members
  set
    status = 'REMOVED', is_active = false, removed_at = @now, removed_by = @actor, invitation_token_hash = null,
    invitation_expires_at = null, updated_at = @now
  where customer_id = @customerId and member_id = @memberId and status <> 'REMOVED';

  update customer_api_keys
  set is_active = false, deactivated_by = @actor, deactivated_at = @now, deactivation_reason = 'member removed'
  where customer_id = @customerId and member_id = @memberId and is_active;

  insert into scheduler_audit_entries (audit_id, chain, customer_id, `at`, actor_kind, key_id, request_id, action, target, before_json, after_json)
  select
    @auditId, concat('customer:', d.customer_id), d.customer_id, @now, @actorKind, @actor, @requestId, 'team_member.remove', d.target,
    op_document, d.document
  from scheduler_audited_team_members d
  where d.target = @memberId and d.document <> op_document
  union all
  select
    concat(@auditId, '.', cast(row_number() over (order by a.target) as string)), concat('customer:', d.customer_id), d.customer_id,
    @now, @actorKind, @actor, @requestId, 'api_key.revoke', d.target, a.before_json, d.document
  from ended_keys a
  join scheduler_audited_api_keys d on d.target = a.target
  where d.document <> a.before_json;
end if;
commit transaction;
select m.*, op_refusal as refusal
from customer_team_members m
where m.customer_id = @customerId and m.member_id = @memberId;
