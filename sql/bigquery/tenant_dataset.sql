-- A customer's dataset. `{dataset}` is its name, filled in before a text is sent. Decimals have 12 places, more than NUMERIC keeps:
-- they are BIGNUMERIC, and travel as text.

-- name: create_tables
-- mode: write
-- May be run again, and by several at once. The fence of no source is what all loads of the customer update, so that they conflict: the
-- first fence of a source is inserted, and an insert alone never does.
create table if not exists `{dataset}.cost_daily` (
  provider string not null,
  domain string not null,
  template string not null,
  source_account_id string not null,
  usage_date date not null,
  billing_period date not null,
  billing_account_id string,
  sub_account_id string,
  sub_account_name string,
  service_name string,
  service_category string,
  sku_id string,
  charge_description string,
  region_id string,
  resource_id string,
  charge_category string not null,
  charge_class string,
  billed_cost bignumeric(38, 12) not null,
  effective_cost bignumeric(38, 12) not null,
  list_cost bignumeric(38, 12),
  contracted_cost bignumeric(38, 12),
  pricing_quantity bignumeric(38, 12),
  pricing_unit string,
  billing_currency string not null,
  is_estimated bool not null,
  tags json,
  x_extra json,
  line_hash string not null,
  run_id string not null,
  template_version string not null,
  ingested_at timestamp not null
)
partition by date_trunc(usage_date, month)
cluster by provider, source_account_id, usage_date, service_name
options (description = 'Cost per day and line, one row for lines that are alike.');

create table if not exists `{dataset}.findings_daily` (
  provider string not null,
  domain string not null,
  template string not null,
  source_account_id string not null,
  observed_date date not null,
  sub_account_id string,
  resource_id string,
  resource_type string,
  check_id string not null,
  check_name string,
  severity string,
  state string not null,
  region_id string,
  finding_count int64 not null,
  x_extra json,
  line_hash string not null,
  run_id string not null,
  template_version string not null,
  ingested_at timestamp not null
)
partition by date_trunc(observed_date, month)
cluster by provider, source_account_id, observed_date, check_id
options (description = 'What sources of security and compliance found, per day.');

create table if not exists `{dataset}.x_meta_pipeline_runs` (
  pipeline_logging_id string not null,
  pipeline_id string not null,
  run_id string not null,
  config_id string not null,
  provider string not null,
  domain string not null,
  template string not null,
  template_version string,
  source_account_id string,
  window_from date,
  window_to date,
  scheduled_time timestamp not null,
  attempt int64 not null,
  lease_epoch int64 not null,
  trigger_type string not null,
  worker string not null,
  status string not null,
  error_type string,
  error_message string,
  start_time timestamp not null,
  end_time timestamp not null,
  duration_ms int64 not null,
  pages int64 not null,
  bytes_read int64 not null,
  rows_read int64 not null,
  rows_deleted int64 not null,
  rows_written int64 not null,
  billed_total bignumeric(38, 12),
  currency string,
  schema_fingerprint string,
  parameters json
)
partition by timestamp_trunc(start_time, month)
cluster by run_id
options (description = 'Every execution of a pipeline.');

alter table `{dataset}.x_meta_pipeline_runs`
  add column if not exists http_calls int64,
  add column if not exists wait_ms int64,
  add column if not exists bytes_billed int64,
  add column if not exists days_superseded int64,
  add column if not exists watermark_before json,
  add column if not exists watermark_after json;

create table if not exists `{dataset}.x_meta_step_logs` (
  pipeline_logging_id string not null,
  step_number int64 not null,
  step string not null,
  status string not null,
  start_time timestamp not null,
  end_time timestamp not null,
  duration_ms int64 not null,
  rows_in int64 not null,
  rows_out int64 not null,
  message string
)
partition by timestamp_trunc(start_time, month)
cluster by pipeline_logging_id
options (description = 'The steps of each execution.');

create table if not exists `{dataset}.x_meta_fences` (
  provider string not null,
  domain string not null,
  template string not null,
  source_account_id string not null,
  scheduled_time timestamp not null,
  retry_attempt int64 not null,
  lease_epoch int64 not null,
  primary key (provider, domain, template, source_account_id) not enforced
)
options (description = 'The last load of each source; the row without a source is what loads conflict on.');

