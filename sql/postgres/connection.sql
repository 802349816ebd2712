-- name: forget_plans
-- Plans are made anew for the sizes that the tables have by now.
discard plans;
