-- name: claim
-- mode: write
-- Leases up to @count items for the requests in @rows. First the customers whose turn it is, then each one's best items: the cost
-- depends on what is taken, not on how much is queued. @visit bounds the customers looked at; `more` says that another call may find
-- work. Turns are handed out one claim after the other, whichever instance it comes from.
select name as step from scheduler_turnstiles where name = 'claim' for update;

-- The customers looked at: those next in the round, and those whose time has come. Nobody else touches their work until the commit.
select set_config('scheduler.visited', coalesce(string_agg(l.customer_id, ','), ''), true) as step
from (
  select f.customer_id
  from scheduler_fair_shares f
  -- As an array: whatever a plan believes of the sizes, they are found first and looked up one by one.
  where f.customer_id = any (array(
    (select r.customer_id from scheduler_fair_shares r where r.ready order by r.turn, r.customer_id limit @visit)
    union all
    (
      select w.customer_id from scheduler_fair_shares w
      where not w.ready and w.ready_at <= coalesce(@now, statement_timestamp())
      order by w.ready_at
      limit @visit
    )
  ))
  order by f.customer_id
  for update
) l;

-- Their locks may have been waited for. Who has come meanwhile is looked at as well, lest those of before are given their share. This
-- look is the time of the claim: whoever was there by then has its turn in it.
select
  set_config(
    'scheduler.visited', concat_ws(',', nullif(current_setting('scheduler.visited'), ''), string_agg(l.customer_id, ',')), true
  ) as step,
  set_config('scheduler.looked_at', coalesce(@now, statement_timestamp())::text, true) as looked_at
from (
  select f.customer_id
  from scheduler_fair_shares f
  where not f.ready
    and f.ready_at <= coalesce(@now, statement_timestamp())
    and f.customer_id not in (select unnest(string_to_array(current_setting('scheduler.visited'), ',')))
  order by f.ready_at
  limit @visit
  for update skip locked
) l;

