-- How fast a customer's pipelines may call a provider, all workers together: when their token bucket will be full again, when it was
-- last asked, and until when the provider wants no calls.
create table scheduler_provider_paces (
  customer_id text not null,
  provider text not null,
  account text not null,
  full_at integer not null,
  asked_at integer not null,
  closed_until integer,
  version integer not null,
  primary key (customer_id, provider, account)
) strict, without rowid;
