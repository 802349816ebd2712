-- name: create
-- mode: write
-- param: credentialId string
-- param: customerId string
-- param: provider string
-- param: type string
-- param: name string
-- param: envelope bytes
-- param: keyVersion string
-- param: projectId string
-- param: accountId string
-- param: region string
-- param: scopes string
-- param: auditId string
-- param: actorKind string
-- param: actor string
-- param: requestId string
-- param: now timestamp
-- Writes the credential, unless its name is in use or its provider would be one more than the plan allows. A customer without a
-- current subscription has no limit to be within.
declare op_refusal string;
begin transaction;
update scheduler_turnstiles set turn = turn + 1 where name in ('credentials', 'subscriptions');
set op_refusal = case
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
end;
if op_refusal is null then
  insert into customer_credentials (
    credential_id, customer_id, provider, credential_type, credential_name, encrypted_credentials, kms_key_version, project_id,
    account_id, region, scopes, validation_status, created_at, updated_at, is_active, created_by
  )
  values (
    @credentialId, @customerId, @provider, @type, @name, @envelope, @keyVersion, @projectId,
    @accountId, @region, json_value_array(@scopes), 'PENDING', @now, @now, true, @actor
  );

  insert into scheduler_audit_entries (audit_id, chain, customer_id, `at`, actor_kind, key_id, request_id, action, target, before_json, after_json)
  select
    @auditId, concat('customer:', d.customer_id), d.customer_id, @now, @actorKind, @actor, @requestId, 'credential.create', d.target,
    cast(null as string), d.document
  from scheduler_audited_credentials d
  where d.target = @credentialId;
end if;
commit transaction;
select v.refusal, c.*
from (select op_refusal as refusal) v
left join customer_credentials c on v.refusal is null and c.credential_id = @credentialId;

-- name: list
-- mode: read
-- param: customerId string
-- param: isActive bool
-- param: afterId string
-- param: limit int64
select *
from customer_credentials
where customer_id = @customerId
  and (@isActive is null or is_active = @isActive)
  and credential_id > @afterId
order by credential_id
limit @limit;

-- name: get
-- mode: read
-- param: customerId string
-- param: credentialId string
select * from customer_credentials where credential_id = @credentialId and customer_id = @customerId;

-- name: update
-- mode: write
-- param: customerId string
-- param: credentialId string
-- param: name string
-- param: envelope bytes
-- param: keyVersion string
-- param: projectId string
-- param: accountId string
-- param: region string
-- param: scopes string
-- param: auditId string
-- param: actorKind string
-- param: actor string
-- param: requestId string
-- param: now timestamp
-- Changes what is given; a new secret puts the credential back to PENDING. A deleted one stays as it is.
declare op_document string;
declare op_refusal string;
begin transaction;
update scheduler_turnstiles set turn = turn + 1 where name = 'credentials';
set (op_document, op_refusal) = (
  select as struct
    max(d.document),
    max(case when not c.is_active then 'DELETED' when o.credential_id is not null then 'NAME_TAKEN' end)
  from customer_credentials c
  join scheduler_audited_credentials d on d.target = c.credential_id
  left join customer_credentials o
    on o.customer_id = c.customer_id and o.provider = c.provider and o.credential_name = @name and o.is_active
    and o.credential_id <> c.credential_id
  where c.credential_id = @credentialId and c.customer_id = @customerId
);
if op_document is not null and op_refusal is null then
  update customer_credentials
  set
    credential_name = coalesce(@name, credential_name),
    project_id = nullif(coalesce(@projectId, project_id), ''),
    account_id = nullif(coalesce(@accountId, account_id), ''),
    region = nullif(coalesce(@region, region), ''),
    scopes = if(@scopes is null, scopes, json_value_array(@scopes)),
    encrypted_credentials = coalesce(@envelope, encrypted_credentials),
    kms_key_version = coalesce(@keyVersion, kms_key_version),
    secret_version = if(@envelope is null, secret_version, secret_version + 1),
    validation_status = if(@envelope is null, validation_status, 'PENDING'),
    validation_error = if(@envelope is null, validation_error, null),
    last_validated_at = if(@envelope is null, last_validated_at, null),
    updated_at = @now,
    updated_by = @actor
  where credential_id = @credentialId and customer_id = @customerId and is_active;

  insert into scheduler_audit_entries (audit_id, chain, customer_id, `at`, actor_kind, key_id, request_id, action, target, before_json, after_json)
  select
    @auditId, concat('customer:', d.customer_id), d.customer_id, @now, @actorKind, @actor, @requestId,
    if(@envelope is null, 'credential.update', 'credential.rotate'), d.target, op_document, d.document
  from scheduler_audited_credentials d
  where d.target = @credentialId and (d.document <> op_document or @envelope is not null);
end if;
commit transaction;
select v.refusal, c.*
from (select op_refusal as refusal, op_document is not null as is_known) v
left join customer_credentials c on v.refusal is null and c.credential_id = @credentialId
where v.is_known;

-- name: deactivate
-- mode: write
-- param: customerId string
-- param: credentialId string
-- param: auditId string
-- param: actorKind string
-- param: actor string
-- param: requestId string
-- param: now timestamp
declare op_document string;
begin transaction;
set op_document = (
  select max(document) from scheduler_audited_credentials where target = @credentialId and customer_id = @customerId
);
update customer_credentials
set is_active = false, updated_at = @now, updated_by = @actor
where credential_id = @credentialId and customer_id = @customerId and is_active;
if @@row_count > 0 then
  insert into scheduler_audit_entries (audit_id, chain, customer_id, `at`, actor_kind, key_id, request_id, action, target, before_json, after_json)
  select
    @auditId, concat('customer:', d.customer_id), d.customer_id, @now, @actorKind, @actor, @requestId, 'credential.delete', d.target,
    op_document, d.document
  from scheduler_audited_credentials d
  where d.target = @credentialId and d.document <> op_document;
end if;
commit transaction;
select * from customer_credentials where credential_id = @credentialId and customer_id = @customerId;

-- name: list_of_provider
-- mode: read
-- param: customerId string
-- param: provider string
-- The credentials that a pipeline of the provider could run with; two are as many as the question "which one?" needs.
select *
from customer_credentials
where customer_id = @customerId and provider = @provider and is_active
order by credential_id
limit 2;

-- name: list_outdated
-- mode: read
-- param: newest string
-- param: afterId string
-- param: limit int64
-- A page of envelopes whose data key is not under the newest version of the wrapping key, deleted credentials included.
select credential_id, customer_id, provider, encrypted_credentials, kms_key_version
from customer_credentials
where credential_id > @afterId and kms_key_version <> @newest
order by credential_id
limit @limit;

-- name: rewrap
-- mode: write
-- param: rows array<struct<id string, was string, envelope string, key_version string>>
-- Puts envelopes in the place of those they were made from; a row that was rotated meanwhile keeps its newer one.
declare op_moved array<string>;
begin transaction;
set op_moved = array(
  select c.credential_id
  from unnest(@rows) b
  join customer_credentials c on c.credential_id = b.id
  where c.encrypted_credentials = from_hex(b.was)
);
update customer_credentials c
set encrypted_credentials = from_hex(b.envelope), kms_key_version = b.key_version
from unnest(@rows) b
where c.credential_id = b.id and c.encrypted_credentials = from_hex(b.was);
commit transaction;
select id from unnest(op_moved) as id order by id;
