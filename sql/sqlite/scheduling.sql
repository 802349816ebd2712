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
  nullif(max(coalesce(c.paused_until, 0), coalesce(b.returned_at, 0)), 0) as paused_until,
  json_valid(coalesce(c.parameters, '{}')) as parameters_valid,
  -- plan_batch merges the parameters itself.
  1 as merges,
  s.timezone as customer_timezone,
  s.runnable_until > @now as runnable,
  h.last_interval_end
from customer_pipeline_configs c
join scheduler_customer_standing s on s.customer_id = c.customer_id
left join scheduler_interval_chains h on h.config_id = c.config_id
left join scheduler_customer_returns b on b.customer_id = c.customer_id
where c.is_active = 1
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
where c.is_active = 1
  and c.next_run_time is not null
  and s.runnable_until > @now
  and coalesce(c.paused_until, 0) <= @now
order by c.next_run_time, c.config_id
limit 1;

-- name: list_schedules
-- mode: read
-- How many pipelines that can run share each schedule.
select c.schedule_cron, c.timezone, c.dst_policy, c.spread_seconds, count(*) as pipelines
from customer_pipeline_configs c
join scheduler_customer_standing s on s.customer_id = c.customer_id
where c.is_active = 1 and s.runnable_until > @now and coalesce(c.paused_until, 0) <= @now
group by c.schedule_cron, c.timezone, c.dst_policy, c.spread_seconds
order by c.schedule_cron, c.timezone, c.dst_policy, c.spread_seconds;

-- name: list_schedules_of_customer
-- mode: read
-- Likewise of one customer.
select c.schedule_cron, c.timezone, c.dst_policy, c.spread_seconds, count(*) as pipelines
from customer_pipeline_configs c
join scheduler_customer_standing s on s.customer_id = c.customer_id
where c.customer_id = @customerId and c.is_active = 1 and s.runnable_until > @now and coalesce(c.paused_until, 0) <= @now
group by c.schedule_cron, c.timezone, c.dst_policy, c.spread_seconds
order by c.schedule_cron, c.timezone, c.dst_policy, c.spread_seconds;

-- name: plan_batch
-- mode: write
-- Advances the pipelines of one batch and creates their runs. A pipeline that is not as the plan saw it (due at the same time, on the
-- same schedule, held or not held, of a customer in the same time zone) was planned by somebody else or changed meanwhile: nothing is written for it.
-- A run that somebody asked for (it has a lane) is refused where one of the schedule would be skipped, and leaves nothing behind.
-- Priority 0 is the backfills': they stand in nobody's way, and nobody in theirs.
delete from temp.planned;
insert into temp.planned (config_id, next_run_time, deactivate_reason, chain_end, config)
select
  b.value ->> 'config_id',
  b.value ->> 'next_run_time',
  b.value ->> 'deactivate_reason',
  b.value ->> 'chain_end',
  (
    select c.rowid from customer_pipeline_configs c
    cross join scheduler_customer_standing s on s.customer_id = c.customer_id
    where c.config_id = b.value ->> 'config_id'
      and c.is_active = 1
      and c.next_run_time = b.value ->> 'expected'
      and c.schedule_cron = b.value ->> 'cron'
      and c.timezone = b.value ->> 'timezone'
      and c.dst_policy = b.value ->> 'dst_policy'
      -- Whose day the runs count in.
      and s.timezone = b.value ->> 'customer_timezone'
      and (s.runnable_until > @now and coalesce(c.paused_until, 0) <= @now) = b.value ->> 'is_live'
  )
from jsonb_each(@configs) b;

