-- name: invite
-- mode: write
-- A place for each who is a member or holds an invitation that can still be accepted. Who was removed, or let an invitation
-- expire, is invited again under the same id.
delete from temp.audited;
insert into temp.audited (target, before_json)
select d.target, d.document
from customer_team_members m
join scheduler_audited_team_members d on d.target = m.member_id
where m.customer_id = @customerId and lower(m.email) = @email;

delete from temp.refused;
insert into temp.refused (reason)
select 'NO_CUSTOMER' where not exists (select 1 from customer_profiles where customer_id = @customerId);
insert into temp.refused (reason)
select 'EXISTS'
where exists (
  select 1 from customer_team_members
  where customer_id = @customerId and lower(email) = @email
    and (status in ('ACTIVE', 'SUSPENDED') or (status = 'INVITED' and invitation_expires_at > @now))
);
insert into temp.refused (reason)
select 'LIMIT'
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
);

update customer_team_members
set
  role = @role, status = 'INVITED', is_active = 1, full_name = coalesce(@fullName, full_name), invited_by = @actor,
  invited_at = @now, invitation_token_hash = @tokenHash, invitation_expires_at = @expiresAt, joined_at = null,
  removed_at = null, removed_by = null, removal_reason = null, updated_at = @now
where customer_id = @customerId and lower(email) = @email and not exists (select 1 from temp.refused);

insert into customer_team_members (
  member_id, customer_id, email, full_name, role, status, is_active, invited_by, invited_at, invitation_token_hash,
  invitation_expires_at, created_at, updated_at
)
select
  @memberId, @customerId, @email, @fullName, @role, 'INVITED', 1, @actor, @now, @tokenHash, @expiresAt, @now, @now
where not exists (select 1 from temp.refused) and not exists (select 1 from temp.audited);

insert into scheduler_audit_entries (
  audit_id, chain, customer_id, at, actor_kind, key_id, request_id, action, target, before_json, after_json
)
select
  @auditId, 'customer:' || d.customer_id, d.customer_id, @now, @actorKind, @actor, @requestId, 'team_member.invite', d.target,
  (select before_json from temp.audited), d.document
from scheduler_audited_team_members d
join customer_team_members m on m.member_id = d.target
where m.customer_id = @customerId and lower(m.email) = @email and not exists (select 1 from temp.refused);

select
  (
    select reason from temp.refused
    order by case reason when 'NO_CUSTOMER' then 0 when 'EXISTS' then 1 else 2 end
    limit 1
  ) as reason,
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
delete from temp.audited;
insert into temp.audited (target, before_json)
select target, document from scheduler_audited_team_members where target = @memberId and customer_id = @customerId;

delete from temp.refused;
insert into temp.refused (reason)
select 'NOT_VALID'
where not exists (
  select 1
  from customer_team_members m
  join customer_profiles p on p.customer_id = m.customer_id and p.status in ('ACTIVE', 'TRIAL')
  where m.customer_id = @customerId and m.member_id = @memberId and m.status = 'INVITED'
    and m.invitation_token_hash = @tokenHash and m.invitation_expires_at > @now
);

update customer_team_members
set
  status = 'ACTIVE', joined_at = @now, full_name = coalesce(@fullName, full_name), timezone = coalesce(@timezone, timezone),
  invitation_token_hash = null, invitation_expires_at = null, updated_at = @now
where customer_id = @customerId and member_id = @memberId and not exists (select 1 from temp.refused);

insert into scheduler_audit_entries (
  audit_id, chain, customer_id, at, actor_kind, key_id, request_id, action, target, before_json, after_json
)
select
  @auditId, 'customer:' || d.customer_id, d.customer_id, @now, @actorKind, @actor, @requestId, 'team_member.accept', d.target,
  a.before_json, d.document
from temp.audited a
join scheduler_audited_team_members d on d.target = a.target
where d.document is not a.before_json;

select * from customer_team_members
where customer_id = @customerId and member_id = @memberId and not exists (select 1 from temp.refused);

-- name: update
-- mode: write
-- Null leaves a column as it is. The last active OWNER stays one; a role is given and taken only by who may manage it.
delete from temp.audited;
insert into temp.audited (target, before_json)
select target, document from scheduler_audited_team_members where target = @memberId and customer_id = @customerId;

delete from temp.refused;
insert into temp.refused (reason)
select 'OWNER_NEEDED'
from customer_team_members
where customer_id = @customerId and member_id = @memberId
  and (
    role not in (select value from json_each(@mayManage))
    or (@role is not null and @role not in (select value from json_each(@mayManage)))
  );
