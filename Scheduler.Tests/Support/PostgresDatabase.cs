using Npgsql;
using Scheduler.Core.Storage.Postgres;

namespace Scheduler.Tests.Support;

/// <summary>A migrated database of its own on the test run's server, copied from a template, dropped at the end.</summary>
internal sealed class PostgresDatabase : IAsyncDisposable
{
    private const string Template = "scheduler_template";

    private static readonly Lazy<Task<PostgresServer>> Server = new(StartAsync);

    private readonly PostgresServer server;
    private readonly string name;
    private NpgsqlConnection? behind;

    private PostgresDatabase(PostgresServer server, string name)
    {
        this.server = server;
        this.name = name;
        Engine = new PostgresEngine(new PostgresOptions { ConnectionString = ConnectionString });
    }

    public PostgresEngine Engine { get; }

    public string ConnectionString => server.ConnectionString(name);

    public static async Task<PostgresDatabase> CreateAsync()
    {
        var server = await Server.Value;
        var name = $"test_{Guid.NewGuid():N}";
        await server.ExecuteAsync($"create database {name} template {Template} strategy file_copy");
        return new PostgresDatabase(server, name);
    }

    /// <summary>Ends the server of this test run, if one was started.</summary>
    public static async Task StopServerAsync()
    {
        if (Server.IsValueCreated && Server.Value.IsCompletedSuccessfully)
        {
            await (await Server.Value).DisposeAsync();
        }
    }

    /// <summary>Changes rows behind the stores' back.</summary>
    public async Task ExecuteAsync(string script)
    {
        await using var command = new NpgsqlCommand(script, await BehindAsync());
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>Reads rows behind the stores' back; null for SQL's null.</summary>
    public async Task<IReadOnlyList<IReadOnlyDictionary<string, object?>>> QueryAsync(string query)
    {
        await using var command = new NpgsqlCommand(query, await BehindAsync());
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

    public async ValueTask DisposeAsync()
    {
        if (behind is not null)
        {
            await behind.DisposeAsync();
        }
        await Engine.DisposeAsync();
        await server.ExecuteAsync($"drop database {name} with (force)");
    }

    private async Task<NpgsqlConnection> BehindAsync()
    {
        if (behind is null)
        {
            behind = new NpgsqlConnection(ConnectionString + ";Pooling=false");
            await behind.OpenAsync();
        }
        return behind;
    }

    private static async Task<PostgresServer> StartAsync()
    {
        var server = await PostgresServer.StartAsync(durable: false);
        await server.ExecuteAsync($"create database {Template}");
        await using var engine = new PostgresEngine(
            new PostgresOptions { ConnectionString = server.ConnectionString(Template) }
        );
        await engine.MigrateAsync(default);
        return server;
    }
}
