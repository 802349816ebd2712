-- A customer's dataset. The load runs fence, guards, delete, insert and log in this order inside one transaction.

-- name: create_tables
create table if not exists cost_daily (
  provider varchar not null,
  domain varchar not null,
  template varchar not null,
  source_account_id varchar not null,
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
  tags json,
  x_extra json,
  line_hash varchar not null,
  run_id varchar not null,
  template_version varchar not null,
  ingested_at timestamp not null
);
create table if not exists findings_daily (
  provider varchar not null,
  domain varchar not null,
  template varchar not null,
  source_account_id varchar not null,
  observed_date date not null,
  sub_account_id varchar,
  resource_id varchar,
  resource_type varchar,
  check_id varchar not null,
  check_name varchar,
  severity varchar,
  state varchar not null,
  region_id varchar,
  finding_count bigint not null,
  x_extra json,
  line_hash varchar not null,
  run_id varchar not null,
  template_version varchar not null,
  ingested_at timestamp not null
);
create table if not exists x_meta_pipeline_runs (
  pipeline_logging_id varchar not null,
  pipeline_id varchar not null,
  run_id varchar not null,
  config_id varchar not null,
  provider varchar not null,
  domain varchar not null,
  template varchar not null,
  template_version varchar,
  source_account_id varchar,
  window_from date,
  window_to date,
  scheduled_time timestamp not null,
  attempt integer not null,
  lease_epoch bigint not null,
  trigger_type varchar not null,
  worker varchar not null,
  status varchar not null,
  error_type varchar,
  error_message varchar,
  start_time timestamp not null,
  end_time timestamp not null,
  duration_ms bigint not null,
  pages integer not null,
  bytes_read bigint not null,
  rows_read bigint not null,
  rows_deleted bigint not null,
  rows_written bigint not null,
  billed_total decimal(38, 12),
  currency varchar,
  schema_fingerprint varchar,
  parameters json
);
alter table x_meta_pipeline_runs add column if not exists http_calls bigint;
alter table x_meta_pipeline_runs add column if not exists wait_ms bigint;
alter table x_meta_pipeline_runs add column if not exists bytes_billed bigint;
alter table x_meta_pipeline_runs add column if not exists days_superseded bigint;
alter table x_meta_pipeline_runs add column if not exists watermark_before json;
alter table x_meta_pipeline_runs add column if not exists watermark_after json;
create table if not exists x_meta_step_logs (
  pipeline_logging_id varchar not null,
  step_number integer not null,
  step varchar not null,
  status varchar not null,
  start_time timestamp not null,
  end_time timestamp not null,
  duration_ms bigint not null,
  rows_in bigint not null,
  rows_out bigint not null,
  message varchar
);
create table if not exists x_meta_fences (
  provider varchar not null,
  domain varchar not null,
  template varchar not null,
  source_account_id varchar not null,
  scheduled_time timestamp not null,
  retry_attempt integer not null,
  lease_epoch bigint not null,
  primary key (provider, domain, template, source_account_id)
);
create table if not exists x_meta_fenced_days (
  provider varchar not null,
  domain varchar not null,
  template varchar not null,
  source_account_id varchar not null,
  usage_date date not null,
  run_id varchar not null,
  claimed_at timestamp not null,
  scheduled_time timestamp not null,
  retry_attempt integer not null,
  lease_epoch bigint not null,
  primary key (provider, domain, template, source_account_id, usage_date)
);
create table if not exists x_meta_watermarks (
  provider varchar not null,
  domain varchar not null,
  template varchar not null,
  source_account_id varchar not null,
  mark varchar not null,
  value varchar not null,
  run_id varchar not null,
  claimed_at timestamp not null,
  primary key (provider, domain, template, source_account_id, mark)
);

-- name: has_table
-- Tables are made in the order of the script above, and a moment after the file.
select count(*) > 0
from information_schema.tables
where table_name = $table;

