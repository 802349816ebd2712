-- name: claim
-- mode: write
-- param: now timestamp
-- param: rows array<struct<nth int64, worker_id string, nonce string, first int64, last int64>>
-- param: count int64
-- param: visit int64
-- param: leaseMicros int64
-- Leases up to @count items to the claims in @rows: numbered in fair order, they go to the claim with first <= number <= last.
-- @visit bounds the customers that are served; `more` says that another call may find work. The queue holds what is open and no more,
-- so it is read as a whole. Two claims update the same table: one of them is cancelled and looks again. Items of paused pipelines,
-- and of those that were switched off, are passed over where they stand.
declare op_now timestamp default coalesce(@now, current_timestamp());
declare op_lease_end timestamp default timestamp_add(op_now, interval @leaseMicros microsecond);
declare op_taken array<struct<
  place int64, customer_id string, queue_id string, run_id string, config_id string, scheduled_time timestamp, visible_at timestamp,
  epoch_before int64, nth int64, worker_id string, nonce string, provider string, domain string, credential_id string, secret_version int64
>>;
declare op_first timestamp;
declare op_last timestamp;

begin transaction;

-- Everybody whose turn it is, or whose time has come: the latter join the round where it stands; they have no claim on rounds they sat
-- out. What each has waiting, and when it may next be served.
create temp table visited as
with stand as (
  select coalesce(min(if(ready, turn, null)), max(turn), 0) as virtual_time from scheduler_fair_shares
),
looked as (
  select
    f.customer_id, f.turn as turn_before, f.ready as ready_before, f.ready_at as ready_at_before,
    if(f.ready, f.turn, greatest(f.turn, stand.virtual_time)) as turn
  from scheduler_fair_shares f
  cross join stand
  where f.ready or f.ready_at <= op_now
),
open_items as (
  select
    q.customer_id,
    countif(q.state = 'PROCESSING' and q.lease_expires_at > op_now) as live,
    min(if(q.state = 'PROCESSING' and q.lease_expires_at > op_now, q.lease_expires_at, null)) as live_end,
    countif(
      q.state = 'QUEUED' and q.visible_at <= op_now and c.is_active and (c.paused_until is null or c.paused_until <= op_now)
    ) as claimable,
    min(
      case
        when q.state = 'QUEUED' and q.visible_at > op_now then q.visible_at
        when q.state = 'QUEUED' and (not c.is_active or c.paused_until > op_now)
          then greatest(coalesce(c.paused_until, op_now), timestamp_add(op_now, interval 5 minute))
      end
    ) as next_at
  from pipeline_execution_queue q
  join customer_pipeline_configs c on c.config_id = q.config_id
  group by q.customer_id
)
select
  l.customer_id, l.turn_before, l.ready_before, l.ready_at_before, l.turn, s.tenant_dataset_id,
  coalesce(o.live, 0) as live, o.live_end, coalesce(o.claimable, 0) as claimable, o.next_at,
  coalesce(s.runnable_until > op_now, false) as runnable,
  row_number() over (order by l.turn, l.customer_id) <= @visit as is_visited,
  if(
    coalesce(s.runnable_until > op_now, false), greatest(0, coalesce(s.max_concurrent_pipelines, 1000000) - coalesce(o.live, 0)), 0
  ) as slots
from looked l
left join scheduler_customer_standing s on s.customer_id = l.customer_id
left join open_items o on o.customer_id = l.customer_id;

-- Each customer's best items in the order of priority and age, and of those the ones whose turn it is; backfills yield to all live work,
-- for an hour. The credential is the one that
-- the pipeline names, else the single active one of its provider.
set op_taken = array(
  with candidates as (
    select
      v.turn, v.slots, q.customer_id, q.queue_id, q.run_id, q.config_id, q.scheduled_time, q.visible_at, q.lease_epoch, c.provider,
      c.domain, c.credential_id,
      q.priority = 0 and q.visible_at > timestamp_sub(op_now, interval 1 hour) as yields,
      row_number() over (
        partition by q.customer_id
        order by
          q.priority = 0 and q.visible_at > timestamp_sub(op_now, interval 1 hour),
          q.priority + least(10, div(timestamp_diff(op_now, q.visible_at, microsecond), 600000000)) desc,
          q.visible_at, q.scheduled_time, q.created_at, q.queue_id
      ) as rank
    from visited v
    join pipeline_execution_queue q on q.customer_id = v.customer_id
    join customer_pipeline_configs c on c.config_id = q.config_id
    where v.is_visited
      and v.slots > 0
      and q.state = 'QUEUED'
      and q.visible_at <= op_now
      and c.is_active
      and (c.paused_until is null or c.paused_until <= op_now)
  ),
  numbered as (
    select x.*, row_number() over (order by x.yields, x.turn + x.rank, x.customer_id, x.rank) as place
    from candidates x
    where x.rank <= x.slots
  ),
  single as (
    select customer_id, provider, max(credential_id) as credential_id
    from customer_credentials
    where is_active
    group by customer_id, provider
    having count(*) = 1
  )
  select as struct
    n.place, n.customer_id, n.queue_id, n.run_id, n.config_id, n.scheduled_time, n.visible_at, n.lease_epoch as epoch_before, b.nth,
    b.worker_id, b.nonce, n.provider, n.domain, k.credential_id, k.secret_version
  from numbered n
  join unnest(@rows) b on n.place >= b.first and n.place <= b.last
  left join single u on u.customer_id = n.customer_id and u.provider = n.provider
  left join customer_credentials k
    on k.credential_id = coalesce(n.credential_id, u.credential_id)
    and k.customer_id = n.customer_id
    and k.is_active
    and k.validation_status in ('PENDING', 'VALID')
  where n.place <= @count
);
set (op_first, op_last) = (select as struct min(t.scheduled_time), max(t.scheduled_time) from unnest(op_taken) t);