insert into temp.refused (reason)
select 'NOT_A_MEMBER'
from customer_team_members
where customer_id = @customerId and member_id = @memberId
  and (status = 'REMOVED' or (status = 'INVITED' and @status is not null));
insert into temp.refused (reason)
select 'LAST_OWNER'
from customer_team_members m
where m.customer_id = @customerId and m.member_id = @memberId and m.role = 'OWNER' and m.status = 'ACTIVE'
  and (coalesce(@role, 'OWNER') <> 'OWNER' or coalesce(@status, 'ACTIVE') <> 'ACTIVE')
  and not exists (
    select 1 from customer_team_members o
    where o.customer_id = m.customer_id and o.member_id <> m.member_id and o.role = 'OWNER' and o.status = 'ACTIVE'
  );

update customer_team_members
set
  role = coalesce(@role, role),
  status = coalesce(@status, status),
  is_active = case coalesce(@status, status) when 'SUSPENDED' then 0 else 1 end,
  full_name = coalesce(@fullName, full_name),
  timezone = coalesce(@timezone, timezone),
  email_notifications = coalesce(@emailNotifications, email_notifications),
  slack_notifications = coalesce(@slackNotifications, slack_notifications),
  updated_at = @now
where customer_id = @customerId and member_id = @memberId and not exists (select 1 from temp.refused);

insert into scheduler_audit_entries (
  audit_id, chain, customer_id, at, actor_kind, key_id, request_id, action, target, before_json, after_json
)
select
  @auditId, 'customer:' || d.customer_id, d.customer_id, @now, @actorKind, @actor, @requestId, 'team_member.update', d.target,
  a.before_json, d.document
from temp.audited a
join scheduler_audited_team_members d on d.target = a.target
where d.document is not a.before_json;

select m.*, (select max(reason) from temp.refused) as refusal
from customer_team_members m
where m.customer_id = @customerId and m.member_id = @memberId;

-- name: remove
-- mode: write
-- Takes a member out; the keys bound to it end with it.
delete from temp.audited;
insert into temp.audited (target, before_json)
select target, document from scheduler_audited_team_members where target = @memberId and customer_id = @customerId;

delete from temp.refused;
insert into temp.refused (reason)
select 'OWNER_NEEDED'
from customer_team_members
where customer_id = @customerId and member_id = @memberId and role not in (select value from json_each(@mayManage));
insert into temp.refused (reason)
select 'LAST_OWNER'
from customer_team_members m
where m.customer_id = @customerId and m.member_id = @memberId and m.role = 'OWNER' and m.status = 'ACTIVE'
  and not exists (
    select 1 from customer_team_members o
    where o.customer_id = m.customer_id and o.member_id <> m.member_id and o.role = 'OWNER' and o.status = 'ACTIVE'
  );

insert into temp.audited (target, before_json)
select d.target, d.document
from customer_api_keys k
join scheduler_audited_api_keys d on d.target = k.api_key_id
where k.customer_id = @customerId and k.member_id = @memberId and k.is_active = 1;

update customer_team_members
set
  status = 'REMOVED', is_active = 0, removed_at = @now, removed_by = @actor, invitation_token_hash = null,
  invitation_expires_at = null, updated_at = @now
where customer_id = @customerId and member_id = @memberId and status <> 'REMOVED'
  and not exists (select 1 from temp.refused);

update customer_api_keys
set is_active = 0, deactivated_by = @actor, deactivated_at = @now, deactivation_reason = 'member removed'
where customer_id = @customerId and member_id = @memberId and is_active = 1
  and not exists (select 1 from temp.refused);

insert into scheduler_audit_entries (
  audit_id, chain, customer_id, at, actor_kind, key_id, request_id, action, target, before_json, after_json
)
select
  @auditId, 'customer:' || d.customer_id, d.customer_id, @now, @actorKind, @actor, @requestId, 'team_member.remove', d.target,
  a.before_json, d.document
from temp.audited a
join scheduler_audited_team_members d on d.target = a.target
where d.document is not a.before_json;
insert into scheduler_audit_entries (
  audit_id, chain, customer_id, at, actor_kind, key_id, request_id, action, target, before_json, after_json
)
select
  @auditId || '.' || row_number() over (order by a.target), 'customer:' || d.customer_id, d.customer_id, @now, @actorKind,
  @actor, @requestId, 'api_key.revoke', d.target, a.before_json, d.document
from temp.audited a
join scheduler_audited_api_keys d on d.target = a.target
where d.document is not a.before_json;

select m.*, (select max(reason) from temp.refused) as refusal
from customer_team_members m
where m.customer_id = @customerId and m.member_id = @memberId;
