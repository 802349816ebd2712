using Microsoft.Data.Sqlite;
using Scheduler.Core.Storage.Sqlite;

namespace Scheduler.Tests.Support;

/// <summary>A migrated SQLite store in a folder of its own, removed at the end.</summary>
internal sealed class SqliteDatabase : IAsyncDisposable
{
    private readonly DirectoryInfo folder;
    private SqliteConnection? reading;

    private SqliteDatabase(DirectoryInfo folder)
    {
        this.folder = folder;
        Engine = new SqliteEngine(new SqliteOptions { ConnectionString = $"Data Source={File}" });
    }

    public SqliteEngine Engine { get; }

    public string File => Path.Combine(folder.FullName, "scheduler.db");

    public static async Task<SqliteDatabase> CreateAsync()
    {
        var database = new SqliteDatabase(Directory.CreateTempSubdirectory("scheduler-test-"));
        await database.Engine.MigrateAsync(default);
        return database;
    }

    /// <summary>In memory where the system has a folder for that: for tests that write very often and never crash.</summary>
    public static async Task<SqliteDatabase> CreateFastAsync()
    {
        const string Memory = "/dev/shm";
        var folder = Directory.Exists(Memory)
            ? Directory.CreateDirectory(Path.Combine(Memory, $"scheduler-test-{Guid.NewGuid():N}"))
            : Directory.CreateTempSubdirectory("scheduler-test-");
        var database = new SqliteDatabase(folder);
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

    /// <summary>Reads rows behind the stores' back; null for SQL's null.</summary>
    public async Task<IReadOnlyList<IReadOnlyDictionary<string, object?>>> QueryAsync(string query)
    {
        if (reading is null)
        {
            reading = new SqliteConnection($"Data Source={File};Pooling=false");
            await reading.OpenAsync();
        }
        await using var command = reading.CreateCommand();
        command.CommandText = query;
        await using var reader = await command.ExecuteReaderAsync();
        var rows = new List<IReadOnlyDictionary<string, object?>>();
        while (await reader.ReadAsync())
        {
            rows.Add(
                Enumerable
                    .Range(0, reader.FieldCount)
                    .ToDictionary(reader.GetName, i => reader.IsDBNull(i) ? null : reader.GetValue(i))
            );
        }
        return rows;
    }

    public ValueTask DisposeAsync()
    {
        reading?.Dispose();
        Engine.Dispose();
        folder.Delete(recursive: true);
        return ValueTask.CompletedTask;
    }
}