if array_length(op_taken) > 0 then
  update pipeline_execution_queue q
  set
    state = 'PROCESSING',
    credential_id = t.credential_id,
    credential_version = t.secret_version,
    picked_up_at = op_now,
    worker_id = t.worker_id,
    lease_epoch = t.epoch_before + 1,
    lease_token = concat(cast(t.epoch_before + 1 as string), '.', t.nonce),
    lease_expires_at = op_lease_end
  from unnest(op_taken) t
  where q.queue_id = t.queue_id and q.state = 'QUEUED' and q.lease_epoch = t.epoch_before;

  insert into scheduler_run_transitions (transition_id, run_id, from_state, to_state, `at`, actor, lease_epoch, note)
  select
    unix_micros(op_now) * 256 + least(t.epoch_before + 1, 31) * 8 + step, t.run_id,
    if(step = 1, 'SCHEDULED', 'PENDING'), if(step = 1, 'PENDING', 'RUNNING'), op_now, t.worker_id, t.epoch_before + 1,
    if(step = 1, 'its time came', null)
  from unnest(op_taken) t
  join scheduled_pipeline_runs r on r.run_id = t.run_id
  cross join unnest([1, 2]) as step
  where r.scheduled_time >= op_first and r.scheduled_time <= op_last
    and (r.state = 'SCHEDULED' or (r.state = 'PENDING' and step = 2));

  update scheduled_pipeline_runs r
  set
    state = 'RUNNING',
    actual_start_time = op_now,
    worker_id = t.worker_id,
    pipeline_logging_id = concat(t.run_id, '-', cast(t.epoch_before + 1 as string)),
    updated_at = op_now
  from unnest(op_taken) t
  where r.run_id = t.run_id
    and r.scheduled_time >= op_first and r.scheduled_time <= op_last
    and r.state in ('SCHEDULED', 'PENDING');

  update customer_usage_quotas u
  set
    concurrent_pipelines_running = l.live,
    max_concurrent_reached = greatest(u.max_concurrent_reached, l.live),
    last_pipeline_started_at = op_now,
    last_updated = op_now
  from (
    select v.customer_id, v.live + t.taken as live, n.usage_date
    from (select customer_id, count(*) as taken from unnest(op_taken) group by customer_id) t
    join visited v on v.customer_id = t.customer_id
    join (
      select customer_id, max(usage_date) as usage_date
      from customer_usage_quotas
      where usage_date >= date_sub(date(op_now), interval 31 day)
      group by customer_id
    ) n on n.customer_id = t.customer_id
  ) l
  where u.customer_id = l.customer_id
    and u.usage_date = l.usage_date
    and u.usage_date >= date_sub(date(op_now), interval 31 day);
end if;

-- Whoever cannot be served now leaves the round: at its cap until a lease can end, else until its next item is visible.
update scheduler_fair_shares f
set turn = n.turn, ready = n.stays, ready_at = n.ready_at
from (
  select
    s.customer_id, s.turn + s.taken as turn, s.stays,
    case
      when s.stays then s.ready_at_before
      when not s.runnable then timestamp '9999-12-31 23:59:59.999999+00'
      when s.slots <= s.taken then least(
        coalesce(s.live_end, timestamp '9999-12-31 23:59:59.999999+00'),
        if(s.taken > 0, op_lease_end, timestamp '9999-12-31 23:59:59.999999+00')
      )
      else coalesce(s.next_at, timestamp '9999-12-31 23:59:59.999999+00')
    end as ready_at,
    s.turn_before, s.ready_before, s.ready_at_before
  from (
    select
      v.*, coalesce(t.taken, 0) as taken,
      not v.is_visited or (v.slots > coalesce(t.taken, 0) and v.claimable > coalesce(t.taken, 0)) as stays
    from visited v
    left join (select customer_id, count(*) as taken from unnest(op_taken) group by customer_id) t on t.customer_id = v.customer_id
  ) s
) n
where f.customer_id = n.customer_id
  and (n.turn <> n.turn_before or n.stays <> n.ready_before or n.ready_at <> n.ready_at_before);

commit transaction;

select
  array_length(op_taken) < @count and m.stays as more,
  t.nth,
  t.queue_id,
  t.run_id,
  t.config_id,
  t.customer_id,
  t.epoch_before + 1 as lease_epoch,
  concat(cast(t.epoch_before + 1 as string), '.', t.nonce) as lease_token,
  op_lease_end as lease_expires_at,
  r.pipeline_logging_id,
  r.scheduled_time,
  t.visible_at,
  r.data_interval_start,
  r.data_interval_end,
  r.retry_attempt,
  r.triggered_by,
  r.lane,
  if(r.parameters is null, null, to_json_string(r.parameters)) as parameters,
  t.provider,
  t.domain,
  r.pipeline_template,
  v.tenant_dataset_id,
  t.credential_id,
  k.provider as credential_provider,
  k.credential_type,
  k.encrypted_credentials,
  k.kms_key_version
from (
  select
    coalesce(
      logical_or(
        not x.is_visited or (x.slots > coalesce(y.taken, 0) and x.claimable > coalesce(y.taken, 0))
      ),
      false
    ) as stays
  from visited x
  left join (select customer_id, count(*) as taken from unnest(op_taken) group by customer_id) y on y.customer_id = x.customer_id
) m
left join unnest(op_taken) t on true
left join visited v on v.customer_id = t.customer_id
left join scheduled_pipeline_runs r
  on r.run_id = t.run_id and r.scheduled_time >= op_first and r.scheduled_time <= op_last
left join customer_credentials k on k.credential_id = t.credential_id
order by t.nth, r.scheduled_time, t.queue_id;

