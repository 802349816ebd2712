-- name: now
-- mode: read
select now() as now;
