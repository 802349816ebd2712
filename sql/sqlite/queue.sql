-- name: claim
-- mode: write
-- Leases up to @count items to the claims in @rows: numbered in fair order, they go to the claim with first <= number <= last.
-- First the customers whose turn it is, then each one's best items: the cost depends on what is taken, not on how much is queued.
-- @visit bounds the customers looked at; `more` says that another call may find work. A row is found by its key once, by its row
-- number from then on.
delete from temp.op;
insert into temp.op (now, virtual_time)
select
  coalesce(@now, cast(unixepoch('subsec') * 1000 as integer) * 1000),
  coalesce(
    (select min(turn) from scheduler_fair_shares where ready = 1), (select max(turn) from scheduler_fair_shares), 0
  );

-- Customers whose time has come join the round where it stands; they have no claim on rounds they sat out.
update scheduler_fair_shares
set ready = 1, turn = max(turn, (select virtual_time from temp.op))
where rowid in (
  select rowid from scheduler_fair_shares
  where ready = 0 and ready_at <= (select now from temp.op)
  order by ready_at
  limit 2000
);

delete from temp.visited;
insert into temp.visited (share, customer_id, turn)
select rowid, customer_id, turn from scheduler_fair_shares where ready = 1 order by turn, customer_id limit @visit;

update temp.visited
set
  tenant_dataset_id = s.tenant_dataset_id,
  runnable = s.runnable_until > (select now from temp.op),
  cap = coalesce(s.max_concurrent_pipelines, 1000000),
  live = (
    select count(*) from pipeline_execution_queue q
    where q.customer_id = visited.customer_id
      and q.state = 'PROCESSING'
      and q.lease_expires_at > (select now from temp.op)
  ),
  is_suspect = exists (
    select 1 from customer_pipeline_configs c
    where c.customer_id = visited.customer_id and (c.paused_until is not null or c.is_active = 0)
  )
from scheduler_customer_standing s
where s.customer_id = visited.customer_id;

update temp.op
set take = min(@count, 2 + @count / max(1, (select count(*) from temp.visited where slots > 0)));

-- The head of every priority level, the levels found by leaps through the index. A level in the order of time waited is in the
-- order of age, so the heads hold the customer's best `take` items exactly. Backfills yield to all live work, for an hour.
delete from temp.candidates;
with recursive levels (share, customer_id, priority) as (
  select
    v.share, v.customer_id,
    (select min(q.priority) from pipeline_execution_queue q where q.customer_id = v.customer_id and q.state = 'QUEUED')
  from temp.visited v
  where v.slots > 0
  union all
  select
    l.share, l.customer_id,
    (
      select min(q.priority) from pipeline_execution_queue q
      where q.customer_id = l.customer_id and q.state = 'QUEUED' and q.priority > l.priority
    )
  from levels l
  where l.priority is not null
)
insert into temp.candidates (share, nth, item, yields)
select
  l.share,
  row_number() over (
    partition by l.share
    order by
      q.priority = 0 and q.visible_at > (select now from temp.op) - 3600000000,
      q.priority + min(10, ((select now from temp.op) - q.visible_at) / 600000000) desc,
      q.visible_at, q.scheduled_time, q.created_at, q.rowid
  ),
  q.rowid,
  q.priority = 0 and q.visible_at > (select now from temp.op) - 3600000000
from levels l
cross join pipeline_execution_queue q
where l.priority is not null
  and q.rowid in (
    select c.rowid from pipeline_execution_queue c
    where c.customer_id = l.customer_id
      and c.priority = l.priority
      and c.state = 'QUEUED'
      and c.visible_at <= (select now from temp.op)
    order by c.visible_at, c.scheduled_time, c.created_at, c.rowid
    limit (select take from temp.op)
  );

-- Items of paused pipelines step out of the way until the pause ends, all of a pipeline at once; those of pipelines that were
-- switched off, until the reaper has ended them. They may have hidden better ones of their level: their customer is served at the
-- next look.
update temp.visited
set held = 1
where share in (
  select v.share
  from temp.visited v
  cross join temp.candidates m on m.share = v.share
  cross join pipeline_execution_queue q on q.rowid = m.item
  cross join customer_pipeline_configs c on c.config_id = q.config_id
  where v.is_suspect = 1 and (c.paused_until > (select now from temp.op) or c.is_active = 0)
);
update pipeline_execution_queue
set visible_at = max(coalesce(c.paused_until, 0), (select now from temp.op) + 300000000)
from customer_pipeline_configs c
where c.config_id = pipeline_execution_queue.config_id
  and pipeline_execution_queue.rowid in (
    select o.rowid
    from temp.visited v
    cross join temp.candidates m on m.share = v.share
    cross join pipeline_execution_queue q on q.rowid = m.item
    cross join customer_pipeline_configs p
      on p.config_id = q.config_id and (p.paused_until > (select now from temp.op) or p.is_active = 0)
    cross join pipeline_execution_queue o on o.config_id = p.config_id and o.completed_at is null
    where v.held = 1
  )
  and +pipeline_execution_queue.state = 'QUEUED'
  and +pipeline_execution_queue.visible_at <= (select now from temp.op);

