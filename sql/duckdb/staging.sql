-- A run's private staging file: extracted lines wait here until the last page is in.

-- name: create_lines
create table lines (
  line_hash varchar not null,
  usage_date date not null,
  billing_period date not null,
  billing_account_id varchar,
  sub_account_id varchar,
  sub_account_name varchar,
  service_name varchar,
  service_category varchar,
  sku_id varchar,
  charge_description varchar,
  region_id varchar,
  resource_id varchar,
  charge_category varchar not null,
  charge_class varchar,
  billed_cost decimal(38, 12) not null,
  effective_cost decimal(38, 12) not null,
  list_cost decimal(38, 12),
  contracted_cost decimal(38, 12),
  pricing_quantity decimal(38, 12),
  pricing_unit varchar,
  billing_currency varchar not null,
  is_estimated boolean not null,
  tags varchar,
  extra varchar
);

-- name: read_lines
-- Every line, money as text with all of its places.
select
  line_hash, usage_date, billing_period, billing_account_id, sub_account_id, sub_account_name, service_name, service_category,
  sku_id, charge_description, region_id, resource_id, charge_category, charge_class, billed_cost::varchar, effective_cost::varchar,
  list_cost::varchar, contracted_cost::varchar, pricing_quantity::varchar, pricing_unit, billing_currency, is_estimated, tags, extra
from lines;

-- name: read_parquet
select *
from read_parquet($path);