-- name: heartbeat
-- mode: write
-- param: now timestamp
-- param: rows array<struct<queue_id string, lease_token string>>
-- param: leaseMicros int64
-- Extends live leases only: a lease that ran out may already have made room for another item of the customer.
declare op_now timestamp default coalesce(@now, current_timestamp());
update pipeline_execution_queue q
set lease_expires_at = timestamp_add(op_now, interval @leaseMicros microsecond)
where concat(q.queue_id, ' ', q.lease_token) in (select concat(b.queue_id, ' ', b.lease_token) from unnest(@rows) b)
  and q.state = 'PROCESSING'
  and q.lease_expires_at > op_now;
select
  b.queue_id,
  case
    when q.queue_id is null then 'lost'
    when q.cancel_requested_at is not null then 'cancel'
    else 'renewed'
  end as status,
  q.lease_expires_at
from unnest(@rows) b with offset nth
left join pipeline_execution_queue q
  on q.queue_id = b.queue_id
  and q.lease_token = b.lease_token
  and q.state = 'PROCESSING'
  and q.lease_expires_at > op_now
order by nth;

-- name: lease_facts
-- mode: read
-- param: now timestamp
-- param: rows array<struct<queue_id string, lease_token string, may_retry bool>>
-- What deciding about the end of leases needs to know: the time, and what does not change while the lease is held.
select
  coalesce(@now, current_timestamp()) as now,
  q.queue_id,
  q.lease_token,
  q.lease_expires_at,
  q.run_id,
  q.config_id,
  q.customer_id,
  q.scheduled_time,
  coalesce(r.retry_attempt, 0) as retry_attempt,
  coalesce(r.lane, '') as lane,
  if(c.retry_config is null, null, to_json_string(c.retry_config)) as retry_config,
  p.timezone as customer_timezone
from unnest(@rows) b with offset nth
join pipeline_execution_queue q on q.queue_id = b.queue_id and q.lease_token = b.lease_token
join customer_profiles p on p.customer_id = q.customer_id
left join scheduled_pipeline_runs r on b.may_retry and r.run_id = q.run_id and r.scheduled_time = q.scheduled_time
left join customer_pipeline_configs c on b.may_retry and c.config_id = q.config_id
where q.state = 'PROCESSING'
order by nth;

-- name: list_expired
-- mode: read
-- param: now timestamp
-- param: afterExpiry timestamp
-- param: afterId string
-- param: limit int64
-- A page of leases that ran out, oldest first, behind the last one of the page before.
select
  q.queue_id,
  q.lease_token,
  q.lease_expires_at,
  r.run_id,
  r.config_id,
  r.customer_id,
  r.scheduled_time,
  r.retry_attempt,
  r.lane,
  if(c.retry_config is null, null, to_json_string(c.retry_config)) as retry_config,
  p.timezone as customer_timezone
from pipeline_execution_queue q
join scheduled_pipeline_runs r on r.run_id = q.run_id and r.scheduled_time = q.scheduled_time
join customer_pipeline_configs c on c.config_id = r.config_id
join customer_profiles p on p.customer_id = r.customer_id
where q.state = 'PROCESSING'
  and q.lease_expires_at <= @now
  and (q.lease_expires_at > @afterExpiry or (q.lease_expires_at = @afterExpiry and q.queue_id > @afterId))
order by q.lease_expires_at, q.queue_id
limit @limit;

-- name: end_leases
-- mode: write
-- param: now timestamp
-- param: rows array<struct<queue_id string, lease_token string, customer_id string, outcome string, error_type string, error_message string, credential_used bool, usage_id string, usage_date date, disable_after int64, retry_run_id string, retry_queue_id string, retry_at timestamp, retry_key string>>
-- param: maxLosses int64
-- Ends leases: completed, failed, cancelled, released, or lost (only if it really ran out). The token guards every row; a row
-- whose lease is no longer held comes back as stale and writes nothing. What ended leaves the queue. The set is kept in a variable:
-- the conditions below cost no look at a table.
declare op_ended array<struct<
  nth int64, queue_id string, run_id string, config_id string, customer_id string, scheduled_time timestamp, lease_epoch int64,
  worker_id string, started_at timestamp, outcome string, state string, error_type string, gave_up string, usage_id string,
  usage_date date, disable_after int64, retry_run_id string, retry_queue_id string, retry_at timestamp, retry_key string,
  credential_id string, credential_version int64, is_active bool, pipeline_name string, failures_before int64, has_successor bool,
  customer_waits bool
>>;
declare op_first timestamp;
declare op_last timestamp;
declare op_days date;
declare op_counted int64;

begin transaction;