delete from temp.fired;
insert into temp.fired (
  run_id, queue_id, config, config_id, customer_id, pipeline_template, scheduled_time, interval_start, interval_end, visible_at,
  idempotency_key, usage_id, usage_date, misfire, note, priority, parameters, overlap_policy, lane, triggered_by, asked_by
)
select
  o.value ->> 'run_id',
  o.value ->> 'queue_id',
  p.config,
  c.config_id,
  c.customer_id,
  c.pipeline_template,
  o.value ->> 'scheduled_time',
  o.value ->> 'interval_start',
  o.value ->> 'interval_end',
  o.value ->> 'visible_at',
  o.value ->> 'idempotency_key',
  o.value ->> 'usage_id',
  o.value ->> 'usage_date',
  o.value ->> 'misfire',
  o.value ->> 'note',
  case when o.value ->> 'triggered_by' = 'backfill' then 0 else c.priority end,
  json_patch(
    case when json_valid(v.default_parameters) then v.default_parameters else '{}' end,
    case when json_valid(c.parameters) then c.parameters else '{}' end
  ),
  case
    when o.value ->> 'triggered_by' = 'backfill' then 'allow'
    when o.value ->> 'waits_behind' and c.overlap_policy <> 'allow' then 'queue'
    else c.overlap_policy
  end,
  o.value ->> 'lane',
  o.value ->> 'triggered_by',
  o.value ->> 'asked_by'
from jsonb_each(@occurrences) o
cross join temp.planned p on p.config_id = o.value ->> 'config_id'
cross join customer_pipeline_configs c on c.rowid = p.config
left join customer_provider_configs v
  on v.customer_id = c.customer_id and v.provider = c.provider and v.domain = c.domain and v.is_active = 1
-- An occurrence that has its run already (the schedule was edited back and forth) gets no second one.
where not exists (select 1 from scheduled_pipeline_runs r where r.idempotency_key = o.value ->> 'idempotency_key');

update customer_pipeline_configs
set
  next_run_time = p.next_run_time,
  is_active = case when p.deactivate_reason is null then 1 else 0 end,
  pause_reason = coalesce(p.deactivate_reason, customer_pipeline_configs.pause_reason),
  updated_at = @now
from temp.planned p
where customer_pipeline_configs.rowid = p.config;

insert into scheduler_interval_chains (config_id, last_interval_end)
select config_id, chain_end from temp.planned where config is not null and chain_end is not null
on conflict (config_id) do update set last_interval_end = max(last_interval_end, excluded.last_interval_end);

-- Behind: the previous run of the same pipeline is still open, in the store or earlier in this very batch.
update temp.fired
set behind = 1
where misfire = 0
  and overlap_policy <> 'allow'
  and (
    exists (
      select 1 from pipeline_execution_queue q
      where q.config_id = fired.config_id and q.completed_at is null and q.priority > 0
    )
    or exists (
      select 1 from temp.fired e
      where e.config = fired.config and e.misfire = 0 and e.scheduled_time < fired.scheduled_time
    )
  );

update temp.fired set reason = 'MISFIRE' where misfire = 1;
update temp.fired set reason = 'OVERLAP' where reason is null and behind = 1 and overlap_policy = 'skip';

-- Usage rows of the days concerned, with the limits of today's subscription.
insert into customer_usage_quotas (
  usage_id, customer_id, usage_date, daily_limit, monthly_limit, concurrent_limit, created_at, last_updated
)
select
  f.usage_id, f.customer_id, f.usage_date,
  -- Null is unlimited only where a subscription says so.
  case when s.subscription_id is null then 0 else s.max_pipelines_per_day end,
  s.max_pipelines_per_month, s.max_concurrent_pipelines, @now, @now
from (select distinct usage_id, customer_id, usage_date from temp.fired where reason is null) f
cross join scheduler_customer_standing s on s.customer_id = f.customer_id
where true
on conflict (usage_id) do update set
  daily_limit = excluded.daily_limit,
  monthly_limit = excluded.monthly_limit,
  concurrent_limit = excluded.concurrent_limit
where daily_limit is not excluded.daily_limit
  or monthly_limit is not excluded.monthly_limit
  or concurrent_limit is not excluded.concurrent_limit;

-- Quota: the customer's due runs stand in line; whoever comes after the last free place is skipped.
with line as (
  select
    f.nth,
    row_number() over (
      partition by f.usage_id order by f.scheduled_time, f.priority desc, f.config_id, f.run_id
    ) as place,
    u.daily_limit - u.pipelines_run_today as left_today,
    u.monthly_limit - (
      select sum(m.pipelines_run_today)
      from customer_usage_quotas m
      where m.customer_id = f.customer_id
        and m.usage_date between substr(f.usage_date, 1, 8) || '01' and substr(f.usage_date, 1, 8) || '31'
    ) as left_this_month
  from temp.fired f
  cross join customer_usage_quotas u on u.usage_id = f.usage_id
  where f.reason is null
)
update temp.fired
set reason = case when line.place > line.left_today then 'QUOTA_DAILY' else 'QUOTA_MONTHLY' end
from line
where line.nth = fired.nth and (line.place > line.left_today or line.place > line.left_this_month);

