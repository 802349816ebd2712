namespace Scheduler.Api.Settings;

/// <summary>Where the scheduler's tables are. A class, not a record: a connection string may hold a password.</summary>
public sealed class StorageOptions
{
    public const string DefaultConnectionString = "Data Source=data/scheduler.db";

    public StorageProvider Provider { get; init; } = StorageProvider.Sqlite;
    public string ConnectionString { get; init; } = DefaultConnectionString;
}
