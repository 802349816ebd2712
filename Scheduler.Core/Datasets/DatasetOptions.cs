using Scheduler.Core.Storage.BigQuery;

namespace Scheduler.Core.Datasets;

/// <summary>Settings <c>Scheduler:Datasets:*</c>.</summary>
public sealed class DatasetOptions
{
    /// <summary>The default value is DuckDb.</summary>
    public DatasetProvider Provider { get; set; } = DatasetProvider.DuckDb;

    /// <summary>Folder of the customers' files, created when it is missing. The default value is <c>data/datasets</c>.</summary>
    public string Path { get; set; } = System.IO.Path.Combine("data", "datasets");

    /// <summary>How long a load or a reader waits for another process's lock on the file, in seconds. The default value is 10.</summary>
    public int LockWaitSeconds { get; set; } = 10;

    /// <summary>Where the customers' BigQuery datasets are; null with another provider. Their names are the customers'.</summary>
    public BigQueryOptions? BigQuery { get; set; }

    /// <summary>Datasets of the scheduler itself: never a customer's, though one may have the name.</summary>
    public IReadOnlyList<string> OwnDatasets { get; set; } = [];
}