delete from temp.declined;
insert into temp.declined (reason) select reason from temp.fired where lane is not null and reason is not null;
delete from temp.fired where lane is not null and reason is not null;

-- cancel_other: what the new run replaces. Waiting runs end here; a running one is told by its next heartbeat.
delete from temp.superseded;
insert into temp.superseded (run_id, queue_id, config_id, state, lease_epoch, usage_id, end_usage_id)
select
  r.run_id, q.queue_id, r.config_id, r.state, q.lease_epoch, r.usage_id,
  n.usage_id
from (select config_id, min(usage_id) as usage_id from temp.fired where overlap_policy = 'cancel_other' and reason is null group by config_id) n
cross join pipeline_execution_queue q on q.config_id = n.config_id and q.completed_at is null and q.priority > 0
cross join scheduled_pipeline_runs r on r.run_id = q.run_id
where +r.state in ('SCHEDULED', 'PENDING', 'RUNNING');

update pipeline_execution_queue
set cancel_requested_at = coalesce(cancel_requested_at, @now)
where queue_id in (select queue_id from temp.superseded where state = 'RUNNING');

update scheduled_pipeline_runs
set state = 'SKIPPED', reason = 'CANCELLED', actual_end_time = @now, updated_at = @now,
  error_message = 'Cancelled: a newer occurrence of the pipeline replaced it.'
where run_id in (select run_id from temp.superseded where state <> 'RUNNING') and state in ('SCHEDULED', 'PENDING');

update pipeline_execution_queue
set state = 'FAILED', completed_at = @now, error_message = 'CANCELLED'
where queue_id in (select queue_id from temp.superseded where state <> 'RUNNING') and state = 'QUEUED';

insert into scheduler_run_transitions (run_id, from_state, to_state, at, actor, lease_epoch, note)
select run_id, state, 'SKIPPED', @now, 'trigger', lease_epoch, 'CANCELLED' from temp.superseded where state <> 'RUNNING';

-- What was taken goes back to the day it was taken on; the cancellation counts today.
update customer_usage_quotas
set pipelines_run_today = pipelines_run_today - g.given_back, last_updated = @now
from (
  select usage_id, count(*) as given_back from temp.superseded
  where state <> 'RUNNING' and lease_epoch = 0 and usage_id is not null
  group by usage_id
) g
where customer_usage_quotas.usage_id = g.usage_id;

update customer_usage_quotas
set pipelines_cancelled_today = pipelines_cancelled_today + g.cancelled, last_updated = @now
from (
  select end_usage_id, count(*) as cancelled from temp.superseded where state <> 'RUNNING' group by end_usage_id
) g
where customer_usage_quotas.usage_id = g.end_usage_id;

insert into scheduled_pipeline_runs (
  run_id, config_id, customer_id, pipeline_template, scheduled_time, data_interval_start, data_interval_end,
  actual_end_time, state, reason, error_message, triggered_by, lane, idempotency_key, priority, parameters,
  created_at, updated_at, usage_id
)
select
  f.run_id, f.config_id, f.customer_id, f.pipeline_template, f.scheduled_time, f.interval_start, f.interval_end,
  case when f.reason is null then null else @now end,
  case when f.reason is null then 'PENDING' else 'SKIPPED' end,
  f.reason,
  case when f.reason is not null then f.note end, coalesce(f.triggered_by, 'cloud_scheduler'), coalesce(f.lane, 'schedule'),
  f.idempotency_key, f.priority, f.parameters,
  @now, @now,
  case when f.reason is null then f.usage_id end
from temp.fired f;

insert into pipeline_execution_queue (
  queue_id, run_id, customer_id, pipeline_template, priority, state, scheduled_time, visible_at, created_at, config_id
)
select
  f.queue_id, f.run_id, f.customer_id, f.pipeline_template, f.priority, 'QUEUED', f.scheduled_time,
  case when f.behind = 1 and (
    f.overlap_policy = 'queue'
    or exists (select 1 from temp.superseded s where s.config_id = f.config_id and s.state = 'RUNNING')
    or exists (
      select 1 from temp.fired e
      where e.config = f.config and e.reason is null and e.scheduled_time < f.scheduled_time
    )
  ) then 253402300799999999 else f.visible_at end,
  @now, f.config_id