create table if not exists `{dataset}.x_meta_fenced_days` (
  provider string not null,
  domain string not null,
  template string not null,
  source_account_id string not null,
  usage_date date not null,
  run_id string not null,
  claimed_at timestamp not null,
  scheduled_time timestamp not null,
  retry_attempt int64 not null,
  lease_epoch int64 not null,
  primary key (provider, domain, template, source_account_id, usage_date) not enforced
)
cluster by provider, source_account_id, usage_date
options (description = 'The latest execution that loaded each day of a source: an earlier one does not touch it.');

create table if not exists `{dataset}.x_meta_watermarks` (
  provider string not null,
  domain string not null,
  template string not null,
  source_account_id string not null,
  mark string not null,
  value string not null,
  run_id string not null,
  claimed_at timestamp not null,
  primary key (provider, domain, template, source_account_id, mark) not enforced
)
options (description = 'How far each source has been read; written with the load.');

create table if not exists `{dataset}.x_meta_staged_lines` (
  load_id string not null,
  batch int64 not null,
  nth int64 not null,
  staged_at timestamp not null,
  line_hash string not null,
  usage_date date not null,
  billing_period date not null,
  billing_account_id string,
  sub_account_id string,
  sub_account_name string,
  service_name string,
  service_category string,
  sku_id string,
  charge_description string,
  region_id string,
  resource_id string,
  charge_category string not null,
  charge_class string,
  billed_cost bignumeric(38, 12) not null,
  effective_cost bignumeric(38, 12) not null,
  list_cost bignumeric(38, 12),
  contracted_cost bignumeric(38, 12),
  pricing_quantity bignumeric(38, 12),
  pricing_unit string,
  billing_currency string not null,
  is_estimated bool not null,
  tags string,
  extra string
)
partition by date(staged_at)
cluster by load_id
options (description = 'Lines on their way in; what a load leaves behind expires.', partition_expiration_days = 2);

insert into `{dataset}.x_meta_fences` (
  provider, domain, template, source_account_id, scheduled_time, retry_attempt, lease_epoch
)
select '', '', '', '', timestamp '1970-01-01 00:00:00+00', 0, 0
from (select count(*) as anchors from `{dataset}.x_meta_fences` where provider = '')
where anchors = 0;

select 1 as created;

-- name: stage
-- mode: write
-- param: loadId string
-- param: batch int64
-- param: now timestamp
-- param: rows array<struct<line_hash string, usage_date date, billing_period date, billing_account_id string, sub_account_id string, sub_account_name string, service_name string, service_category string, sku_id string, charge_description string, region_id string, resource_id string, charge_category string, charge_class string, billed_cost string, effective_cost string, list_cost string, contracted_cost string, pricing_quantity string, pricing_unit string, billing_currency string, is_estimated bool, tags string, extra string>>
-- A request holds 10 MB: lines come in batches, which are numbered, so that one that came twice counts once.
insert into `{dataset}.x_meta_staged_lines` (
  load_id, batch, nth, staged_at, line_hash, usage_date, billing_period, billing_account_id, sub_account_id, sub_account_name,
  service_name, service_category, sku_id, charge_description, region_id, resource_id, charge_category, charge_class, billed_cost,
  effective_cost, list_cost, contracted_cost, pricing_quantity, pricing_unit, billing_currency, is_estimated, tags, extra
)
select
  @loadId, @batch, nth, coalesce(@now, current_timestamp()), b.line_hash, b.usage_date, b.billing_period, b.billing_account_id,
  b.sub_account_id, b.sub_account_name, b.service_name, b.service_category, b.sku_id, b.charge_description, b.region_id,
  b.resource_id, b.charge_category, b.charge_class, cast(b.billed_cost as bignumeric), cast(b.effective_cost as bignumeric),
  cast(b.list_cost as bignumeric), cast(b.contracted_cost as bignumeric), cast(b.pricing_quantity as bignumeric), b.pricing_unit,
  b.billing_currency, b.is_estimated, b.tags, b.extra
from unnest(@rows) b with offset nth;
select array_length(@rows) as staged;