with recursive op as materialized (
  select
    current_setting('scheduler.looked_at')::timestamptz as now,
    current_setting('scheduler.looked_at')::timestamptz + @leaseMicros * interval '1 microsecond' as lease_end,
    string_to_array(current_setting('scheduler.visited'), ',') as locked,
    coalesce(
      (select min(turn) from scheduler_fair_shares where ready), (select turn from scheduler_turnstiles where name = 'claim'), 0
    ) as virtual_time
),
-- Customers whose time has come join the round where it stands; they have no claim on rounds they sat out.
looked as materialized (
  select f.customer_id, case when f.ready then f.turn else greatest(f.turn, op.virtual_time) end as turn
  from op
  join scheduler_fair_shares f on f.customer_id = any (op.locked)
  where f.ready or f.ready_at <= op.now
),
visited as materialized (
  select
    l.customer_id, l.tenant_dataset_id, l.turn, l.is_visited, l.live, l.runnable,
    case
      when l.is_visited and l.runnable then greatest(0, coalesce(l.max_concurrent_pipelines, 1000000) - l.live)
      else 0
    end as slots
  from (
    select
      x.*, coalesce(s.runnable_until > op.now, false) as runnable, s.max_concurrent_pipelines, s.tenant_dataset_id,
      (
        select count(*) from pipeline_execution_queue q
        where q.customer_id = x.customer_id and q.state = 'PROCESSING' and q.lease_expires_at > op.now
      ) as live
    from op
    cross join (select *, row_number() over (order by turn, customer_id) <= @visit as is_visited from looked) x
    -- Customer by customer, whatever a plan believes of their number.
    left join lateral (
      select c.runnable_until, c.max_concurrent_pipelines, c.tenant_dataset_id
      from scheduler_customer_standing c
      where c.customer_id = x.customer_id
      offset 0
    ) s on true
    offset 0
  ) l
),
share as materialized (
  select least(@count, 2 + @count / greatest(1, count(*) filter (where slots > 0))) as take from visited
),
-- The priority levels at which a customer has items, found by leaps through the index.
levels as (
  select
    v.customer_id, v.tenant_dataset_id, v.turn, least(v.slots, share.take) as most,
    (
      select min(q.priority) from pipeline_execution_queue q where q.customer_id = v.customer_id and q.state = 'QUEUED'
    ) as priority
  from share, visited v
  where v.slots > 0
  union all
  select
    l.customer_id, l.tenant_dataset_id, l.turn, l.most,
    (
      select min(q.priority) from pipeline_execution_queue q
      where q.customer_id = l.customer_id and q.state = 'QUEUED' and q.priority > l.priority
    )
  from levels l
  where l.priority is not null
),
-- The head of every level, and one more, which tells that there is more. A level in the order of time waited is in the order of
-- age, so the heads hold the customer's best items exactly. Backfills yield to all live work, for an hour.
candidates as materialized (
  select
    l.customer_id, l.tenant_dataset_id, l.turn, l.most, c.*,
    row_number() over (
      partition by l.customer_id order by c.yields, c.aged desc, c.visible_at, c.scheduled_time, c.created_at, c.queue_id
    ) as nth
  from op
  cross join levels l
  cross join lateral (
    select
      q.queue_id, q.run_id, q.config_id, q.visible_at, q.scheduled_time, q.created_at, q.lease_epoch,
      q.priority + least(10, floor(date_part('epoch', op.now - q.visible_at) / 600))::bigint as aged,
      q.priority = 0 and q.visible_at > op.now - interval '1 hour' as yields
    from pipeline_execution_queue q
    where q.customer_id = l.customer_id
      and q.priority = l.priority
      and q.state = 'QUEUED'
      and q.visible_at <= op.now
    order by q.visible_at, q.scheduled_time, q.created_at, q.queue_id
    limit l.most + 1
  ) c
  where l.priority is not null
),
-- Items of paused pipelines step out of the way until the pause ends, all of a pipeline at once; those of pipelines that were
-- switched off, until the reaper has ended them. They may have hidden better ones of their level: their customer is served at the
-- next look.
ranked as materialized (
  select *
  from (
    select m.*, row_number() over (order by m.yields, m.turn + m.nth, m.customer_id, m.nth) as place from candidates m where m.nth <= m.most
  ) x
  where place <= @visit
),
eligible as materialized (
  select
    m.*, c.provider, c.domain, c.credential_id, c.paused_until, coalesce(c.paused_until > op.now, false) or not c.is_active as is_held
  from op
  cross join ranked m
  join customer_pipeline_configs c on c.config_id = m.config_id
),
held as materialized (
  select distinct customer_id, config_id, paused_until from eligible where is_held
),
-- Pipeline by pipeline: joined freely, all that is open would be read to find the few.
set_aside as (
  update pipeline_execution_queue q
  set visible_at = greatest(w.paused_until, op.now + interval '5 minutes')
  from
    op,
    (
      select x.queue_id, h.paused_until
      from held h
      cross join lateral (
        select o.queue_id from pipeline_execution_queue o
        where o.config_id = h.config_id and o.completed_at is null and coalesce(o.state, '') = 'QUEUED'
        offset 0
      ) x
    ) w
  where q.queue_id = w.queue_id and coalesce(q.state, '') = 'QUEUED' and q.visible_at <= op.now
),
chosen as materialized (
  select *
  from (
    select
      m.queue_id, m.run_id, m.config_id, m.customer_id, m.tenant_dataset_id, m.lease_epoch, m.provider, m.domain, m.credential_id,
      row_number() over (order by m.place) as place
    from eligible m
    where m.customer_id not in (select customer_id from held)
  ) x
  where place <= @count
),
-- The credential that the pipeline names, else the single active one of its provider.
claimed as materialized (
  select
    m.queue_id, m.run_id, m.customer_id, m.tenant_dataset_id, m.lease_epoch as epoch_before, b.nth, b.worker_id, b.nonce, m.provider, m.domain,
    k.credential_id, k.secret_version, k.provider as credential_provider, k.credential_type, k.encrypted_credentials,
    k.kms_key_version
  from chosen m
  join jsonb_to_recordset(@rows) as b(nth bigint, worker_id text, nonce text, first bigint, last bigint)
    on m.place between b.first and b.last
  left join lateral (
    select x.*
    from customer_credentials x
    where x.customer_id = m.customer_id
      and x.is_active
      and x.validation_status in ('PENDING', 'VALID')
      and x.credential_id = coalesce(
        m.credential_id,
        (
          select max(y.credential_id) from customer_credentials y
          where y.customer_id = m.customer_id and y.provider = m.provider and y.is_active
          having count(*) = 1
        )
      )
    limit 1
  ) k on true
),
leased as (
  update pipeline_execution_queue q
  set
    state = 'PROCESSING',
    credential_id = m.credential_id,
    credential_version = m.secret_version,
    picked_up_at = op.now,
    worker_id = m.worker_id,
    lease_epoch = q.lease_epoch + 1,
    lease_token = (q.lease_epoch + 1) || '.' || m.nonce,
    lease_expires_at = op.lease_end
  from op, claimed m
  -- As it was looked at: the state alone would let the plan begin at all that are queued. And as an array: whatever a plan believes
  -- of their number, they are looked up one by one.
  where q.queue_id = any (array(select queue_id from claimed)) and q.queue_id = m.queue_id and q.lease_epoch = m.epoch_before
  returning m.*, q.config_id, q.visible_at, q.lease_epoch, q.lease_token, q.lease_expires_at
),
started as (
  update scheduled_pipeline_runs r
  set
    state = 'RUNNING',
    actual_start_time = op.now,
    worker_id = l.worker_id,
    pipeline_logging_id = r.run_id || '-' || l.lease_epoch,
    updated_at = op.now
  from op, leased l
  -- Not as an array here: where nearly all runs have ended, statistics tell the plan that hardly one of them is pending, and each of
  -- those leased would go through all of the array.
  where r.run_id = l.run_id and r.state in ('SCHEDULED', 'PENDING')
  returning
    l.*, r.pipeline_logging_id, r.scheduled_time, r.data_interval_start, r.data_interval_end, r.retry_attempt, r.triggered_by,
    r.lane, r.parameters, r.pipeline_template
),
noted as (
  insert into scheduler_run_transitions (run_id, from_state, to_state, at, actor, lease_epoch, note)
  select n.run_id, n.from_state, n.to_state, op.now, n.worker_id, n.lease_epoch, n.note
  from op
  cross join (
    select run_id, 'SCHEDULED' as from_state, 'PENDING' as to_state, worker_id, lease_epoch, 'its time came' as note, 1 as step
    from started
    -- Born SCHEDULED, and PENDING after its first lease.
    where triggered_by = 'retry' and lease_epoch = 1
    union all
    select run_id, 'PENDING', 'RUNNING', worker_id, lease_epoch, null, 2 from started
  ) n
  order by n.step
),
-- What of each customer was taken, and what was seen. Put together by groups, here and below: a join of two sets may become loops over
-- both of them, whatever a plan believes of their sizes.
turned_to as materialized (
  select
    x.*,
    not x.is_visited
      or x.customer_id in (select customer_id from held)
      or (x.slots > x.taken and x.seen > x.taken) as stays
  from (
    select
      customer_id, max(turn) as turn, bool_or(is_visited) as is_visited, max(live) as live, bool_or(runnable) as runnable,
      max(slots) as slots, count(*) filter (where step = 1) as taken, count(*) filter (where step = 2) as seen
    from (
      select customer_id, turn, is_visited, live, runnable, slots, 0 as step from visited
      union all
      select customer_id, null, null, null, null, null, 1 from started
      union all
      select customer_id, null, null, null, null, null, 2 from candidates
    ) s
    group by customer_id
  ) x
),
-- When the next item of those is visible who have none left that could be claimed now.
later as materialized (
  select l.customer_id, n.visible_at
  from op
  cross join (
    select customer_id, priority from levels
    where priority is not null
      and customer_id in (select customer_id from turned_to where runnable and not stays and slots > taken)
    offset 0
  ) l
  cross join lateral (
    select min(q.visible_at) as visible_at
    from pipeline_execution_queue q
    where q.customer_id = l.customer_id and q.priority = l.priority and q.state = 'QUEUED' and q.visible_at > op.now
    offset 0
  ) n
),
-- Whoever cannot be served now leaves the round: at its cap until a lease can end, else until its next item is visible.
served as materialized (
  select
    v.customer_id, v.live, v.turn + v.taken as turn, v.taken, v.stays,
    case
      when v.stays or not v.runnable then null
      when v.slots <= v.taken then least(
        (
          select min(q.lease_expires_at) from pipeline_execution_queue q
          where q.customer_id = v.customer_id and q.state = 'PROCESSING' and q.lease_expires_at > op.now
        ),
        case when v.taken > 0 then op.lease_end end
      )
      else v.visible_at
    end as next_at
  from op
  cross join (
    select
      customer_id, max(turn) as turn, max(live) as live, bool_or(runnable) as runnable, max(slots) as slots, max(taken) as taken,
      bool_or(stays) as stays, min(visible_at) as visible_at
    from (
      select customer_id, turn, live, runnable, slots, taken, stays, null::timestamptz as visible_at from turned_to
      union all
      select customer_id, null, null, null, null, null, null, visible_at from later
    ) s
    group by customer_id
  ) v
),
-- Where the round stands when nobody is left in it.
round as (
  update scheduler_turnstiles t
  set turn = r.turn
  from (select max(turn) as turn from served) r
  where t.name = 'claim' and t.turn < r.turn
),
turned as (
  update scheduler_fair_shares f
  set
    turn = s.turn,
    ready = s.stays,
    ready_at = case
      when s.stays then f.ready_at
      else coalesce(s.next_at, timestamptz '9999-12-31T23:59:59.999999Z')
    end
  from op, served s
  where f.customer_id = any (array(select customer_id from served)) and f.customer_id = s.customer_id and not (s.stays and f.ready and f.turn = s.turn)
),
counted as (
  update customer_usage_quotas u
  set
    concurrent_pipelines_running = l.live,
    max_concurrent_reached = greatest(u.max_concurrent_reached, l.live),
    last_pipeline_started_at = op.now,
    last_updated = op.now
  from op
  cross join (
    select
      s.live + s.taken as live,
      (
        select n.usage_id from customer_usage_quotas n
        where n.customer_id = s.customer_id order by n.usage_date desc limit 1
      ) as usage_id
    from served s
    where s.taken > 0
  ) l
  where u.usage_id = l.usage_id
)
select
  (select count(*) from started) < @count
    and (
      exists (select 1 from served where stays)
      or exists (select 1 from scheduler_fair_shares f where f.ready and f.customer_id <> all (op.locked))
      or exists (
        select 1 from scheduler_fair_shares f
        where not f.ready and f.ready_at <= op.now and f.customer_id <> all (op.locked)
      )
    ) as more,
  s.nth,
  s.queue_id,
  s.run_id,
  s.config_id,
  s.customer_id,
  s.lease_epoch,
  s.lease_token,
  s.lease_expires_at,
  s.pipeline_logging_id,
  s.scheduled_time,
  s.visible_at,
  s.data_interval_start,
  s.data_interval_end,
  s.retry_attempt,
  s.triggered_by,
  s.lane,
  s.parameters,
  s.provider,
  s.domain,
  s.pipeline_template,
  s.tenant_dataset_id,
  s.credential_id,
  s.credential_provider,
  s.credential_type,
  s.encrypted_credentials,
  s.kms_key_version
