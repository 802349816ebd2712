-- Net cost is cost and credits; each has rows of its own, so that neither total is lost. Numbers leave as text of NUMERIC or
-- BIGNUMERIC, rounded to the places that cost_daily keeps. The partition filter keeps the scan small: a line is exported on its usage day or later.
with lines as (
  select
    date(usage_start_time) as usage_date,
    parse_date('%Y%m', invoice.month) as billing_period,
    billing_account_id,
    project.id as project_id,
    project.name as project_name,
    service.description as service_name,
    sku.id as sku_id,
    sku.description as sku_description,
    location.region as region_id,
    cost_type,
    currency,
    round(cast(cost as bignumeric), 12) as cost,
    round(cast(usage.amount_in_pricing_units as bignumeric), 12) as pricing_quantity,
    usage.pricing_unit as pricing_unit,
    credits
  from {table}
  where date(usage_start_time) between @from and @to
    and date(_partitiontime) >= @from
),
charges as (
  select
    usage_date, billing_period, billing_account_id, project_id, project_name, service_name, sku_id,
    sku_description as charge_description, region_id,
    case cost_type when 'tax' then 'Tax' when 'adjustment' then 'Adjustment' when 'rounding_error' then 'Adjustment' else 'Usage' end
      as charge_category,
    currency, cost, pricing_quantity, pricing_unit,
    cast(null as string) as credit_type, cost_type
  from lines
  union all
  select
    usage_date, billing_period, billing_account_id, project_id, project_name, service_name, sku_id,
    credit.name as charge_description, region_id,
    'Credit' as charge_category,
    currency, round(cast(credit.amount as bignumeric), 12) as cost, cast(null as bignumeric) as pricing_quantity,
    cast(null as string) as pricing_unit,
    credit.type as credit_type, cost_type
  from lines
  cross join unnest(credits) as credit
)
select
  cast(usage_date as string) as usage_date,
  cast(billing_period as string) as billing_period,
  billing_account_id, project_id, project_name, service_name, sku_id, charge_description, region_id, charge_category,
  currency,
  cast(sum(cost) as string) as cost,
  cast(sum(pricing_quantity) as string) as pricing_quantity,
  pricing_unit, credit_type, cost_type
from charges
group by
  usage_date, billing_period, billing_account_id, project_id, project_name, service_name, sku_id, charge_description,
  region_id, charge_category, currency, pricing_unit, credit_type, cost_type
order by usage_date, project_id, service_name, sku_id, charge_category, charge_description, region_id, pricing_unit, cost_type
