using System.Globalization;
using NodaTime;
using Npgsql;
using Scheduler.Core.Storage;
using Scheduler.Core.Storage.Postgres;
using Scheduler.Tests.Support;

namespace Scheduler.Tests.Benchmarks;

/// <summary>PostgreSQL with every commit on disk: the database of BENCH_PG, or one on a server of its own.</summary>
internal sealed class PostgresStore : BenchmarkStore
{
    private static bool isOurs;

    private readonly PostgresServer? server;
    private readonly string connectionString;
    private readonly PostgresEngine engine;
    private NpgsqlConnection? behind;

    private PostgresStore(PostgresServer? server, string connectionString)
    {
        this.server = server;
        this.connectionString = connectionString;
        engine = new PostgresEngine(new PostgresOptions { ConnectionString = connectionString });
    }

    public override ISqlEngine Engine => engine;

    public override IReadOnlyDictionary<string, string> Settings =>
        new Dictionary<string, string>
        {
            ["Scheduler__Storage__Provider"] = "Postgres",
            ["Scheduler__Storage__ConnectionString"] = connectionString,
        };

    public override double? CpuSeconds => server?.CpuSeconds;

    public static new async Task<PostgresStore> CreateAsync()
    {
        PostgresStore store;
        if (BenchmarkSettings.PostgresConnection is { } given)
        {
            store = new PostgresStore(null, given);
            await store.EmptyAsync();
        }
        else
        {
            var server = await PostgresServer.StartAsync(durable: true);
            await server.ExecuteAsync("create database bench");
            store = new PostgresStore(server, server.ConnectionString("bench"));
        }
        await store.engine.MigrateAsync(default);
        return store;
    }

    public override string At(Instant at) => PostgresDatabase.At(at);

    public override string After(Instant at, string seconds) => $"({At(at)} + ({seconds}) * interval '1 second')";

    public override string SecondsAgo(string seconds) => $"(now() - ({seconds}) * interval '1 second')";

    public override string Seconds(string column) => $"extract(epoch from {column})::double precision";

    public override async Task ExecuteAsync(string script)
    {
        await using var command = new NpgsqlCommand(script, await BehindAsync()) { CommandTimeout = 0 };
        await command.ExecuteNonQueryAsync();
    }

    public override async Task<IReadOnlyList<double[]>> RowsAsync(string query)
    {
        await using var command = new NpgsqlCommand(query, await BehindAsync()) { CommandTimeout = 0 };
        await using var row = await command.ExecuteReaderAsync();
        var rows = new List<double[]>();
        while (await row.ReadAsync())
        {
            rows.Add([
                .. Enumerable
                    .Range(0, row.FieldCount)
                    .Select(i => row.IsDBNull(i) ? 0 : Convert.ToDouble(row.GetValue(i), CultureInfo.InvariantCulture)),
            ]);
        }
        return rows;
    }

    public override async ValueTask DisposeAsync()
    {
        if (behind is not null)
        {
            await behind.DisposeAsync();
        }
        await engine.DisposeAsync();
        if (server is not null)
        {
            await server.DisposeAsync();
        }
    }

    /// <summary>A database that was given is emptied only of what an earlier measurement of this run put there.</summary>
    private async Task EmptyAsync()
    {
        if (isOurs)
        {
            await ExecuteAsync("drop schema public cascade; create schema public");
        }
        else if ((await NumbersAsync("select count(*) from pg_tables where schemaname = 'public'"))[0] > 0)
        {
            throw new InvalidOperationException("The database of BENCH_PG is not empty; it is left as it is.");
        }
        isOurs = true;
    }

    private async Task<NpgsqlConnection> BehindAsync()
    {
        if (behind is null)
        {
            behind = new NpgsqlConnection(
                new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false }.ToString()
            );
            await behind.OpenAsync();
        }
        return behind;
    }
}