from op
left join started s on true
order by s.nth, s.scheduled_time, s.queue_id;

-- name: heartbeat
-- mode: write
-- Extends live leases only: a lease that ran out may already have made room for another item of the customer.
with op as materialized (
  select coalesce(@now, statement_timestamp()) as now
),
asked as materialized (
  select b.value ->> 'queue_id' as queue_id, b.value ->> 'lease_token' as lease_token, b.nth
  from jsonb_array_elements(@rows) with ordinality as b(value, nth)
),
live as materialized (
  select q.queue_id, q.lease_token
  from op, pipeline_execution_queue q
  where q.queue_id in (select queue_id from asked) and coalesce(q.lease_token, '') <> '' and q.lease_expires_at > op.now
  order by q.queue_id
  for update of q
),
renewed as (
  update pipeline_execution_queue q
  set lease_expires_at = op.now + @leaseMicros * interval '1 microsecond'
  from op, live l
  where q.queue_id = l.queue_id
    and coalesce(q.lease_token, '') = l.lease_token
    and q.lease_expires_at > op.now
    and (q.queue_id, q.lease_token) in (select queue_id, lease_token from asked)
  returning q.queue_id, q.lease_token, q.lease_expires_at, q.cancel_requested_at
)
select
  a.queue_id,
  case
    when r.queue_id is null then 'lost'
    when r.cancel_requested_at is not null then 'cancel'
    else 'renewed'
  end as status,
  r.lease_expires_at
