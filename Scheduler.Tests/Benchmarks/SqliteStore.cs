using Microsoft.Data.Sqlite;
using NodaTime;
using Scheduler.Core.Storage;
using Scheduler.Tests.Support;

namespace Scheduler.Tests.Benchmarks;

internal sealed class SqliteStore(SqliteDatabase database) : BenchmarkStore
{
    private SqliteConnection? reading;

    public override ISqlEngine Engine => database.Engine;

    public override IReadOnlyDictionary<string, string> Settings =>
        new Dictionary<string, string>
        {
            ["Scheduler__Storage__Provider"] = "Sqlite",
            ["Scheduler__Storage__ConnectionString"] = database.ConnectionString,
        };

    public static new async Task<SqliteStore> CreateAsync() => new(await SqliteDatabase.CreateAsync());

    public override string At(Instant at) => database.Literal(at);

    public override string After(Instant at, string seconds) => $"({At(at)} + ({seconds}) * 1000000)";

    public override string SecondsAgo(string seconds) => $"((unixepoch('now') - ({seconds})) * 1000000)";

    public override string Seconds(string column) => $"({column} / 1000000.0)";

    public override Task ExecuteAsync(string script) => database.ExecuteAsync(script);

    public override async Task<IReadOnlyList<double[]>> RowsAsync(string query)
    {
        if (reading is null)
        {
            reading = new SqliteConnection($"{database.ConnectionString};Pooling=false");
            await reading.OpenAsync();
        }
        await using var command = reading.CreateCommand();
        command.CommandText = query;
        await using var row = await command.ExecuteReaderAsync();
        var rows = new List<double[]>();
        while (await row.ReadAsync())
        {
            rows.Add([.. Enumerable.Range(0, row.FieldCount).Select(i => row.IsDBNull(i) ? 0 : row.GetDouble(i))]);
        }
        return rows;
    }

    public override async ValueTask DisposeAsync()
    {
        reading?.Dispose();
        await database.DisposeAsync();
    }
}
