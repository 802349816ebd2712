using NodaTime;
using Scheduler.Core.Storage;

namespace Scheduler.Core.Datasets.BigQuery;

/// <summary>Reads customers' BigQuery datasets.</summary>
public sealed class BigQueryDatasetReader(BigQueryDatasets datasets) : IDatasetReader
{
    /// <inheritdoc/>
    public Task<IReadOnlyList<ServiceCost>> CostByServiceAsync(
        DatasetId dataset,
        LocalDate? from,
        LocalDate? to,
        CancellationToken cancellationToken
    ) =>
        QueryAsync(
            dataset,
            "cost_by_service",
            new SqlArguments().With("from", from).With("to", to),
            row => new ServiceCost(
                row.Text("service"),
                row.Text("currency"),
                row.Money("billed"),
                row.Money("effective"),
                row.Int64("line_count")
            ),
            cancellationToken
        );

    /// <inheritdoc/>
    public Task<IReadOnlyList<DatasetRun>> ListRunsAsync(
        DatasetId dataset,
        int limit,
        CancellationToken cancellationToken
    ) => QueryAsync(dataset, "list_runs", new SqlArguments().With("limit", limit), Run, cancellationToken);

    /// <inheritdoc/>
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
            new SqlArguments().With("runId", runId).With("since", since).With("limit", limit),
            Step,
            cancellationToken
        );

    /// <inheritdoc/>
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
            new SqlArguments().With("from", from).With("to", to).With("limit", limit),
            row => new DailyCost(row.Day("day"), row.Text("service"), row.Text("currency"), row.Money("billed")),
            cancellationToken
        );

    private async Task<IReadOnlyList<T>> QueryAsync<T>(
        DatasetId dataset,
        string script,
        SqlArguments arguments,
        Func<SqlRow, T> map,
        CancellationToken cancellationToken
    )
    {
        try
        {
            return await datasets.RunAsync(dataset, script, arguments, map, cancellationToken);
        }
        catch (DatasetMissingException)
        {
            return [];
        }
    }

    private static ExecutionStep Step(SqlRow row) =>
        new(
            row.Text("pipeline_logging_id"),
            new StepLog
            {
                Number = row.Int32("step_number"),
                Step = row.Text("step"),
                Status = row.Text("status"),
                StartedAt = row.At("start_time"),
                EndedAt = row.At("end_time"),
                RowsIn = row.Int64("rows_in"),
                RowsOut = row.Int64("rows_out"),
                Message = row.TextOrNull("message"),
            }
        );

    private static DatasetRun Run(SqlRow row) =>
        new()
        {
            PipelineLoggingId = row.Text("pipeline_logging_id"),
            PipelineId = row.Text("pipeline_id"),
            RunId = row.Text("run_id"),
            Status = row.Text("status"),
            TriggerType = row.Text("trigger_type"),
            StartTime = row.At("start_time"),
            EndTime = row.At("end_time"),
            Window = row.IsNull("window_from") ? null : new DayWindow(row.Day("window_from"), row.Day("window_to")),
            RowsRead = row.Int64("rows_read"),
            RowsDeleted = row.Int64("rows_deleted"),
            RowsWritten = row.Int64("rows_written"),
            ErrorType = row.TextOrNull("error_type"),
            ErrorMessage = row.TextOrNull("error_message"),
        };
}