set op_ended = array(
  with waiting as (
    select
      customer_id, config_id, countif(visible_at = timestamp '9999-12-31 23:59:59.999999+00') > 0 as has_parked
    from pipeline_execution_queue
    where state = 'QUEUED'
    group by customer_id, config_id
  )
  select as struct
    b.nth, q.queue_id, q.run_id, q.config_id, q.customer_id, q.scheduled_time, q.lease_epoch, q.worker_id, q.picked_up_at as started_at,
    b.outcome,
    case
      when b.outcome = 'completed' then 'COMPLETED'
      when b.outcome in ('failed', 'cancelled') then 'FAILED'
      when q.cancel_requested_at is not null or not c.is_active then 'FAILED'
      when b.outcome = 'lost' and q.lease_losses + 1 >= @maxLosses then 'FAILED'
      else 'PENDING'
    end as state,
    case
      when b.outcome = 'failed' then b.error_type
      when b.outcome = 'cancelled' then 'CANCELLED'
      when b.outcome in ('released', 'lost') and (q.cancel_requested_at is not null or not c.is_active) then 'CANCELLED'
      when b.outcome = 'lost' and q.lease_losses + 1 >= @maxLosses then 'WORKER_LOST'
    end as error_type,
    if(
      b.outcome = 'lost' and q.cancel_requested_at is null and c.is_active and q.lease_losses + 1 >= @maxLosses,
      concat('Lost its worker ', cast(q.lease_losses + 1 as string), ' times; not tried again.'),
      null
    ) as gave_up,
    b.usage_id, b.usage_date, b.disable_after,
    if(q.cancel_requested_at is null and c.is_active, b.retry_run_id, null) as retry_run_id,
    b.retry_queue_id, b.retry_at, b.retry_key,
    if(coalesce(b.credential_used, true), q.credential_id, null) as credential_id,
    q.credential_version, c.is_active, c.pipeline_name, c.consecutive_failures as failures_before,
    coalesce(w.has_parked, false) as has_successor,
    s.customer_id is not null as customer_waits
  from (
    select
      r.queue_id, r.lease_token, r.outcome, r.error_type, r.credential_used, r.usage_id, r.usage_date, r.disable_after, r.retry_run_id,
      r.retry_queue_id, r.retry_at, r.retry_key, nth, row_number() over (partition by r.queue_id, r.lease_token order by nth) as copy
    from unnest(@rows) r with offset nth
  ) b
  join pipeline_execution_queue q on q.queue_id = b.queue_id and q.lease_token = b.lease_token
  join customer_pipeline_configs c on c.config_id = q.config_id
  left join waiting w on w.config_id = q.config_id
  left join (select distinct customer_id from waiting) s on s.customer_id = q.customer_id
  where b.copy = 1
    and q.state = 'PROCESSING'
    and (b.outcome <> 'lost' or q.lease_expires_at <= @now)
);
set (op_first, op_last, op_days) = (
  select as struct min(e.scheduled_time), max(e.scheduled_time), date_trunc(min(e.usage_date), month) from unnest(op_ended) e
);