delete from temp.claims;
insert into temp.claims (last, nth, worker_id, nonce)
select b.value ->> 'last', b.value ->> 'nth', b.value ->> 'worker_id', b.value ->> 'nonce' from jsonb_each(@rows) b;

-- The credential that the pipeline names, else the single active one of its provider.
delete from temp.claimed;
insert into temp.claimed (
  place, share, item, run, config, run_id, state_before, lease_epoch, lease_token, nth, worker_id, credential_id,
  credential_version
)
select
  m.place, m.share, m.item, r.rowid, c.rowid, q.run_id, r.state, q.lease_epoch + 1, (q.lease_epoch + 1) || '.' || b.nonce, b.nth,
  b.worker_id, k.credential_id, k.secret_version
from (
  select n.share, n.item, row_number() over (order by n.yields, v.turn + n.nth, v.customer_id, n.nth) as place
  from temp.visited v
  cross join temp.candidates n on n.share = v.share and n.nth <= v.slots and n.nth <= (select take from temp.op)
  where v.held = 0
) m
cross join pipeline_execution_queue q on q.rowid = m.item
cross join scheduled_pipeline_runs r on r.run_id = q.run_id
cross join customer_pipeline_configs c on c.config_id = q.config_id
cross join temp.claims b on b.last = (select min(x.last) from temp.claims x where x.last >= m.place)
left join customer_credentials k
  on k.credential_id = coalesce(
    c.credential_id,
    (
      select max(x.credential_id) from customer_credentials x
      where x.customer_id = q.customer_id and x.provider = c.provider and x.is_active = 1
      having count(*) = 1
    )
  )
  and +k.customer_id = q.customer_id
  and k.is_active = 1
  and k.validation_status in ('PENDING', 'VALID')
where m.place <= @count;

update pipeline_execution_queue
set
  state = 'PROCESSING',
  credential_id = m.credential_id,
  credential_version = m.credential_version,
  picked_up_at = (select now from temp.op),
  worker_id = m.worker_id,
  lease_epoch = m.lease_epoch,
  lease_token = m.lease_token,
  lease_expires_at = (select now from temp.op) + @leaseMicros
from temp.claimed m
where pipeline_execution_queue.rowid = m.item and +pipeline_execution_queue.state = 'QUEUED';

insert into scheduler_run_transitions (run_id, from_state, to_state, at, actor, lease_epoch, note)
select run_id, 'SCHEDULED', 'PENDING', (select now from temp.op), worker_id, lease_epoch, 'its time came'
from temp.claimed
where state_before = 'SCHEDULED';

insert into scheduler_run_transitions (run_id, from_state, to_state, at, actor, lease_epoch)
select run_id, 'PENDING', 'RUNNING', (select now from temp.op), worker_id, lease_epoch
from temp.claimed;

update scheduled_pipeline_runs
set
  state = 'RUNNING',
  actual_start_time = (select now from temp.op),
  worker_id = m.worker_id,
  pipeline_logging_id = m.run_id || '-' || m.lease_epoch,
  updated_at = (select now from temp.op)
from temp.claimed m
where scheduled_pipeline_runs.rowid = m.run and m.state_before in ('SCHEDULED', 'PENDING');

update temp.visited
set taken = t.taken
from (select share, count(*) as taken from temp.claimed group by share) t
where t.share = visited.share;

update customer_usage_quotas
set
  concurrent_pipelines_running = l.live,
  max_concurrent_reached = max(max_concurrent_reached, l.live),
  last_pipeline_started_at = (select now from temp.op),
  last_updated = (select now from temp.op)
from (
  select
    (
      select u.rowid from customer_usage_quotas u
      where u.customer_id = v.customer_id order by u.usage_date desc limit 1
    ) as usage,
    v.live + v.taken as live
  from temp.visited v
  where v.taken > 0
) l
where customer_usage_quotas.rowid = l.usage;

-- Whoever cannot be served now leaves the round: at its cap until a lease can end, else until its next item is visible.
update temp.visited
set stays = (
    held = 0 and exists (select 1 from temp.candidates c where c.share = visited.share and c.nth = visited.taken + 1)
  )
  or exists (
    select 1 from temp.levels l
    cross join pipeline_execution_queue q on q.customer_id = visited.customer_id and q.priority = l.priority
    where q.state = 'QUEUED' and q.visible_at <= (select now from temp.op)
  )
where slots > taken;

