namespace Scheduler.Tests.Planted;

/// <summary>
/// The mistakes that a scheduler can make and that its tests must notice. They are no part of any build: the command <c>plant</c> changes
/// a copy of the sources, builds that, and runs the suites against it.
/// </summary>
internal static class PlantedBugs
{
    private const string Queue = "sql/sqlite/queue.sql";
    private const string Scheduling = "sql/sqlite/scheduling.sql";

    public static IReadOnlyList<PlantedBug> All { get; } =
    [
        new(
            "no-unique-key",
            "An occurrence may get a second run: the key is not unique, and nobody looks for it.",
            new PlantedEdit(
                "sql/sqlite/migrations/0002_scheduling.sql",
                "idempotency_key text not null unique,",
                "idempotency_key text not null,"
            ),
            new PlantedEdit(Queue, "on conflict (idempotency_key) do nothing;", ";"),
            new PlantedEdit(
                Scheduling,
                "where not exists (select 1 from scheduled_pipeline_runs r where r.idempotency_key = o.value ->> 'idempotency_key');",
                ";"
            )
        ),
        new(
            "no-compare-and-set",
            "A trigger plans from what it read, whatever another one has done meanwhile.",
            new PlantedEdit(Scheduling, "      and c.next_run_time = b.value ->> 'expected'\n", "")
        ),
        new(
            "reaper-without-token",
            "The end of a lease ends whatever lease the item has by then.",
            new PlantedEdit(
                Queue,
                "  and q.lease_token = a.lease_token\n  and r.state = 'RUNNING'",
                "  and r.state = 'RUNNING'"
            )
        ),
        new(
            "reaper-without-expiry",
            "A lease that was renewed after the reaper looked is ended all the same.",
            new PlantedEdit(Queue, "  and (a.outcome <> 'lost' or +q.lease_expires_at <= @now);", ";")
        ),
        new(
            "wall-clock-leases",
            "Workers measure leases with their wall clock.",
            new PlantedEdit(
                "Scheduler.Core/Execution/MonotonicTime.cs",
                "Duration.FromTimeSpan(time.GetElapsedTime(0));",
                "Duration.FromTimeSpan(time.GetUtcNow() - DateTimeOffset.UnixEpoch);"
            )
        ),
        new(
            "count-what-is-refused",
            "Runs count against the quota before it is known whether they are accepted.",
            new PlantedEdit(
                Scheduling,
                "select usage_id, sum(reason is null) as taken,",
                "select usage_id, count(*) as taken,"
            )
        ),
        new(
            "advance-twice",
            "A trigger moves next_run_time on by two occurrences.",
            new PlantedEdit(
                "Scheduler.Core/Scheduling/DuePlanner.cs",
                "var next = OccurrenceCalculator.Next(schedule, now);",
                "var next = OccurrenceCalculator.Next(schedule, OccurrenceCalculator.Next(schedule, now) ?? now);"
            )
        ),
        new(
            "reaper-without-paging",
            "The reaper looks at the first page of lost leases only.",
            new PlantedEdit("Scheduler.Core/Queue/LeaseReaper.cs", "            last = expired[^1];\n", ""),
            new PlantedEdit(
                "Scheduler.Core/Queue/LeaseReaper.cs",
                "            total += taken.Count;\n        }",
                "            return taken.Count;\n        }"
            )
        ),
        new(
            "and-the-days",
            "A schedule with both day fields runs only where both match.",
            new PlantedEdit(
                "Scheduler.Core/Time/CronWallTimes.cs",
                "_byDay = CrontabSchedule.Parse($\"{times} {days.PlainList()} {months.PlainList()} *\");",
                "_byDay = CrontabSchedule.Parse($\"{times} {days.PlainList()} {months.PlainList()} {weekdays.PlainList()}\");"
            ),
            new PlantedEdit(
                "Scheduler.Core/Time/CronWallTimes.cs",
                "        if (!weekdays.IsAny)\n",
                "        if (!weekdays.IsAny && days.IsAny)\n"
            )
        ),
        new(
            "swallow-lost-reply",
            "A worker whose report got no answer takes it for delivered.",
            new PlantedEdit(
                "Scheduler.Core/Execution/ResultBatcher.cs",
                "        reachability.Failed(ApiCallKind.Results, failure);\n",
                "        Remove([.. batch]);\n        foreach (var lost in batch)\n        {\n            lost.Complete(new ReportAnswer.GivenUp(failure.Detail));\n        }\n        reachability.Failed(ApiCallKind.Results, failure);\n"
            )
        ),
        new(
            "retries-above-the-cap",
            "Retries that run do not count against what a customer may run at once.",
            new PlantedEdit(
                Queue,
                "      and q.state = 'PROCESSING'\n      and q.lease_expires_at > (select now from temp.op)\n  ),\n  is_suspect",
                "      and q.state = 'PROCESSING'\n      and q.lease_expires_at > (select now from temp.op)\n      and exists (select 1 from scheduled_pipeline_runs r where r.run_id = q.run_id and r.retry_attempt = 0)\n  ),\n  is_suspect"
            )
        ),
        new(
            "reused-token",
            "All leases of an item have the same token.",
            new PlantedEdit(
                Queue,
                "(q.lease_epoch + 1) || '.' || b.nonce, b.nth,",
                "q.queue_id || '.' || 'token', b.nth,"
            )
        ),
        new(
            "quota-in-utc",
            "A customer's quota day turns over at midnight in UTC.",
            new PlantedEdit(
                "Scheduler.Core/Usage/UsageDay.cs",
                "DateTimeZoneProviders.Tzdb.GetZoneOrNull(timezone) ?? DateTimeZone.Utc;",
                "DateTimeZoneProviders.Tzdb.GetZoneOrNull(\"UTC\") ?? DateTimeZone.Utc;"
            )
        ),
        new(
            "quota-off-by-one",
            "A customer gets one run a day more than its plan allows.",
            new PlantedEdit(
                Scheduling,
                "(line.place > line.left_today or line.place > line.left_this_month)",
                "(line.place > line.left_today + 1 or line.place > line.left_this_month)"
            )
        ),
        new(
            "notify-before-commit",
            "Those who wait for work are woken before the work is there.",
            new PlantedEdit(
                "Scheduler.Core/Scheduling/Trigger.cs",
                "        var outcome = await schedules.PlanBatchAsync(",
                "        signal.Raise();\n        var outcome = await schedules.PlanBatchAsync("
            ),
            new PlantedEdit(
                "Scheduler.Core/Scheduling/Trigger.cs",
                "            signal.Raise();\n",
                "            _ = outcome;\n"
            )
        ),
        new(
            "heartbeat-revives",
            "A heartbeat renews a lease that has run out.",
            new PlantedEdit(
                Queue,
                "  and pipeline_execution_queue.state = 'PROCESSING'\n  and pipeline_execution_queue.lease_expires_at > (select now from temp.op);",
                "  and pipeline_execution_queue.state = 'PROCESSING';"
            )
        ),
        new(
            "retry-without-wait",
            "A retry can be claimed at once.",
            new PlantedEdit(
                Queue,
                "r.priority, 'QUEUED', r.scheduled_time, e.retry_at, @now,",
                "r.priority, 'QUEUED', r.scheduled_time, @now, @now,"
            )
        ),
        new(
            "successors-overtake",
            "A parked run is let through although the one before it is open.",
            new PlantedEdit(
                Queue,
                "    where o.config_id = c.config_id and o.completed_at is null and o.visible_at <> 253402300799999999 and o.priority > 0\n  )",
                "    where o.config_id = c.config_id and o.completed_at is null and o.visible_at <> 253402300799999999 and 1 = 0\n  )"
            )
        ),
        new(
            "claims-without-rounds",
            "Customers are served by their names, not in turns.",
            new PlantedEdit(
                Queue,
                "order by n.yields, v.turn + n.nth, v.customer_id, n.nth) as place",
                "order by n.yields, v.customer_id, n.nth) as place"
            )
        ),
        new(
            "priority-without-age",
            "Work of a low priority waits as long as there is some of a higher one.",
            new PlantedEdit(
                Queue,
                "      q.priority + min(10, ((select now from temp.op) - q.visible_at) / 600000000) desc,\n",
                "      q.priority desc,\n"
            )
        ),
        new(
            "credential-of-another",
            "A pipeline that names no credential is given one of any customer.",
            new PlantedEdit(
                Queue,
                "where x.customer_id = q.customer_id and x.provider = c.provider and x.is_active = 1",
                "where x.provider = c.provider and x.is_active = 1"
            )
        ),
    ];
}