-- name: load
-- mode: write
-- param: loadId string
-- param: provider string
-- param: domain string
-- param: template string
-- param: sourceAccountId string
-- param: isFindings bool
-- param: days array<struct<usage_date date>>
-- param: standingDays bool
-- param: claimedAt timestamp
-- param: scheduledTime timestamp
-- param: retryAttempt int64
-- param: leaseEpoch int64
-- param: extractedRows int64
-- param: extractedTotal string
-- param: roundingAllowance string
-- param: shrinkPercent int64
-- param: force bool
-- param: runId string
-- param: templateVersion string
-- param: ingestedAt timestamp
-- param: watermarks array<struct<mark string, value string>>
-- param: runs array<struct<pipeline_logging_id string, pipeline_id string, run_id string, config_id string, provider string, domain string, template string, template_version string, source_account_id string, window_from date, window_to date, scheduled_time timestamp, attempt int64, lease_epoch int64, trigger_type string, worker string, status string, error_type string, error_message string, start_time timestamp, end_time timestamp, duration_ms int64, pages int64, bytes_read int64, rows_read int64, billed_total string, currency string, schema_fingerprint string, parameters string, http_calls int64, wait_ms int64, bytes_billed int64, watermark_before string, watermark_after string>>
-- param: steps array<struct<pipeline_logging_id string, step_number int64, step string, status string, start_time timestamp, end_time timestamp, duration_ms int64, rows_in int64, rows_out int64, message string>>
-- Replaces days: fence, guards, delete, insert, watermarks, log. Where the fence or a guard says no, nothing is written but the turn.
-- Loads of one customer update the same row, so one of two is cancelled and looks again: the later execution wins, in whichever order they
-- arrive. A step without rows_out gets the rows that the load has written.
declare op_outcome string;
declare op_is_known bool;
declare op_is_lost bool;
declare op_days array<date>;
declare op_superseded array<date>;
declare op_from date;
declare op_to date;
declare op_staged int64 default 0;
declare op_rows int64 default 0;
declare op_total bignumeric;
declare op_outside int64 default 0;
declare op_first_day date;
declare op_last_day date;
declare op_suspect_day date;
declare op_before bignumeric;
declare op_after bignumeric;
declare op_deleted int64 default 0;
declare op_inserted int64 default 0;

begin transaction;

update `{dataset}.x_meta_fences` set lease_epoch = lease_epoch + 1 where provider = '';

-- The days to load, all that stand where none are named. A day that a later execution has loaded is not touched: of one run the later
-- lease is the later one, of several runs the one that was claimed later, as it has read its source later.
set (op_days, op_superseded, op_from, op_to, op_is_known, op_is_lost) = (
  select as struct
    ifnull(array_agg(if(d.is_superseded, null, d.usage_date) ignore nulls), []),
    ifnull(array_agg(if(d.is_superseded, d.usage_date, null) ignore nulls), []),
    min(if(d.is_superseded, null, d.usage_date)),
    max(if(d.is_superseded, null, d.usage_date)),
    exists (
      select 1
      from `{dataset}.x_meta_fences` f
      where f.provider = @provider and f.domain = @domain and f.template = @template and f.source_account_id = @sourceAccountId
    ),
    exists (
      select 1
      from `{dataset}.x_meta_fenced_days` f
      where f.provider = @provider and f.domain = @domain and f.template = @template and f.source_account_id = @sourceAccountId
        and f.run_id = @runId and f.scheduled_time = @scheduledTime and f.retry_attempt = @retryAttempt
        and f.lease_epoch > @leaseEpoch
    )
  from (
    select
      a.usage_date,
      coalesce(
        if(
          f.run_id = @runId and f.scheduled_time = @scheduledTime and f.retry_attempt = @retryAttempt,
          f.lease_epoch > @leaseEpoch,
          f.claimed_at > @claimedAt
            or (f.claimed_at = @claimedAt and f.scheduled_time > @scheduledTime)
            or (f.claimed_at = @claimedAt and f.scheduled_time = @scheduledTime and f.retry_attempt > @retryAttempt)
            or (
              f.claimed_at = @claimedAt and f.scheduled_time = @scheduledTime and f.retry_attempt = @retryAttempt
              and f.lease_epoch > @leaseEpoch
            )
        ),
        false
      ) as is_superseded
    from (
      select n.usage_date
      from unnest(@days) n
      union distinct
      select c.usage_date
      from `{dataset}.cost_daily` c
      where @standingDays and c.provider = @provider and c.domain = @domain and c.template = @template
        and c.source_account_id = @sourceAccountId
    ) a
    left join (
      select x.*
      from `{dataset}.x_meta_fenced_days` x
      where x.provider = @provider and x.domain = @domain and x.template = @template and x.source_account_id = @sourceAccountId
    ) f on f.usage_date = a.usage_date
  ) d
);

