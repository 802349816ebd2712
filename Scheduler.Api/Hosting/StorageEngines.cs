using Microsoft.Data.Sqlite;
using Scheduler.Api.Settings;
using Scheduler.Core.Storage;
using Scheduler.Core.Storage.BigQuery;
using Scheduler.Core.Storage.Postgres;
using Scheduler.Core.Storage.Sqlite;

namespace Scheduler.Api.Hosting;

/// <summary>Makes the engine that the settings name; opens nothing yet.</summary>
internal static class StorageEngines
{
    public static ISqlEngine Create(StorageOptions options, TimeProvider time, Random random) =>
        options.Provider switch
        {
            StorageProvider.Sqlite => new SqliteEngine(
                new SqliteOptions { ConnectionString = options.ConnectionString }
            ),
            StorageProvider.Postgres => new PostgresEngine(
                new PostgresOptions { ConnectionString = options.ConnectionString }
            ),
            _ => new BigQueryEngine(options.BigQuery!, time, random),
        };

    /// <summary>For commands that only look: makes no store where there is none.</summary>
    public static ISqlEngine OpenExisting(StorageOptions options, TimeProvider time, Random random) =>
        options.Provider == StorageProvider.Sqlite
            ? new SqliteEngine(new SqliteOptions { ConnectionString = Existing(options.ConnectionString) })
            : Create(options, time, random);

    private static string Existing(string connectionString)
    {
        var connection = new SqliteConnectionStringBuilder(connectionString);
        if (connection.Mode == SqliteOpenMode.ReadWriteCreate)
        {
            connection.Mode = SqliteOpenMode.ReadWrite;
        }
        return connection.ToString();
    }
}
