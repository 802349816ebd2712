-- name: list_due
-- mode: read
-- param: now timestamp
-- param: afterTime timestamp
-- param: afterId string
-- param: limit int64
-- One page of due pipelines with all that planning needs to know. There is no function here that merges two JSON documents: the
-- parameters go out to be merged and come back with the plan.
select
  c.config_id,
  c.customer_id,
  c.schedule_cron,
  c.timezone,
  c.dst_policy,
  c.misfire_policy,
  c.spread_seconds,
  c.next_run_time,
  -- A customer that was not runnable comes back as a pipeline comes back from a pause: nothing before it is caught up.
  nullif(
    greatest(
      coalesce(c.paused_until, timestamp '0001-01-01 00:00:00+00'), coalesce(b.returned_at, timestamp '0001-01-01 00:00:00+00')
    ),
    timestamp '0001-01-01 00:00:00+00'
  ) as paused_until,
  -- The column's type lets in nothing else.
  true as parameters_valid,
  false as merges,
  if(c.parameters is null, null, to_json_string(c.parameters)) as parameters,
  if(v.default_parameters is null, null, to_json_string(v.default_parameters)) as default_parameters,
  s.timezone as customer_timezone,
  s.runnable_until > @now as runnable,
  h.last_interval_end
from customer_pipeline_configs c
join scheduler_customer_standing s on s.customer_id = c.customer_id
left join scheduler_interval_chains h on h.config_id = c.config_id
left join scheduler_customer_returns b on b.customer_id = c.customer_id
left join customer_provider_configs v
  on v.customer_id = c.customer_id and v.provider = c.provider and v.domain = c.domain and v.is_active
where c.is_active
  and c.next_run_time <= @now
  and (c.next_run_time > @afterTime or (c.next_run_time = @afterTime and c.config_id > @afterId))
order by c.next_run_time, c.config_id
limit @limit;

-- name: next_trigger_time
-- mode: read
-- param: now timestamp
-- The first due time of a runnable pipeline.
select c.next_run_time
from customer_pipeline_configs c
join scheduler_customer_standing s on s.customer_id = c.customer_id
where c.is_active
  and c.next_run_time is not null
  and s.runnable_until > @now
  and (c.paused_until is null or c.paused_until <= @now)
order by c.next_run_time, c.config_id
limit 1;

-- name: list_schedules
-- mode: read
-- param: now timestamp
-- How many pipelines that can run share each schedule.
select c.schedule_cron, c.timezone, c.dst_policy, c.spread_seconds, count(*) as pipelines
from customer_pipeline_configs c
join scheduler_customer_standing s on s.customer_id = c.customer_id
where c.is_active and s.runnable_until > @now and (c.paused_until is null or c.paused_until <= @now)
group by c.schedule_cron, c.timezone, c.dst_policy, c.spread_seconds
order by c.schedule_cron, c.timezone, c.dst_policy, c.spread_seconds;

-- name: list_schedules_of_customer
-- mode: read
-- param: customerId string
-- param: now timestamp
-- Likewise of one customer.
select c.schedule_cron, c.timezone, c.dst_policy, c.spread_seconds, count(*) as pipelines
from customer_pipeline_configs c
join scheduler_customer_standing s on s.customer_id = c.customer_id
where c.customer_id = @customerId and c.is_active and s.runnable_until > @now and (c.paused_until is null or c.paused_until <= @now)
group by c.schedule_cron, c.timezone, c.dst_policy, c.spread_seconds
order by c.schedule_cron, c.timezone, c.dst_policy, c.spread_seconds;

-- name: plan_batch
-- mode: write
-- param: now timestamp
-- param: configs array<struct<config_id string, expected timestamp, cron string, timezone string, dst_policy string, is_live bool, customer_timezone string, next_run_time timestamp, deactivate_reason string, chain_end timestamp>>
-- param: occurrences array<struct<config_id string, run_id string, queue_id string, scheduled_time timestamp, interval_start timestamp, interval_end timestamp, visible_at timestamp, idempotency_key string, usage_id string, usage_date date, misfire bool, note string, parameters string, lane string, triggered_by string, asked_by string, waits_behind bool>>
-- Advances the pipelines of one batch and creates their runs. A pipeline that is not as the plan saw it (due at the same time, on the
-- same schedule, held or not held, of a customer in the same time zone) was planned by somebody else or changed meanwhile: nothing is
-- written for it. A run that somebody asked for (it has a lane) is refused where one of the schedule would be skipped, and leaves
-- nothing behind. Whoever plans updates the pipelines, so two that plan the same one conflict, and what is inserted is inserted once.
-- What was asked for under the same key within a week is the same. Priority 0 is the backfills': they stand in nobody's way, and
-- nobody in theirs.
declare op_first timestamp default (
  select min(if(o.lane is null, o.scheduled_time, timestamp_sub(o.scheduled_time, interval 7 day))) from unnest(@occurrences) o
);
declare op_last timestamp default (select max(o.scheduled_time) from unnest(@occurrences) o);
declare op_days date default (select date_trunc(min(o.usage_date), month) from unnest(@occurrences) o);
declare op_won int64;
declare op_chained bool;
declare op_set_aside bool;
declare op_fired bool;
declare op_refused bool;
declare op_cancels bool;

