using System.Data.Common;
using NodaTime;
using Scheduler.Core.Storage;

namespace Scheduler.Core.Datasets.DuckDb;

/// <summary>Reads customers' DuckDB files.</summary>
public sealed class DuckDbDatasetReader(DatasetFiles files) : IDatasetReader
{
    private static readonly SqlText Sql = SqlText.Load("duckdb", "dataset");

    public Task<IReadOnlyList<ServiceCost>> CostByServiceAsync(
        DatasetId dataset,
        LocalDate? from,
        LocalDate? to,
        CancellationToken cancellationToken
    ) =>
        QueryAsync(
            dataset,
            "cost_by_service",
            [("from", from?.ToDateOnly()), ("to", to?.ToDateOnly())],
            row => new ServiceCost(
                row.GetString(0),
                row.GetString(1),
                row.GetDecimal(2),
                row.GetDecimal(3),
                row.GetInt64(4)
            ),
            cancellationToken
        );

    public Task<IReadOnlyList<DatasetRun>> ListRunsAsync(
        DatasetId dataset,
        int limit,
        CancellationToken cancellationToken
    ) => QueryAsync(dataset, "list_runs", [("limit", limit)], Run, cancellationToken);

    public Task<IReadOnlyList<ExecutionStep>> ListStepsAsync(
        DatasetId dataset,
        string runId,
        Instant since,
        int limit,
        CancellationToken cancellationToken
    ) =>
        QueryAsync(
            dataset,
            "list_steps",
            [("runId", runId), ("since", since.ToDateTimeUtc()), ("limit", limit)],
            Step,
            cancellationToken
        );

    public Task<IReadOnlyList<DailyCost>> CostByDayAsync(
        DatasetId dataset,
        LocalDate from,
        LocalDate to,
        int limit,
        CancellationToken cancellationToken
    ) =>
        QueryAsync(
            dataset,
            "cost_by_day",
            [("from", from.ToDateOnly()), ("to", to.ToDateOnly()), ("limit", limit)],
            row => new DailyCost(Day(row, 0), row.GetString(1), row.GetString(2), row.GetDecimal(3)),
            cancellationToken
        );

    private async Task<IReadOnlyList<T>> QueryAsync<T>(
        DatasetId dataset,
        string statement,
        (string, object?)[] parameters,
        Func<DbDataReader, T> map,
        CancellationToken cancellationToken
    )
    {
        if (!File.Exists(files.PathOf(dataset)))
        {
            return [];
        }
        await using var open = await files.OpenAsync(dataset, readOnly: true, cancellationToken);
        var rows = new List<T>();
        // The file exists a moment before its tables do.
        await using (var tables = open.Command(Sql["has_table"], ("table", "x_meta_fences")))
        {
            if (await tables.ExecuteScalarAsync(cancellationToken) is not true)
            {
                return rows;
            }
        }
        await using var command = open.Command(Sql[statement], parameters);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            rows.Add(map(reader));
        }
        return rows;
    }

    private static DatasetRun Run(DbDataReader row) =>
        new()
        {
            PipelineLoggingId = row.GetString(0),
            PipelineId = row.GetString(1),
            RunId = row.GetString(2),
            Status = row.GetString(3),
            TriggerType = row.GetString(4),
            StartTime = At(row, 5),
            EndTime = At(row, 6),
            Window = row.IsDBNull(7) ? null : new DayWindow(Day(row, 7), Day(row, 8)),
            RowsRead = row.GetInt64(9),
            RowsDeleted = row.GetInt64(10),
            RowsWritten = row.GetInt64(11),
            ErrorType = row.IsDBNull(12) ? null : row.GetString(12),
            ErrorMessage = row.IsDBNull(13) ? null : row.GetString(13),
        };

    private static ExecutionStep Step(DbDataReader row) =>
        new(
            row.GetString(0),
            new StepLog
            {
                Number = row.GetInt32(1),
                Step = row.GetString(2),
                Status = row.GetString(3),
                StartedAt = At(row, 4),
                EndedAt = At(row, 5),
                RowsIn = row.GetInt64(6),
                RowsOut = row.GetInt64(7),
                Message = row.IsDBNull(8) ? null : row.GetString(8),
            }
        );

    private static Instant At(DbDataReader row, int column) =>
        Instant.FromDateTimeUtc(DateTime.SpecifyKind(row.GetDateTime(column), DateTimeKind.Utc));

    private static LocalDate Day(DbDataReader row, int column) =>
        LocalDate.FromDateOnly(row.GetFieldValue<DateOnly>(column));
}