update scheduler_fair_shares
set
  turn = v.turn + v.taken,
  ready = v.stays,
  ready_at = case
    when v.stays = 1 then ready_at
    when v.runnable = 0 then 253402300799999999
    when v.slots <= v.taken then coalesce(
      (
        select min(q.lease_expires_at) from pipeline_execution_queue q
        where q.customer_id = v.customer_id
          and q.state = 'PROCESSING'
          and q.lease_expires_at > (select now from temp.op)
      ),
      253402300799999999
    )
    else coalesce(
      (
        select min(
          (
            select min(q.visible_at) from pipeline_execution_queue q
            where q.customer_id = v.customer_id and q.priority = l.priority and q.state = 'QUEUED'
          )
        )
        from temp.levels l
      ),
      253402300799999999
    )
  end
from temp.visited v
where v.share = scheduler_fair_shares.rowid and (v.taken > 0 or v.stays = 0);

select
  (select count(*) from temp.claimed) < @count
    and (
      exists (select 1 from scheduler_fair_shares where ready = 1)
      or exists (select 1 from scheduler_fair_shares where ready = 0 and ready_at <= (select now from temp.op))
    ) as more,
  m.nth,
  q.queue_id,
  m.run_id,
  r.config_id,
  r.customer_id,
  m.lease_epoch,
  m.lease_token,
  q.lease_expires_at,
  r.pipeline_logging_id,
  r.scheduled_time,
  q.visible_at,
  r.data_interval_start,
  r.data_interval_end,
  r.retry_attempt,
  r.triggered_by,
  r.lane,
  r.parameters,
  c.provider,
  c.domain,
  r.pipeline_template,
  v.tenant_dataset_id,
  k.credential_id,
  k.provider as credential_provider,
  k.credential_type,
  k.encrypted_credentials,
  k.kms_key_version
from temp.op
left join temp.claimed m
left join temp.visited v on v.share = m.share
left join pipeline_execution_queue q on q.rowid = m.item
left join scheduled_pipeline_runs r on r.rowid = m.run
left join customer_pipeline_configs c on c.rowid = m.config
left join customer_credentials k on k.credential_id = m.credential_id
order by m.nth, q.scheduled_time, q.queue_id;

-- name: heartbeat
-- mode: write
-- Extends live leases only: a lease that ran out may already have made room for another item of the customer.
delete from temp.op;
insert into temp.op (now) select coalesce(@now, cast(unixepoch('subsec') * 1000 as integer) * 1000);
update pipeline_execution_queue
set lease_expires_at = (select now from temp.op) + @leaseMicros
from jsonb_each(@rows) b
where pipeline_execution_queue.queue_id = b.value ->> 'queue_id'
  and pipeline_execution_queue.lease_token = b.value ->> 'lease_token'
  and pipeline_execution_queue.state = 'PROCESSING'
  and pipeline_execution_queue.lease_expires_at > (select now from temp.op);
select
  b.value ->> 'queue_id' as queue_id,
  case
    when q.queue_id is null then 'lost'
    when q.cancel_requested_at is not null then 'cancel'
    else 'renewed'
  end as status,
  q.lease_expires_at
from jsonb_each(@rows) b
left join pipeline_execution_queue q
  on q.queue_id = b.value ->> 'queue_id'
  and q.lease_token = b.value ->> 'lease_token'
  and q.state = 'PROCESSING'
  and q.lease_expires_at > (select now from temp.op)
order by b.key;

-- name: lease_facts
-- mode: read
-- What deciding about the end of leases needs to know: the time, and what does not change while the lease is held.
select
  coalesce(@now, cast(unixepoch('subsec') * 1000 as integer) * 1000) as now,
  q.queue_id,
  q.lease_token,
  q.lease_expires_at,
  r.run_id,
  r.config_id,
  r.customer_id,
  r.scheduled_time,
  r.retry_attempt,
  r.lane,
  c.retry_config,
  p.timezone as customer_timezone
from jsonb_each(@rows) b
join pipeline_execution_queue q on q.queue_id = b.value ->> 'queue_id'
join scheduled_pipeline_runs r on r.run_id = q.run_id
join customer_pipeline_configs c on c.config_id = r.config_id
join customer_profiles p on p.customer_id = r.customer_id
where q.state = 'PROCESSING' and q.lease_token = b.value ->> 'lease_token'
order by b.key;

-- name: list_expired
-- mode: read
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
  c.retry_config,
  p.timezone as customer_timezone
from pipeline_execution_queue q
join scheduled_pipeline_runs r on r.run_id = q.run_id
join customer_pipeline_configs c on c.config_id = r.config_id
join customer_profiles p on p.customer_id = r.customer_id
where q.state = 'PROCESSING'
  and q.lease_expires_at <= @now
  and (q.lease_expires_at, q.queue_id) > (@afterExpiry, @afterId)
order by q.lease_expires_at, q.queue_id
limit @limit;