begin transaction;

create temp table planned as
select
  b.config_id, b.expected, b.next_run_time, b.deactivate_reason, b.chain_end, c.customer_id, c.pipeline_template, c.priority,
  c.overlap_policy
from unnest(@configs) b
join customer_pipeline_configs c on c.config_id = b.config_id
join scheduler_customer_standing s on s.customer_id = c.customer_id
where c.is_active
  and c.next_run_time = b.expected
  and c.schedule_cron = b.cron
  and c.timezone = b.timezone
  and c.dst_policy = b.dst_policy
  -- Whose day the runs count in.
  and s.timezone = b.customer_timezone
  and (s.runnable_until > @now and (c.paused_until is null or c.paused_until <= @now)) = b.is_live;

-- What becomes of each occurrence. Behind: the previous run of the same pipeline is still open, in the store or earlier in this very
-- batch. Quota: the customer's due runs stand in line; whoever comes after the last free place is skipped. An occurrence that has its
-- run already (the schedule was edited back and forth) gets no second one.
create temp table fired as
with candidates as (
  select
    o.config_id, o.run_id, o.queue_id, o.scheduled_time, o.interval_start, o.interval_end, o.visible_at, o.idempotency_key,
    o.usage_id, o.usage_date, o.misfire, o.note, o.parameters, o.lane, o.triggered_by, o.asked_by, p.customer_id, p.pipeline_template,
    if(o.triggered_by = 'backfill', 0, p.priority) as priority,
    case
      when o.triggered_by = 'backfill' then 'allow'
      when o.waits_behind and p.overlap_policy <> 'allow' then 'queue'
      else p.overlap_policy
    end as overlap_policy,
    not o.misfire
      and p.overlap_policy <> 'allow'
      and coalesce(o.triggered_by, '') <> 'backfill'
      and (
        open_before.config_id is not null
        or countif(not o.misfire) over (
          partition by o.config_id order by o.scheduled_time rows between unbounded preceding and 1 preceding
        ) > 0
      ) as behind
  from unnest(@occurrences) o
  join planned p on p.config_id = o.config_id
  left join (select distinct config_id from pipeline_execution_queue where priority > 0) open_before on open_before.config_id = o.config_id
  left join scheduled_pipeline_runs r
    on r.idempotency_key = o.idempotency_key and r.scheduled_time >= op_first and r.scheduled_time <= op_last
  where r.run_id is null
),
ruled as (
  select
    c.*,
    case
      when c.misfire then 'MISFIRE'
      when c.behind and c.overlap_policy = 'skip' then 'OVERLAP'
    end as rule
  from candidates c
),
months as (
  select customer_id, date_trunc(usage_date, month) as month, sum(pipelines_run_today) as taken
  from customer_usage_quotas
  where usage_date >= op_days
  group by customer_id, month
),
line as (
  select
    r.*,
    row_number() over (
      partition by r.usage_id, r.rule is null order by r.scheduled_time, r.priority desc, r.config_id, r.run_id
    ) as place,
    -- Null is unlimited only where a subscription says so.
    if(s.subscription_id is null, 0, s.max_pipelines_per_day) as daily_limit,
    s.max_pipelines_per_month as monthly_limit,
    s.max_concurrent_pipelines as concurrent_limit,
    coalesce(u.pipelines_run_today, 0) as taken_today,
    coalesce(m.taken, 0) as taken_this_month
  from ruled r
  join scheduler_customer_standing s on s.customer_id = r.customer_id
  left join customer_usage_quotas u on u.usage_id = r.usage_id and u.usage_date >= op_days
  left join months m on m.customer_id = r.customer_id and m.month = date_trunc(r.usage_date, month)
)
select
  l.config_id, l.run_id, l.queue_id, l.scheduled_time, l.interval_start, l.interval_end, l.visible_at, l.idempotency_key, l.usage_id,
  l.usage_date, l.note, l.parameters, l.customer_id, l.pipeline_template, l.priority, l.overlap_policy, l.behind, l.rule,
  l.daily_limit, l.monthly_limit, l.concurrent_limit, l.lane, l.triggered_by, l.asked_by, l.reason,
  l.lane is not null and l.reason is not null as is_refused
