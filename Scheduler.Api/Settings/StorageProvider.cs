namespace Scheduler.Api.Settings;

/// <summary>The databases that the scheduler can keep its tables in.</summary>
public enum StorageProvider
{
    Sqlite,
    Postgres,
    BigQuery,
}