from asked a
left join renewed r on r.queue_id = a.queue_id and r.lease_token = a.lease_token
order by a.nth;

-- name: lease_facts
-- mode: read
-- What deciding about the end of leases needs to know; none of it changes while the lease is held. What a retry is made of is read
-- only for those that may get one.
select
  coalesce(@now, now()) as now,
  q.queue_id,
  q.lease_token,
  q.lease_expires_at,
  q.run_id,
  q.config_id,
  q.customer_id,
  q.scheduled_time,
  coalesce(x.retry_attempt, 0) as retry_attempt,
  coalesce(x.lane, '') as lane,
  x.retry_config,
  p.timezone as customer_timezone
from jsonb_array_elements(@rows) with ordinality as b(value, nth)
join pipeline_execution_queue q on q.queue_id = b.value ->> 'queue_id'
join customer_profiles p on p.customer_id = q.customer_id
left join lateral (
  select r.retry_attempt, r.lane, c.retry_config
  from scheduled_pipeline_runs r
  join customer_pipeline_configs c on c.config_id = r.config_id
  where (b.value ->> 'may_retry')::boolean and r.run_id = q.run_id
  offset 0
) x on true
where coalesce(q.lease_token, '') = b.value ->> 'lease_token'
order by b.nth;

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
where q.lease_token is not null
  and q.lease_expires_at <= @now
  and (q.lease_expires_at, q.queue_id) > (@afterExpiry, @afterId)
order by q.lease_expires_at, q.queue_id
limit @limit;

-- name: end_leases
-- mode: write
-- Ends leases: completed, failed, cancelled, released, or lost (only if it really ran out). The token guards every row; a row
-- whose lease is no longer held comes back as stale and writes nothing.
-- First the customers: a slot of theirs is free now, or work is back, or a retry will be visible.
select set_config('scheduler.ending', coalesce(string_agg(l.customer_id, ','), ''), true) as step
from (
  select f.customer_id
  from scheduler_fair_shares f
  where f.customer_id = any (array(select b.customer_id from jsonb_to_recordset(@rows) as b(customer_id text)))
  order by f.customer_id
  for update
) l;

-- Who has nothing queued would be looked at in vain: what queues something wakes its customer by itself. In a statement of its own, which
-- sees what was queued until the customers were locked.
update scheduler_fair_shares f
set ready_at = @now
where f.customer_id = any (string_to_array(current_setting('scheduler.ending'), ','))
  and f.ready_at > @now
  and (
    exists (select 1 from pipeline_execution_queue q where q.customer_id = f.customer_id and q.state = 'QUEUED')
    or f.customer_id = any (
      array(select b.customer_id from jsonb_to_recordset(@rows) as b(customer_id text, outcome text) where b.outcome <> 'completed')
    )
  );

