-- name: listen
listen scheduler_queue;

-- name: tell
-- mode: write
-- Tells every other process that work may have become claimable. One that is lost costs a poll interval, so the disk is not waited
-- for.
select set_config('synchronous_commit', 'off', true) as step;
select count(*) as told from (select pg_notify('scheduler_queue', @instance)) n;