if array_length(op_ended) > 0 then
  -- What its last runs say of each pipeline; of several that started at the same moment the newest has the last word. Three failures in a row warn; where the pipeline's own configuration says so, more of them
  -- switch it off.
  if exists (select 1 from unnest(op_ended) e where e.state <> 'PENDING' and coalesce(e.error_type, '') <> 'CANCELLED') then
    update customer_pipeline_configs c
    set
      last_run_time = j.last_run_time,
      last_run_status = if(j.last_state = 'COMPLETED', 'SUCCESS', 'FAILED'),
      consecutive_failures = j.failures,
      is_active = c.is_active and not j.switched_off,
      pause_reason = if(
        j.switched_off, concat('Switched off after ', cast(j.failures as string), ' failures in a row.'), c.pause_reason
      ),
      updated_at = @now
    from (
      select
        s.*, s.is_active and s.given_up > 0 and coalesce(s.failures >= s.disable_after, false) as switched_off
      from (
        select
          x.*,
          case
            when x.last_state = 'COMPLETED' then 0
            when x.completed > 0 then x.given_up
            else x.failures_before + x.given_up
          end as failures
        from (
          select
            e.config_id,
            logical_and(e.is_active) as is_active,
            min(e.failures_before) as failures_before,
            max(e.started_at) as last_run_time,
            array_agg(e.state order by e.started_at desc, e.run_id desc limit 1)[offset(0)] as last_state,
            countif(e.state = 'COMPLETED') as completed,
            countif(e.state = 'FAILED' and e.retry_run_id is null) as given_up,
            countif(e.state = 'FAILED') as failed,
            min(if(e.state = 'FAILED', e.disable_after, null)) as disable_after
          from unnest(op_ended) e
          where e.state <> 'PENDING' and coalesce(e.error_type, '') <> 'CANCELLED'
          group by e.config_id
        ) x
      ) s
    ) j
    where c.config_id = j.config_id;
  end if;

  if exists (select 1 from unnest(op_ended) e where e.state = 'FAILED' and coalesce(e.error_type, '') <> 'CANCELLED') then
    insert into scheduler_alerts (alert_id, rule, subject, customer_id, message, fired_at)
    select
      farm_fingerprint(concat(n.rule, '/', n.subject, '/', cast(@now as string))), n.rule, n.subject, n.customer_id, n.message, @now
    from (
      select
        'CONSECUTIVE_FAILURES' as rule, c.config_id as subject, c.customer_id,
        concat(
          'Pipeline ', c.pipeline_name, ' of ', c.customer_id, ' failed ', cast(c.consecutive_failures as string), ' times in a row.'
        ) as message
      from customer_pipeline_configs c
      where c.consecutive_failures >= 3
        and c.config_id in (
          select e.config_id from unnest(op_ended) e where e.state = 'FAILED' and coalesce(e.error_type, '') <> 'CANCELLED'
        )
      union all
      select
        'SCHEDULE_SET_ASIDE', c.config_id, c.customer_id,
        concat('Switched off after ', cast(c.consecutive_failures as string), ' failures in a row.')
      from customer_pipeline_configs c
      where not c.is_active
        and c.config_id in (
          select e.config_id from unnest(op_ended) e
          where e.state = 'FAILED' and coalesce(e.error_type, '') <> 'CANCELLED' and e.is_active and e.disable_after is not null
        )
    ) n
    left join scheduler_alerts a on a.rule = n.rule and a.subject = n.subject and a.resolved_at is null
    where a.rule is null;
  end if;

  if exists (select 1 from unnest(op_ended) e where e.state = 'COMPLETED' and e.failures_before >= 3) then
    update scheduler_alerts a
    set resolved_at = @now
    where a.rule = 'CONSECUTIVE_FAILURES'
      and a.resolved_at is null
      and a.subject in (
        select c.config_id from customer_pipeline_configs c
        where c.consecutive_failures = 0
          and c.config_id in (select e.config_id from unnest(op_ended) e where e.state = 'COMPLETED')
      );
  end if;

  update scheduled_pipeline_runs r
  set
    state = e.state,
    actual_start_time = if(e.state = 'PENDING', null, r.actual_start_time),
    actual_end_time = if(e.state = 'PENDING', null, @now),
    execution_duration_seconds = if(
      e.state = 'PENDING', null, div(timestamp_diff(@now, r.actual_start_time, microsecond) + 500000, 1000000)
    ),
    error_type = e.error_type,
    error_message = coalesce(e.gave_up, e.error_message),
    updated_at = @now
  from (
    select x.run_id, x.state, x.error_type, x.gave_up, b.error_message
    from unnest(op_ended) x
    join unnest(@rows) b with offset nth on nth = x.nth
  ) e
  where r.run_id = e.run_id
    and r.scheduled_time >= op_first and r.scheduled_time <= op_last
    and r.state = 'RUNNING';

  if exists (select 1 from unnest(op_ended) e where e.state <> 'PENDING') then
    delete from pipeline_execution_queue
    where queue_id in (select e.queue_id from unnest(op_ended) e where e.state <> 'PENDING') and state = 'PROCESSING';
  end if;
  if exists (select 1 from unnest(op_ended) e where e.state = 'PENDING') then
    update pipeline_execution_queue q
    set
      state = 'QUEUED',
      lease_token = null,
      lease_expires_at = null,
      lease_losses = q.lease_losses + if(e.outcome = 'lost', 1, 0),
      error_message = e.error_message
    from (
      select x.queue_id, x.outcome, b.error_message
      from unnest(op_ended) x
      join unnest(@rows) b with offset nth on nth = x.nth
      where x.state = 'PENDING'
    ) e
    where q.queue_id = e.queue_id and q.state = 'PROCESSING';
  end if;

  insert into scheduler_run_transitions (transition_id, run_id, from_state, to_state, `at`, actor, lease_epoch, note)
  select
    unix_micros(@now) * 256 + least(e.lease_epoch, 31) * 8 + 3, e.run_id, 'RUNNING', e.state, @now,
    if(e.outcome = 'lost', 'reaper', coalesce(e.worker_id, 'worker')),
    e.lease_epoch,
    if(e.outcome in ('lost', 'released'), concat('lease ', e.outcome), e.error_type)
  from unnest(op_ended) e
  union all
  select
    unix_micros(@now) * 256, e.retry_run_id, null, 'SCHEDULED', @now, 'retry', 0, concat('after ', e.error_type)
  from unnest(op_ended) e
  where e.retry_run_id is not null;

  if exists (select 1 from unnest(op_ended) e where e.retry_run_id is not null) then
    insert into scheduled_pipeline_runs (
      run_id, config_id, customer_id, pipeline_template, scheduled_time, data_interval_start, data_interval_end, state,
      retry_attempt, parent_run_id, triggered_by, lane, idempotency_key, priority, parameters, created_at, updated_at
    )
    select
      e.retry_run_id, r.config_id, r.customer_id, r.pipeline_template, r.scheduled_time, r.data_interval_start,
      r.data_interval_end, 'SCHEDULED', r.retry_attempt + 1, r.run_id, 'retry', r.lane, e.retry_key, r.priority, r.parameters,
      @now, @now
    from unnest(op_ended) e
    join scheduled_pipeline_runs r on r.run_id = e.run_id
    where e.retry_run_id is not null and r.scheduled_time >= op_first and r.scheduled_time <= op_last;

    insert into pipeline_execution_queue (
      queue_id, run_id, customer_id, pipeline_template, priority, state, scheduled_time, visible_at, created_at, config_id,
      lease_epoch, lease_losses
    )
    select
      e.retry_queue_id, r.run_id, r.customer_id, r.pipeline_template, r.priority, 'QUEUED', r.scheduled_time, e.retry_at, @now,
      r.config_id, 0, 0
    from unnest(op_ended) e
    join scheduled_pipeline_runs r on r.run_id = e.retry_run_id
    where r.scheduled_time >= op_first and r.scheduled_time <= op_last;
  end if;

  if exists (select 1 from unnest(op_ended) e where e.state <> 'PENDING') then
    update customer_usage_quotas u
    set
      pipelines_succeeded_today = u.pipelines_succeeded_today + t.succeeded,
      pipelines_failed_today = u.pipelines_failed_today + t.failed,
      pipelines_cancelled_today = u.pipelines_cancelled_today + t.cancelled,
      concurrent_pipelines_running = t.live,
      last_pipeline_completed_at = @now,
      last_updated = @now
    from (
      select
        e.usage_id,
        countif(e.state = 'COMPLETED') as succeeded,
        countif(e.state = 'FAILED' and coalesce(e.error_type, '') <> 'CANCELLED') as failed,
        countif(e.state = 'FAILED' and e.error_type = 'CANCELLED') as cancelled,
        coalesce(max(l.live), 0) as live
      from unnest(op_ended) e
      left join (
        select customer_id, count(*) as live
        from pipeline_execution_queue
        where state = 'PROCESSING' and lease_expires_at > @now
        group by customer_id
      ) l on l.customer_id = e.customer_id
      where e.state <> 'PENDING'
      group by e.usage_id
    ) t
    where u.usage_id = t.usage_id and u.usage_date >= op_days;
    set op_counted = @@row_count;

    -- The first end of a new day.
    if op_counted < (select count(distinct e.usage_id) from unnest(op_ended) e where e.state <> 'PENDING') then
      insert into customer_usage_quotas (
        usage_id, customer_id, usage_date, pipelines_run_today, pipelines_failed_today, pipelines_succeeded_today,
        pipelines_cancelled_today, pipelines_run_month, concurrent_pipelines_running, max_concurrent_reached, daily_limit,
        monthly_limit, concurrent_limit, quota_exceeded, quota_warning_sent, total_api_calls_today, created_at, last_updated,
        last_pipeline_completed_at
      )
      select
        t.usage_id, t.customer_id, t.usage_date, 0, t.failed, t.succeeded, t.cancelled, coalesce(m.run_month, 0),
        coalesce(l.live, 0), 0, s.max_pipelines_per_day, s.max_pipelines_per_month, s.max_concurrent_pipelines, false, false, 0, @now,
        @now, @now
      from (
        select
          e.usage_id, e.customer_id, e.usage_date,
          countif(e.state = 'COMPLETED') as succeeded,
          countif(e.state = 'FAILED' and coalesce(e.error_type, '') <> 'CANCELLED') as failed,
          countif(e.state = 'FAILED' and e.error_type = 'CANCELLED') as cancelled
        from unnest(op_ended) e
        where e.state <> 'PENDING'
        group by e.usage_id, e.customer_id, e.usage_date
      ) t
      join scheduler_customer_standing s on s.customer_id = t.customer_id
      left join customer_usage_quotas u on u.usage_id = t.usage_id and u.usage_date >= op_days
      left join (
        select customer_id, date_trunc(usage_date, month) as month, sum(pipelines_run_today) as run_month
        from customer_usage_quotas
        where usage_date >= op_days
        group by customer_id, month
      ) m on m.customer_id = t.customer_id and m.month = date_trunc(t.usage_date, month)
      left join (
        select customer_id, count(*) as live
        from pipeline_execution_queue
        where state = 'PROCESSING' and lease_expires_at > @now
        group by customer_id
      ) l on l.customer_id = t.customer_id
      where u.usage_id is null;
    end if;
  end if;

  -- A run says whether the secret it was given works. One that was rotated since is not judged, a refusal outweighs a success of the
  -- same moment, and only a new secret ends INVALID.
  if exists (
    select 1 from unnest(op_ended) e where e.credential_id is not null and e.outcome in ('completed', 'failed')
  ) then
    update customer_credentials k
    set
      last_used_at = @now,
      usage_count = k.usage_count + t.uses,
      validation_status = case
        when t.refusal is not null then 'INVALID'
        when t.successes > 0 and k.validation_status = 'PENDING' then 'VALID'
        else k.validation_status
      end,
      validation_error = coalesce(t.refusal, k.validation_error),
      last_validated_at = if(t.refusal is not null or t.successes > 0, @now, k.last_validated_at)
    from (
      select
        e.credential_id,
        count(*) as uses,
        countif(e.state = 'COMPLETED' and e.credential_version = x.secret_version) as successes,
        max(
          if(
            e.error_type = 'AUTHENTICATION_FAILED' and e.credential_version = x.secret_version,
            coalesce(b.error_message, e.error_type),
            null
          )
        ) as refusal
      from unnest(op_ended) e
      join unnest(@rows) b with offset nth on nth = e.nth
      join customer_credentials x on x.credential_id = e.credential_id
      where e.outcome in ('completed', 'failed')
      group by e.credential_id
    ) t
    where k.credential_id = t.credential_id;
  end if;

  -- A slot is free now, or work is back, or a retry will be visible.
  if exists (
    select 1 from unnest(op_ended) e where e.customer_waits or e.state = 'PENDING' or e.retry_run_id is not null
  ) then
    update scheduler_fair_shares
    set ready_at = @now
    where customer_id in (select e.customer_id from unnest(op_ended) e) and ready_at > @now;
  end if;