from (
  select
    n.*,
    case
      when n.rule is not null then n.rule
      when n.place > n.daily_limit - n.taken_today then 'QUOTA_DAILY'
      when n.place > n.monthly_limit - n.taken_this_month then 'QUOTA_MONTHLY'
    end as reason
  from line n
) l;

set (op_won, op_chained, op_set_aside) = (
  select as struct count(*), countif(chain_end is not null) > 0, countif(deactivate_reason is not null) > 0 from planned
);
set (op_fired, op_refused, op_cancels) = (
  select as struct
    count(*) > 0,
    countif(reason in ('QUOTA_DAILY', 'QUOTA_MONTHLY') and not is_refused) > 0,
    countif(reason is null and overlap_policy = 'cancel_other') > 0
  from fired
);

update customer_pipeline_configs c
set
  next_run_time = p.next_run_time,
  is_active = p.deactivate_reason is null,
  pause_reason = coalesce(p.deactivate_reason, c.pause_reason),
  last_run_status = if(p.is_skipped, 'SKIPPED', c.last_run_status),
  updated_at = @now
from (
  select x.config_id, x.expected, x.next_run_time, x.deactivate_reason, coalesce(f.is_skipped, false) as is_skipped
  from planned x
  left join (select config_id, logical_or(reason is not null and not is_refused) as is_skipped from fired group by config_id) f
    on f.config_id = x.config_id
) p
where c.config_id = p.config_id and c.next_run_time = p.expected;

if op_chained then
  update scheduler_interval_chains h
  set last_interval_end = greatest(h.last_interval_end, p.chain_end)
  from planned p
  where h.config_id = p.config_id and p.chain_end is not null;

  insert into scheduler_interval_chains (config_id, last_interval_end)
  select p.config_id, p.chain_end
  from planned p
  left join scheduler_interval_chains h on h.config_id = p.config_id
  where p.chain_end is not null and h.config_id is null;
end if;

-- cancel_other: what the new run replaces. Waiting runs end here; a running one is told by its next heartbeat.
create temp table superseded as
select
  r.run_id, r.scheduled_time, q.queue_id, r.config_id, r.state, q.lease_epoch, r.usage_id, n.usage_id as end_usage_id
from (
  select config_id, min(usage_id) as usage_id from fired where op_cancels and overlap_policy = 'cancel_other' and reason is null group by config_id
) n
join pipeline_execution_queue q on q.config_id = n.config_id and q.priority > 0
join scheduled_pipeline_runs r on r.run_id = q.run_id
where r.state in ('SCHEDULED', 'PENDING', 'RUNNING');

if op_cancels then
  update pipeline_execution_queue
  set cancel_requested_at = coalesce(cancel_requested_at, @now)
  where queue_id in (select queue_id from superseded where state = 'RUNNING');

  update scheduled_pipeline_runs
  set state = 'SKIPPED', reason = 'CANCELLED', actual_end_time = @now, updated_at = @now,
    error_message = 'Cancelled: a newer occurrence of the pipeline replaced it.'
  where run_id in (select run_id from superseded where state <> 'RUNNING') and state in ('SCHEDULED', 'PENDING');

  delete from pipeline_execution_queue
  where queue_id in (select queue_id from superseded where state <> 'RUNNING') and state = 'QUEUED';

  insert into scheduler_run_transitions (transition_id, run_id, from_state, to_state, `at`, actor, lease_epoch, note)
  select
    unix_micros(@now) * 256 + least(lease_epoch, 31) * 8 + 3, run_id, state, 'SKIPPED', @now, 'trigger', lease_epoch, 'CANCELLED'
  from superseded
  where state <> 'RUNNING';
end if;