if op_is_lost or (op_from is null and array_length(op_superseded) > 0) then
  set op_outcome = 'STALE';
else
  create temp table lines as
  select s.*
  from `{dataset}.x_meta_staged_lines` s
  where s.load_id = @loadId
  qualify row_number() over (partition by s.batch, s.nth order by s.staged_at) = 1;

  set (op_staged, op_rows, op_total, op_outside, op_first_day, op_last_day) = (
    select as struct
      count(*),
      countif(l.usage_date in unnest(op_days)),
      coalesce(sum(l.billed_cost), 0),
      countif(l.usage_date not in unnest(array_concat(op_days, op_superseded))),
      min(if(l.usage_date in unnest(array_concat(op_days, op_superseded)), null, l.usage_date)),
      max(if(l.usage_date in unnest(array_concat(op_days, op_superseded)), null, l.usage_date))
    from lines l
  );
  set op_outcome = case
    when op_staged <> @extractedRows
      or abs(op_total - cast(@extractedTotal as bignumeric)) > cast(@roundingAllowance as bignumeric) then 'UNRECONCILED'
    when op_outside > 0 then 'OUTSIDE_WINDOW'
  end;

  if op_outcome is null and op_from is not null and not @force and not @isFindings then
    -- The first final day that vanishes, or loses more of its absolute cost than allowed; no day where the whole window would be empty.
    create temp table shrunken as
    with standing as (
      select c.usage_date, c.billing_currency, sum(abs(c.billed_cost)) as cost, logical_or(c.is_estimated) as is_estimated
      from `{dataset}.cost_daily` c
      where c.provider = @provider and c.domain = @domain and c.template = @template and c.source_account_id = @sourceAccountId
        and c.usage_date >= op_from and c.usage_date <= op_to
        and c.usage_date in unnest(op_days)
      group by c.usage_date, c.billing_currency
    ),
    merged as (
      select l.usage_date, l.billing_currency, sum(l.billed_cost) as cost
      from lines l
      where l.usage_date in unnest(op_days)
      group by l.usage_date, l.billing_currency, l.line_hash
    ),
    staged as (
      select m.usage_date, m.billing_currency, sum(abs(m.cost)) as cost
      from merged m
      group by m.usage_date, m.billing_currency
    )
    select cast(null as date) as usage_date, sum(n.cost) as cost_before, cast(0 as bignumeric) as cost_after
    from standing n
    where op_rows = 0
    having count(*) > 0
    union all
    select d.usage_date, d.cost_before, d.cost_after
    from (
      select
        n.usage_date, n.cost as cost_before, coalesce(g.cost, 0) as cost_after,
        row_number() over (order by n.usage_date, n.billing_currency) as place
      from standing n
      left join staged g on g.usage_date = n.usage_date and g.billing_currency = n.billing_currency
      where op_rows > 0
        and not n.is_estimated
        and (g.usage_date is null or g.cost < n.cost * (100 - @shrinkPercent) / 100)
    ) d
    where d.place = 1;

    if exists (select 1 from shrunken) then
      set op_outcome = 'SUSPECT';
      set (op_suspect_day, op_before, op_after) = (
        select as struct max(usage_date), max(cost_before), max(cost_after) from shrunken
      );
    end if;
  end if;

  if op_outcome is null then
    set op_outcome = 'LOADED';

    if op_is_known then
      update `{dataset}.x_meta_fences`
      set scheduled_time = @scheduledTime, retry_attempt = @retryAttempt, lease_epoch = @leaseEpoch
      where provider = @provider and domain = @domain and template = @template and source_account_id = @sourceAccountId;
    else
      insert into `{dataset}.x_meta_fences` (
        provider, domain, template, source_account_id, scheduled_time, retry_attempt, lease_epoch
      )
      values (@provider, @domain, @template, @sourceAccountId, @scheduledTime, @retryAttempt, @leaseEpoch);
    end if;

    delete from `{dataset}.x_meta_fenced_days`
    where provider = @provider and domain = @domain and template = @template and source_account_id = @sourceAccountId
      and usage_date in unnest(op_days);
    insert into `{dataset}.x_meta_fenced_days` (
      provider, domain, template, source_account_id, usage_date, run_id, claimed_at, scheduled_time, retry_attempt, lease_epoch
    )
    select
      @provider, @domain, @template, @sourceAccountId, usage_date, @runId, @claimedAt, @scheduledTime, @retryAttempt, @leaseEpoch
    from unnest(op_days) usage_date;

    if array_length(@watermarks) > 0 then
      -- A mark that a later execution has kept stays.
      delete from `{dataset}.x_meta_watermarks`
      where provider = @provider and domain = @domain and template = @template and source_account_id = @sourceAccountId
        and claimed_at <= @claimedAt and mark in (select w.mark from unnest(@watermarks) w);
      insert into `{dataset}.x_meta_watermarks` (
        provider, domain, template, source_account_id, mark, value, run_id, claimed_at
      )
      select @provider, @domain, @template, @sourceAccountId, w.mark, w.value, @runId, @claimedAt
      from unnest(@watermarks) w
      left join (
        select k.mark
        from `{dataset}.x_meta_watermarks` k
        where k.provider = @provider and k.domain = @domain and k.template = @template and k.source_account_id = @sourceAccountId
      ) kept on kept.mark = w.mark
      where kept.mark is null;
    end if;

    if op_from is not null and @isFindings then
      delete from `{dataset}.findings_daily`
      where observed_date >= op_from and observed_date <= op_to
        and observed_date in unnest(op_days)
        and provider = @provider and domain = @domain and template = @template and source_account_id = @sourceAccountId;
      set op_deleted = @@row_count;
    end if;

    if op_from is not null and not @isFindings then
      delete from `{dataset}.cost_daily`
      where usage_date >= op_from and usage_date <= op_to
        and usage_date in unnest(op_days)
        and provider = @provider and domain = @domain and template = @template and source_account_id = @sourceAccountId;
      set op_deleted = @@row_count;
    end if;

    if op_rows > 0 then
      -- Lines with one hash become one row. Of the unmapped fields a merged row keeps those its lines agree on.
      create temp table merged as
      select
        line_hash, usage_date, billing_period, billing_account_id, sub_account_id, sub_account_name, service_name, service_category,
        sku_id, charge_description, region_id, resource_id, charge_category, charge_class, pricing_unit, billing_currency, tags,
        sum(billed_cost) as billed_cost, sum(effective_cost) as effective_cost, sum(list_cost) as list_cost,
        sum(contracted_cost) as contracted_cost, sum(pricing_quantity) as pricing_quantity,
        logical_or(is_estimated) as is_estimated, count(*) as line_count
      from lines
      where usage_date in unnest(op_days)
      group by
        line_hash, usage_date, billing_period, billing_account_id, sub_account_id, sub_account_name, service_name, service_category,
        sku_id, charge_description, region_id, resource_id, charge_category, charge_class, pricing_unit, billing_currency, tags;

      create temp table agreed as
      select f.line_hash, concat('{', string_agg(f.field, ',' order by f.field), '}') as extra
      from (
        select l.line_hash, field, count(distinct concat(cast(l.batch as string), '/', cast(l.nth as string))) as line_count
        from lines l
        cross join unnest(split(l.extra, '\n')) as field
        where field <> ''
        group by l.line_hash, field
      ) f
      join merged g on g.line_hash = f.line_hash and g.line_count = f.line_count
      group by f.line_hash;
    end if;

    -- Findings are staged in the columns of costs: the count as billed cost.
    if op_rows > 0 and @isFindings then
      insert into `{dataset}.findings_daily` (
        provider, domain, template, source_account_id, observed_date, sub_account_id, resource_id, resource_type, check_id,
        check_name, severity, state, region_id, finding_count, x_extra, line_hash, run_id, template_version, ingested_at
      )
      select
        @provider, @domain, @template, @sourceAccountId, m.usage_date, m.sub_account_id, m.resource_id, m.service_name, m.sku_id,
        m.charge_description, m.service_category, m.charge_class, m.region_id, cast(m.billed_cost as int64),
        parse_json(a.extra, wide_number_mode => 'round'), m.line_hash, @runId, @templateVersion, @ingestedAt
      from merged m
      left join agreed a on a.line_hash = m.line_hash;
      set op_inserted = @@row_count;
    end if;

    if op_rows > 0 and not @isFindings then
      insert into `{dataset}.cost_daily` (
        provider, domain, template, source_account_id, usage_date, billing_period,
        billing_account_id, sub_account_id, sub_account_name, service_name, service_category,
        sku_id, charge_description, region_id, resource_id, charge_category, charge_class,
        billed_cost, effective_cost, list_cost, contracted_cost, pricing_quantity, pricing_unit,
        billing_currency, is_estimated, tags, x_extra, line_hash, run_id, template_version, ingested_at
      )
      select
        @provider, @domain, @template, @sourceAccountId, m.usage_date, m.billing_period,
        m.billing_account_id, m.sub_account_id, m.sub_account_name, m.service_name, m.service_category,
        m.sku_id, m.charge_description, m.region_id, m.resource_id, m.charge_category, m.charge_class,
        m.billed_cost, m.effective_cost, m.list_cost, m.contracted_cost, m.pricing_quantity, m.pricing_unit,
        m.billing_currency, m.is_estimated, parse_json(m.tags, wide_number_mode => 'round'),
        parse_json(a.extra, wide_number_mode => 'round'), m.line_hash, @runId, @templateVersion, @ingestedAt
      from merged m
      left join agreed a on a.line_hash = m.line_hash;
      set op_inserted = @@row_count;
    end if;

    insert into `{dataset}.x_meta_pipeline_runs` (
      pipeline_logging_id, pipeline_id, run_id, config_id, provider, domain, template, template_version,
      source_account_id, window_from, window_to, scheduled_time, attempt, lease_epoch, trigger_type, worker,
      status, error_type, error_message, start_time, end_time, duration_ms, pages, bytes_read,
      rows_read, rows_deleted, rows_written, billed_total, currency, schema_fingerprint, parameters,
      http_calls, wait_ms, bytes_billed, days_superseded, watermark_before, watermark_after
    )
    select
      r.pipeline_logging_id, r.pipeline_id, r.run_id, r.config_id, r.provider, r.domain, r.template, r.template_version,
      r.source_account_id, r.window_from, r.window_to, r.scheduled_time, r.attempt, r.lease_epoch, r.trigger_type, r.worker,
      r.status, r.error_type, r.error_message, r.start_time, r.end_time, r.duration_ms, r.pages, r.bytes_read,
      r.rows_read, op_deleted, op_inserted, cast(r.billed_total as bignumeric), r.currency, r.schema_fingerprint,
      parse_json(r.parameters, wide_number_mode => 'round'),
      r.http_calls, r.wait_ms, r.bytes_billed, array_length(op_superseded), parse_json(r.watermark_before), parse_json(r.watermark_after)
    from unnest(@runs) r;

    insert into `{dataset}.x_meta_step_logs` (
      pipeline_logging_id, step_number, step, status, start_time, end_time, duration_ms, rows_in, rows_out, message
    )
    select
      s.pipeline_logging_id, s.step_number, s.step, s.status, s.start_time, s.end_time, s.duration_ms, s.rows_in,
      coalesce(s.rows_out, op_inserted), s.message
    from unnest(@steps) s;
  end if;
