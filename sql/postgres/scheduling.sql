-- name: list_due
-- mode: read
-- One page of due pipelines with all that planning needs to know.
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
  greatest(c.paused_until, b.returned_at) as paused_until,
  -- The column's type lets in nothing else.
  true as parameters_valid,
  -- plan_batch merges the parameters itself.
  true as merges,
  s.timezone as customer_timezone,
  s.runnable_until > @now as runnable,
  h.last_interval_end
from customer_pipeline_configs c
join scheduler_customer_standing s on s.customer_id = c.customer_id
left join scheduler_interval_chains h on h.config_id = c.config_id
left join scheduler_customer_returns b on b.customer_id = c.customer_id
where c.is_active
  and c.next_run_time <= @now
  and (c.next_run_time, c.config_id) > (@afterTime, @afterId)
order by c.next_run_time, c.config_id
limit @limit;

-- name: next_trigger_time
-- mode: read
-- The first due time of a runnable pipeline. Walks the due index and stops at the first that is runnable.
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
-- How many pipelines that can run share each schedule.
select c.schedule_cron, c.timezone, c.dst_policy, c.spread_seconds, count(*) as pipelines
from customer_pipeline_configs c
join scheduler_customer_standing s on s.customer_id = c.customer_id
where c.is_active and s.runnable_until > @now and (c.paused_until is null or c.paused_until <= @now)
group by c.schedule_cron, c.timezone, c.dst_policy, c.spread_seconds
order by c.schedule_cron, c.timezone, c.dst_policy, c.spread_seconds;

-- name: list_schedules_of_customer
-- mode: read
-- Likewise of one customer.
select c.schedule_cron, c.timezone, c.dst_policy, c.spread_seconds, count(*) as pipelines
from customer_pipeline_configs c
join scheduler_customer_standing s on s.customer_id = c.customer_id
where c.customer_id = @customerId and c.is_active and s.runnable_until > @now and (c.paused_until is null or c.paused_until <= @now)
group by c.schedule_cron, c.timezone, c.dst_policy, c.spread_seconds
order by c.schedule_cron, c.timezone, c.dst_policy, c.spread_seconds;

-- name: plan_batch
-- mode: write
-- Advances the pipelines of one batch and creates their runs. A pipeline that is not as the plan saw it (due at the same time, on the
-- same schedule, held or not held, of a customer in the same time zone) was planned by somebody else or changed meanwhile: nothing is written for it.
-- A run that somebody asked for (it has a lane) is refused where one of the schedule would be skipped, and leaves nothing behind.
-- Priority 0 is the backfills': they stand in nobody's way, and nobody in theirs.
insert into scheduler_fair_shares (customer_id, ready_at)
select distinct c.customer_id, timestamptz '9999-12-31T23:59:59.999999Z'
from jsonb_to_recordset(@configs) as b(config_id text)
join customer_pipeline_configs c on c.config_id = b.config_id
order by c.customer_id
-- Locks the rows that are there, too, and changes none.
on conflict (customer_id) do update set ready_at = excluded.ready_at where false;

