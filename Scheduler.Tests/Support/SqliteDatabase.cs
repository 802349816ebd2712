using System.Globalization;
using Microsoft.Data.Sqlite;
using NodaTime;
using Scheduler.Core.Storage;
using Scheduler.Core.Storage.Sqlite;

namespace Scheduler.Tests.Support;

/// <summary>A migrated SQLite store in a folder of its own, removed at the end.</summary>
internal sealed class SqliteDatabase : ITestDatabase
{
    private readonly DirectoryInfo folder;
    private readonly Lazy<SqliteEngine> engine;
    private readonly bool keepsOpen;
    private readonly List<SqliteEngine> others = [];
    private SqliteConnection? reading;

    private SqliteDatabase(DirectoryInfo folder, bool keepsOpen = true)
    {
        this.folder = folder;
        this.keepsOpen = keepsOpen;
        engine = new Lazy<SqliteEngine>(Open);
    }

    public SqliteEngine Engine => engine.Value;

    ISqlEngine ITestDatabase.Engine => Engine;

    public string ConnectionString => $"Data Source={File}";

    public string RowOrder => "rowid";

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

    /// <summary>
    /// One that other processes make and migrate. Nothing stays open between two calls: should the last of those processes be
    /// killed, the next one finds the files as it left them.
    /// </summary>
    public static SqliteDatabase OfOthers(DirectoryInfo folder) => new(folder, keepsOpen: false);

    public ISqlEngine Connect()
    {
        var other = Open();
        others.Add(other);
        return other;
    }

    public async Task ExecuteAsync(string script)
    {
        await using var connection = new SqliteConnection($"{ConnectionString};Pooling=false");
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = script;
        await command.ExecuteNonQueryAsync();
    }

    public async Task<IReadOnlyList<IReadOnlyDictionary<string, object?>>> QueryAsync(string query)
    {
        if (reading is null)
        {
            reading = new SqliteConnection($"{ConnectionString};Pooling=false");
            await reading.OpenAsync();
        }
        await using var command = reading.CreateCommand();
        command.CommandText = query;
        var rows = await TestRows.ReadAsync(command, value => value);
        if (!keepsOpen)
        {
            await reading.DisposeAsync();
            reading = null;
        }
        return rows;
    }

    public string Literal(Instant value) => value.Micros().ToString(CultureInfo.InvariantCulture);

    public string Literal(bool value) => value ? "1" : "0";

    public async Task<IReadOnlyList<string>> TablesWithAsync(string column) =>
        [
            .. (
                await QueryAsync(
                    $"""
                    select t.name from sqlite_schema t
                    join pragma_table_info(t.name) c on c.name = '{column}'
                    where t.type = 'table'
                    """
                )
            ).Select(row => (string)row["name"]!),
        ];

    public Task FailInsertsAsync(string table) =>
        ExecuteAsync($"create trigger fault before insert on {table} begin select raise(abort, 'made to fail'); end");

    public Task DropTriggerAsync(string trigger, string table) => ExecuteAsync($"drop trigger {trigger}");

    public ValueTask DisposeAsync()
    {
        reading?.Dispose();
        others.ForEach(other => other.Dispose());
        if (engine.IsValueCreated)
        {
            Engine.Dispose();
        }
        folder.Delete(recursive: true);
        return ValueTask.CompletedTask;
    }

    private SqliteEngine Open() => new(new SqliteOptions { ConnectionString = ConnectionString });
}
