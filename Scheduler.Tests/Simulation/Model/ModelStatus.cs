using NodaTime;
using Scheduler.Core.Runs;
using Scheduler.Core.Storage;

namespace Scheduler.Tests.Simulation.Model;

/// <summary>What operators see: one line of numbers, and the alerts.</summary>
internal sealed class ModelStatus(ModelStore store)
{
    // A day begins first at UTC+14 and ends last at UTC-12.
    private static readonly Duration LastZone = Duration.FromHours(12);

    /// <summary>Today is the UTC day; averages and lateness cover the last 24 hours.</summary>
    public IReadOnlyList<ModelRow> Get(Instant now)
    {
        var midnight = now.InUtc().Date.AtMidnight().InUtc().ToInstant();
        var pipelines = store.Customers.Values.SelectMany(customer => customer.Pipelines.Values).ToList();
        var queued = store
            .Customers.Values.SelectMany(customer => customer.Waiting.SelectMany(level => level))
            .ToList();
        var visible = queued.Where(item => item.VisibleAt <= now).ToList();
        var day = store
            .Finished.Reverse()
            .TakeWhile(item => item.CompletedAt > now - Duration.FromDays(1))
            .Where(item => item.Run.State is RunState.Completed or RunState.Failed)
            .ToList();
        var lateness = day.Where(item => item.Run.StartedAt is not null && !item.IsBackfill)
            .Select(item => Seconds(Instant.Max(item.ScheduledTime, item.VisibleAt), item.Run.StartedAt!.Value))
            .Order()
            .ToList();
        var durations = day.Select(item => item.Run.DurationSeconds).OfType<long>().ToList();
        return
        [
            new ModelRow(column =>
                column switch
                {
                    "now" => now,
                    "total_active_pipelines" => pipelines.Count(it => it.IsActive),
                    "pipelines_due_now" => pipelines.Count(it =>
                        it.IsActive && it.NextRunTime <= now && it.CanRun(now)
                    ),
                    "pipelines_queued" => queued.Count,
                    "pipelines_running" => store.Leases.Count,
                    "pipelines_completed_today" => day.Count(it =>
                        it.CompletedAt >= midnight && it.Run.State == RunState.Completed
                    ),
                    "pipelines_failed_today" => day.Count(it => it.CompletedAt >= midnight && HasFailed(it.Run)),
                    "queue_length" => visible.Count,
                    "oldest_queued_seconds" => visible.Count == 0
                        ? null
                        : Seconds(visible.Min(it => it.VisibleAt), now),
                    "avg_execution_time_seconds" => durations.Count == 0 ? null : durations.Average(),
                    "lateness_p50_seconds" => Percentile(lateness, 50),
                    "lateness_p95_seconds" => Percentile(lateness, 95),
                    "lateness_p99_seconds" => Percentile(lateness, 99),
                    "oldest_running_since" => store.Leases.Select(it => it.Run.StartedAt).Min(),
                    "finished_last_hour" => LastHour(day, now).Count(it => it.Run.ErrorType != "CANCELLED"),
                    "failed_last_hour" => LastHour(day, now).Count(it => HasFailed(it.Run)),
                    _ => ModelRow.Unknown(column),
                }
            ),
        ];
    }

    public IReadOnlyList<ModelRow> Firing(long limit) =>
        [
            .. store
                .Alerts.AsEnumerable()
                .Reverse()
                .Where(alert => alert.ResolvedAt is null)
                .OrderByDescending(alert => alert.FiredAt)
                .Take((int)limit)
                .Select(alert => Row(alert, store.Alerts.IndexOf(alert))),
        ];

    /// <summary>A quota alert is over when its day is over in every time zone, or when the day has room again.</summary>
    public long ResolvePastQuotas(Instant now)
    {
        var resolved = 0L;
        foreach (var alert in store.Alerts.Where(it => it is { Rule: "QUOTA_EXCEEDED", ResolvedAt: null }))
        {
            if (
                store.UsageDay(alert.Subject) is { } day
                && (
                    day.Date.PlusDays(1).AtMidnight().InUtc().ToInstant() + LastZone <= now
                    || (!(day.RunToday >= day.DailyLimit) && !(day.RunMonth >= day.MonthlyLimit))
                )
            )
            {
                alert.ResolvedAt = now;
                resolved++;
            }
        }
        return resolved;
    }

    private static IEnumerable<ModelItem> LastHour(List<ModelItem> day, Instant now) =>
        day.Where(item => item.CompletedAt > now - Duration.FromHours(1));

    private static bool HasFailed(ModelRun run) => run.State == RunState.Failed && run.ErrorType != "CANCELLED";

    private static double Seconds(Instant from, Instant to) => (to.Micros() - from.Micros()) / 1_000_000.0;

    private static double? Percentile(List<double> sorted, int percent) =>
        sorted.Count == 0 ? null : sorted[(sorted.Count * percent + 99) / 100 - 1];

    private static ModelRow Row(ModelAlert alert, long number) =>
        new(column =>
            column switch
            {
                "alert_id" => number,
                "rule" => alert.Rule,
                "subject" => alert.Subject,
                "customer_id" => alert.CustomerId,
                "message" => alert.Message,
                "fired_at" => alert.FiredAt,
                // Nobody silences anything there.
                "state" => "firing",
                "resolved_at" or "silenced_until" or "silenced_by" or "silence_reason" => null,
                _ => ModelRow.Unknown(column),
            }
        );
}