with asked as materialized (
  select b.*, row_number() over () as nth
  from jsonb_to_recordset(@rows) as b(
    queue_id text, lease_token text, outcome text, error_type text, error_message text, credential_used boolean, usage_id text,
    usage_date date, disable_after bigint, retry_run_id text, retry_queue_id text, retry_at timestamptz, retry_key text
  )
),
-- What most of the steps below read stands first: a row is unpacked up to the last column that is asked for.
ended as materialized (
  select
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
    case
      when b.outcome = 'lost' and q.cancel_requested_at is null and c.is_active and q.lease_losses + 1 >= @maxLosses
        then 'Lost its worker ' || (q.lease_losses + 1) || ' times; not tried again.'
      else b.error_message
    end as error_message,
    case when q.cancel_requested_at is null and c.is_active then b.retry_run_id end as retry_run_id,
    case when coalesce(b.credential_used, true) then q.credential_id end as credential_id,
    q.queue_id, q.run_id, q.lease_token, q.config_id, q.customer_id, b.usage_id, b.usage_date, q.lease_epoch, q.worker_id,
    q.credential_version, q.picked_up_at, c.is_active, c.pipeline_name, c.consecutive_failures, b.disable_after, b.retry_queue_id,
    b.retry_at, b.retry_key
  from asked b
  join pipeline_execution_queue q on q.queue_id = b.queue_id
  join customer_pipeline_configs c on c.config_id = q.config_id
  where coalesce(q.lease_token, '') = b.lease_token
    and (b.outcome <> 'lost' or q.lease_expires_at <= @now)
  order by q.queue_id
  for update of q
),
-- What its last runs say of each pipeline; of several that started at the same moment the newest has the last word.
seen as materialized (
  select
    config_id,
    min(customer_id) as customer_id,
    min(pipeline_name) as pipeline_name,
    bool_and(is_active) as is_active,
    min(consecutive_failures) as consecutive_failures,
    max(picked_up_at) as last_run_time,
    (array_agg(state order by picked_up_at desc, run_id desc))[1] as last_state,
    count(*) filter (where state = 'COMPLETED') as completed,
    count(*) filter (where state = 'FAILED' and retry_run_id is null) as given_up,
    count(*) filter (where state = 'FAILED') as failed,
    min(disable_after) filter (where state = 'FAILED') as disable_after
  from ended
  where state in ('COMPLETED', 'FAILED') and error_type is distinct from 'CANCELLED'
  group by config_id
),
judged as materialized (
  select
    s.*, x.failures, s.is_active and s.given_up > 0 and coalesce(x.failures >= s.disable_after, false) as switched_off
  from seen s
  cross join lateral (
    select case
      when s.last_state = 'COMPLETED' then 0
      when s.completed > 0 then s.given_up
      else s.consecutive_failures + s.given_up
    end as failures
  ) x
),
-- Three failures in a row warn; where the pipeline's own configuration says so, more of them switch it off.
configs as (
  update customer_pipeline_configs c
  set
    last_run_time = j.last_run_time,
    last_run_status = case j.last_state when 'COMPLETED' then 'SUCCESS' else 'FAILED' end,
    consecutive_failures = j.failures,
    is_active = c.is_active and not j.switched_off,
    pause_reason = case
      when j.switched_off then 'Switched off after ' || j.failures || ' failures in a row.'
      else c.pause_reason
    end,
    updated_at = @now
  from judged j
  where c.config_id = j.config_id
),
alerted as (
  insert into scheduler_alerts (rule, subject, customer_id, message, fired_at)
  select
    'CONSECUTIVE_FAILURES', config_id, customer_id,
    'Pipeline ' || pipeline_name || ' of ' || customer_id || ' failed ' || failures || ' times in a row.', @now
  from judged
  where failed > 0 and failures >= 3
  union all
  select
    'SCHEDULE_SET_ASIDE', config_id, customer_id, 'Switched off after ' || failures || ' failures in a row.', @now
  from judged
  where switched_off
  on conflict do nothing
),
resolved as (
  update scheduler_alerts a
  set resolved_at = @now
  from judged j
  where a.rule = 'CONSECUTIVE_FAILURES' and a.subject = j.config_id and a.resolved_at is null and j.failures = 0
),
tally as materialized (
  select
    usage_id, customer_id, usage_date,
    count(*) filter (where state = 'COMPLETED') as succeeded,
    count(*) filter (where state = 'FAILED' and error_type <> 'CANCELLED') as failed,
    count(*) filter (where state = 'FAILED' and error_type = 'CANCELLED') as cancelled,
    (
      select count(*) from pipeline_execution_queue q
      where q.customer_id = e.customer_id and q.state = 'PROCESSING' and q.lease_expires_at > @now
        and q.queue_id not in (select x.queue_id from ended x)
    ) as live
  from ended e
  where state in ('COMPLETED', 'FAILED')
  group by usage_id, customer_id, usage_date
),
counted as (
  update customer_usage_quotas u
  set
    pipelines_succeeded_today = u.pipelines_succeeded_today + t.succeeded,
    pipelines_failed_today = u.pipelines_failed_today + t.failed,
    pipelines_cancelled_today = u.pipelines_cancelled_today + t.cancelled,
    concurrent_pipelines_running = t.live,
    last_pipeline_completed_at = @now,
    last_updated = @now
  from tally t
  where u.usage_id = t.usage_id
  returning u.usage_id
),
begun as (
  insert into customer_usage_quotas as n (
    usage_id, customer_id, usage_date, pipelines_run_month, daily_limit, monthly_limit, concurrent_limit,
    pipelines_succeeded_today, pipelines_failed_today, pipelines_cancelled_today, concurrent_pipelines_running, created_at,
    last_updated, last_pipeline_completed_at
  )
  select
    t.usage_id, t.customer_id, t.usage_date,
    (
      select coalesce(sum(m.pipelines_run_today), 0)::bigint from customer_usage_quotas m
      where m.customer_id = t.customer_id
        and m.usage_date >= date_trunc('month', t.usage_date::timestamp)::date
        and m.usage_date < t.usage_date
    ),
    s.max_pipelines_per_day, s.max_pipelines_per_month, s.max_concurrent_pipelines, t.succeeded, t.failed, t.cancelled,
    t.live, @now, @now, @now
  from (
    select * from tally where usage_id not in (select usage_id from counted)
    -- The standing of those few only.
    offset 0
  ) t
  join scheduler_customer_standing s on s.customer_id = t.customer_id
  -- A change of plan or zone may begin the day at the same moment.
  on conflict (usage_id) do update set
    pipelines_succeeded_today = n.pipelines_succeeded_today + excluded.pipelines_succeeded_today,
    pipelines_failed_today = n.pipelines_failed_today + excluded.pipelines_failed_today,
    pipelines_cancelled_today = n.pipelines_cancelled_today + excluded.pipelines_cancelled_today,
    concurrent_pipelines_running = excluded.concurrent_pipelines_running,
    last_updated = excluded.last_updated,
    last_pipeline_completed_at = excluded.last_pipeline_completed_at
),
runs as (
  update scheduled_pipeline_runs r
  set
    state = e.state,
    actual_start_time = case when e.state = 'PENDING' then null else r.actual_start_time end,
    actual_end_time = case when e.state = 'PENDING' then null else @now end,
    execution_duration_seconds = case
      when e.state <> 'PENDING' then round(extract(epoch from @now - r.actual_start_time))::bigint
    end,
    error_type = e.error_type,
    error_message = e.error_message,
    updated_at = @now
  from (select run_id, state, error_type, error_message from ended offset 0) e
  where r.run_id = e.run_id and r.state = 'RUNNING'
),
items as (
  update pipeline_execution_queue q
  set
    lease_token = null,
    lease_expires_at = null,
    state = case e.state when 'PENDING' then 'QUEUED' else e.state end,
    completed_at = case when e.state <> 'PENDING' then @now end,
    lease_losses = q.lease_losses + case when e.outcome = 'lost' then 1 else 0 end,
    error_message = e.error_message
  from (select queue_id, lease_token, state, outcome, error_message from ended offset 0) e
  -- The token says all that the state would.
  where q.queue_id = e.queue_id and coalesce(q.lease_token, '') = e.lease_token
),
retried as (
  insert into scheduled_pipeline_runs (
    run_id, config_id, customer_id, pipeline_template, scheduled_time, data_interval_start, data_interval_end, state,
    retry_attempt, parent_run_id, triggered_by, lane, idempotency_key, priority, parameters, created_at, updated_at
  )
  select
    e.retry_run_id, r.config_id, r.customer_id, r.pipeline_template, r.scheduled_time, r.data_interval_start,
    r.data_interval_end, 'SCHEDULED', r.retry_attempt + 1, r.run_id, 'retry', r.lane, e.retry_key, r.priority, r.parameters, @now,
    @now
  from ended e
  join scheduled_pipeline_runs r on r.run_id = e.run_id
  where e.retry_run_id is not null
  on conflict (idempotency_key) do nothing
  returning run_id, config_id, customer_id, pipeline_template, scheduled_time, priority
),
requeued as (
  insert into pipeline_execution_queue (
    queue_id, run_id, customer_id, pipeline_template, priority, state, scheduled_time, visible_at, created_at, config_id
  )
  select
    e.retry_queue_id, n.run_id, n.customer_id, n.pipeline_template, n.priority, 'QUEUED', n.scheduled_time, e.retry_at, @now,
    n.config_id
  from retried n
  join ended e on e.retry_run_id = n.run_id
),
noted as (
  insert into scheduler_run_transitions (run_id, from_state, to_state, at, actor, lease_epoch, note)
  select
    run_id, 'RUNNING', state, @now,
    case when outcome = 'lost' then 'reaper' else coalesce(worker_id, 'worker') end,
    lease_epoch,
    case when outcome in ('lost', 'released') then 'lease ' || outcome else error_type end
  from ended
  union all
  select n.run_id, null, 'SCHEDULED', @now, 'retry', 0, 'after ' || e.error_type
  from retried n
  join ended e on e.retry_run_id = n.run_id
),
-- A run says whether the secret it was given works. One that was rotated since is not judged, a refusal outweighs a success of the
-- same moment, and only a new secret ends INVALID.
credentials as (
  update customer_credentials k
  set
    last_used_at = @now,
    usage_count = k.usage_count + t.uses,
    validation_status = case
      when v.refusal is not null then 'INVALID'
      when v.successes > 0 and k.validation_status = 'PENDING' then 'VALID'
      else k.validation_status
    end,
    validation_error = coalesce(v.refusal, k.validation_error),
    last_validated_at = case when v.refusal is not null or v.successes > 0 then @now else k.last_validated_at end
  from (
    select credential_id, count(*) as uses from ended
    where outcome in ('completed', 'failed') and credential_id is not null
    group by credential_id
  ) t
  left join (
    select
      credential_id, credential_version,
      count(*) filter (where state = 'COMPLETED') as successes,
      max(coalesce(error_message, error_type)) filter (where error_type = 'AUTHENTICATION_FAILED') as refusal
    from ended
    where outcome in ('completed', 'failed') and credential_id is not null
    group by credential_id, credential_version
  ) v on v.credential_id = t.credential_id
    and v.credential_version = (select x.secret_version from customer_credentials x where x.credential_id = t.credential_id)
  where k.credential_id = t.credential_id
)
select
  b.queue_id,
  e.state,
  e.error_type,
  case when n.run_id is not null then e.retry_at end as retry_at,
  e.run_id,
  e.config_id,
  coalesce(
    (
      select true from pipeline_execution_queue q
      where q.config_id = e.config_id and q.state = 'QUEUED' and q.visible_at = timestamptz '9999-12-31T23:59:59.999999Z'
      limit 1
    ),
    false
  ) as has_successor,
  e.state is not null as frees_work