-- name: end_leases
-- mode: write
-- Ends leases: completed, failed, cancelled, released, or lost (only if it really ran out). The token guards every row; a row
-- whose lease is no longer held comes back as stale and writes nothing.
delete from temp.ended;
with asked as materialized (
  select
    b.key as nth,
    b.value ->> 'queue_id' as queue_id,
    b.value ->> 'lease_token' as lease_token,
    b.value ->> 'outcome' as outcome,
    b.value ->> 'error_type' as error_type,
    b.value ->> 'error_message' as error_message,
    b.value ->> 'credential_used' as credential_used,
    b.value ->> 'usage_id' as usage_id,
    b.value ->> 'usage_date' as usage_date,
    b.value ->> 'disable_after' as disable_after,
    b.value ->> 'retry_run_id' as retry_run_id,
    b.value ->> 'retry_queue_id' as retry_queue_id,
    b.value ->> 'retry_at' as retry_at,
    b.value ->> 'retry_key' as retry_key
  from jsonb_each(@rows) b
)
insert into temp.ended (
  nth, item, run, config, queue_id, run_id, config_id, customer_id, lease_epoch, worker_id, started_at, outcome, state, error_type,
  error_message, usage_id, usage_date, retry_run_id, retry_queue_id, retry_at, retry_key, disable_after, credential_id,
  credential_version
)
select
  a.nth, q.rowid, r.rowid, c.rowid, q.queue_id, q.run_id, q.config_id, q.customer_id, q.lease_epoch, q.worker_id,
  r.actual_start_time,
  a.outcome,
  case
    when a.outcome = 'completed' then 'COMPLETED'
    when a.outcome in ('failed', 'cancelled') then 'FAILED'
    when q.cancel_requested_at is not null or c.is_active = 0 then 'FAILED'
    when a.outcome = 'lost' and q.lease_losses + 1 >= @maxLosses then 'FAILED'
    else 'PENDING'
  end,
  case
    when a.outcome = 'failed' then a.error_type
    when a.outcome = 'cancelled' then 'CANCELLED'
    when a.outcome in ('released', 'lost') and (q.cancel_requested_at is not null or c.is_active = 0) then 'CANCELLED'
    when a.outcome = 'lost' and q.lease_losses + 1 >= @maxLosses then 'WORKER_LOST'
  end,
  case
    when a.outcome = 'lost' and q.cancel_requested_at is null and c.is_active = 1 and q.lease_losses + 1 >= @maxLosses
      then 'Lost its worker ' || (q.lease_losses + 1) || ' times; not tried again.'
    else a.error_message
  end,
  a.usage_id,
  a.usage_date,
  case when q.cancel_requested_at is null and c.is_active = 1 then a.retry_run_id end,
  a.retry_queue_id,
  a.retry_at,
  a.retry_key,
  a.disable_after,
  case when coalesce(a.credential_used, 1) then q.credential_id end,
  q.credential_version
from asked a
cross join pipeline_execution_queue q on q.queue_id = a.queue_id
cross join scheduled_pipeline_runs r on r.run_id = q.run_id
cross join customer_pipeline_configs c on c.config_id = q.config_id
where +q.state = 'PROCESSING'
  and q.lease_token = a.lease_token
  and r.state = 'RUNNING'
  and (a.outcome <> 'lost' or +q.lease_expires_at <= @now);

update customer_pipeline_configs
set
  last_run_time = l.last_run_time,
  last_run_status = case l.state when 'COMPLETED' then 'SUCCESS' else 'FAILED' end,
  consecutive_failures = case
    when l.state = 'COMPLETED' then 0
    when l.completed > 0 then l.given_up
    else customer_pipeline_configs.consecutive_failures + l.given_up
  end,
  updated_at = @now
from (
  -- Beside max(), state is that of the run that started last; of several at the same moment that of the newest.
  select
    config,
    state,
    max(place) as place,
    started_at as last_run_time,
    sum(state = 'COMPLETED') as completed,
    sum(state = 'FAILED' and retry_run_id is null) as given_up
  from (select e.*, row_number() over (order by started_at, run_id) as place from temp.ended e)
  where state in ('COMPLETED', 'FAILED') and coalesce(error_type, '') <> 'CANCELLED'
  group by config
) l
where customer_pipeline_configs.rowid = l.config;

-- Three failures in a row warn; where the pipeline's own configuration says so, more of them switch it off.
insert into scheduler_alerts (rule, subject, customer_id, message, fired_at)
select
  'CONSECUTIVE_FAILURES', c.config_id, c.customer_id,
  'Pipeline ' || c.pipeline_name || ' of ' || c.customer_id || ' failed ' || c.consecutive_failures || ' times in a row.', @now
from customer_pipeline_configs c
where c.rowid in (select config from temp.ended where state = 'FAILED') and c.consecutive_failures >= 3
on conflict do nothing;

