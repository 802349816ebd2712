-- name: invite
-- mode: write
-- A place for each who is a member or holds an invitation that can still be accepted. Who was removed, or let an invitation
-- expire, is invited again under the same id.
select 1 as step from customer_profiles where customer_id = @customerId for no key update;

with refused (place, reason) as (
  select 0, 'NO_CUSTOMER' where not exists (select 1 from customer_profiles where customer_id = @customerId)
  union all
  select 1, 'EXISTS'
  where exists (
    select 1 from customer_team_members
    where customer_id = @customerId and lower(email) = @email
      and (status in ('ACTIVE', 'SUSPENDED') or (status = 'INVITED' and invitation_expires_at > @now))
  )
  union all
  select 2, 'LIMIT'
  where not exists (
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
  )
)
select
  set_config('scheduler.refusal', coalesce((select reason from refused order by place limit 1), ''), true) as step,
  set_config('scheduler.before', coalesce((
    select d.document
    from customer_team_members m
    join scheduler_audited_team_members d on d.target = m.member_id
    where m.customer_id = @customerId and lower(m.email) = @email
  ), ''), true);

update customer_team_members
set
  role = @role, status = 'INVITED', is_active = true, full_name = coalesce(@fullName, full_name), invited_by = @actor,
  invited_at = @now, invitation_token_hash = @tokenHash, invitation_expires_at = @expiresAt, joined_at = null,
  removed_at = null, removed_by = null, removal_reason = null, updated_at = @now
where customer_id = @customerId and lower(email) = @email and current_setting('scheduler.refusal') = '';

insert into customer_team_members (
  member_id, customer_id, email, full_name, role, status, is_active, invited_by, invited_at, invitation_token_hash,
  invitation_expires_at, created_at, updated_at
)
select
  @memberId, @customerId, @email, @fullName, @role, 'INVITED', true, @actor, @now, @tokenHash, @expiresAt, @now, @now
where current_setting('scheduler.refusal') = '' and current_setting('scheduler.before') = '';

insert into scheduler_audit_entries (
  audit_id, chain, customer_id, at, actor_kind, key_id, request_id, action, target, before_json, after_json
)
select
  @auditId, 'customer:' || d.customer_id, d.customer_id, @now, @actorKind, @actor, @requestId, 'team_member.invite', d.target,
  nullif(current_setting('scheduler.before'), ''), d.document
from scheduler_audited_team_members d
join customer_team_members m on m.member_id = d.target
where m.customer_id = @customerId and lower(m.email) = @email and current_setting('scheduler.refusal') = '';

select
  nullif(current_setting('scheduler.refusal'), '') as reason,
  (select member_id from customer_team_members where customer_id = @customerId and lower(email) = @email) as member_id;

-- name: get
-- mode: read
select * from customer_team_members where customer_id = @customerId and member_id = @memberId;

-- name: list
-- mode: read
select *
from customer_team_members
where customer_id = @customerId and email > @afterEmail
order by email
limit @limit;

-- name: accept
-- mode: write
-- Turns an invitation into a membership, once and in time.
select 1 as step from customer_profiles where customer_id = @customerId for no key update;

with refused (reason) as (
  select 'NOT_VALID'
  where not exists (
    select 1
    from customer_team_members m
    join customer_profiles p on p.customer_id = m.customer_id and p.status in ('ACTIVE', 'TRIAL')
    where m.customer_id = @customerId and m.member_id = @memberId and m.status = 'INVITED'
      and m.invitation_token_hash = @tokenHash and m.invitation_expires_at > @now
  )
)
select
  set_config('scheduler.refusal', coalesce((select max(reason collate "C") from refused), ''), true) as step,
  set_config('scheduler.before', coalesce((
    select document from scheduler_audited_team_members where target = @memberId and customer_id = @customerId
  ), ''), true);

update customer_team_members
set
  status = 'ACTIVE', joined_at = @now, full_name = coalesce(@fullName, full_name), timezone = coalesce(@timezone, timezone),
  invitation_token_hash = null, invitation_expires_at = null, updated_at = @now
where customer_id = @customerId and member_id = @memberId and current_setting('scheduler.refusal') = '';

insert into scheduler_audit_entries (
  audit_id, chain, customer_id, at, actor_kind, key_id, request_id, action, target, before_json, after_json
)
select
  @auditId, 'customer:' || d.customer_id, d.customer_id, @now, @actorKind, @actor, @requestId, 'team_member.accept', d.target,
  nullif(current_setting('scheduler.before'), ''), d.document
from scheduler_audited_team_members d
where d.target = @memberId and d.customer_id = @customerId
  and d.document is distinct from nullif(current_setting('scheduler.before'), '');

select * from customer_team_members
where customer_id = @customerId and member_id = @memberId and current_setting('scheduler.refusal') = '';

-- name: update
-- mode: write
-- Null leaves a column as it is. The last active OWNER stays one; a role is given and taken only by who may manage it.
select 1 as step from customer_profiles where customer_id = @customerId for no key update;

