using Microsoft.Data.Sqlite;
using NodaTime;
using Scheduler.Core.Contracts;
using Scheduler.Core.Retry;
using Scheduler.Core.Runs;
using Scheduler.Core.Storage;

namespace Scheduler.Tests.Simulation.Judging;

/// <summary>Reads a SQLite store beside its engine.</summary>
internal sealed class SqliteView : IStoreView, IDisposable
{
    private const string SelectItems = """
        select run_id, customer_id, state, priority, visible_at, lease_epoch, lease_expires_at, completed_at
        from pipeline_execution_queue
        """;

    private readonly SqliteConnection connection;
    private readonly SqliteCommand liveLeases;
    private readonly SqliteCommand configs;
    private readonly SqliteCommand items;
    private readonly SqliteCommand openItems;

    public SqliteView(string connectionString)
    {
        connection = new SqliteConnection($"{connectionString};Pooling=false");
        connection.Open();
        liveLeases = Command(
            """
            select customer_id, count(*) from pipeline_execution_queue
            where state = 'PROCESSING' and lease_expires_at > $now group by customer_id
            """
        );
        liveLeases.Parameters.Add("$now", SqliteType.Integer);
        configs = Command(
            "select config_id, customer_id, is_active, next_run_time from customer_pipeline_configs order by config_id"
        );
        items = Command($"{SelectItems} order by rowid");
        openItems = Command($"{SelectItems} where state in ('QUEUED', 'PROCESSING') order by rowid");
    }

    public IReadOnlyList<RunRow> Runs() =>
        Read(
            Command(
                """
                select run_id, config_id, customer_id, scheduled_time, data_interval_start, data_interval_end, state, reason,
                  error_type, retry_attempt, parent_run_id, lane, created_at, actual_end_time, usage_id
                from scheduled_pipeline_runs order by config_id, scheduled_time, retry_attempt, run_id
                """
            ),
            row => new RunRow(
                row.GetString(0),
                row.GetString(1),
                row.GetString(2),
                At(row, 3)!.Value,
                At(row, 4)!.Value,
                At(row, 5)!.Value,
                Wire.Parse<RunState>(row.GetString(6)),
                Text(row, 7) is { } reason ? Wire.Parse<SkipReason>(reason) : null,
                Text(row, 8) is { } error ? Wire.Parse<ErrorType>(error) : null,
                row.GetInt32(9),
                Text(row, 10),
                row.GetString(11),
                At(row, 12)!.Value,
                At(row, 13),
                Text(row, 14)
            )
        );

    public IReadOnlyList<ItemRow> Items() => Read(items, Item);

    public IReadOnlyList<ItemRow> OpenItems() => Read(openItems, Item);

    public IReadOnlyList<MoveRow> Moves() =>
        Read(
            Command(
                """
                select run_id, from_state, to_state, at, lease_epoch, actor
                from scheduler_run_transitions order by transition_id
                """
            ),
            row => new MoveRow(
                row.GetString(0),
                Text(row, 1) is { } from ? Wire.Parse<RunState>(from) : null,
                Wire.Parse<RunState>(row.GetString(2)),
                At(row, 3)!.Value,
                row.GetInt64(4),
                row.GetString(5)
            )
        );

    public IReadOnlyList<UsageRow> Usage() =>
        Read(
            Command(
                """
                select usage_id, customer_id, usage_date, pipelines_run_today, pipelines_succeeded_today, pipelines_failed_today,
                  pipelines_cancelled_today, pipelines_run_month
                from customer_usage_quotas order by customer_id, usage_date
                """
            ),
            row => new UsageRow(
                row.GetString(0),
                row.GetString(1),
                row.GetString(2),
                row.GetInt64(3),
                row.GetInt64(4),
                row.GetInt64(5),
                row.GetInt64(6),
                row.GetInt64(7)
            )
        );

    public IReadOnlyList<ConfigRow> Configs() =>
        Read(configs, row => new ConfigRow(row.GetString(0), row.GetString(1), row.GetInt64(2) != 0, At(row, 3)));

    public IReadOnlyDictionary<string, int> LiveLeases(Instant now)
    {
        liveLeases.Parameters[0].Value = now.Micros();
        return Read(liveLeases, row => (row.GetString(0), row.GetInt32(1)))
            .ToDictionary(row => row.Item1, row => row.Item2);
    }

    public void Dispose() => connection.Dispose();

    private SqliteCommand Command(string text)
    {
        var command = connection.CreateCommand();
        command.CommandText = text;
        return command;
    }

    private static List<T> Read<T>(SqliteCommand command, Func<SqliteDataReader, T> map)
    {
        using var reader = command.ExecuteReader();
        var rows = new List<T>();
        while (reader.Read())
        {
            rows.Add(map(reader));
        }
        return rows;
    }

    private static ItemRow Item(SqliteDataReader row) =>
        new(
            row.GetString(0),
            row.GetString(1),
            row.GetString(2),
            row.GetInt64(3),
            At(row, 4)!.Value,
            row.GetInt64(5),
            At(row, 6),
            At(row, 7)
        );

    private static string? Text(SqliteDataReader row, int column) =>
        row.IsDBNull(column) ? null : row.GetString(column);

    private static Instant? At(SqliteDataReader row, int column) =>
        row.IsDBNull(column) ? null : Microseconds.FromMicroseconds(row.GetInt64(column));
}