from asked b
left join ended e on e.queue_id = b.queue_id
left join retried n on n.run_id = e.retry_run_id
order by b.nth;

-- name: list_parked
-- mode: read
-- Pipelines with parked items and nothing open in front of them.
select distinct q.config_id
from pipeline_execution_queue q
join customer_pipeline_configs c on c.config_id = q.config_id
where q.state = 'QUEUED'
  and q.visible_at = timestamptz '9999-12-31T23:59:59.999999Z'
  and (c.paused_until is null or c.paused_until <= @now)
  and not exists (
    select 1 from pipeline_execution_queue o
    where o.config_id = q.config_id
      and o.completed_at is null
      and o.visible_at <> timestamptz '9999-12-31T23:59:59.999999Z'
      and o.priority > 0
  )
limit @limit;

-- name: release_parked
-- mode: write
-- For pipelines with nothing open in front: the oldest parked item becomes claimable; all of them where runs may overlap.
insert into scheduler_fair_shares as f (customer_id, ready_at)
select distinct c.customer_id, @now
from jsonb_to_recordset(@rows) as b(config_id text)
join customer_pipeline_configs c on c.config_id = b.config_id
order by c.customer_id
on conflict (customer_id) do update set ready_at = excluded.ready_at where f.ready_at > excluded.ready_at;