update scheduler_alerts
set resolved_at = @now
where rule = 'CONSECUTIVE_FAILURES' and resolved_at is null
  and subject in (
    select c.config_id from temp.ended e
    cross join customer_pipeline_configs c on c.rowid = e.config
    where c.consecutive_failures = 0
      and exists (select 1 from scheduler_alerts where rule = 'CONSECUTIVE_FAILURES' and resolved_at is null)
  );

insert into scheduler_alerts (rule, subject, customer_id, message, fired_at)
select distinct
  'SCHEDULE_SET_ASIDE', c.config_id, c.customer_id,
  'Switched off after ' || c.consecutive_failures || ' failures in a row.', @now
from temp.ended e
cross join customer_pipeline_configs c on c.rowid = e.config
where e.state = 'FAILED' and e.retry_run_id is null and coalesce(e.error_type, '') <> 'CANCELLED'
  and c.is_active = 1 and c.consecutive_failures >= e.disable_after
on conflict do nothing;

update customer_pipeline_configs
set is_active = 0, pause_reason = 'Switched off after ' || consecutive_failures || ' failures in a row.'
where is_active = 1
  and rowid in (
    select e.config from temp.ended e
    cross join customer_pipeline_configs c on c.rowid = e.config
    where e.state = 'FAILED' and e.retry_run_id is null and coalesce(e.error_type, '') <> 'CANCELLED'
      and c.consecutive_failures >= e.disable_after
  );

insert into customer_usage_quotas (
  usage_id, customer_id, usage_date, pipelines_run_month, daily_limit, monthly_limit, concurrent_limit, created_at,
  last_updated
)
select
  e.usage_id, e.customer_id, e.usage_date,
  (
    select coalesce(sum(m.pipelines_run_today), 0) from customer_usage_quotas m
    where m.customer_id = e.customer_id and m.usage_date between substr(e.usage_date, 1, 8) || '01' and e.usage_date
  ),
  s.max_pipelines_per_day, s.max_pipelines_per_month, s.max_concurrent_pipelines, @now, @now
from (
  select distinct n.usage_id, n.customer_id, n.usage_date from temp.ended n
  where n.state in ('COMPLETED', 'FAILED')
    and not exists (select 1 from customer_usage_quotas u where u.usage_id = n.usage_id)
) e
cross join scheduler_customer_standing s on s.customer_id = e.customer_id
where true
on conflict (usage_id) do nothing;

update scheduled_pipeline_runs
set
  state = e.state,
  actual_start_time = case when e.state <> 'PENDING' then e.started_at end,
  actual_end_time = case when e.state <> 'PENDING' then @now end,
  execution_duration_seconds = case when e.state <> 'PENDING' then (@now - e.started_at + 500000) / 1000000 end,
  error_type = e.error_type,
  error_message = e.error_message,
  updated_at = @now
from temp.ended e
where scheduled_pipeline_runs.rowid = e.run;

update pipeline_execution_queue
set
  state = case e.state when 'PENDING' then 'QUEUED' else e.state end,
  completed_at = case when e.state <> 'PENDING' then @now end,
  lease_token = null,
  lease_expires_at = null,
  lease_losses = pipeline_execution_queue.lease_losses + (e.outcome = 'lost'),
  error_message = e.error_message
from temp.ended e
where pipeline_execution_queue.rowid = e.item;

insert into scheduler_run_transitions (run_id, from_state, to_state, at, actor, lease_epoch, note)
select
  run_id, 'RUNNING', state, @now,
  case when outcome = 'lost' then 'reaper' else coalesce(worker_id, 'worker') end,
  lease_epoch,
  case when outcome in ('lost', 'released') then 'lease ' || outcome else error_type end
from temp.ended;

insert into scheduled_pipeline_runs (
  run_id, config_id, customer_id, pipeline_template, scheduled_time, data_interval_start, data_interval_end, state,
  retry_attempt, parent_run_id, triggered_by, lane, idempotency_key, priority, parameters, created_at, updated_at
)
select
  e.retry_run_id, r.config_id, r.customer_id, r.pipeline_template, r.scheduled_time, r.data_interval_start,
  r.data_interval_end, 'SCHEDULED', r.retry_attempt + 1, r.run_id, 'retry', r.lane, e.retry_key, r.priority, r.parameters,
  @now, @now
from temp.ended e
cross join scheduled_pipeline_runs r on r.rowid = e.run
where e.retry_run_id is not null
on conflict (idempotency_key) do nothing;

insert into pipeline_execution_queue (
  queue_id, run_id, customer_id, pipeline_template, priority, state, scheduled_time, visible_at, created_at, config_id
)
select
  e.retry_queue_id, r.run_id, r.customer_id, r.pipeline_template, r.priority, 'QUEUED', r.scheduled_time, e.retry_at, @now,
  r.config_id
from temp.ended e
cross join scheduled_pipeline_runs r on r.run_id = e.retry_run_id;

insert into scheduler_run_transitions (run_id, to_state, at, actor, lease_epoch, note)
select r.run_id, 'SCHEDULED', @now, 'retry', 0, 'after ' || e.error_type
from temp.ended e
cross join scheduled_pipeline_runs r on r.run_id = e.retry_run_id;

