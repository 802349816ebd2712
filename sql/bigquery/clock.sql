-- name: now
-- mode: read
select current_timestamp() as now;