-- name: attach_staging
-- The one slot is the path of the run's own staging file: ATTACH takes no parameter.
attach '{staging}' as staging (read_only);

-- name: create_load_days
create temp table load_days (usage_date date not null, is_superseded boolean not null);

-- name: plan_days
-- The days to load, all that stand where none are named. A day that a later execution has loaded is not touched: of one run the later
-- lease is the later one, of several runs the one that was claimed later, as it has read its source later.
insert into load_days (usage_date, is_superseded)
select
  d.usage_date,
  case
    when f.run_id is null then false
    when f.run_id = $run_id and f.scheduled_time = $scheduled_time and f.retry_attempt = $retry_attempt
      then f.lease_epoch > $lease_epoch
    else row(f.claimed_at, f.scheduled_time, f.retry_attempt, f.lease_epoch)
      > row($claimed_at, $scheduled_time, $retry_attempt, $lease_epoch)
  end
from (
  select unnest(from_json(coalesce($days, '[]'), '["DATE"]')) as usage_date
  union
  select usage_date
  from cost_daily
  where $days is null
    and provider = $provider
    and domain = $domain
    and template = $template
    and source_account_id = $source_account_id
) d
left join x_meta_fenced_days f
  on f.provider = $provider
  and f.domain = $domain
  and f.template = $template
  and f.source_account_id = $source_account_id
  and f.usage_date = d.usage_date;

-- name: superseded_days
-- How many days there are, how many of them a later execution has loaded, and whether that was a later lease of this very run.
select
  count(*),
  count(*) filter (where is_superseded),
  exists (
    select 1
    from x_meta_fenced_days
    where provider = $provider
      and domain = $domain
      and template = $template
      and source_account_id = $source_account_id
      and run_id = $run_id
      and scheduled_time = $scheduled_time
      and retry_attempt = $retry_attempt
      and lease_epoch > $lease_epoch
  )
from load_days;

-- name: advance_fence
insert into x_meta_fences (
  provider, domain, template, source_account_id, scheduled_time, retry_attempt, lease_epoch
)
values ($provider, $domain, $template, $source_account_id, $scheduled_time, $retry_attempt, $lease_epoch)
on conflict (provider, domain, template, source_account_id) do update set
  scheduled_time = excluded.scheduled_time,
  retry_attempt = excluded.retry_attempt,
  lease_epoch = excluded.lease_epoch;

-- name: fence_days
insert into x_meta_fenced_days (
  provider, domain, template, source_account_id, usage_date, run_id, claimed_at, scheduled_time, retry_attempt, lease_epoch
)
select
  $provider, $domain, $template, $source_account_id, usage_date, $run_id, $claimed_at, $scheduled_time, $retry_attempt,
  $lease_epoch
from load_days
where not is_superseded
on conflict (provider, domain, template, source_account_id, usage_date) do update set
  run_id = excluded.run_id,
  claimed_at = excluded.claimed_at,
  scheduled_time = excluded.scheduled_time,
  retry_attempt = excluded.retry_attempt,
  lease_epoch = excluded.lease_epoch;

-- name: keep_watermark
-- A mark that a later execution has kept stays.
insert into x_meta_watermarks (
  provider, domain, template, source_account_id, mark, value, run_id, claimed_at
)
values ($provider, $domain, $template, $source_account_id, $mark, $value, $run_id, $claimed_at)
on conflict (provider, domain, template, source_account_id, mark) do update set
  value = excluded.value,
  run_id = excluded.run_id,
  claimed_at = excluded.claimed_at
where excluded.claimed_at >= x_meta_watermarks.claimed_at;

-- name: watermarks
select mark, value
from x_meta_watermarks
where provider = $provider
  and domain = $domain
  and template = $template
  and source_account_id = $source_account_id
order by mark;

-- name: rows_outside_window
select count(*), min(usage_date), max(usage_date)
from staging.lines
where usage_date not in (select usage_date from load_days);

-- name: staged_total
select count(*), coalesce(sum(billed_cost), 0)
from staging.lines;

