using Microsoft.Data.Sqlite;
using Npgsql;

namespace Scheduler.Api.Settings;

/// <summary>Reads where the scheduler's tables are. A connection string is never quoted: it may hold a password.</summary>
internal static class StorageSettings
{
    private const string Provider = "Scheduler__Storage__Provider";
    private const string Connection = "Scheduler__Storage__ConnectionString";

    public static StorageOptions Read(SettingsReader read)
    {
        var provider = read.Choice(Provider, StorageProvider.Sqlite);
        var text = read.Text(Connection);
        switch (provider)
        {
            case StorageProvider.Sqlite:
                text ??= StorageOptions.DefaultConnectionString;
                Check(
                    read,
                    () => new SqliteConnectionStringBuilder(text),
                    $"is not a SQLite connection string. The default is '{StorageOptions.DefaultConnectionString}'."
                );
                break;
            case StorageProvider.Postgres when text is null:
                read.Refuse(Connection, "is missing. PostgreSQL needs at least 'Host=…;Database=…;Username=…'.");
                break;
            case StorageProvider.Postgres:
                Check(
                    read,
                    () =>
                        new NpgsqlConnectionStringBuilder(text) is { Host: null or "" }
                            ? throw new ArgumentException("No host.")
                            : true,
                    "is not a PostgreSQL connection string. It looks like 'Host=…;Database=…;Username=…;Password=…'."
                );
                break;
            default:
                return new StorageOptions
                {
                    Provider = provider,
                    ConnectionString = "",
                    BigQuery = BigQuerySettings.Read(read),
                };
        }
        return new StorageOptions { Provider = provider, ConnectionString = text ?? "" };
    }

    private static void Check(SettingsReader read, Func<object> parse, string rule)
    {
        try
        {
            _ = parse();
        }
        catch (Exception wrong) when (wrong is ArgumentException or FormatException or InvalidCastException)
        {
            read.Refuse(Connection, rule);
        }
    }
}