with planned as materialized (
  select *
  from jsonb_to_recordset(@configs) as b(
    config_id text, expected timestamptz, cron text, timezone text, dst_policy text, customer_timezone text, is_live boolean,
    next_run_time timestamptz, deactivate_reason text, chain_end timestamptz
  )
),
won as materialized (
  select
    c.config_id, c.customer_id, c.provider, c.domain, c.pipeline_template, c.priority, c.parameters, c.overlap_policy,
    p.next_run_time, p.deactivate_reason, p.chain_end,
    s.subscription_id, s.max_pipelines_per_day, s.max_pipelines_per_month, s.max_concurrent_pipelines
  from planned p
  join customer_pipeline_configs c on c.config_id = p.config_id
  join scheduler_customer_standing s on s.customer_id = c.customer_id
  where c.is_active
    and c.next_run_time = p.expected
    and c.schedule_cron = p.cron
    and c.timezone = p.timezone
    and c.dst_policy = p.dst_policy
    -- Whose day the runs count in.
    and s.timezone = p.customer_timezone
    and (s.runnable_until > @now and (c.paused_until is null or c.paused_until <= @now)) = p.is_live
  order by c.config_id
  for update of c
),
fired as materialized (
  select
    o.*, w.customer_id, w.pipeline_template, y.priority, y.overlap_policy,
    -- Null is unlimited only where a subscription says so.
    case when w.subscription_id is null then 0 else w.max_pipelines_per_day end as daily_limit,
    w.max_pipelines_per_month as monthly_limit,
    w.max_concurrent_pipelines as concurrent_limit,
    -- Mostly there is nothing to merge, and the function costs more than a row.
    case
      when v.default_parameters is null and w.parameters = jsonb_strip_nulls(w.parameters) then w.parameters
      else scheduler_merge_patch(v.default_parameters, w.parameters)
    end as parameters,
    -- Behind: the previous run of the same pipeline is still open, in the store or earlier in this very batch.
    not o.misfire and y.overlap_policy <> 'allow' and (
      coalesce(
        (
          select true from pipeline_execution_queue q
          where q.config_id = o.config_id and q.completed_at is null and q.priority > 0
          limit 1
        ),
        false
      )
      or count(*) filter (where not o.misfire) over earlier > 0
    ) as behind
  from jsonb_to_recordset(@occurrences) as o(
    config_id text, run_id text, queue_id text, scheduled_time timestamptz, interval_start timestamptz,
    interval_end timestamptz, visible_at timestamptz, idempotency_key text, usage_id text, usage_date date, misfire boolean,
    note text, lane text, triggered_by text, asked_by text, waits_behind boolean
  )
  join won w on w.config_id = o.config_id
  cross join lateral (
    select
      case when o.triggered_by = 'backfill' then 0 else w.priority end as priority,
      case
        when o.triggered_by = 'backfill' then 'allow'
        when o.waits_behind and w.overlap_policy <> 'allow' then 'queue'
        else w.overlap_policy
      end as overlap_policy
  ) y
  left join customer_provider_configs v
    on v.customer_id = w.customer_id and v.provider = w.provider and v.domain = w.domain and v.is_active
  -- An occurrence that has its run already (the schedule was edited back and forth) gets no second one.
  where not exists (select 1 from scheduled_pipeline_runs r where r.idempotency_key = o.idempotency_key)
  window earlier as (
    partition by o.config_id order by o.scheduled_time rows between unbounded preceding and 1 preceding
  )
),
-- Quota: the customer's due runs stand in line; whoever comes after the last free place is skipped.
judged as materialized (
  select
    f.*,
    case
      when f.misfire then 'MISFIRE'
      when f.passed_over then 'OVERLAP'
      when f.place > f.daily_limit - f.run_today then 'QUOTA_DAILY'
      when f.place > f.monthly_limit - f.run_this_month then 'QUOTA_MONTHLY'
    end as reason
  from (
    select
      x.*,
      row_number() over (
        partition by x.usage_id, x.misfire or x.passed_over
        order by x.scheduled_time, x.priority desc, x.config_id, x.run_id
      ) as place,
      coalesce(u.pipelines_run_today, 0) as run_today,
      case
        when x.monthly_limit is not null then (
          select coalesce(sum(m.pipelines_run_today), 0)::bigint
          from customer_usage_quotas m
          where m.customer_id = x.customer_id
            and m.usage_date >= date_trunc('month', x.usage_date::timestamp)::date
            and m.usage_date < (date_trunc('month', x.usage_date::timestamp) + interval '1 month')::date
        )
      end as run_this_month
    from (select fired.*, behind and overlap_policy = 'skip' as passed_over from fired) x
    left join customer_usage_quotas u on u.usage_id = x.usage_id
  ) f
),
decided as materialized (
  select * from judged where lane is null or reason is null
),
-- cancel_other: what the new run replaces. Waiting runs end here; a running one is told by its next heartbeat.
superseded as materialized (
  select q.queue_id, q.run_id, q.config_id, q.lease_epoch, r.state, r.usage_id, n.usage_id as end_usage_id
  from (
    select config_id, min(usage_id) as usage_id from decided
    where overlap_policy = 'cancel_other' and reason is null
    group by config_id
  ) n
  join pipeline_execution_queue q on q.config_id = n.config_id and q.completed_at is null and q.priority > 0
  join scheduled_pipeline_runs r on r.run_id = q.run_id
  where r.state in ('SCHEDULED', 'PENDING', 'RUNNING')
),
cancelled_runs as (
  update scheduled_pipeline_runs r
  set
    state = 'SKIPPED', reason = 'CANCELLED', actual_end_time = @now, updated_at = @now,
    error_message = 'Cancelled: a newer occurrence of the pipeline replaced it.'
  from superseded s
  where r.run_id = s.run_id and s.state <> 'RUNNING' and r.state in ('SCHEDULED', 'PENDING')
),
cancelled_items as (
  update pipeline_execution_queue q
  set
    cancel_requested_at = case when s.state = 'RUNNING' then coalesce(q.cancel_requested_at, @now) else q.cancel_requested_at end,
    state = case when s.state = 'RUNNING' then q.state else 'FAILED' end,
    completed_at = case when s.state <> 'RUNNING' then @now end,
    error_message = case when s.state <> 'RUNNING' then 'CANCELLED' end
  from superseded s
  where q.queue_id = s.queue_id and coalesce(q.completed_at, 'infinity') = 'infinity'
),
advanced as (
  update customer_pipeline_configs c
  set
    next_run_time = w.next_run_time,
    is_active = w.deactivate_reason is null,
    pause_reason = coalesce(w.deactivate_reason, c.pause_reason),
    last_run_status = case
      when w.config_id in (select config_id from decided where reason is not null) then 'SKIPPED'
      else c.last_run_status
    end,
    updated_at = @now
  from won w
  where c.config_id = w.config_id
),
chained as (
  insert into scheduler_interval_chains as h (config_id, last_interval_end)
  select config_id, chain_end from won where chain_end is not null
  on conflict (config_id) do update set last_interval_end = greatest(h.last_interval_end, excluded.last_interval_end)
),
-- What each usage row gains and gives back: a day is written once. Days on which something is planned get the limits of today's
-- subscription.
gains as materialized (
  select
    usage_id, max(customer_id) as customer_id, max(usage_date) as usage_date, bool_or(is_planned) as is_planned,
    max(daily_limit) as daily_limit, max(monthly_limit) as monthly_limit, max(concurrent_limit) as concurrent_limit,
    sum(taken)::bigint as taken,
    sum(refused)::bigint as refused,
    sum(cancelled)::bigint as cancelled,
    sum(given_back)::bigint as given_back
  from (
    select
      usage_id, customer_id, usage_date, true as is_planned, daily_limit, monthly_limit, concurrent_limit,
      (reason is null)::int as taken, (reason is not null and lane is null)::int as refused, 0 as cancelled, 0 as given_back
    from judged
    where reason is null or reason in ('QUOTA_DAILY', 'QUOTA_MONTHLY')
    union all
    -- The cancellation counts today.
    select end_usage_id, null, null, false, null, null, null, 0, 0, 1, 0 from superseded where state <> 'RUNNING'
    union all
    -- What was taken goes back to the day it was taken on.
    select usage_id, null, null, false, null, null, null, 0, 0, 0, 1 from superseded
    where state <> 'RUNNING' and lease_epoch = 0 and usage_id is not null
    union all
    -- The month so far stands on every day after it, too.
    select n.usage_id, null, null, false, null, null, null, 0, 0, 0, 0
    from superseded s
    join customer_usage_quotas g on g.usage_id = s.usage_id
    join customer_usage_quotas n
      on n.customer_id = g.customer_id
      and n.usage_date > g.usage_date
      and n.usage_date < (date_trunc('month', g.usage_date::timestamp) + interval '1 month')::date
    where s.state <> 'RUNNING' and s.lease_epoch = 0
    union all
    -- A change of zone may have left days after today's.
    select n.usage_id, null, null, false, null, null, null, 0, 0, 0, 0
    from (select distinct customer_id, usage_date from decided where reason is null) t
    join customer_usage_quotas n
      on n.customer_id = t.customer_id
      and n.usage_date > t.usage_date
      and n.usage_date < (date_trunc('month', t.usage_date::timestamp) + interval '1 month')::date
  ) x
  group by usage_id
),
moved as materialized (
  select usage_id, taken - given_back as gained from gains where taken <> given_back
),
counted as (
  update customer_usage_quotas u
  set
    daily_limit = case when g.is_planned then g.daily_limit else u.daily_limit end,
    monthly_limit = case when g.is_planned then g.monthly_limit else u.monthly_limit end,
    concurrent_limit = case when g.is_planned then g.concurrent_limit else u.concurrent_limit end,
    pipelines_run_today = u.pipelines_run_today + g.taken - g.given_back,
    pipelines_cancelled_today = u.pipelines_cancelled_today + g.cancelled,
    pipelines_run_month = u.pipelines_run_today + g.taken - g.given_back + (
      select coalesce(sum(m.pipelines_run_today + coalesce(e.gained, 0)), 0)::bigint
      from customer_usage_quotas m
      left join moved e on e.usage_id = m.usage_id
      where m.customer_id = u.customer_id
        and m.usage_date >= date_trunc('month', u.usage_date::timestamp)::date
        and m.usage_date < u.usage_date
    ),
    quota_exceeded = u.quota_exceeded or g.refused > 0,
    quota_exceeded_at = case when g.refused > 0 then coalesce(u.quota_exceeded_at, @now) else u.quota_exceeded_at end,
    quota_warning_sent = u.quota_warning_sent
      or (g.is_planned and coalesce((u.pipelines_run_today + g.taken - g.given_back) * 5 >= g.daily_limit * 4, false)),
    last_updated = @now
  from gains g
  where u.usage_id = g.usage_id
  returning u.usage_id
),
begun as (
  insert into customer_usage_quotas as n (
    usage_id, customer_id, usage_date, daily_limit, monthly_limit, concurrent_limit, pipelines_run_today,
    pipelines_cancelled_today, pipelines_run_month, quota_exceeded, quota_exceeded_at, quota_warning_sent, created_at,
    last_updated
  )
  select
    g.usage_id, g.customer_id, g.usage_date, g.daily_limit, g.monthly_limit, g.concurrent_limit, g.taken, g.cancelled,
    g.taken + (
      select coalesce(sum(m.pipelines_run_today + coalesce(e.gained, 0)), 0)::bigint
      from customer_usage_quotas m
      left join moved e on e.usage_id = m.usage_id
      where m.customer_id = g.customer_id
        and m.usage_date >= date_trunc('month', g.usage_date::timestamp)::date
        and m.usage_date < g.usage_date
    ),
    g.refused > 0, case when g.refused > 0 then @now end, coalesce(g.taken * 5 >= g.daily_limit * 4, false), @now, @now
  from gains g
  where g.is_planned and g.usage_id not in (select usage_id from counted)
  -- A change of plan or zone may begin the day at the same moment.
  on conflict (usage_id) do update set
    pipelines_run_today = n.pipelines_run_today + excluded.pipelines_run_today,
    pipelines_cancelled_today = n.pipelines_cancelled_today + excluded.pipelines_cancelled_today,
    pipelines_run_month = n.pipelines_run_month + excluded.pipelines_run_today,
    quota_exceeded = n.quota_exceeded or excluded.quota_exceeded,
    quota_exceeded_at = coalesce(n.quota_exceeded_at, excluded.quota_exceeded_at),
    quota_warning_sent = n.quota_warning_sent or excluded.quota_warning_sent,
    last_updated = excluded.last_updated
),
born as (
  insert into scheduled_pipeline_runs (
    run_id, config_id, customer_id, pipeline_template, scheduled_time, data_interval_start, data_interval_end,
    actual_end_time, state, reason, error_message, triggered_by, lane, idempotency_key, priority, parameters,
    created_at, updated_at, usage_id
  )
  select
    run_id, config_id, customer_id, pipeline_template, scheduled_time, interval_start, interval_end,
    case when reason is not null then @now end,
    case when reason is null then 'PENDING' else 'SKIPPED' end,
    reason,
    case when reason is not null then note end, coalesce(triggered_by, 'cloud_scheduler'), coalesce(lane, 'schedule'),
    idempotency_key, priority, parameters,
    @now, @now,
    case when reason is null then usage_id end
  from decided
),
queued as materialized (
  select
    d.*,
    case
      when d.behind and (
        d.overlap_policy = 'queue'
        or d.config_id in (select config_id from superseded where state = 'RUNNING')
        or count(*) filter (where d.reason is null) over (
          partition by d.config_id order by d.scheduled_time rows between unbounded preceding and 1 preceding
        ) > 0
      ) then timestamptz '9999-12-31T23:59:59.999999Z'
      else d.visible_at
    end as claimable_at
  from decided d
),
enqueued as (
  insert into pipeline_execution_queue (
    queue_id, run_id, customer_id, pipeline_template, priority, state, scheduled_time, visible_at, created_at, config_id
  )
  select
    queue_id, run_id, customer_id, pipeline_template, priority, 'QUEUED', scheduled_time, claimable_at, @now, config_id
  from queued
  where reason is null
),
noted as (
  insert into scheduler_run_transitions (run_id, from_state, to_state, at, actor, lease_epoch, note)
  select run_id, state, 'SKIPPED', @now, 'trigger', lease_epoch, 'CANCELLED' from superseded where state <> 'RUNNING'
  union all
  select
    run_id, null, case when reason is null then 'PENDING' else 'SKIPPED' end, @now, coalesce(asked_by, 'trigger'), 0,
    case when reason is null then note else concat_ws(': ', reason, note) end
  from decided
),
alerted as (
  insert into scheduler_alerts (rule, subject, customer_id, message, fired_at)
  select
    'QUOTA_EXCEEDED', usage_id, customer_id,
    'Customer ' || customer_id || ' is over its ' || case when bool_or(reason = 'QUOTA_DAILY') then 'daily' else 'monthly' end
      || ' quota on ' || to_char(usage_date, 'YYYY-MM-DD') || '.',
    @now
  from decided
  where reason in ('QUOTA_DAILY', 'QUOTA_MONTHLY')
  group by usage_id, customer_id, usage_date
  union all
  select 'SCHEDULE_SET_ASIDE', config_id, customer_id, deactivate_reason, @now
  from won
  where deactivate_reason is not null
  on conflict do nothing
),
woken as (
  update scheduler_fair_shares f
  set ready_at = q.claimable_at
  from (
    select customer_id, min(claimable_at) as claimable_at from queued where reason is null group by customer_id
  ) q
  where f.customer_id = q.customer_id and f.ready_at > q.claimable_at
)
select 'won' as kind, null as reason, count(*) as count from won
union all
select 'lost', null, (select count(*) from planned) - (select count(*) from won)
union all
select 'queued', null, count(*) from decided where reason is null
union all
select 'skipped', reason, count(*) from decided where reason is not null group by reason
union all
select 'refused', reason, count(*) from judged where lane is not null and reason is not null group by reason;
