-- The earliest day that lines exported since then belong to, and when the last of them was exported; both null when there are none.
select
  cast(min(date(usage_start_time)) as string) as earliest_day,
  format_timestamp('%F %H:%M:%E6S+00', max(export_time), 'UTC') as changed_until
from {table}
where export_time > @changed_since
  and date(_partitiontime) >= date(@changed_since)