with free as materialized (
  select c.config_id, c.overlap_policy
  from (select distinct config_id from jsonb_to_recordset(@rows) as b(config_id text)) b
  join customer_pipeline_configs c on c.config_id = b.config_id
  where (c.paused_until is null or c.paused_until <= @now)
    and not exists (
      select 1 from pipeline_execution_queue o
      where o.config_id = c.config_id
        and o.completed_at is null
        and o.visible_at <> timestamptz '9999-12-31T23:59:59.999999Z'
        and o.priority > 0
    )
),
let_through as (
  update pipeline_execution_queue q
  set visible_at = @now
  from free c
  where q.config_id = c.config_id
    and q.state = 'QUEUED'
    and q.visible_at = timestamptz '9999-12-31T23:59:59.999999Z'
    and (
      c.overlap_policy = 'allow'
      or q.queue_id = (
        select p.queue_id from pipeline_execution_queue p
        where p.config_id = c.config_id
          and p.state = 'QUEUED'
          and p.visible_at = timestamptz '9999-12-31T23:59:59.999999Z'
        order by p.scheduled_time, p.created_at, p.queue_id
        limit 1
      )
    )
  returning 1
)
select count(*) as released from let_through;

-- name: note_holds
-- mode: write
-- Notes since when customers that may not run and paused pipelines keep items waiting, and forgets those that came back.
delete from scheduler_holds h
where h.kind = 'customer'
  and h.id in (select s.customer_id from scheduler_customer_standing s where s.customer_id = h.id and s.runnable_until > @now);
delete from scheduler_holds h
where h.kind = 'pipeline'
  and not exists (
    select 1 from customer_pipeline_configs c where c.config_id = h.id and c.paused_until > @now
  );
insert into scheduler_holds (kind, id, since)
select 'customer', f.customer_id, @now
from scheduler_fair_shares f
join scheduler_customer_standing s on s.customer_id = f.customer_id
where s.runnable_until <= @now
  and exists (select 1 from pipeline_execution_queue q where q.customer_id = f.customer_id and q.state = 'QUEUED')
union all
select 'pipeline', c.config_id, @now
from customer_pipeline_configs c
where c.paused_until > @now
  and exists (
    select 1 from pipeline_execution_queue q
    where q.config_id = c.config_id and q.completed_at is null and q.state = 'QUEUED'
  )
on conflict do nothing;
select count(*) as held from scheduler_holds;

-- name: list_overdue_waiting
-- mode: read
-- Items that their customer or a pause of their pipeline has kept waiting since before @heldBefore, and those of pipelines that
-- were switched off, which wait for nothing.
select q.run_id, case when s.customer_status in ('ACTIVE', 'TRIAL') then 'SUBSCRIPTION_ENDED' else 'SUSPENDED' end as reason
from scheduler_holds h
join pipeline_execution_queue q on q.customer_id = h.id and q.state = 'QUEUED' and q.visible_at <= @heldBefore
join scheduler_customer_standing s on s.customer_id = h.id
where h.kind = 'customer' and h.since <= @heldBefore and q.created_at <= @heldBefore and s.runnable_until <= @now
union all
select q.run_id, 'PAUSED'
from scheduler_holds h
join customer_pipeline_configs c on c.config_id = h.id
join pipeline_execution_queue q on q.config_id = h.id and q.completed_at is null and q.state = 'QUEUED'
where h.kind = 'pipeline' and h.since <= @heldBefore and q.created_at <= @heldBefore and c.paused_until > @now
union all
select q.run_id, 'CANCELLED'
from customer_pipeline_configs c
join pipeline_execution_queue q on q.config_id = c.config_id and q.completed_at is null and q.state = 'QUEUED'
where not c.is_active
limit @limit;

-- name: list_waiting_of_config
-- mode: read
select q.run_id, 'CANCELLED' as reason
from pipeline_execution_queue q
where q.config_id = @configId and q.completed_at is null and q.state = 'QUEUED'
order by q.scheduled_time
limit @limit;

-- name: list_zones
-- mode: read
-- Whose day the end of each run counts in.
select r.run_id, r.customer_id, p.timezone
from jsonb_array_elements(@rows) with ordinality as b(value, nth)
join scheduled_pipeline_runs r on r.run_id = b.value ->> 'run_id'
join customer_profiles p on p.customer_id = r.customer_id
order by b.nth;

-- name: skip_waiting
-- mode: write
-- Ends runs that have not started; what they took from the quota is given back unless they had started before.
insert into scheduler_fair_shares (customer_id, ready_at)
select distinct r.customer_id, timestamptz '9999-12-31T23:59:59.999999Z'
from jsonb_to_recordset(@rows) as b(run_id text)
join scheduled_pipeline_runs r on r.run_id = b.run_id
order by r.customer_id
-- Locks the rows that are there, too, and changes none.
on conflict (customer_id) do update set ready_at = excluded.ready_at where false;