end if;

commit transaction;

select
  op_outcome as outcome,
  op_inserted as inserted,
  op_deleted as deleted,
  coalesce(array_length(op_superseded), 0) as superseded_days,
  cast(op_total as string) as staged_total,
  op_outside as outside_rows,
  op_first_day as first_day,
  op_last_day as last_day,
  op_suspect_day as suspect_day,
  cast(op_before as string) as cost_before,
  cast(op_after as string) as cost_after;

-- name: unstage
-- mode: write
-- param: loadId string
-- Once the load has ended, whatever became of it.
declare op_removed int64;
delete from `{dataset}.x_meta_staged_lines` where load_id = @loadId;
set op_removed = @@row_count;
select op_removed as removed;

-- name: record
-- mode: write
-- param: runs array<struct<pipeline_logging_id string, pipeline_id string, run_id string, config_id string, provider string, domain string, template string, template_version string, source_account_id string, window_from date, window_to date, scheduled_time timestamp, attempt int64, lease_epoch int64, trigger_type string, worker string, status string, error_type string, error_message string, start_time timestamp, end_time timestamp, duration_ms int64, pages int64, bytes_read int64, rows_read int64, billed_total string, currency string, schema_fingerprint string, parameters string, http_calls int64, wait_ms int64, bytes_billed int64, watermark_before string, watermark_after string>>
-- param: steps array<struct<pipeline_logging_id string, step_number int64, step string, status string, start_time timestamp, end_time timestamp, duration_ms int64, rows_in int64, rows_out int64, message string>>
-- The log of executions that loaded nothing; moves no fence.
begin transaction;
insert into `{dataset}.x_meta_pipeline_runs` (
  pipeline_logging_id, pipeline_id, run_id, config_id, provider, domain, template, template_version,
  source_account_id, window_from, window_to, scheduled_time, attempt, lease_epoch, trigger_type, worker,
  status, error_type, error_message, start_time, end_time, duration_ms, pages, bytes_read,
  rows_read, rows_deleted, rows_written, billed_total, currency, schema_fingerprint, parameters,
  http_calls, wait_ms, bytes_billed, days_superseded, watermark_before, watermark_after
)
select
  r.pipeline_logging_id, r.pipeline_id, r.run_id, r.config_id, r.provider, r.domain, r.template, r.template_version,
  r.source_account_id, r.window_from, r.window_to, r.scheduled_time, r.attempt, r.lease_epoch, r.trigger_type, r.worker,
  r.status, r.error_type, r.error_message, r.start_time, r.end_time, r.duration_ms, r.pages, r.bytes_read,
  r.rows_read, 0, 0, cast(r.billed_total as bignumeric), r.currency, r.schema_fingerprint,
  parse_json(r.parameters, wide_number_mode => 'round'),
  r.http_calls, r.wait_ms, r.bytes_billed, 0, parse_json(r.watermark_before), parse_json(r.watermark_after)
