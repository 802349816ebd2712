using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.Logging;
using Scheduler.Core.Failpoints;
using Scheduler.Core.Storage;
using Scheduler.Core.Storage.BigQuery;

namespace Scheduler.Core.Datasets.BigQuery;

/// <summary>
/// Loads staged lines into customers' BigQuery datasets: the lines go into a staging table of the dataset first, in batches, where
/// no reader looks; one script then replaces the window in one transaction.
/// </summary>
public sealed partial class BigQueryDatasetWriter(
    BigQueryDatasets datasets,
    IFailpoints failpoints,
    ILogger<BigQueryDatasetWriter> logger
) : IDatasetWriter
{
    /// <inheritdoc/>
    public Task<LoadResult> LoadAsync(LoadRequest request, CancellationToken cancellationToken) =>
        MakingAsync(request.Dataset, () => StageAndLoadAsync(request, cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public Task RecordAsync(DatasetId dataset, RunRecord record, CancellationToken cancellationToken) =>
        MakingAsync(
            dataset,
            () => datasets.RunAsync(dataset, "record", Log(record), _ => true, cancellationToken),
            cancellationToken
        );

    /// <inheritdoc/>
    public async Task<IReadOnlyDictionary<string, string>> WatermarksAsync(
        DatasetId dataset,
        WindowKey key,
        CancellationToken cancellationToken
    )
    {
        var arguments = new SqlArguments()
            .With("provider", key.Provider)
            .With("domain", key.Domain)
            .With("template", key.Template)
            .With("sourceAccountId", key.SourceAccountId);
        try
        {
            return (
                await datasets.RunAsync(
                    dataset,
                    "watermarks",
                    arguments,
                    row => new MarkRow(row.Text("mark"), row.Text("value")),
                    cancellationToken
                )
            ).ToDictionary(mark => mark.Mark, mark => mark.Value, StringComparer.Ordinal);
        }
        catch (DatasetMissingException)
        {
            return new Dictionary<string, string>();
        }
    }

    /// <summary>Customers have a dataset from their onboarding on; asking for it each time would cost more than being told that it is not there.</summary>
    private async Task<T> MakingAsync<T>(DatasetId dataset, Func<Task<T>> write, CancellationToken cancellationToken)
    {
        try
        {
            return await write();
        }
        catch (DatasetMissingException)
        {
            await datasets.CreateAsync(dataset, cancellationToken);
            return await write();
        }
    }

    private async Task<LoadResult> StageAndLoadAsync(LoadRequest request, CancellationToken cancellationToken)
    {
        var loadId = $"{Guid.NewGuid():N}";
        var batches = 0;
        try
        {
            foreach (var batch in StagedBatches.Read(request.Staged))
            {
                var arguments = new SqlArguments()
                    .With("loadId", loadId)
                    .With("batch", batches++)
                    .With("now", request.IngestedAt)
                    .WithRows("rows", batch);
                await datasets.RunAsync(request.Dataset, "stage", arguments, _ => true, cancellationToken);
            }
            await failpoints.ReachedAsync(Failpoint.LoadStaged, cancellationToken);
            using var turn = await datasets.EnterAsync(request.Dataset, cancellationToken);
            return (
                await datasets.RunAsync(
                    request.Dataset,
                    "load",
                    Load(request, loadId),
                    row => Result(row, request),
                    cancellationToken
                )
            ).Single();
        }
        finally
        {
            if (batches > 0)
            {
                await UnstageAsync(request.Dataset, loadId);
            }
        }
    }

    /// <summary>Best effort: what stays behind is seen by nobody and expires.</summary>
    private async Task UnstageAsync(DatasetId dataset, string loadId)
    {
        try
        {
            var arguments = new SqlArguments().With("loadId", loadId);
            await datasets.RunAsync(dataset, "unstage", arguments, _ => true, CancellationToken.None);
        }
        catch (Exception failure) when (failure is DatasetUnavailableException or BigQueryRefusedException)
        {
            LogLeftBehind(dataset, loadId, failure);
        }
    }

    private static SqlArguments Load(LoadRequest request, string loadId) =>
        Log(request.Record())
            .With("loadId", loadId)
            .With("provider", request.Key.Provider)
            .With("domain", request.Key.Domain)
            .With("template", request.Key.Template)
            .With("sourceAccountId", request.Key.SourceAccountId)
            .With("isFindings", request.Table == LoadTable.Findings)
            .WithRows("days", DayRow.Of(request))
            .With("standingDays", request.Days is null)
            .With("claimedAt", request.Fence.ClaimedAt)
            .With("scheduledTime", request.Fence.ScheduledTime)
            .With("retryAttempt", request.Fence.RetryAttempt)
            .With("leaseEpoch", request.Fence.LeaseEpoch)
            .With("extractedRows", request.Staged.Rows)
            .With("extractedTotal", request.Staged.ExtractedTotal.ToString(CultureInfo.InvariantCulture))
            .With("roundingAllowance", request.Staged.RoundingAllowance.ToString(CultureInfo.InvariantCulture))
            .With("shrinkPercent", request.Guards.ShrinkPercent)
            .With("force", request.Guards.Force)
            .With("runId", request.RunId)
            .With("templateVersion", request.TemplateVersion)
            .With("ingestedAt", request.IngestedAt)
            .WithRows<MarkRow>("watermarks", [.. request.Watermarks.Select(mark => new MarkRow(mark.Key, mark.Value))]);

    private static SqlArguments Log(RunRecord record) =>
        new SqlArguments().WithRows<RunRow>("runs", [RunRow.Of(record)]).WithRows("steps", StepRow.Of(record));

    private static LoadResult Result(SqlRow row, LoadRequest request) =>
        row.Text("outcome") switch
        {
            "LOADED" => new LoadResult.Loaded(row.Int64("inserted"), row.Int64("deleted"))
            {
                SupersededDays = row.Int64("superseded_days"),
            },
            "STALE" => new LoadResult.Stale(),
            "OUTSIDE_WINDOW" => new LoadResult.OutsideWindow(
                row.Int64("outside_rows"),
                row.Day("first_day"),
                row.Day("last_day")
            ),
            "UNRECONCILED" => new LoadResult.Unreconciled(request.Staged.ExtractedTotal, row.Money("staged_total")),
            "SUSPECT" => new LoadResult.Suspect(
                row.DayOrNull("suspect_day"),
                row.Money("cost_before"),
                row.Money("cost_after")
            ),
            _ => throw new UnreachableException(),
        };

    [LoggerMessage(
        EventId = 4011,
        Level = LogLevel.Warning,
        Message = "Lines of load {LoadId} stay staged in dataset {Dataset} until they expire"
    )]
    private partial void LogLeftBehind(DatasetId dataset, string loadId, Exception failure);
}
