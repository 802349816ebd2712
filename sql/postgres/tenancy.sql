-- name: enter
-- mode: write
-- Goes before every script that is for one customer: until its commit or its failure, the rows of others do not exist. Nobody is
-- named by an empty text. See migrations/0007_tenants.sql.
select
  set_config('scheduler.tenant', coalesce(@customerId, ''), true) as step,
  set_config('role', 'scheduler_tenant', true)