with refused (reason) as (
  select 'OWNER_NEEDED'
  from customer_team_members
  where customer_id = @customerId and member_id = @memberId
    and (
      role not in (select jsonb_array_elements_text(@mayManage))
      or (@role is not null and @role not in (select jsonb_array_elements_text(@mayManage)))
    )
  union all
  select 'NOT_A_MEMBER'
  from customer_team_members
  where customer_id = @customerId and member_id = @memberId
    and (status = 'REMOVED' or (status = 'INVITED' and @status is not null))
  union all
  select 'LAST_OWNER'
  from customer_team_members m
  where m.customer_id = @customerId and m.member_id = @memberId and m.role = 'OWNER' and m.status = 'ACTIVE'
    and (coalesce(@role, 'OWNER') <> 'OWNER' or coalesce(@status, 'ACTIVE') <> 'ACTIVE')
    and not exists (
      select 1 from customer_team_members o
      where o.customer_id = m.customer_id and o.member_id <> m.member_id and o.role = 'OWNER' and o.status = 'ACTIVE'
    )
)
select
  set_config('scheduler.refusal', coalesce((select max(reason collate "C") from refused), ''), true) as step,
  set_config('scheduler.before', coalesce((
    select document from scheduler_audited_team_members where target = @memberId and customer_id = @customerId
  ), ''), true);

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
where customer_id = @customerId and member_id = @memberId and current_setting('scheduler.refusal') = '';

insert into scheduler_audit_entries (
  audit_id, chain, customer_id, at, actor_kind, key_id, request_id, action, target, before_json, after_json
)
select
  @auditId, 'customer:' || d.customer_id, d.customer_id, @now, @actorKind, @actor, @requestId, 'team_member.update', d.target,
  nullif(current_setting('scheduler.before'), ''), d.document
from scheduler_audited_team_members d
where d.target = @memberId and d.customer_id = @customerId
  and d.document is distinct from nullif(current_setting('scheduler.before'), '');

select m.*, nullif(current_setting('scheduler.refusal'), '') as refusal
from customer_team_members m
where m.customer_id = @customerId and m.member_id = @memberId;

-- name: remove
-- mode: write
-- Takes a member out; the keys bound to it end with it.
select 1 as step from customer_profiles where customer_id = @customerId for no key update;

with refused (reason) as (
  select 'OWNER_NEEDED'
  from customer_team_members
  where customer_id = @customerId and member_id = @memberId and role not in (select jsonb_array_elements_text(@mayManage))
  union all
  select 'LAST_OWNER'
  from customer_team_members m
  where m.customer_id = @customerId and m.member_id = @memberId and m.role = 'OWNER' and m.status = 'ACTIVE'
    and not exists (
      select 1 from customer_team_members o
      where o.customer_id = m.customer_id and o.member_id <> m.member_id and o.role = 'OWNER' and o.status = 'ACTIVE'
    )
)
select
  set_config('scheduler.refusal', coalesce((select max(reason collate "C") from refused), ''), true) as step,
  set_config('scheduler.before', coalesce((
    select document from scheduler_audited_team_members where target = @memberId and customer_id = @customerId
  ), ''), true),
  set_config('scheduler.keys_before', coalesce((
    select jsonb_object_agg(d.target, d.document)::text
    from customer_api_keys k
    join scheduler_audited_api_keys d on d.target = k.api_key_id
    where k.customer_id = @customerId and k.member_id = @memberId and k.is_active
  ), '{}'), true);

update customer_team_members
set
  status = 'REMOVED', is_active = false, removed_at = @now, removed_by = @actor, invitation_token_hash = null,
  invitation_expires_at = null, updated_at = @now
where customer_id = @customerId and member_id = @memberId and status <> 'REMOVED'
  and current_setting('scheduler.refusal') = '';

update customer_api_keys
set is_active = false, deactivated_by = @actor, deactivated_at = @now, deactivation_reason = 'member removed'
where customer_id = @customerId and member_id = @memberId and is_active
  and current_setting('scheduler.refusal') = '';

insert into scheduler_audit_entries (
  audit_id, chain, customer_id, at, actor_kind, key_id, request_id, action, target, before_json, after_json
)
select
  @auditId, 'customer:' || d.customer_id, d.customer_id, @now, @actorKind, @actor, @requestId, 'team_member.remove', d.target,
  nullif(current_setting('scheduler.before'), ''), d.document
from scheduler_audited_team_members d
where d.target = @memberId and d.customer_id = @customerId
  and d.document is distinct from nullif(current_setting('scheduler.before'), '');
insert into scheduler_audit_entries (
  audit_id, chain, customer_id, at, actor_kind, key_id, request_id, action, target, before_json, after_json
)
select
  @auditId || '.' || row_number() over (order by a.target), 'customer:' || d.customer_id, d.customer_id, @now, @actorKind,
  @actor, @requestId, 'api_key.revoke', d.target, a.document, d.document
from jsonb_each_text(current_setting('scheduler.keys_before')::jsonb) a (target, document)
join scheduler_audited_api_keys d on d.target = a.target
where d.document <> a.document;

select m.*, nullif(current_setting('scheduler.refusal'), '') as refusal
from customer_team_members m
where m.customer_id = @customerId and m.member_id = @memberId;
