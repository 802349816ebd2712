namespace Scheduler.Core.Datasets.BigQuery;

/// <summary>The dataset or a table of it is not there.</summary>
internal sealed class DatasetMissingException(string message, Exception inner)
    : DatasetUnavailableException(message, inner);
