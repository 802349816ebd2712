namespace Scheduler.Core.Datasets;

/// <summary>Where customers' datasets live.</summary>
public enum DatasetProvider
{
    /// <summary>One DuckDB file per customer in a folder of this host.</summary>
    DuckDb,

    /// <summary>One BigQuery dataset per customer, in one project and location.</summary>
    BigQuery,
}
