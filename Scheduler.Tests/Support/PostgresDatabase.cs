using System.Data;
using System.Globalization;
using NodaTime;
using NodaTime.Extensions;
using NodaTime.Text;
using Npgsql;
using Scheduler.Core.Storage;
using Scheduler.Core.Storage.Postgres;

namespace Scheduler.Tests.Support;

/// <summary>A migrated database of its own on the test run's server, copied from a template, dropped at the end.</summary>
internal sealed class PostgresDatabase : ITestDatabase
{
    private const string Template = "scheduler_template";

    private static readonly Lazy<Task<PostgresServer>> Server = new(StartAsync);

    private readonly PostgresServer server;
    private readonly string name;
    private readonly List<PostgresEngine> others = [];
    private NpgsqlConnection? behind;

    private PostgresDatabase(PostgresServer server, string name)
    {
        this.server = server;
        this.name = name;
        Engine = Open();
    }

    public PostgresEngine Engine { get; }

    ISqlEngine ITestDatabase.Engine => Engine;

    public string RowOrder => "ctid";

    public string ConnectionString => server.ConnectionString(name);

    public static async Task<PostgresDatabase> CreateAsync()
    {
        var server = await Server.Value;
        var name = $"test_{Guid.NewGuid():N}";
        await server.ExecuteAsync($"create database {name} template {Template} strategy file_copy");
        return new PostgresDatabase(server, name);
    }

    /// <summary>An empty database on another server, which whoever opens it first migrates.</summary>
    public static async Task<PostgresDatabase> CreateEmptyAsync(PostgresServer server)
    {
        var name = $"test_{Guid.NewGuid():N}";
        await server.ExecuteAsync($"create database {name}");
        return new PostgresDatabase(server, name);
    }

    /// <summary>An empty database on the test run's server.</summary>
    public static async Task<PostgresDatabase> CreateEmptyAsync() => await CreateEmptyAsync(await Server.Value);

    /// <summary>The same database on another server, which has been restored.</summary>
    public PostgresDatabase On(PostgresServer restored) => new(restored, name);

    /// <summary>Ends the server of this test run, if one was started.</summary>
    public static async Task StopServerAsync()
    {
        if (Server.IsValueCreated && Server.Value.IsCompletedSuccessfully)
        {
            await (await Server.Value).DisposeAsync();
        }
    }

    public ISqlEngine Connect()
    {
        var other = Open();
        others.Add(other);
        return other;
    }

    public async Task ExecuteAsync(string script)
    {
        await using var command = new NpgsqlCommand(script, await BehindAsync());
        await command.ExecuteNonQueryAsync();
    }

    public async Task<IReadOnlyList<IReadOnlyDictionary<string, object?>>> QueryAsync(string query)
    {
        await using var command = new NpgsqlCommand(query, await BehindAsync());
        return await TestRows.ReadAsync(command, Plain);
    }

    public string Literal(Instant value) => At(value);

    public static string At(Instant value) => $"timestamptz '{InstantPattern.ExtendedIso.Format(value)}'";

    public string Literal(bool value) => value ? "true" : "false";

    public async Task<IReadOnlyList<string>> TablesWithAsync(string column) =>
        [
            .. (
                await QueryAsync(
                    $"""
                    select t.table_name::text as name
                    from information_schema.tables t
                    join information_schema.columns c using (table_schema, table_name)
                    where t.table_type = 'BASE TABLE' and t.table_schema = current_schema() and c.column_name = '{column}'
                    """
                )
            ).Select(row => (string)row["name"]!),
        ];

    public Task FailInsertsAsync(string table) =>
        ExecuteAsync(
            $"create trigger fault before insert on {table} for each row execute function scheduler_refuse('made to fail')"
        );

    public Task DropTriggerAsync(string trigger, string table) => ExecuteAsync($"drop trigger {trigger} on {table}");

    public async ValueTask DisposeAsync()
    {
        foreach (var other in others)
        {
            await other.DisposeAsync();
        }
        if (behind is not null)
        {
            await behind.DisposeAsync();
        }
        await Engine.DisposeAsync();
        await server.ExecuteAsync($"drop database {name} with (force)");
    }

    private async Task<NpgsqlConnection> BehindAsync()
    {
        if (behind is { FullState: not ConnectionState.Open })
        {
            await behind.DisposeAsync();
            behind = null;
        }
        if (behind is null)
        {
            behind = new NpgsqlConnection(ConnectionString + ";Pooling=false");
            await behind.OpenAsync();
        }
        return behind;
    }

    private PostgresEngine Open() => new(new PostgresOptions { ConnectionString = ConnectionString });

    private static object Plain(object value) =>
        value switch
        {
            bool flag => flag ? 1L : 0L,
            int number => (long)number,
            decimal number when decimal.IsInteger(number) => (long)number,
            decimal number => (double)number,
            DateTime { Kind: DateTimeKind.Utc } time => time.ToInstant().Micros(),
            DateOnly date => date.ToString("O", CultureInfo.InvariantCulture),
            _ => value,
        };

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