if op_fired then
  insert into scheduled_pipeline_runs (
    run_id, config_id, customer_id, pipeline_template, scheduled_time, data_interval_start, data_interval_end,
    actual_end_time, state, reason, error_message, triggered_by, lane, idempotency_key, priority, parameters,
    created_at, updated_at, usage_id, retry_attempt
  )
  select
    run_id, config_id, customer_id, pipeline_template, scheduled_time, interval_start, interval_end,
    if(reason is null, null, @now),
    if(reason is null, 'PENDING', 'SKIPPED'),
    reason,
    if(reason is null, null, note), coalesce(triggered_by, 'cloud_scheduler'), coalesce(lane, 'schedule'), idempotency_key, priority,
    parse_json(coalesce(parameters, '{}')),
    @now, @now,
    if(reason is null, usage_id, null), 0
  from fired
  where not is_refused;

  insert into pipeline_execution_queue (
    queue_id, run_id, customer_id, pipeline_template, priority, state, scheduled_time, visible_at, created_at, config_id,
    lease_epoch, lease_losses
  )
  select
    f.queue_id, f.run_id, f.customer_id, f.pipeline_template, f.priority, 'QUEUED', f.scheduled_time,
    if(
      f.behind and (f.overlap_policy = 'queue' or s.config_id is not null or f.is_later),
      timestamp '9999-12-31 23:59:59.999999+00',
      f.visible_at
    ),
    @now, f.config_id, 0, 0
  from (
    select
      x.*,
      row_number() over (partition by x.config_id order by x.scheduled_time) > 1 as is_later
    from fired x
    where x.reason is null
  ) f
  left join (select distinct config_id from superseded where state = 'RUNNING') s on s.config_id = f.config_id;

  insert into scheduler_run_transitions (transition_id, run_id, to_state, `at`, actor, lease_epoch, note)
  select
    unix_micros(@now) * 256, run_id, if(reason is null, 'PENDING', 'SKIPPED'), @now, coalesce(asked_by, 'trigger'), 0,
    if(reason is null, note, concat(reason, coalesce(concat(': ', note), '')))
  from fired
  where not is_refused;

  -- Usage of the days concerned, with the limits of today's subscription. What superseded runs took goes back to the day it was taken
  -- on; their cancellation counts today. The month so far stands on every day of it.
  create temp table days as
  with moved as (
    select
      usage_id, customer_id, usage_date, countif(reason is null) as taken,
      countif(reason in ('QUOTA_DAILY', 'QUOTA_MONTHLY') and not is_refused) as refused, 0 as given_back, 0 as cancelled,
      any_value(daily_limit) as daily_limit, any_value(monthly_limit) as monthly_limit, any_value(concurrent_limit) as concurrent_limit,
      true as is_begun
    from fired
    where rule is null
    group by usage_id, customer_id, usage_date
    union all
    select u.usage_id, u.customer_id, u.usage_date, 0, 0, count(*), 0, null, null, null, false
    from superseded g
    join customer_usage_quotas u on u.usage_id = g.usage_id
    where g.state <> 'RUNNING' and g.lease_epoch = 0
    group by u.usage_id, u.customer_id, u.usage_date
    union all
    select u.usage_id, u.customer_id, u.usage_date, 0, 0, 0, count(*), null, null, null, false
    from superseded g
    join (select distinct usage_id, customer_id, usage_date from fired) u on u.usage_id = g.end_usage_id
    where g.state <> 'RUNNING'
    group by u.usage_id, u.customer_id, u.usage_date
    union all
    -- Later days of a month in which something was given back.
    select distinct u.usage_id, u.customer_id, u.usage_date, 0, 0, 0, 0, cast(null as int64), cast(null as int64), cast(null as int64), false
    from superseded g
    join customer_usage_quotas d on d.usage_id = g.usage_id
    join customer_usage_quotas u
      on u.customer_id = d.customer_id and u.usage_date >= d.usage_date
      and date_trunc(u.usage_date, month) = date_trunc(d.usage_date, month)
    where g.state <> 'RUNNING' and g.lease_epoch = 0
    union all
    -- Days after today's, which a change of zone may have left.
    select distinct u.usage_id, u.customer_id, u.usage_date, 0, 0, 0, 0, cast(null as int64), cast(null as int64), cast(null as int64), false
    from fired f
    join customer_usage_quotas u
      on u.customer_id = f.customer_id and u.usage_date > f.usage_date
      and date_trunc(u.usage_date, month) = date_trunc(f.usage_date, month)
    where f.reason is null
  ),
  net as (
    select
      usage_id, customer_id, usage_date, sum(taken) as taken, sum(refused) as refused, sum(given_back) as given_back,
      sum(cancelled) as cancelled, max(daily_limit) as daily_limit, max(monthly_limit) as monthly_limit,
      max(concurrent_limit) as concurrent_limit, logical_or(is_begun) as is_begun
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
  added as (
    select n.usage_id, sum(m.taken - m.given_back) as run_month
    from net n
    join net m
      on m.customer_id = n.customer_id
      and m.usage_date >= date_trunc(n.usage_date, month)
      and m.usage_date <= n.usage_date
    group by n.usage_id
  )
  select n.*, coalesce(stood.run_month, 0) + added.run_month as run_month
  from net n
  left join stood on stood.usage_id = n.usage_id
  join added on added.usage_id = n.usage_id;

  update customer_usage_quotas u
  set
    pipelines_run_today = u.pipelines_run_today + d.taken - d.given_back,
    pipelines_cancelled_today = u.pipelines_cancelled_today + d.cancelled,
    pipelines_run_month = d.run_month,
    daily_limit = if(d.is_begun, d.daily_limit, u.daily_limit),
    monthly_limit = if(d.is_begun, d.monthly_limit, u.monthly_limit),
    concurrent_limit = if(d.is_begun, d.concurrent_limit, u.concurrent_limit),
    quota_exceeded = u.quota_exceeded or d.refused > 0,
    quota_exceeded_at = if(d.refused > 0, coalesce(u.quota_exceeded_at, @now), u.quota_exceeded_at),
    quota_warning_sent = u.quota_warning_sent
      or coalesce(d.is_begun and (u.pipelines_run_today + d.taken) * 5 >= d.daily_limit * 4, false),
    last_updated = @now
  from days d
  where u.usage_id = d.usage_id and u.usage_date = d.usage_date;

  insert into customer_usage_quotas (
    usage_id, customer_id, usage_date, pipelines_run_today, pipelines_failed_today, pipelines_succeeded_today,
    pipelines_cancelled_today, pipelines_run_month, concurrent_pipelines_running, max_concurrent_reached, daily_limit,
    monthly_limit, concurrent_limit, quota_exceeded, quota_warning_sent, quota_exceeded_at, total_api_calls_today, created_at,
    last_updated
  )
  select
    d.usage_id, d.customer_id, d.usage_date, d.taken, 0, 0, d.cancelled, d.run_month, 0, 0, d.daily_limit, d.monthly_limit,
    d.concurrent_limit, d.refused > 0, coalesce(d.taken * 5 >= d.daily_limit * 4, false), if(d.refused > 0, @now, null), 0, @now,
    @now
  from days d
  left join customer_usage_quotas u on u.usage_id = d.usage_id
  where d.is_begun and u.usage_id is null;

  update scheduler_fair_shares s
  set ready_at = f.ready_at
  from (
    select q.customer_id, min(q.visible_at) as ready_at
    from fired x
    join pipeline_execution_queue q on q.queue_id = x.queue_id
    where x.reason is null
    group by q.customer_id
  ) f
  where s.customer_id = f.customer_id and s.ready_at > f.ready_at;

  insert into scheduler_fair_shares (customer_id, turn, ready, ready_at)
  select q.customer_id, 0, false, min(q.visible_at)
  from fired x
  join pipeline_execution_queue q on q.queue_id = x.queue_id
  left join scheduler_fair_shares s on s.customer_id = q.customer_id
  where x.reason is null and s.customer_id is null
  group by q.customer_id;
end if;

if op_refused or op_set_aside then
  insert into scheduler_alerts (alert_id, rule, subject, customer_id, message, fired_at)
  select
    farm_fingerprint(concat(n.rule, '/', n.subject, '/', cast(@now as string))), n.rule, n.subject, n.customer_id, n.message, @now
  from (
    select
      'QUOTA_EXCEEDED' as rule, usage_id as subject, any_value(customer_id) as customer_id,
      concat(
        'Customer ', any_value(customer_id), ' is over its ', if(logical_or(reason = 'QUOTA_DAILY'), 'daily', 'monthly'), ' quota on ',
        cast(any_value(usage_date) as string), '.'
      ) as message
    from fired
    where reason in ('QUOTA_DAILY', 'QUOTA_MONTHLY') and not is_refused
    group by usage_id
    union all
    select 'SCHEDULE_SET_ASIDE', config_id, customer_id, deactivate_reason from planned where deactivate_reason is not null
  ) n
  left join scheduler_alerts a on a.rule = n.rule and a.subject = n.subject and a.resolved_at is null
  where a.rule is null;
end if;

commit transaction;

select 'won' as kind, cast(null as string) as reason, op_won as count
union all
select 'lost', null, array_length(@configs) - op_won
union all
select 'queued', null, count(*) from fired where reason is null
union all
select 'skipped', reason, count(*) from fired where reason is not null and not is_refused group by reason
union all
select 'refused', reason, count(*) from fired where is_refused group by reason;
