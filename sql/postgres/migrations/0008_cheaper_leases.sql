-- Where the round stands is kept in the turnstile, so that no index follows every turn of every customer.
alter table scheduler_turnstiles add column turn bigint not null default 0;
update scheduler_turnstiles set turn = coalesce((select max(turn) from scheduler_fair_shares), 0) where name = 'claim';
drop index scheduler_fair_shares_turn;

-- Room in every page for the versions that a run's life writes, so that they stay beside each other and no index follows them.
alter table scheduled_pipeline_runs set (fillfactor = 45);
alter table customer_pipeline_configs set (fillfactor = 50);