from unnest(@runs) r;
insert into `{dataset}.x_meta_step_logs` (
  pipeline_logging_id, step_number, step, status, start_time, end_time, duration_ms, rows_in, rows_out, message
)
select
  s.pipeline_logging_id, s.step_number, s.step, s.status, s.start_time, s.end_time, s.duration_ms, s.rows_in,
  coalesce(s.rows_out, 0), s.message
from unnest(@steps) s;
commit transaction;
select array_length(@runs) as recorded;

-- name: cost_by_service
-- mode: read
-- param: from date
-- param: to date
select
  coalesce(c.service_name, '') as service,
  c.billing_currency as currency,
  cast(sum(c.billed_cost) as string) as billed,
  cast(sum(c.effective_cost) as string) as effective,
  count(*) as line_count
from `{dataset}.cost_daily` c
where c.usage_date >= coalesce(@from, date '0001-01-01') and c.usage_date <= coalesce(@to, date '9999-12-31')
group by service, currency
order by sum(c.billed_cost) desc, service, currency;

-- name: watermarks
-- mode: read
-- param: provider string
-- param: domain string
-- param: template string
-- param: sourceAccountId string
select w.mark, w.value
from `{dataset}.x_meta_watermarks` w
where w.provider = @provider and w.domain = @domain and w.template = @template and w.source_account_id = @sourceAccountId
order by w.mark;