-- name: emptied_window
-- What stands on the days to load, when nothing is staged to replace it.
select count(*), coalesce(sum(abs(billed_cost)), 0)
from cost_daily
where provider = $provider
  and domain = $domain
  and template = $template
  and source_account_id = $source_account_id
  and usage_date in (select usage_date from load_days where not is_superseded)
  and not exists (
    select 1
    from staging.lines
    where usage_date in (select usage_date from load_days where not is_superseded)
  )
having count(*) > 0;

-- name: shrunken_day
-- The first final day that vanishes, or loses more of its absolute cost than allowed.
with standing as (
  select usage_date, billing_currency, sum(abs(billed_cost)) as cost
  from cost_daily
  where provider = $provider
    and domain = $domain
    and template = $template
    and source_account_id = $source_account_id
    and usage_date in (select usage_date from load_days where not is_superseded)
  group by usage_date, billing_currency
  having not bool_or(is_estimated)
),
merged as (
  select usage_date, billing_currency, sum(billed_cost) as cost
  from staging.lines
  group by usage_date, billing_currency, line_hash
),
staged as (
  select usage_date, billing_currency, sum(abs(cost)) as cost
  from merged
  group by usage_date, billing_currency
)
select standing.usage_date, standing.cost, coalesce(staged.cost, 0)
from standing
left join staged
  on staged.usage_date = standing.usage_date
  and staged.billing_currency = standing.billing_currency
where staged.usage_date is null
  or staged.cost < standing.cost * (100 - $shrink_percent) / 100
order by standing.usage_date, standing.billing_currency
limit 1;

-- name: delete_window
delete from cost_daily
where provider = $provider
  and domain = $domain
  and template = $template
  and source_account_id = $source_account_id
  and usage_date in (select usage_date from load_days where not is_superseded);

-- name: insert_staged
-- Lines with one hash become one row. Of the unmapped fields a merged row keeps those its lines agree on.
insert into cost_daily (
  provider, domain, template, source_account_id, usage_date, billing_period,
  billing_account_id, sub_account_id, sub_account_name, service_name, service_category,
  sku_id, charge_description, region_id, resource_id, charge_category, charge_class,
  billed_cost, effective_cost, list_cost, contracted_cost, pricing_quantity, pricing_unit,
  billing_currency, is_estimated, tags, x_extra, line_hash, run_id, template_version, ingested_at
)
select
  $provider, $domain, $template, $source_account_id, usage_date, billing_period,
  billing_account_id, sub_account_id, sub_account_name, service_name, service_category,
  sku_id, charge_description, region_id, resource_id, charge_category, charge_class,
  sum(billed_cost), sum(effective_cost), sum(list_cost), sum(contracted_cost), sum(pricing_quantity), pricing_unit,
  billing_currency, bool_or(is_estimated), tags,
  case
    when count(extra) = count(*) then nullif(
      '{' || array_to_string(
        list_sort(list_reduce(list(distinct string_split(extra, chr(10))), lambda a, b: list_intersect(a, b))), ','
      ) || '}', '{}'
    )
  end,
  line_hash, $run_id, $template_version, $ingested_at
from staging.lines
where usage_date in (select usage_date from load_days where not is_superseded)
group by
  line_hash, usage_date, billing_period,
  billing_account_id, sub_account_id, sub_account_name, service_name, service_category,
  sku_id, charge_description, region_id, resource_id, charge_category, charge_class,
  pricing_unit, billing_currency, tags
order by usage_date, line_hash;

-- name: delete_findings
delete from findings_daily
where provider = $provider
  and domain = $domain
  and template = $template
  and source_account_id = $source_account_id
  and observed_date in (select usage_date from load_days where not is_superseded);