end if;

commit transaction;

select
  b.queue_id,
  e.state,
  e.error_type,
  if(e.retry_run_id is null, null, e.retry_at) as retry_at,
  e.run_id,
  e.config_id,
  coalesce(e.has_successor, false) as has_successor,
  -- Nobody else's items are let through by an end.
  coalesce(e.customer_waits or e.state = 'PENDING' or e.retry_run_id is not null, false) as frees_work
from unnest(@rows) b with offset nth
left join unnest(op_ended) e on e.nth = nth
order by nth;

-- name: list_parked
-- mode: read
-- param: now timestamp
-- param: limit int64
-- Pipelines with parked items and nothing open in front of them.
select q.config_id
from pipeline_execution_queue q
join customer_pipeline_configs c on c.config_id = q.config_id
where q.priority > 0 and (c.paused_until is null or c.paused_until <= @now)
group by q.config_id
having logical_and(q.state = 'QUEUED' and q.visible_at = timestamp '9999-12-31 23:59:59.999999+00')
order by q.config_id
limit @limit;

-- name: release_parked
-- mode: write
-- param: now timestamp
-- param: rows array<struct<config_id string>>
-- For pipelines with nothing open in front: the oldest parked item becomes claimable; all of them where runs may overlap.
declare op_released int64;
begin transaction;
update pipeline_execution_queue q
set visible_at = @now
from (
  select x.queue_id
  from (
    select
      o.queue_id, c.overlap_policy,
      row_number() over (partition by o.config_id order by o.scheduled_time, o.created_at, o.queue_id) as nth,
      logical_and(o.state = 'QUEUED' and o.visible_at = timestamp '9999-12-31 23:59:59.999999+00') over (partition by o.config_id) as is_free
    from pipeline_execution_queue o
    join customer_pipeline_configs c on c.config_id = o.config_id
    where o.priority > 0 and o.config_id in (select b.config_id from unnest(@rows) b) and (c.paused_until is null or c.paused_until <= @now)
  ) x
  where x.is_free and (x.nth = 1 or x.overlap_policy = 'allow')
) f
where q.queue_id = f.queue_id
  and q.state = 'QUEUED'
  and q.visible_at = timestamp '9999-12-31 23:59:59.999999+00';
