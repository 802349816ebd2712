-- When a customer became runnable again: occurrences up to then are not caught up, the trigger plans on from there.
create table scheduler_customer_returns (
  customer_id text not null primary key,
  returned_at integer not null
) strict;

-- The plan history of one customer.
create index customer_subscriptions_by_customer on customer_subscriptions (customer_id, created_at, subscription_id);
