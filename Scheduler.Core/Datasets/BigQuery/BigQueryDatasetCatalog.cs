using Microsoft.Extensions.Options;
using Scheduler.Core.Storage;

namespace Scheduler.Core.Datasets.BigQuery;

/// <summary>One BigQuery dataset per customer.</summary>
public sealed class BigQueryDatasetCatalog(BigQueryDatasets datasets, IOptions<DatasetOptions> options)
    : IDatasetCatalog
{
    private static readonly string[] Tables =
    [
        "cost_daily",
        "findings_daily",
        "x_meta_pipeline_runs",
        "x_meta_step_logs",
        "x_meta_fences",
        "x_meta_fenced_days",
        "x_meta_watermarks",
        "x_meta_staged_lines",
    ];

    /// <inheritdoc/>
    /// <remarks>A dataset with tables of another kind is somebody else's: it is left alone as one with data is.</remarks>
    public async Task<bool> CreateAsync(DatasetId dataset, CancellationToken cancellationToken)
    {
        if (
            IsOwn(dataset)
            || (await datasets.ListTablesAsync(dataset, cancellationToken)).Except(Tables, StringComparer.Ordinal).Any()
        )
        {
            return false;
        }
        await datasets.CreateAsync(dataset, cancellationToken);
        return (
            await datasets.RunAsync(
                dataset,
                "is_empty",
                new SqlArguments(),
                row => row.Bool("is_empty"),
                cancellationToken
            )
        ).Single();
    }

    /// <inheritdoc/>
    public async Task<bool> RemoveAsync(DatasetId dataset, CancellationToken cancellationToken) =>
        !IsOwn(dataset) && await datasets.DeleteAsync(dataset, cancellationToken);

    private bool IsOwn(DatasetId dataset) =>
        options.Value.OwnDatasets.Contains(dataset.Value, StringComparer.OrdinalIgnoreCase);
}
