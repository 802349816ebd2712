-- Which credential, and which of its secrets, a lease was given: its end says whether that very secret worked, and a secret that
-- was rotated meanwhile is not judged by the one before it.
alter table customer_credentials add column secret_version integer not null default 1;
alter table pipeline_execution_queue add column credential_id text;
alter table pipeline_execution_queue add column credential_version integer;

alter table customer_provider_configs add column slack_webhook_key_version text;

-- Names tell a provider's credentials apart while they are in use; a deleted one leaves its name free.
create unique index customer_credentials_active_names
on customer_credentials (customer_id, provider, credential_name) where is_active = 1;

create index customer_credentials_by_customer on customer_credentials (customer_id, credential_id);
create index customer_provider_configs_by_customer on customer_provider_configs (customer_id, config_id);
