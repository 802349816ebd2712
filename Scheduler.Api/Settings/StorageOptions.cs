using Scheduler.Core.Storage.BigQuery;

namespace Scheduler.Api.Settings;

/// <summary>Where the scheduler's tables are. A class, not a record: a connection string may hold a password.</summary>
public sealed class StorageOptions
{
    public const string DefaultConnectionString = "Data Source=data/scheduler.db";

    public StorageProvider Provider { get; init; } = StorageProvider.Sqlite;
    public string ConnectionString { get; init; } = DefaultConnectionString;

    /// <summary>Null with another provider.</summary>
    public BigQueryOptions? BigQuery { get; init; }

    /// <summary>The setting to look at when the store cannot be used.</summary>
    public string Setting =>
        BigQuery is null ? "Scheduler__Storage__ConnectionString" : "Scheduler__Storage__BigQuery__Project";
}