update customer_usage_quotas
set
  pipelines_succeeded_today = pipelines_succeeded_today + t.succeeded,
  pipelines_failed_today = pipelines_failed_today + t.failed,
  pipelines_cancelled_today = pipelines_cancelled_today + t.cancelled,
  concurrent_pipelines_running = (
    select count(*) from pipeline_execution_queue q
    where q.customer_id = customer_usage_quotas.customer_id and q.state = 'PROCESSING' and q.lease_expires_at > @now
  ),
  last_pipeline_completed_at = @now,
  last_updated = @now
from (
  select
    usage_id,
    sum(state = 'COMPLETED') as succeeded,
    sum(state = 'FAILED' and error_type <> 'CANCELLED') as failed,
    sum(state = 'FAILED' and error_type = 'CANCELLED') as cancelled
  from temp.ended
  where state in ('COMPLETED', 'FAILED')
  group by usage_id
) t
where customer_usage_quotas.usage_id = t.usage_id;

-- A run says whether the secret it was given works. One that was rotated since is not judged, a refusal outweighs a success of the
-- same moment, and only a new secret ends INVALID.
update customer_credentials
set
  last_used_at = @now,
  usage_count = usage_count + t.uses,
  validation_status = case
    when t.refusal is not null then 'INVALID'
    when t.successes > 0 and validation_status = 'PENDING' then 'VALID'
    else validation_status
  end,
  validation_error = coalesce(t.refusal, validation_error),
  last_validated_at = case when t.refusal is not null or t.successes > 0 then @now else last_validated_at end
from (
  select
    e.credential_id,
    count(*) as uses,
    sum(e.state = 'COMPLETED' and e.credential_version = k.secret_version) as successes,
    max(
      case
        when e.error_type = 'AUTHENTICATION_FAILED' and e.credential_version = k.secret_version
          then coalesce(e.error_message, e.error_type)
      end
    ) as refusal
  from temp.ended e
  cross join customer_credentials k on k.credential_id = e.credential_id
  where e.outcome in ('completed', 'failed')
  group by e.credential_id
) t
where customer_credentials.credential_id = t.credential_id;

-- A slot is free now, or work is back, or a retry will be visible.
insert into scheduler_fair_shares (customer_id, ready_at)
select customer_id, @now from temp.ended where true group by customer_id
on conflict (customer_id) do update set ready_at = excluded.ready_at where ready_at > excluded.ready_at;

select
  coalesce(e.queue_id, b.value ->> 'queue_id') as queue_id,
  e.state,
  e.error_type,
  case when r.run_id is not null then e.retry_at end as retry_at,
  e.run_id,
  e.config_id,
  exists (
    select 1 from pipeline_execution_queue q
    where q.config_id = e.config_id and q.state = 'QUEUED' and q.visible_at = 253402300799999999
  ) as has_successor,
  e.state is not null as frees_work
from jsonb_each(@rows) b
left join temp.ended e on e.nth = b.key
left join scheduled_pipeline_runs r on r.run_id = e.retry_run_id
order by b.key;

-- name: list_parked
-- mode: read
-- Pipelines with parked items and nothing open in front of them.
select distinct q.config_id
from pipeline_execution_queue q
join customer_pipeline_configs c on c.config_id = q.config_id
where q.state = 'QUEUED'
  and q.visible_at = 253402300799999999
  and coalesce(c.paused_until, 0) <= @now
  and not exists (
    select 1 from pipeline_execution_queue o
    where o.config_id = q.config_id and o.completed_at is null and o.visible_at <> 253402300799999999 and o.priority > 0
  )
limit @limit;

-- name: release_parked
-- mode: write
-- For pipelines with nothing open in front: the oldest parked item becomes claimable; all of them where runs may overlap.
delete from temp.op;
update pipeline_execution_queue
set visible_at = @now
from jsonb_each(@rows) b
join customer_pipeline_configs c on c.config_id = b.value ->> 'config_id'
where pipeline_execution_queue.config_id = c.config_id
  and pipeline_execution_queue.state = 'QUEUED'
  and pipeline_execution_queue.visible_at = 253402300799999999
  and coalesce(c.paused_until, 0) <= @now
  and not exists (
    select 1 from pipeline_execution_queue o
    where o.config_id = c.config_id and o.completed_at is null and o.visible_at <> 253402300799999999 and o.priority > 0
  )
  and (
    c.overlap_policy = 'allow'
    or pipeline_execution_queue.queue_id = (
      select f.queue_id from pipeline_execution_queue f
      where f.config_id = c.config_id and f.state = 'QUEUED' and f.visible_at = 253402300799999999
      order by f.scheduled_time, f.created_at, f.queue_id
      limit 1
    )
  );
