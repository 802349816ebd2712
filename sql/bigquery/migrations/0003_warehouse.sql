-- Processes that load what another store keeps take turns here.
insert into scheduler_turnstiles (name, turn)
select n, 0
from unnest(['warehouse']) as n
where n not in (select name from scheduler_turnstiles);
