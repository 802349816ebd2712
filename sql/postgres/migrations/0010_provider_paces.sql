-- How fast a customer's pipelines may call a provider, all workers together: when their token bucket will be full again, when it was
-- last asked, and until when the provider wants no calls.
create table scheduler_provider_paces (
  customer_id text not null,
  provider text not null,
  account text not null,
  full_at timestamptz not null,
  asked_at timestamptz not null,
  closed_until timestamptz,
  version bigint not null,
  primary key (customer_id, provider, account)
);

alter table scheduler_provider_paces enable row level security;
create policy tenant on scheduler_provider_paces to scheduler_tenant
using (customer_id = current_setting('scheduler.tenant', true));
grant select, insert, update, delete on scheduler_provider_paces to scheduler_tenant;
