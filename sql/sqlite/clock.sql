-- name: now
-- mode: read
select cast(unixepoch('subsec') * 1000 as integer) * 1000 as now;
