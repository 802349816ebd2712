using NodaTime;
using Scheduler.Core.Contracts;
using Scheduler.Core.Retry;
using Scheduler.Core.Runs;
using Scheduler.Core.Storage;
using Scheduler.Tests.Simulation.Judging;

namespace Scheduler.Tests.Campaigns.Judging;

/// <summary>What stood in a database of any engine when it was read.</summary>
internal sealed class DatabaseView : IStoreView
{
    private readonly List<RunRow> runs;
    private readonly List<ItemRow> items;
    private readonly List<MoveRow> moves;
    private readonly List<UsageRow> usage;
    private readonly List<ConfigRow> configs;

    private DatabaseView(
        List<RunRow> runs,
        List<ItemRow> items,
        List<MoveRow> moves,
        List<UsageRow> usage,
        List<ConfigRow> configs
    )
    {
        (this.runs, this.items, this.moves, this.usage, this.configs) = (runs, items, moves, usage, configs);
    }

    public static async Task<DatabaseView> ReadAsync(Database database) =>
        new(
            await database.QueryAsync(
                """
                select run_id, config_id, customer_id, scheduled_time, data_interval_start, data_interval_end, state, reason,
                  error_type, retry_attempt, parent_run_id, lane, created_at, actual_end_time, usage_id
                from scheduled_pipeline_runs order by config_id, scheduled_time, retry_attempt, run_id
                """,
                row => new RunRow(
                    Text(row, "run_id"),
                    Text(row, "config_id"),
                    Text(row, "customer_id"),
                    At(row, "scheduled_time")!.Value,
                    At(row, "data_interval_start")!.Value,
                    At(row, "data_interval_end")!.Value,
                    Wire.Parse<RunState>(Text(row, "state")),
                    row["reason"] is string reason ? Wire.Parse<SkipReason>(reason) : null,
                    row["error_type"] is string error ? Wire.Parse<ErrorType>(error) : null,
                    (int)Number(row, "retry_attempt"),
                    (string?)row["parent_run_id"],
                    Text(row, "lane"),
                    At(row, "created_at")!.Value,
                    At(row, "actual_end_time"),
                    (string?)row["usage_id"]
                )
            ),
            await database.QueryAsync(
                """
                select run_id, customer_id, state, priority, visible_at, lease_epoch, lease_expires_at, completed_at
                from pipeline_execution_queue order by run_id
                """,
                row => new ItemRow(
                    Text(row, "run_id"),
                    Text(row, "customer_id"),
                    Text(row, "state"),
                    Number(row, "priority"),
                    At(row, "visible_at")!.Value,
                    Number(row, "lease_epoch"),
                    At(row, "lease_expires_at"),
                    At(row, "completed_at")
                )
            ),
            await database.QueryAsync(
                """
                select run_id, from_state, to_state, at, lease_epoch, actor
                from scheduler_run_transitions order by transition_id
                """,
                row => new MoveRow(
                    Text(row, "run_id"),
                    row["from_state"] is string from ? Wire.Parse<RunState>(from) : null,
                    Wire.Parse<RunState>(Text(row, "to_state")),
                    At(row, "at")!.Value,
                    Number(row, "lease_epoch"),
                    Text(row, "actor")
                )
            ),
            await database.QueryAsync(
                """
                select usage_id, customer_id, usage_date, pipelines_run_today, pipelines_succeeded_today, pipelines_failed_today,
                  pipelines_cancelled_today, pipelines_run_month
                from customer_usage_quotas order by customer_id, usage_date
                """,
                row => new UsageRow(
                    Text(row, "usage_id"),
                    Text(row, "customer_id"),
                    Text(row, "usage_date"),
                    Number(row, "pipelines_run_today"),
                    Number(row, "pipelines_succeeded_today"),
                    Number(row, "pipelines_failed_today"),
                    Number(row, "pipelines_cancelled_today"),
                    Number(row, "pipelines_run_month")
                )
            ),
            await database.QueryAsync(
                "select config_id, customer_id, is_active, next_run_time from customer_pipeline_configs order by config_id",
                row => new ConfigRow(
                    Text(row, "config_id"),
                    Text(row, "customer_id"),
                    Number(row, "is_active") != 0,
                    At(row, "next_run_time")
                )
            )
        );

    public IReadOnlyList<RunRow> Runs() => runs;

    public IReadOnlyList<ItemRow> Items() => items;

    public IReadOnlyList<ItemRow> OpenItems() => items.FindAll(item => item.CompletedAt is null);

    public IReadOnlyList<MoveRow> Moves() => moves;

    public IReadOnlyList<UsageRow> Usage() => usage;

    public IReadOnlyList<ConfigRow> Configs() => configs;

    public IReadOnlyDictionary<string, int> LiveLeases(Instant now) =>
        items
            .Where(item => item.State == "PROCESSING" && item.LeaseExpiresAt > now)
            .CountBy(item => item.CustomerId)
            .ToDictionary();

    private static string Text(IReadOnlyDictionary<string, object?> row, string column) => (string)row[column]!;

    private static long Number(IReadOnlyDictionary<string, object?> row, string column) => (long)row[column]!;

    private static Instant? At(IReadOnlyDictionary<string, object?> row, string column) =>
        row[column] is long micros ? Microseconds.FromMicroseconds(micros) : null;
}
