using System.Globalization;
using System.Text.Json;
using DuckDB.NET.Data;
using NodaTime;
using NodaTime.Text;
using Scheduler.Core.Storage;

namespace Scheduler.Core.Datasets.DuckDb;

/// <summary>The statements of one load, inside its transaction and with the staging file attached.</summary>
internal sealed class WindowLoad(OpenDataset dataset, SqlText sql, LoadRequest request)
{
    /// <summary>Days that are left as they stand.</summary>
    public long SupersededDays { get; private set; }

    /// <summary>Finds the days to load; false when a later execution owns them all.</summary>
    public async Task<bool> PlanAsync(CancellationToken cancellationToken)
    {
        await using (var create = dataset.Command(sql["create_load_days"]))
        {
            await create.ExecuteNonQueryAsync(cancellationToken);
        }
        var days = request.Days is { } named
            ? JsonSerializer.Serialize(named.Select(LocalDatePattern.Iso.Format))
            : null;
        await using (var plan = Command("plan_days", [("days", days), .. Fence(), ("claimed_at", ClaimedAt)]))
        {
            await plan.ExecuteNonQueryAsync(cancellationToken);
        }
        await using var command = Command("superseded_days", Fence());
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        await row.ReadAsync(cancellationToken);
        SupersededDays = row.GetInt64(1);
        var (all, isLost) = (row.GetInt64(0), row.GetBoolean(2));
        return !isLost && (all == 0 || SupersededDays < all);
    }

    public async Task AdvanceFenceAsync(CancellationToken cancellationToken)
    {
        await using var source = Command(
            "advance_fence",
            ("scheduled_time", request.Fence.ScheduledTime.ToDateTimeUtc()),
            ("retry_attempt", request.Fence.RetryAttempt),
            ("lease_epoch", request.Fence.LeaseEpoch)
        );
        await source.ExecuteNonQueryAsync(cancellationToken);
        await using var days = Command("fence_days", [.. Fence(), ("claimed_at", ClaimedAt)]);
        await days.ExecuteNonQueryAsync(cancellationToken);
    }

    public async Task KeepWatermarksAsync(CancellationToken cancellationToken)
    {
        foreach (var (mark, value) in request.Watermarks)
        {
            await using var command = Command(
                "keep_watermark",
                ("mark", mark),
                ("value", value),
                ("run_id", request.RunId),
                ("claimed_at", ClaimedAt)
            );
            await command.ExecuteNonQueryAsync(cancellationToken);
        }
    }

    /// <summary>Null when the load may go on.</summary>
    public async Task<LoadResult?> CheckGuardsAsync(CancellationToken cancellationToken) =>
        await CheckSumAsync(cancellationToken)
        ?? await CheckWindowAsync(cancellationToken)
        ?? (
            request.Guards.Force || request.Table != LoadTable.Costs
                ? null
                : await CheckShrinkingAsync(cancellationToken)
        );

    public async Task<long> DeleteAsync(CancellationToken cancellationToken)
    {
        await using var command = Command(request.Table == LoadTable.Costs ? "delete_window" : "delete_findings");
        return await command.ExecuteNonQueryAsync(cancellationToken);
    }

    public async Task<long> InsertAsync(CancellationToken cancellationToken)
    {
        await using var command = Command(
            request.Table == LoadTable.Costs ? "insert_staged" : "insert_findings",
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
        // Without days of its own the load takes what stands, and has no lines.
        if (request.Days is null)
        {
            return null;
        }
        await using var command = dataset.Command(sql["rows_outside_window"]);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        await row.ReadAsync(cancellationToken);
        var rows = row.GetInt64(0);
        return rows == 0 ? null : new LoadResult.OutsideWindow(rows, Day(row, 1), Day(row, 2));
    }

    private async Task<LoadResult?> CheckShrinkingAsync(CancellationToken cancellationToken)
    {
        await using var emptied = Command("emptied_window");
        await using (var row = await emptied.ExecuteReaderAsync(cancellationToken))
        {
            if (await row.ReadAsync(cancellationToken))
            {
                return new LoadResult.Suspect(null, row.GetDecimal(1), 0);
            }
        }
        await using var shrunken = Command("shrunken_day", ("shrink_percent", request.Guards.ShrinkPercent));
        await using var found = await shrunken.ExecuteReaderAsync(cancellationToken);
        return await found.ReadAsync(cancellationToken)
            ? new LoadResult.Suspect(Day(found, 0), Number(found, 1), Number(found, 2))
            : null;
    }

    private DateTime ClaimedAt => request.Fence.ClaimedAt.ToDateTimeUtc();

    private (string, object?)[] Fence() =>
        [
            ("run_id", request.RunId),
            ("scheduled_time", request.Fence.ScheduledTime.ToDateTimeUtc()),
            ("retry_attempt", request.Fence.RetryAttempt),
            ("lease_epoch", request.Fence.LeaseEpoch),
        ];

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

    private static LocalDate Day(System.Data.Common.DbDataReader row, int column) =>
        LocalDate.FromDateOnly(row.GetFieldValue<DateOnly>(column));

    private static decimal Number(System.Data.Common.DbDataReader row, int column) =>
        Convert.ToDecimal(row.GetValue(column), CultureInfo.InvariantCulture);
}