from temp.fired f
where f.reason is null;

insert into scheduler_run_transitions (run_id, to_state, at, actor, note)
select
  run_id, case when reason is null then 'PENDING' else 'SKIPPED' end, @now, coalesce(asked_by, 'trigger'),
  case when reason is null then note else reason || coalesce(': ' || note, '') end
from temp.fired;

update customer_pipeline_configs
set last_run_status = 'SKIPPED'
where rowid in (select config from temp.fired where reason is not null);

update customer_usage_quotas
set
  pipelines_run_today = pipelines_run_today + t.taken,
  quota_exceeded = max(quota_exceeded, t.refused > 0),
  quota_exceeded_at = case when t.refused > 0 then coalesce(quota_exceeded_at, @now) else quota_exceeded_at end,
  quota_warning_sent = max(quota_warning_sent, coalesce((pipelines_run_today + t.taken) * 5 >= daily_limit * 4, 0)),
  last_updated = @now
from (
  select usage_id, sum(reason is null) as taken, sum(coalesce(reason, '') in ('QUOTA_DAILY', 'QUOTA_MONTHLY')) as refused
  from temp.fired
  where reason is null or reason in ('QUOTA_DAILY', 'QUOTA_MONTHLY')
  group by usage_id
) t
where customer_usage_quotas.usage_id = t.usage_id;

update customer_usage_quotas
set pipelines_run_month = (
  select sum(m.pipelines_run_today)
  from customer_usage_quotas m
  where m.customer_id = customer_usage_quotas.customer_id
    and m.usage_date between substr(customer_usage_quotas.usage_date, 1, 8) || '01' and customer_usage_quotas.usage_date
)
where usage_id in (
    select u.usage_id
    from (select distinct usage_id from temp.fired) f
    cross join customer_usage_quotas d on d.usage_id = f.usage_id
    cross join customer_usage_quotas u
      on u.customer_id = d.customer_id and u.usage_date between d.usage_date and substr(d.usage_date, 1, 8) || '31'
  )
  or usage_id in (
    select u.usage_id
    from temp.superseded g
    join customer_usage_quotas d on d.usage_id = g.usage_id
    join customer_usage_quotas u
      on u.customer_id = d.customer_id and u.usage_date between d.usage_date and substr(d.usage_date, 1, 8) || '31'
    where g.state <> 'RUNNING' and g.lease_epoch = 0
  );

insert into scheduler_alerts (rule, subject, customer_id, message, fired_at)
select
  'QUOTA_EXCEEDED', f.usage_id, f.customer_id,
  'Customer ' || f.customer_id || ' is over its '
    || case min(f.reason) when 'QUOTA_DAILY' then 'daily' else 'monthly' end || ' quota on ' || f.usage_date || '.',
  @now
from temp.fired f
where f.reason in ('QUOTA_DAILY', 'QUOTA_MONTHLY')
group by f.usage_id, f.customer_id, f.usage_date
on conflict do nothing;

insert into scheduler_alerts (rule, subject, customer_id, message, fired_at)
select 'SCHEDULE_SET_ASIDE', p.config_id, c.customer_id, p.deactivate_reason, @now
from temp.planned p
cross join customer_pipeline_configs c on c.rowid = p.config
where p.deactivate_reason is not null
on conflict do nothing;

insert into scheduler_fair_shares (customer_id, ready_at)
select q.customer_id, min(q.visible_at)
from temp.fired f
cross join pipeline_execution_queue q on q.queue_id = f.queue_id
where f.reason is null
group by q.customer_id
on conflict (customer_id) do update set ready_at = excluded.ready_at where ready_at > excluded.ready_at;

select 'won' as kind, null as reason, count(*) as count from temp.planned where config is not null
union all
select 'lost', null, count(*) from temp.planned where config is null
union all
select 'queued', null, count(*) from temp.fired where reason is null
union all
select 'skipped', reason, count(*) from temp.fired where reason is not null group by reason
union all
select 'refused', reason, count(*) from temp.declined group by reason;