-- name: list_runs
-- mode: read
-- param: limit int64
select
  pipeline_logging_id, pipeline_id, run_id, status, trigger_type, start_time, end_time,
  window_from, window_to, rows_read, rows_deleted, rows_written, error_type, error_message
from `{dataset}.x_meta_pipeline_runs`
order by start_time desc, pipeline_logging_id
limit @limit;

-- name: list_steps
-- mode: read
-- param: runId string
-- param: since timestamp
-- param: limit int64
-- The steps of some executions, which began since then.
select
  s.pipeline_logging_id, s.step_number, s.step, s.status, s.start_time, s.end_time, s.rows_in, s.rows_out, s.message
from `{dataset}.x_meta_step_logs` s
where s.start_time >= @since and starts_with(s.pipeline_logging_id, concat(@runId, '-'))
order by s.start_time, s.pipeline_logging_id, s.step_number
limit @limit;

-- name: cost_by_day
-- mode: read
-- param: from date
-- param: to date
-- param: limit int64
-- Cost per day, service and currency.
select
  c.usage_date as day,
  coalesce(c.service_name, '') as service,
  c.billing_currency as currency,
  cast(sum(c.billed_cost) as string) as billed
from `{dataset}.cost_daily` c
where c.usage_date >= @from and c.usage_date <= @to
group by day, service, currency
order by day, service, currency
limit @limit;

-- name: is_empty
-- mode: read
-- Whether nothing was ever loaded or run here.
select
  not exists (select 1 from `{dataset}.cost_daily`) and not exists (select 1 from `{dataset}.findings_daily`) and not exists (select 1 from `{dataset}.x_meta_pipeline_runs`) as is_empty;
