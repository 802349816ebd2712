-- name: create
-- mode: write
-- Writes the credential, unless its name is in use or its provider would be one more than the plan allows. A customer without a
-- current subscription has no limit to be within.
delete from temp.verdict;
insert into temp.verdict (refusal)
select
  case
    when not exists (select 1 from customer_profiles where customer_id = @customerId) then 'NO_CUSTOMER'
    when exists (
      select 1 from customer_credentials
      where customer_id = @customerId and provider = @provider and credential_name = @name and is_active = 1
    ) then 'NAME_TAKEN'
    when not exists (
      select 1 from customer_subscriptions s
      where s.customer_id = @customerId and s.superseded_at is null
        and (
          s.max_providers is null
          or (
            select count(distinct provider) from customer_credentials
            where customer_id = @customerId and is_active = 1 and provider <> @provider
          ) < s.max_providers
        )
    ) then 'PROVIDER_LIMIT'
  end;

insert into customer_credentials (
  credential_id, customer_id, provider, credential_type, credential_name, encrypted_credentials, kms_key_version, project_id,
  account_id, region, scopes, validation_status, created_at, updated_at, is_active, created_by
)
select
  @credentialId, @customerId, @provider, @type, @name, @envelope, @keyVersion, @projectId,
  @accountId, @region, @scopes, 'PENDING', @now, @now, 1, @actor
from temp.verdict
where refusal is null;

insert into scheduler_audit_entries (
  audit_id, chain, customer_id, at, actor_kind, key_id, request_id, action, target, after_json
)
select
  @auditId, 'customer:' || d.customer_id, d.customer_id, @now, @actorKind, @actor, @requestId, 'credential.create', d.target,
  d.document
from scheduler_audited_credentials d
where d.target = @credentialId and exists (select 1 from temp.verdict where refusal is null);

select v.refusal, c.*
from temp.verdict v
left join customer_credentials c on v.refusal is null and c.credential_id = @credentialId;

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
delete from temp.audited;
insert into temp.audited (target, before_json)
select target, document from scheduler_audited_credentials where target = @credentialId and customer_id = @customerId;

delete from temp.verdict;
insert into temp.verdict (refusal)
select
  case
    when c.is_active = 0 then 'DELETED'
    when exists (
      select 1 from customer_credentials o
      where o.customer_id = c.customer_id and o.provider = c.provider and o.credential_name = @name and o.is_active = 1
        and o.credential_id <> c.credential_id
    ) then 'NAME_TAKEN'
  end
from customer_credentials c
where c.credential_id = @credentialId and c.customer_id = @customerId;

update customer_credentials
set
  credential_name = coalesce(@name, credential_name),
  project_id = nullif(coalesce(@projectId, project_id), ''),
  account_id = nullif(coalesce(@accountId, account_id), ''),
  region = nullif(coalesce(@region, region), ''),
  scopes = coalesce(@scopes, scopes),
  encrypted_credentials = coalesce(@envelope, encrypted_credentials),
  kms_key_version = coalesce(@keyVersion, kms_key_version),
  secret_version = case when @envelope is null then secret_version else secret_version + 1 end,
  validation_status = case when @envelope is null then validation_status else 'PENDING' end,
  validation_error = case when @envelope is null then validation_error end,
  last_validated_at = case when @envelope is null then last_validated_at end,
  updated_at = @now,
  updated_by = @actor
where credential_id = @credentialId and customer_id = @customerId and is_active = 1
  and exists (select 1 from temp.verdict where refusal is null);

insert into scheduler_audit_entries (
  audit_id, chain, customer_id, at, actor_kind, key_id, request_id, action, target, before_json, after_json
)
select
  @auditId, 'customer:' || d.customer_id, d.customer_id, @now, @actorKind, @actor, @requestId,
  case when @envelope is null then 'credential.update' else 'credential.rotate' end, d.target, a.before_json, d.document
from temp.audited a
join scheduler_audited_credentials d on d.target = a.target
where (d.document is not a.before_json or @envelope is not null)
  and exists (select 1 from temp.verdict where refusal is null);

select v.refusal, c.*
from temp.verdict v
left join customer_credentials c on v.refusal is null and c.credential_id = @credentialId;

-- name: deactivate
-- mode: write
delete from temp.audited;
insert into temp.audited (target, before_json)
select target, document from scheduler_audited_credentials where target = @credentialId and customer_id = @customerId;

update customer_credentials
set is_active = 0, updated_at = @now, updated_by = @actor
where credential_id = @credentialId and customer_id = @customerId and is_active = 1;

insert into scheduler_audit_entries (
  audit_id, chain, customer_id, at, actor_kind, key_id, request_id, action, target, before_json, after_json
)
select
  @auditId, 'customer:' || d.customer_id, d.customer_id, @now, @actorKind, @actor, @requestId, 'credential.delete', d.target,
  a.before_json, d.document
from temp.audited a
join scheduler_audited_credentials d on d.target = a.target
where d.document is not a.before_json;

select * from customer_credentials where credential_id = @credentialId and customer_id = @customerId;

-- name: list_of_provider
-- mode: read
-- The credentials that a pipeline of the provider could run with; two are as many as the question "which one?" needs.
select *
from customer_credentials
where customer_id = @customerId and provider = @provider and is_active = 1
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
delete from temp.moved;
insert into temp.moved (id)
select c.credential_id
from json_each(@rows) b
join customer_credentials c on c.credential_id = b.value ->> 'id'
where c.encrypted_credentials = unhex(b.value ->> 'was');

update customer_credentials
set
  (encrypted_credentials, kms_key_version) = (
    select unhex(b.value ->> 'envelope'), b.value ->> 'key_version'
    from json_each(@rows) b
    where b.value ->> 'id' = customer_credentials.credential_id
  )
where credential_id in (select id from temp.moved);

select id from temp.moved order by id;