insert into temp.op (now, take) select @now, changes();
insert into scheduler_fair_shares (customer_id, ready_at)
select c.customer_id, @now
from jsonb_each(@rows) b
join customer_pipeline_configs c on c.config_id = b.value ->> 'config_id'
where true
group by c.customer_id
on conflict (customer_id) do update set ready_at = min(ready_at, excluded.ready_at);
select take as released from temp.op;

-- name: note_holds
-- mode: write
-- Notes since when customers that may not run and paused pipelines keep items waiting, and forgets those that came back.
delete from scheduler_holds
where kind = 'customer'
  and id in (
    select h.id from scheduler_holds h
    join scheduler_customer_standing s on s.customer_id = h.id
    where h.kind = 'customer' and s.runnable_until > @now
  );
delete from scheduler_holds
where kind = 'pipeline'
  and not exists (
    select 1 from customer_pipeline_configs c where c.config_id = scheduler_holds.id and c.paused_until > @now
  );
insert into scheduler_holds (kind, id, since)
select 'customer', f.customer_id, @now
from scheduler_fair_shares f
join scheduler_customer_standing s on s.customer_id = f.customer_id
where s.runnable_until <= @now
  and exists (select 1 from pipeline_execution_queue q where q.customer_id = f.customer_id and q.state = 'QUEUED')
on conflict do nothing;
insert into scheduler_holds (kind, id, since)
select 'pipeline', c.config_id, @now
from customer_pipeline_configs c
where c.paused_until > @now
  and exists (
    select 1 from pipeline_execution_queue q
    where q.config_id = c.config_id and q.completed_at is null and +q.state = 'QUEUED'
  )
on conflict do nothing;
select count(*) as held from scheduler_holds;

-- name: list_overdue_waiting
-- mode: read
-- Items that their customer or a pause of their pipeline has kept waiting since before @heldBefore, and those of pipelines that
-- were switched off, which wait for nothing.
select q.run_id, case when s.customer_status in ('ACTIVE', 'TRIAL') then 'SUBSCRIPTION_ENDED' else 'SUSPENDED' end as reason
from scheduler_holds h
cross join pipeline_execution_queue q on q.customer_id = h.id and q.state = 'QUEUED' and q.visible_at <= @heldBefore
cross join scheduler_customer_standing s on s.customer_id = h.id
where h.kind = 'customer' and h.since <= @heldBefore and q.created_at <= @heldBefore and s.runnable_until <= @now
union all
select q.run_id, 'PAUSED'
from scheduler_holds h
cross join customer_pipeline_configs c on c.config_id = h.id
cross join pipeline_execution_queue q on q.config_id = h.id and q.completed_at is null and +q.state = 'QUEUED'
where h.kind = 'pipeline' and h.since <= @heldBefore and q.created_at <= @heldBefore and c.paused_until > @now
union all
select q.run_id, 'CANCELLED'
from pipeline_execution_queue q
cross join customer_pipeline_configs c on c.config_id = q.config_id
where q.completed_at is null and +q.state = 'QUEUED' and c.is_active = 0
limit @limit;

-- name: list_waiting_of_config
-- mode: read
select q.run_id, 'CANCELLED' as reason
from pipeline_execution_queue q
where q.config_id = @configId and q.completed_at is null and +q.state = 'QUEUED'
order by q.scheduled_time
limit @limit;

-- name: list_zones
-- mode: read
-- Whose day the end of each run counts in.
select r.run_id, r.customer_id, p.timezone
from jsonb_each(@rows) b
join scheduled_pipeline_runs r on r.run_id = b.value ->> 'run_id'
join customer_profiles p on p.customer_id = r.customer_id
order by b.key;

-- name: skip_waiting
-- mode: write
-- Ends runs that have not started; what they took from the quota is given back unless they had started before.
delete from temp.skipped;
insert into temp.skipped (
  run_id, queue_id, config_id, customer_id, state, lease_epoch, usage_id, end_usage_id, end_usage_date, reason, note
)
select
  r.run_id, q.queue_id, q.config_id, q.customer_id, r.state, q.lease_epoch, r.usage_id,
  b.value ->> 'end_usage_id', b.value ->> 'end_usage_date', b.value ->> 'reason', b.value ->> 'note'
from jsonb_each(@rows) b
join scheduled_pipeline_runs r on r.run_id = b.value ->> 'run_id'
join pipeline_execution_queue q on q.run_id = r.run_id
where q.state = 'QUEUED' and r.state in ('SCHEDULED', 'PENDING');

-- What was taken goes back to the day it was taken on; a cancellation counts on the day it happens.
update customer_usage_quotas
set pipelines_run_today = pipelines_run_today - g.given_back, last_updated = @now
from (
  select usage_id, count(*) as given_back from temp.skipped
  where lease_epoch = 0 and usage_id is not null
  group by usage_id
) g
where customer_usage_quotas.usage_id = g.usage_id;