with skipped as materialized (
  select
    r.run_id, q.queue_id, q.config_id, q.customer_id, r.state, q.lease_epoch, r.usage_id, b.end_usage_id, b.end_usage_date,
    b.reason, b.note
  from jsonb_to_recordset(@rows) as b(run_id text, reason text, note text, end_usage_id text, end_usage_date date)
  join scheduled_pipeline_runs r on r.run_id = b.run_id
  join pipeline_execution_queue q on q.run_id = r.run_id
  where coalesce(q.state, '') = 'QUEUED' and r.state in ('SCHEDULED', 'PENDING')
),
-- What was taken goes back to the day it was taken on; a cancellation counts on the day it happens. A day is written once, and the
-- month so far stands on every day of it.
gains as materialized (
  select usage_id, sum(given_back)::bigint as given_back, sum(cancelled)::bigint as cancelled
  from (
    select usage_id, count(*) as given_back, 0 as cancelled from skipped
    where lease_epoch = 0 and usage_id is not null
    group by usage_id
    union all
    select end_usage_id, 0, count(*) from skipped where reason = 'CANCELLED' group by end_usage_id
    union all
    select n.usage_id, 0, 0
    from skipped s
    join customer_usage_quotas g on g.usage_id = s.usage_id
    join customer_usage_quotas n
      on n.customer_id = g.customer_id
      and n.usage_date > g.usage_date
      and n.usage_date < (date_trunc('month', g.usage_date::timestamp) + interval '1 month')::date
  ) x
  group by usage_id
),
counted as (
  update customer_usage_quotas u
  set
    pipelines_run_today = u.pipelines_run_today - g.given_back,
    pipelines_cancelled_today = u.pipelines_cancelled_today + g.cancelled,
    pipelines_run_month = u.pipelines_run_today - g.given_back + (
      select coalesce(sum(m.pipelines_run_today - coalesce(e.given_back, 0)), 0)::bigint
      from customer_usage_quotas m
      left join gains e on e.usage_id = m.usage_id
      where m.customer_id = u.customer_id
        and m.usage_date >= date_trunc('month', u.usage_date::timestamp)::date
        and m.usage_date < u.usage_date
    ),
    last_updated = @now
  from gains g
  where u.usage_id = g.usage_id
),
begun as (
  insert into customer_usage_quotas as n (
    usage_id, customer_id, usage_date, pipelines_cancelled_today, pipelines_run_month, daily_limit, monthly_limit,
    concurrent_limit, created_at, last_updated
  )
  select
    d.end_usage_id, d.customer_id, d.end_usage_date, d.cancelled,
    (
      select coalesce(sum(m.pipelines_run_today - coalesce(e.given_back, 0)), 0)::bigint
      from customer_usage_quotas m
      left join gains e on e.usage_id = m.usage_id
      where m.customer_id = d.customer_id
        and m.usage_date >= date_trunc('month', d.end_usage_date::timestamp)::date
        and m.usage_date < d.end_usage_date
    ),
    s.max_pipelines_per_day, s.max_pipelines_per_month, s.max_concurrent_pipelines, @now, @now
  from (
    select end_usage_id, customer_id, end_usage_date, count(*) as cancelled from skipped
    where reason = 'CANCELLED'
    group by end_usage_id, customer_id, end_usage_date
  ) d
  join scheduler_customer_standing s on s.customer_id = d.customer_id
  where not exists (select 1 from customer_usage_quotas u where u.usage_id = d.end_usage_id)
  -- A change of plan or zone may begin the day at the same moment.
  on conflict (usage_id) do update set
    pipelines_cancelled_today = n.pipelines_cancelled_today + excluded.pipelines_cancelled_today,
    last_updated = excluded.last_updated
),
runs as (
  update scheduled_pipeline_runs r
  set
    state = 'SKIPPED', reason = s.reason, error_message = s.note, actual_end_time = @now, updated_at = @now
  from skipped s
  where r.run_id = s.run_id and r.state in ('SCHEDULED', 'PENDING')
),
items as (
  update pipeline_execution_queue q
  set state = 'FAILED', completed_at = @now, error_message = s.reason
  from skipped s
  where q.queue_id = s.queue_id and coalesce(q.state, '') = 'QUEUED'
),
noted as (
  insert into scheduler_run_transitions (run_id, from_state, to_state, at, actor, lease_epoch, note)
  select run_id, state, 'SKIPPED', @now, @actor, lease_epoch, reason from skipped
)
select run_id, config_id from skipped order by run_id;

-- name: request_cancel
-- mode: write
-- Asks a running item to stop; its worker is told by its next heartbeat.
with asked as (
  update pipeline_execution_queue q
  set cancel_requested_at = coalesce(q.cancel_requested_at, @now)
  from jsonb_to_recordset(@rows) as b(run_id text)
  where q.run_id = b.run_id and coalesce(q.state, '') = 'PROCESSING'
  returning q.run_id
)
select run_id from asked order by run_id;

-- name: wake_customers
-- mode: write
-- scope: all
-- Puts customers with queued work and a free slot back into the round: after a change of standing, and as a sweep that heals lost
-- wake-ups. The sweep names no customer.
with due as materialized (
  select f.customer_id
  from scheduler_fair_shares f
  where not f.ready
    and f.ready_at > @now
    and f.customer_id = coalesce(@customerId, f.customer_id)
    and exists (
      select 1 from scheduler_customer_standing s
      where s.customer_id = f.customer_id
        and s.runnable_until > @now
        and coalesce(s.max_concurrent_pipelines, 1000000) > (
          select count(*) from pipeline_execution_queue l
          where l.customer_id = f.customer_id and l.state = 'PROCESSING' and l.lease_expires_at > @now
        )
    )
    and exists (
      select 1
      from generate_series(0, 10) as l(priority)
      cross join lateral (
        select 1 from pipeline_execution_queue q
        where q.customer_id = f.customer_id and q.priority = l.priority and q.state = 'QUEUED' and q.visible_at <= @now
        limit 1
      ) x
    )
  order by f.customer_id
  for update of f
)
update scheduler_fair_shares f
set ready_at = least(f.ready_at, @now)
from due d
where f.customer_id = d.customer_id and not f.ready;
select count(*) as woken from scheduler_fair_shares where not ready and ready_at <= @now;

-- name: next_visible
-- mode: read
-- When the next customer may be served; wakes long polls in time.
select min(ready_at) as ready_at
from (
  select min(ready_at) as ready_at from scheduler_fair_shares where not ready
  union all
  select timestamptz '1970-01-01T00:00:00Z' where exists (select 1 from scheduler_fair_shares where ready)
) x;

-- name: purge_finished
-- mode: write
with purged as (
  delete from pipeline_execution_queue
  where queue_id in (
    select queue_id from pipeline_execution_queue
    where completed_at < @completedBefore
    order by completed_at
    limit @limit
  )
  returning 1
)
select count(*) as purged from purged;
