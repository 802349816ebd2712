using System.Globalization;
using DuckDB.NET.Data;
using NodaTime;
using Scheduler.Core.Storage;

namespace Scheduler.Core.Datasets.DuckDb;

/// <summary>The statements of one load, inside its transaction and with the staging file attached.</summary>
internal sealed class WindowLoad(OpenDataset dataset, SqlText sql, LoadRequest request)
{
    private DayWindow? window = request.Window;

    public async Task<bool> AdvanceFenceAsync(CancellationToken cancellationToken)
    {
        await using var command = Command(
            "advance_fence",
            ("scheduled_time", request.Fence.ScheduledTime.ToDateTimeUtc()),
            ("retry_attempt", request.Fence.RetryAttempt),
            ("lease_epoch", request.Fence.LeaseEpoch)
        );
        return await command.ExecuteScalarAsync(cancellationToken) is not null;
    }

    /// <summary>Null when the load may go on.</summary>
    public async Task<LoadResult?> CheckGuardsAsync(CancellationToken cancellationToken)
    {
        window ??= await StandingDaysAsync(cancellationToken);
        return await CheckSumAsync(cancellationToken)
            ?? await CheckWindowAsync(cancellationToken)
            ?? (request.Guards.Force ? null : await CheckShrinkingAsync(cancellationToken));
    }

    public async Task<long> DeleteAsync(CancellationToken cancellationToken)
    {
        if (window is null)
        {
            return 0;
        }
        await using var command = Command("delete_window", Days(window));
        return await command.ExecuteNonQueryAsync(cancellationToken);
    }

    public async Task<long> InsertAsync(CancellationToken cancellationToken)
    {
        await using var command = Command(
            "insert_staged",
            ("run_id", request.RunId),
            ("template_version", request.TemplateVersion),
            ("ingested_at", request.IngestedAt.ToDateTimeUtc())
        );
        return await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private async Task<LoadResult?> CheckSumAsync(CancellationToken cancellationToken)
    {
        await using var command = dataset.Command(sql["staged_total"]);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        await row.ReadAsync(cancellationToken);
        var (rows, total) = (row.GetInt64(0), row.GetDecimal(1));
        var staged = request.Staged;
        return rows == staged.Rows && Math.Abs(total - staged.ExtractedTotal) <= staged.RoundingAllowance
            ? null
            : new LoadResult.Unreconciled(staged.ExtractedTotal, total);
    }

    private async Task<LoadResult?> CheckWindowAsync(CancellationToken cancellationToken)
    {
        if (window is null)
        {
            return null;
        }
        await using var command = dataset.Command(sql["rows_outside_window"], Days(window));
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        await row.ReadAsync(cancellationToken);
        var rows = row.GetInt64(0);
        return rows == 0 ? null : new LoadResult.OutsideWindow(rows, Day(row, 1), Day(row, 2));
    }

    private async Task<LoadResult?> CheckShrinkingAsync(CancellationToken cancellationToken)
    {
        if (window is null)
        {
            return null;
        }
        await using var emptied = Command("emptied_window", Days(window));
        await using (var row = await emptied.ExecuteReaderAsync(cancellationToken))
        {
            if (await row.ReadAsync(cancellationToken))
            {
                return new LoadResult.Suspect(null, row.GetDecimal(1), 0);
            }
        }
        await using var shrunken = Command(
            "shrunken_day",
            [.. Days(window), ("shrink_percent", request.Guards.ShrinkPercent)]
        );
        await using var found = await shrunken.ExecuteReaderAsync(cancellationToken);
        return await found.ReadAsync(cancellationToken)
            ? new LoadResult.Suspect(Day(found, 0), Number(found, 1), Number(found, 2))
            : null;
    }

    private async Task<DayWindow?> StandingDaysAsync(CancellationToken cancellationToken)
    {
        await using var command = Command("standing_days");
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        await row.ReadAsync(cancellationToken);
        return row.IsDBNull(0) ? null : new DayWindow(Day(row, 0), Day(row, 1));
    }

    private DuckDBCommand Command(string name, params (string, object?)[] parameters) =>
        dataset.Command(
            sql[name],
            [
                ("provider", request.Key.Provider),
                ("domain", request.Key.Domain),
                ("template", request.Key.Template),
                ("source_account_id", request.Key.SourceAccountId),
                .. parameters,
            ]
        );

    private static (string, object?)[] Days(DayWindow days) =>
        [("window_from", days.From.ToDateOnly()), ("window_to", days.To.ToDateOnly())];

    private static LocalDate Day(System.Data.Common.DbDataReader row, int column) =>
        LocalDate.FromDateOnly(row.GetFieldValue<DateOnly>(column));

    private static decimal Number(System.Data.Common.DbDataReader row, int column) =>
        Convert.ToDecimal(row.GetValue(column), CultureInfo.InvariantCulture);
}