-- name: insert_findings
-- Findings are staged in the columns of costs: the count as billed cost. Lines with one hash become one row.
insert into findings_daily (
  provider, domain, template, source_account_id, observed_date, sub_account_id, resource_id, resource_type, check_id,
  check_name, severity, state, region_id, finding_count, x_extra, line_hash, run_id, template_version, ingested_at
)
select
  $provider, $domain, $template, $source_account_id, usage_date, sub_account_id, resource_id, service_name, sku_id,
  charge_description, service_category, charge_class, region_id, sum(billed_cost)::bigint,
  case
    when count(extra) = count(*) then nullif(
      '{' || array_to_string(
        list_sort(list_reduce(list(distinct string_split(extra, chr(10))), lambda a, b: list_intersect(a, b))), ','
      ) || '}', '{}'
    )
  end,
  line_hash, $run_id, $template_version, $ingested_at
from staging.lines
where usage_date in (select usage_date from load_days where not is_superseded)
group by
  line_hash, usage_date, sub_account_id, resource_id, service_name, sku_id, charge_description, service_category,
  charge_class, region_id
order by usage_date, line_hash;

-- name: insert_run
insert into x_meta_pipeline_runs (
  pipeline_logging_id, pipeline_id, run_id, config_id, provider, domain, template, template_version,
  source_account_id, window_from, window_to, scheduled_time, attempt, lease_epoch, trigger_type, worker,
  status, error_type, error_message, start_time, end_time, duration_ms, pages, bytes_read,
  rows_read, rows_deleted, rows_written, billed_total, currency, schema_fingerprint, parameters,
  http_calls, wait_ms, bytes_billed, days_superseded, watermark_before, watermark_after
)
values (
  $pipeline_logging_id, $pipeline_id, $run_id, $config_id, $provider, $domain, $template, $template_version,
  $source_account_id, $window_from, $window_to, $scheduled_time, $attempt, $lease_epoch, $trigger_type, $worker,
  $status, $error_type, $error_message, $start_time, $end_time, $duration_ms, $pages, $bytes_read,
  $rows_read, $rows_deleted, $rows_written, $billed_total, $currency, $schema_fingerprint, $parameters,
  $http_calls, $wait_ms, $bytes_billed, $days_superseded, $watermark_before, $watermark_after
);

-- name: insert_step
insert into x_meta_step_logs (
  pipeline_logging_id, step_number, step, status, start_time, end_time, duration_ms, rows_in, rows_out, message
)
values (
  $pipeline_logging_id, $step_number, $step, $status, $start_time, $end_time, $duration_ms, $rows_in, $rows_out, $message
);

-- name: cost_by_service
select coalesce(service_name, ''), billing_currency, sum(billed_cost), sum(effective_cost), count(*)
from cost_daily
where ($from::date is null or usage_date >= $from::date)
  and ($to::date is null or usage_date <= $to::date)
group by 1, 2
order by 3 desc, 1, 2;

-- name: list_runs
select
  pipeline_logging_id, pipeline_id, run_id, status, trigger_type, start_time, end_time,
  window_from, window_to, rows_read, rows_deleted, rows_written, error_type, error_message
from x_meta_pipeline_runs
order by start_time desc, pipeline_logging_id
limit $limit;

-- name: list_steps
-- The steps of some executions, which began since then.
select pipeline_logging_id, step_number, step, status, start_time, end_time, rows_in, rows_out, message
from x_meta_step_logs
where start_time >= $since::timestamp and starts_with(pipeline_logging_id, $runId || '-')
order by start_time, pipeline_logging_id, step_number
limit $limit;

-- name: cost_by_day
-- Cost per day, service and currency.
select usage_date, coalesce(service_name, ''), billing_currency, sum(billed_cost)
from cost_daily
where usage_date >= $from::date and usage_date <= $to::date
group by 1, 2, 3
order by 1, 2, 3
limit $limit;

-- name: is_empty
-- Whether nothing was ever loaded or run here.
select not exists (select 1 from cost_daily) and not exists (select 1 from findings_daily) and not exists (select 1 from x_meta_pipeline_runs) as is_empty;
