-- name: create
-- mode: write
-- Writes the credential, unless its name is in use or its provider would be one more than the plan allows. A customer without a
-- current subscription has no limit to be within.
select 1 as step from customer_profiles where customer_id = @customerId for no key update;

select set_config(
  'scheduler.refusal',
  case
    when not exists (select 1 from customer_profiles where customer_id = @customerId) then 'NO_CUSTOMER'
    when exists (
      select 1 from customer_credentials
      where customer_id = @customerId and provider = @provider and credential_name = @name and is_active
    ) then 'NAME_TAKEN'
    when not exists (
      select 1 from customer_subscriptions s
      where s.customer_id = @customerId and s.superseded_at is null
        and (
          s.max_providers is null
          or (
            select count(distinct provider) from customer_credentials
            where customer_id = @customerId and is_active and provider <> @provider
          ) < s.max_providers
        )
    ) then 'PROVIDER_LIMIT'
    else ''
  end,
  true
) as step;

insert into customer_credentials (
  credential_id, customer_id, provider, credential_type, credential_name, encrypted_credentials, kms_key_version, project_id,
  account_id, region, scopes, validation_status, created_at, updated_at, is_active, created_by
)
select
  @credentialId, @customerId, @provider, @type, @name, @envelope, @keyVersion, @projectId,
  @accountId, @region, @scopes::jsonb, 'PENDING', @now, @now, true, @actor
where current_setting('scheduler.refusal') = '';

insert into scheduler_audit_entries (
  audit_id, chain, customer_id, at, actor_kind, key_id, request_id, action, target, after_json
)
select
  @auditId, 'customer:' || d.customer_id, d.customer_id, @now, @actorKind, @actor, @requestId, 'credential.create', d.target,
  d.document
from scheduler_audited_credentials d
where d.target = @credentialId and current_setting('scheduler.refusal') = '';

select nullif(current_setting('scheduler.refusal'), '') as refusal, c.*
from (select 1) one
left join customer_credentials c on c.credential_id = @credentialId and current_setting('scheduler.refusal') = '';

-- name: list
-- mode: read
select *
from customer_credentials
where customer_id = @customerId
  and (@isActive is null or is_active = @isActive)
  and credential_id > @afterId
order by credential_id
limit @limit;

-- name: get
-- mode: read
select * from customer_credentials where credential_id = @credentialId and customer_id = @customerId;

-- name: update
-- mode: write
-- Changes what is given; a new secret puts the credential back to PENDING. A deleted one stays as it is.
select 1 as step from customer_profiles where customer_id = @customerId for no key update;

-- The end of a lease writes what it learned of the credential, too.
select 1 as step from customer_credentials
where credential_id = @credentialId and customer_id = @customerId
for no key update;

select
  set_config(
    'scheduler.before',
    coalesce(
      (select document from scheduler_audited_credentials where target = @credentialId and customer_id = @customerId), ''
    ),
    true
  ) as step,
  set_config(
    'scheduler.refusal',
    coalesce(
      (
        select
          case
            when not c.is_active then 'DELETED'
            when exists (
              select 1 from customer_credentials o
              where o.customer_id = c.customer_id and o.provider = c.provider and o.credential_name = @name and o.is_active
                and o.credential_id <> c.credential_id
            ) then 'NAME_TAKEN'
          end
        from customer_credentials c
        where c.credential_id = @credentialId and c.customer_id = @customerId
      ),
      ''
    ),
    true
  );

update customer_credentials
set
  credential_name = coalesce(@name, credential_name),
  project_id = nullif(coalesce(@projectId, project_id), ''),
  account_id = nullif(coalesce(@accountId, account_id), ''),
  region = nullif(coalesce(@region, region), ''),
  scopes = coalesce(@scopes::jsonb, scopes),
  encrypted_credentials = coalesce(@envelope, encrypted_credentials),
  kms_key_version = coalesce(@keyVersion, kms_key_version),
  secret_version = case when @envelope is null then secret_version else secret_version + 1 end,
  validation_status = case when @envelope is null then validation_status else 'PENDING' end,
  validation_error = case when @envelope is null then validation_error end,
  last_validated_at = case when @envelope is null then last_validated_at end,
  updated_at = @now,
  updated_by = @actor
where credential_id = @credentialId and customer_id = @customerId and is_active
  and current_setting('scheduler.refusal') = '';

insert into scheduler_audit_entries (
  audit_id, chain, customer_id, at, actor_kind, key_id, request_id, action, target, before_json, after_json
)
select
  @auditId, 'customer:' || d.customer_id, d.customer_id, @now, @actorKind, @actor, @requestId,
  case when @envelope is null then 'credential.update' else 'credential.rotate' end, d.target,
  current_setting('scheduler.before'), d.document
from scheduler_audited_credentials d
where d.target = @credentialId and d.customer_id = @customerId
  and (d.document <> current_setting('scheduler.before') or @envelope is not null)
  and current_setting('scheduler.refusal') = '';

select nullif(current_setting('scheduler.refusal'), '') as refusal, c.*
from customer_credentials c
where c.credential_id = @credentialId and c.customer_id = @customerId;

-- name: deactivate
-- mode: write
select 1 as step from customer_profiles where customer_id = @customerId for no key update;

select 1 as step from customer_credentials
where credential_id = @credentialId and customer_id = @customerId
for no key update;

select set_config(
  'scheduler.before',
  coalesce(
    (select document from scheduler_audited_credentials where target = @credentialId and customer_id = @customerId), ''
  ),
  true
) as step;

update customer_credentials
set is_active = false, updated_at = @now, updated_by = @actor
where credential_id = @credentialId and customer_id = @customerId and is_active;

insert into scheduler_audit_entries (
  audit_id, chain, customer_id, at, actor_kind, key_id, request_id, action, target, before_json, after_json
)
select
  @auditId, 'customer:' || d.customer_id, d.customer_id, @now, @actorKind, @actor, @requestId, 'credential.delete', d.target,
  current_setting('scheduler.before'), d.document
from scheduler_audited_credentials d
where d.target = @credentialId and d.customer_id = @customerId and d.document <> current_setting('scheduler.before');

select * from customer_credentials where credential_id = @credentialId and customer_id = @customerId;

-- name: list_of_provider
-- mode: read
-- The credentials that a pipeline of the provider could run with; two are as many as the question "which one?" needs.
select *
from customer_credentials
where customer_id = @customerId and provider = @provider and is_active
order by credential_id
limit 2;

-- name: list_outdated
-- mode: read
-- A page of envelopes whose data key is not under the newest version of the wrapping key, deleted credentials included.
select credential_id, customer_id, provider, encrypted_credentials, kms_key_version
from customer_credentials
where credential_id > @afterId and kms_key_version <> @newest
order by credential_id
limit @limit;

-- name: rewrap
-- mode: write
-- Puts envelopes in the place of those they were made from; a row that was rotated meanwhile keeps its newer one.
with moved as (
  update customer_credentials c
  set encrypted_credentials = decode(b.envelope, 'hex'), kms_key_version = b.key_version
  from jsonb_to_recordset(@rows) as b (id text, was text, envelope text, key_version text)
  where c.credential_id = b.id
    and c.encrypted_credentials = decode(b.was, 'hex')
    -- Through the key, even in a plan made while the table was small.
    and c.credential_id = any (array(select x.id from jsonb_to_recordset(@rows) as x (id text)))
  returning c.credential_id
)
select credential_id as id from moved order by credential_id;
