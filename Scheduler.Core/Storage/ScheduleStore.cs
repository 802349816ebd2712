using NodaTime;
using Scheduler.Core.Contracts;
using Scheduler.Core.Runs;
using Scheduler.Core.Scheduling;
using Scheduler.Core.Scheduling.Forecasts;
using Scheduler.Core.Time;

namespace Scheduler.Core.Storage;

/// <summary>What the trigger reads and writes.</summary>
public sealed class ScheduleStore(ISqlEngine engine)
{
    /// <summary>Whether every look costs money.</summary>
    public bool ReadsAreCharged => engine.ReadsAreCharged;

    /// <summary>A page of pipelines due at <paramref name="now"/>, in due order, after the given one.</summary>
    public Task<IReadOnlyList<DuePipeline>> ListDueAsync(
        Instant now,
        (Instant NextRunTime, string ConfigId)? after,
        int limit,
        CancellationToken cancellationToken
    ) =>
        engine.RunAsync(
            new("scheduling", "list_due"),
            new SqlArguments()
                .With("now", now)
                .With("afterTime", after?.NextRunTime ?? Instant.FromUnixTimeTicks(0))
                .With("afterId", after?.ConfigId ?? "")
                .With("limit", limit),
            row => new DuePipeline
            {
                CustomerId = row.Text("customer_id"),
                CustomerTimezone = row.Text("customer_timezone"),
                SpreadSeconds = row.Int32("spread_seconds"),
                ParametersValid = row.Bool("parameters_valid"),
                Parameters = row.Bool("merges")
                    ? null
                    : MergePatch.Apply(row.TextOrNull("default_parameters"), row.TextOrNull("parameters")),
                Schedule = new DueSchedule
                {
                    ConfigId = row.Text("config_id"),
                    Cron = row.Text("schedule_cron"),
                    Timezone = row.Text("timezone"),
                    DstPolicy = row.Word<DstPolicy>("dst_policy"),
                    MisfirePolicy = row.Word<MisfirePolicy>("misfire_policy"),
                    NextRunTime = row.At("next_run_time"),
                    LastIntervalEnd = row.AtOrNull("last_interval_end"),
                    PausedUntil = row.AtOrNull("paused_until"),
                    CustomerRunnable = row.Bool("runnable"),
                },
            },
            cancellationToken
        );

    /// <summary>Advances the pipelines and creates their runs, queue items and quota reservations, all or none.</summary>
    public async Task<BatchOutcome> PlanBatchAsync(
        IReadOnlyList<PlannedPipeline> pipelines,
        IReadOnlyList<PlannedRun> runs,
        Instant now,
        CancellationToken cancellationToken
    )
    {
        var counts = await engine.RunAsync(
            new("scheduling", "plan_batch"),
            new SqlArguments().With("now", now).WithRows("configs", pipelines).WithRows("occurrences", runs),
            row => (Kind: row.Text("kind"), Reason: row.TextOrNull("reason"), Count: row.Int32("count")),
            cancellationToken
        );
        return new BatchOutcome(
            Count("won"),
            Count("lost"),
            Count("queued"),
            counts.Where(count => count.Kind == "skipped").ToDictionary(count => count.Reason!, count => count.Count),
            counts.FirstOrDefault(count => count.Kind == "refused").Reason is { } refused
                ? Wire.Parse<SkipReason>(refused)
                : null
        );

        int Count(string kind) => counts.Where(count => count.Kind == kind).Sum(count => count.Count);
    }

    /// <summary>How many pipelines that can run at <paramref name="now"/> share each schedule.</summary>
    public Task<IReadOnlyList<ScheduleGroup>> ListSchedulesAsync(Instant now, CancellationToken cancellationToken) =>
        engine.RunAsync(
            new("scheduling", "list_schedules"),
            new SqlArguments().With("now", now),
            Group,
            cancellationToken
        );

    /// <summary>Likewise of one customer.</summary>
    public Task<IReadOnlyList<ScheduleGroup>> ListSchedulesAsync(
        string customerId,
        Instant now,
        CancellationToken cancellationToken
    ) =>
        engine.RunAsync(
            new("scheduling", "list_schedules_of_customer"),
            new SqlArguments().With("customerId", customerId).With("now", now),
            Group,
            cancellationToken
        );

    /// <summary>The earliest next_run_time of a pipeline that can run; null when there is none.</summary>
    public async Task<Instant?> NextTriggerTimeAsync(Instant now, CancellationToken cancellationToken) =>
        await engine.FindAsync(
            new("scheduling", "next_trigger_time"),
            new SqlArguments().With("now", now),
            row => row.AtOrNull("next_run_time"),
            cancellationToken
        );

    private static ScheduleGroup Group(SqlRow row) =>
        new(
            row.Text("schedule_cron"),
            row.Text("timezone"),
            row.Word<DstPolicy>("dst_policy"),
            row.Int32("spread_seconds"),
            row.Int64("pipelines")
        );
}
