-- The earliest day that lines exported since then belong to; null when there are none.
select cast(min(date(usage_start_time)) as string) as earliest_day
from {table}
where export_time >= @changed_since
  and date(_partitiontime) >= date(@changed_since)