set op_released = @@row_count;
if op_released > 0 then
  update scheduler_fair_shares
  set ready_at = @now
  where ready_at > @now
    and customer_id in (
      select c.customer_id from customer_pipeline_configs c where c.config_id in (select b.config_id from unnest(@rows) b)
    );
end if;
commit transaction;
select op_released as released;

-- name: note_holds
-- mode: write
-- param: now timestamp
-- Notes since when customers that may not run and paused pipelines keep items waiting, and forgets those that came back.
declare op_changes int64;
begin transaction;
create temp table holding as
select 'customer' as kind, q.customer_id as id
from pipeline_execution_queue q
join scheduler_customer_standing s on s.customer_id = q.customer_id
where q.state = 'QUEUED' and s.runnable_until <= @now
group by q.customer_id
union all
select 'pipeline', q.config_id
from pipeline_execution_queue q
join customer_pipeline_configs c on c.config_id = q.config_id
where q.state = 'QUEUED' and c.paused_until > @now
group by q.config_id;
create temp table returned as
select h.kind, h.id
from scheduler_holds h
left join scheduler_customer_standing s on h.kind = 'customer' and s.customer_id = h.id and s.runnable_until <= @now
left join customer_pipeline_configs c on h.kind = 'pipeline' and c.config_id = h.id and c.paused_until > @now
where s.customer_id is null and c.config_id is null;
set op_changes = (
  select (select count(*) from returned) + (
    select count(*) from holding n left join scheduler_holds h on h.kind = n.kind and h.id = n.id where h.id is null
  )
);
if op_changes > 0 then
  -- Also where nothing is forgotten: two that note at once then conflict.
  update scheduler_turnstiles set turn = turn + 1 where name = 'claim';
  delete from scheduler_holds where concat(kind, ' ', id) in (select concat(kind, ' ', id) from returned);
  insert into scheduler_holds (kind, id, since)
  select n.kind, n.id, @now
  from holding n
  left join scheduler_holds h on h.kind = n.kind and h.id = n.id
  where h.id is null;
end if;
commit transaction;
select count(*) as held from scheduler_holds;

-- name: list_overdue_waiting
-- mode: read
-- param: now timestamp
-- param: heldBefore timestamp
-- param: limit int64
-- Items that their customer or a pause of their pipeline has kept waiting since before @heldBefore, and those of pipelines that
-- were switched off, which wait for nothing.
select q.run_id, if(s.customer_status in ('ACTIVE', 'TRIAL'), 'SUBSCRIPTION_ENDED', 'SUSPENDED') as reason
from scheduler_holds h
join pipeline_execution_queue q on q.customer_id = h.id
join scheduler_customer_standing s on s.customer_id = h.id
where h.kind = 'customer' and h.since <= @heldBefore
  and q.state = 'QUEUED' and q.visible_at <= @heldBefore and q.created_at <= @heldBefore
  and s.runnable_until <= @now
union all
select q.run_id, 'PAUSED'
from scheduler_holds h
join customer_pipeline_configs c on c.config_id = h.id
join pipeline_execution_queue q on q.config_id = h.id
where h.kind = 'pipeline' and h.since <= @heldBefore
  and q.state = 'QUEUED' and q.created_at <= @heldBefore
  and c.paused_until > @now
union all
select q.run_id, 'CANCELLED'
from pipeline_execution_queue q
join customer_pipeline_configs c on c.config_id = q.config_id
where q.state = 'QUEUED' and not c.is_active
limit @limit;

-- name: list_waiting_of_config
-- mode: read
-- param: configId string
-- param: limit int64
select q.run_id, 'CANCELLED' as reason
from pipeline_execution_queue q
where q.config_id = @configId and q.state = 'QUEUED'
order by q.scheduled_time
limit @limit;

-- name: list_zones
-- mode: read
-- param: rows array<struct<run_id string>>
-- Whose day the end of each run counts in.
select q.run_id, q.customer_id, p.timezone
from unnest(@rows) b with offset nth
join pipeline_execution_queue q on q.run_id = b.run_id
join customer_profiles p on p.customer_id = q.customer_id
order by nth;

-- name: skip_waiting
-- mode: write
-- param: now timestamp
-- param: actor string
-- param: rows array<struct<run_id string, reason string, note string, end_usage_id string, end_usage_date date>>
-- Ends runs that have not started; what they took from the quota is given back unless they had started before.
declare op_skipped int64;
begin transaction;
create temp table skipped as
select
  r.run_id, r.scheduled_time, q.queue_id, q.config_id, q.customer_id, r.state, q.lease_epoch, r.usage_id, b.end_usage_id,
  b.end_usage_date, b.reason, b.note
from unnest(@rows) b
join pipeline_execution_queue q on q.run_id = b.run_id
join scheduled_pipeline_runs r on r.run_id = q.run_id and r.scheduled_time = q.scheduled_time
where q.state = 'QUEUED' and r.state in ('SCHEDULED', 'PENDING');
set op_skipped = (select count(*) from skipped);