insert into customer_usage_quotas (
  usage_id, customer_id, usage_date, daily_limit, monthly_limit, concurrent_limit, created_at, last_updated
)
select distinct
  e.end_usage_id, e.customer_id, e.end_usage_date,
  s.max_pipelines_per_day, s.max_pipelines_per_month, s.max_concurrent_pipelines, @now, @now
from temp.skipped e
join scheduler_customer_standing s on s.customer_id = e.customer_id
where e.reason = 'CANCELLED'
on conflict (usage_id) do nothing;

update customer_usage_quotas
set pipelines_cancelled_today = pipelines_cancelled_today + g.cancelled, last_updated = @now
from (
  select end_usage_id, count(*) as cancelled from temp.skipped where reason = 'CANCELLED' group by end_usage_id
) g
where customer_usage_quotas.usage_id = g.end_usage_id;

-- The month so far stands on every day of it.
update customer_usage_quotas
set pipelines_run_month = (
  select sum(m.pipelines_run_today)
  from customer_usage_quotas m
  where m.customer_id = customer_usage_quotas.customer_id
    and m.usage_date between substr(customer_usage_quotas.usage_date, 1, 8) || '01' and customer_usage_quotas.usage_date
)
where usage_id in (select end_usage_id from temp.skipped)
  or usage_id in (
    select u.usage_id
    from temp.skipped g
    join customer_usage_quotas d on d.usage_id = g.usage_id
    join customer_usage_quotas u
      on u.customer_id = d.customer_id and u.usage_date between d.usage_date and substr(d.usage_date, 1, 8) || '31'
  );

update scheduled_pipeline_runs
set
  state = 'SKIPPED',
  actual_end_time = @now,
  updated_at = @now,
  (reason, error_message) = (
    select s.reason, s.note from temp.skipped s where s.run_id = scheduled_pipeline_runs.run_id
  )
where run_id in (select run_id from temp.skipped) and +state in ('SCHEDULED', 'PENDING');

update pipeline_execution_queue
set
  state = 'FAILED',
  completed_at = @now,
  error_message = (select s.reason from temp.skipped s where s.queue_id = pipeline_execution_queue.queue_id)
where queue_id in (select queue_id from temp.skipped) and +state = 'QUEUED';

insert into scheduler_run_transitions (run_id, from_state, to_state, at, actor, lease_epoch, note)
select run_id, state, 'SKIPPED', @now, @actor, lease_epoch, reason from temp.skipped;

select run_id, config_id from temp.skipped order by run_id;

-- name: request_cancel
-- mode: write
-- Asks a running item to stop; its worker is told by its next heartbeat.
update pipeline_execution_queue
set cancel_requested_at = coalesce(cancel_requested_at, @now)
from jsonb_each(@rows) b
where pipeline_execution_queue.run_id = b.value ->> 'run_id' and pipeline_execution_queue.state = 'PROCESSING';
select q.run_id
from jsonb_each(@rows) b
join pipeline_execution_queue q on q.run_id = b.value ->> 'run_id'
where q.state = 'PROCESSING' and q.cancel_requested_at is not null
order by q.run_id;

-- name: wake_customers
-- mode: write
-- Puts customers with queued work and a free slot back into the round: after a change of standing, and as a sweep that heals lost
-- wake-ups.
update scheduler_fair_shares
set ready_at = min(ready_at, @now)
where ready = 0
  and (@customerId is null or customer_id = @customerId)
  and exists (
    select 1 from scheduler_customer_standing s
    where s.customer_id = scheduler_fair_shares.customer_id
      and s.runnable_until > @now
      and coalesce(s.max_concurrent_pipelines, 1000000) > (
        select count(*) from pipeline_execution_queue l
        where l.customer_id = scheduler_fair_shares.customer_id and l.state = 'PROCESSING' and l.lease_expires_at > @now
      )
  )
  -- Level by level, so that what is not yet visible is not walked through.
  and exists (
    select 1
    from (values (0), (1), (2), (3), (4), (5), (6), (7), (8), (9), (10)) l
    cross join pipeline_execution_queue q
    where q.customer_id = scheduler_fair_shares.customer_id
      and q.priority = l.column1
      and q.state = 'QUEUED'
      and q.visible_at <= @now
  );
select count(*) as woken from scheduler_fair_shares where ready = 0 and ready_at <= @now;

-- name: next_visible
-- mode: read
-- When the next customer may be served; wakes long polls in time.
select min(ready_at) as ready_at
from (
  select min(ready_at) as ready_at from scheduler_fair_shares where ready = 0
  union all
  select 0 as ready_at where exists (select 1 from scheduler_fair_shares where ready = 1)
);

-- name: purge_finished
-- mode: write
delete from pipeline_execution_queue
where queue_id in (
  select queue_id from pipeline_execution_queue
  where completed_at < @completedBefore
  order by completed_at
  limit @limit
);
select changes() as purged;
