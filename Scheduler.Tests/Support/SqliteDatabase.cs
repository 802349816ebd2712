using Microsoft.Data.Sqlite;
using Scheduler.Core.Storage.Sqlite;

namespace Scheduler.Tests.Support;

/// <summary>A migrated SQLite store in a folder of its own, removed at the end.</summary>
internal sealed class SqliteDatabase : IAsyncDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("scheduler-test-");

    private SqliteDatabase() =>
        Engine = new SqliteEngine(new SqliteOptions { ConnectionString = $"Data Source={File}" });

    public SqliteEngine Engine { get; }

    public string File => Path.Combine(folder.FullName, "scheduler.db");

    public static async Task<SqliteDatabase> CreateAsync()
    {
        var database = new SqliteDatabase();
        await database.Engine.MigrateAsync(default);
        return database;
    }

    /// <summary>Changes rows behind the stores' back.</summary>
    public async Task ExecuteAsync(string script)
    {
        await using var connection = new SqliteConnection($"Data Source={File};Pooling=false");
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = script;
        await command.ExecuteNonQueryAsync();
    }

    public ValueTask DisposeAsync()
    {
        Engine.Dispose();
        folder.Delete(recursive: true);
        return ValueTask.CompletedTask;
    }
}