if op_skipped > 0 then
  -- What was taken goes back to the day it was taken on; a cancellation counts on the day it happens. The month so far stands on every
  -- day of it.
  create temp table days as
  with moved as (
    select u.usage_id, u.customer_id, u.usage_date, count(*) as given_back, 0 as cancelled
    from skipped e
    join customer_usage_quotas u on u.usage_id = e.usage_id
    where e.lease_epoch = 0
    group by u.usage_id, u.customer_id, u.usage_date
    union all
    select end_usage_id, customer_id, end_usage_date, 0, count(*)
    from skipped
    where reason = 'CANCELLED'
    group by end_usage_id, customer_id, end_usage_date
    union all
    -- Later days of a month in which something was given back, and the days of the ends.
    select u.usage_id, u.customer_id, u.usage_date, 0, 0
    from skipped e
    join customer_usage_quotas d on d.usage_id = e.usage_id
    join customer_usage_quotas u
      on u.customer_id = d.customer_id and u.usage_date >= d.usage_date
      and date_trunc(u.usage_date, month) = date_trunc(d.usage_date, month)
    where e.lease_epoch = 0
    group by u.usage_id, u.customer_id, u.usage_date
  ),
  net as (
    select usage_id, customer_id, usage_date, sum(given_back) as given_back, sum(cancelled) as cancelled
    from moved
    group by usage_id, customer_id, usage_date
  ),
  stood as (
    select n.usage_id, sum(m.pipelines_run_today) as run_month
    from net n
    join customer_usage_quotas m
      on m.customer_id = n.customer_id
      and m.usage_date >= date_trunc(n.usage_date, month)
      and m.usage_date <= n.usage_date
    group by n.usage_id
  ),
  taken as (
    select n.usage_id, sum(m.given_back) as given_back
    from net n
    join net m
      on m.customer_id = n.customer_id
      and m.usage_date >= date_trunc(n.usage_date, month)
      and m.usage_date <= n.usage_date
    group by n.usage_id
  )
  select n.*, coalesce(stood.run_month, 0) - taken.given_back as run_month
  from net n
  left join stood on stood.usage_id = n.usage_id
  join taken on taken.usage_id = n.usage_id;

  update customer_usage_quotas u
  set
    pipelines_run_today = u.pipelines_run_today - d.given_back,
    pipelines_cancelled_today = u.pipelines_cancelled_today + d.cancelled,
    pipelines_run_month = d.run_month,
    last_updated = @now
  from days d
  where u.usage_id = d.usage_id and u.usage_date = d.usage_date;

  insert into customer_usage_quotas (
    usage_id, customer_id, usage_date, pipelines_run_today, pipelines_failed_today, pipelines_succeeded_today,
    pipelines_cancelled_today, pipelines_run_month, concurrent_pipelines_running, max_concurrent_reached, daily_limit,
    monthly_limit, concurrent_limit, quota_exceeded, quota_warning_sent, total_api_calls_today, created_at, last_updated
  )
  select
    d.usage_id, d.customer_id, d.usage_date, 0, 0, 0, d.cancelled, d.run_month, 0, 0, s.max_pipelines_per_day,
    s.max_pipelines_per_month, s.max_concurrent_pipelines, false, false, 0, @now, @now
  from days d
  join scheduler_customer_standing s on s.customer_id = d.customer_id
  left join customer_usage_quotas u on u.usage_id = d.usage_id
  where u.usage_id is null;

  update scheduled_pipeline_runs r
  set
    state = 'SKIPPED',
    actual_end_time = @now,
    updated_at = @now,
    reason = s.reason,
    error_message = s.note
  from skipped s
  where r.run_id = s.run_id and r.scheduled_time = s.scheduled_time and r.state in ('SCHEDULED', 'PENDING');

  delete from pipeline_execution_queue where queue_id in (select queue_id from skipped) and state = 'QUEUED';

  insert into scheduler_run_transitions (transition_id, run_id, from_state, to_state, `at`, actor, lease_epoch, note)
  select
    unix_micros(@now) * 256 + least(lease_epoch, 31) * 8 + 3, run_id, state, 'SKIPPED', @now, @actor, lease_epoch, reason
  from skipped;
end if;

commit transaction;
select run_id, config_id from skipped order by run_id;

-- name: request_cancel
-- mode: write
-- param: now timestamp
-- param: rows array<struct<run_id string>>
-- Asks a running item to stop; its worker is told by its next heartbeat.
update pipeline_execution_queue
set cancel_requested_at = coalesce(cancel_requested_at, @now)
where run_id in (select b.run_id from unnest(@rows) b) and state = 'PROCESSING';
select q.run_id
from pipeline_execution_queue q
where q.run_id in (select b.run_id from unnest(@rows) b)
  and q.state = 'PROCESSING' and q.cancel_requested_at is not null
order by q.run_id;

-- name: wake_customers
-- mode: write
-- param: now timestamp
-- param: customerId string
-- Puts customers with queued work and a free slot back into the round: after a change of standing, and as a sweep that heals lost
-- wake-ups.
declare op_woken array<string>;
begin transaction;
set op_woken = array(
  select f.customer_id
  from scheduler_fair_shares f
  join scheduler_customer_standing s on s.customer_id = f.customer_id
  join (
    select
      q.customer_id,
      countif(q.state = 'QUEUED' and q.visible_at <= @now and c.is_active and (c.paused_until is null or c.paused_until <= @now)) as waiting,
      countif(q.state = 'PROCESSING' and q.lease_expires_at > @now) as live
    from pipeline_execution_queue q
    join customer_pipeline_configs c on c.config_id = q.config_id
    group by q.customer_id
  ) q on q.customer_id = f.customer_id
  where not f.ready
    and f.ready_at > @now
    and (@customerId is null or f.customer_id = @customerId)
    and s.runnable_until > @now
    and q.waiting > 0
    and coalesce(s.max_concurrent_pipelines, 1000000) > q.live
);
if array_length(op_woken) > 0 then
  update scheduler_fair_shares
  set ready_at = @now
  where customer_id in unnest(op_woken) and not ready and ready_at > @now;
end if;
commit transaction;
select count(*) as woken from scheduler_fair_shares where not ready and ready_at <= @now;

-- name: next_visible
-- mode: read
-- When the next customer may be served; wakes long polls in time.
select min(if(ready, timestamp '1970-01-01 00:00:00+00', ready_at)) as ready_at from scheduler_fair_shares;

-- name: purge_finished
-- mode: read
-- param: completedBefore timestamp
-- param: limit int64
-- What ended has left the queue.
select 0 as purged;
