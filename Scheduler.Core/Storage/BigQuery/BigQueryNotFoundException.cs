namespace Scheduler.Core.Storage.BigQuery;

/// <summary>The dataset or table that a script names is not there, or not in the location of the settings.</summary>
internal sealed class BigQueryNotFoundException(string message) : StorageUnavailableException(message);
