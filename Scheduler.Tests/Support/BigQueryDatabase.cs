using System.Globalization;
using System.Text.Json;
using NodaTime;
using NodaTime.Text;
using NUnit.Framework;
using Scheduler.Core.Storage;
using Scheduler.Core.Storage.BigQuery;
using Scheduler.Tests.Storage.BigQuery.Emulator;
using Scheduler.Tests.Storage.BigQuery.GoogleSql;

namespace Scheduler.Tests.Support;

/// <summary>
/// A migrated dataset of its own: on the test run's emulator, copied from a template, or, where
/// <see cref="ProjectVariable"/> names a project, in that project of BigQuery itself, with the credentials of this machine.
/// </summary>
internal sealed class BigQueryDatabase : ITestDatabase
{
    /// <summary>A project, or <c>project:location</c>; every test makes a dataset there and drops it.</summary>
    public const string ProjectVariable = "SCHEDULER_TEST_BIGQUERY";

    private const string Template = "customers";
    private const string EmulatedProject = "test-project";

    private static readonly SqlOperation Behind = new("test", "behind");

    private static readonly Lazy<Task<BigQueryEmulator>> Shared = new(StartAsync);

    private readonly BigQueryEmulator? emulator;
    private readonly BigQueryOptions options;
    private readonly TimeProvider time;

    /// <param name="emulator">Null where everything goes over the API, as to BigQuery itself.</param>
    private BigQueryDatabase(BigQueryEmulator? emulator, BigQueryOptions options, TimeProvider time)
    {
        this.emulator = emulator;
        this.options = options;
        this.time = time;
        Engine = Open(options, time);
    }

    public BigQueryEmulator Emulator
    {
        get
        {
            if (emulator is null)
            {
                Assert.Ignore(
                    "Only the emulator does this: BigQuery itself cannot be told to fail, nor counts for a test."
                );
            }
            return emulator!;
        }
    }

    public BigQueryEngine Engine { get; }

    ISqlEngine ITestDatabase.Engine => Engine;

    public string ConnectionString => throw new NotSupportedException("BigQuery has a project and a dataset.");

    public IReadOnlyList<(string Name, string Value)> Settings =>
        [
            ("Scheduler__Storage__BigQuery__Project", options.Project),
            ("Scheduler__Storage__BigQuery__Dataset", options.Dataset),
            ("Scheduler__Storage__BigQuery__Location", options.Location),
            ("Scheduler__Storage__BigQuery__Endpoint", $"{options.Endpoint}"),
        ];

    public string RowOrder => emulator is null ? "audit_id" : SqlTable.RowId;

    public bool KeepsFinishedItems => false;

    public EmulatedDataset Dataset => Emulator.Dataset(options.Dataset);

    public static async Task<BigQueryDatabase> CreateAsync()
    {
        var name = $"test_{Guid.NewGuid():N}";
        if (Environment.GetEnvironmentVariable(ProjectVariable) is { Length: > 0 } project)
        {
            var place = project.Split(':');
            return await CreateOverApiAsync(
                new BigQueryOptions
                {
                    Project = place[0],
                    Dataset = name,
                    Location = place.Length > 1 ? place[1] : BigQueryOptions.DefaultLocation,
                }
            );
        }
        var emulator = await Shared.Value;
        emulator.Add(emulator.Dataset(Template).Copy(name), name);
        return new BigQueryDatabase(emulator, Emulated(emulator, name), TimeProvider.System);
    }

    /// <summary>One that is made, looked into and dropped over the API alone, as in BigQuery itself.</summary>
    public static async Task<BigQueryDatabase> CreateOverApiAsync(BigQueryOptions options)
    {
        var database = new BigQueryDatabase(null, options, TimeProvider.System);
        await database.Engine.MigrateAsync(default);
        return database;
    }

    /// <summary>One on an emulator of its own, which may be told to fail; end that one too.</summary>
    /// <param name="time">Times the pauses between the engine's tries.</param>
    public static async Task<BigQueryDatabase> CreateAloneAsync(TimeProvider time)
    {
        var emulator = await BigQueryEmulator.StartAsync();
        emulator.Add((await Shared.Value).Dataset(Template).Copy(Template), Template);
        return new BigQueryDatabase(emulator, Emulated(emulator, Template), time);
    }

    public static BigQueryEngine Open(BigQueryEmulator emulator, string dataset, TimeProvider? time = null) =>
        Open(Emulated(emulator, dataset), time ?? TimeProvider.System);

    public static BigQueryOptions Emulated(BigQueryEmulator emulator, string dataset) =>
        new()
        {
            Project = EmulatedProject,
            Dataset = dataset,
            Endpoint = emulator.Address,
        };

    public ISqlEngine Connect() => Open(options, time);

    /// <summary>Every statement so far that the API was sent and that looked at a table.</summary>
    public IEnumerable<StatementUse> Uses() =>
        Emulator.Jobs.Where(job => job.Dataset == options.Dataset).SelectMany(job => job.Uses);

    /// <remarks>
    /// Every change has a WHERE in BigQuery, and <c>at</c> is a word of the language: the tests' own statements, which mean all rows and
    /// a column, are brought into that form here.
    /// </remarks>
    public async Task ExecuteAsync(string script)
    {
        var quoted = GoogleSqlText.Rewrite(script, token => token.Is("at") ? "`at`" : null);
        foreach (var statement in Script.Parse(quoted))
        {
            var isForAll =
                statement.Kind is ScriptKind.Update or ScriptKind.Delete
                && !SqlToken.Read(statement.Text).Any(token => token.Is("where"));
            await RunAsync(isForAll ? statement.Text + " where true" : statement.Text);
        }
    }

    public Task<IReadOnlyList<IReadOnlyDictionary<string, object?>>> QueryAsync(string query) => RunAsync(query);

    public string Literal(Instant value) => $"timestamp '{InstantPattern.ExtendedIso.Format(value.ToMicroseconds())}'";

    public string Literal(bool value) => value ? "true" : "false";

    public string JsonLiteral(string document) => $"json '{document}'";

    public async Task<IReadOnlyList<string>> TablesWithAsync(string column) =>
        emulator is null
            ?
            [
                .. (
                    await QueryAsync(
                        $"""
                        select c.table_name as name
                        from `{options.Dataset}.INFORMATION_SCHEMA.COLUMNS` c
                        join `{options.Dataset}.INFORMATION_SCHEMA.TABLES` t on t.table_name = c.table_name and t.table_type = 'BASE TABLE'
                        where c.column_name = '{column}'
                        """
                    )
                ).Select(row => (string)row["name"]!),
            ]
            :
            [
                .. Dataset
                    .Tables.Values.Where(state => state.Table.Columns.Any(own => own.Name == column))
                    .Select(state => state.Table.Name),
            ];

    public Task FailInsertsAsync(string table)
    {
        Dataset.FailingInserts.Add(table);
        return Task.CompletedTask;
    }

    /// <summary>BigQuery has none; what is dropped here is the fault of <see cref="FailInsertsAsync"/>.</summary>
    public Task DropTriggerAsync(string trigger, string table)
    {
        Dataset.FailingInserts.Remove(table);
        return Task.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        if (emulator is null)
        {
            await RunAsync($"drop schema if exists `{options.Dataset}` cascade");
        }
        else
        {
            emulator.Remove(options.Dataset);
        }
    }

    private static BigQueryEngine Open(BigQueryOptions options, TimeProvider time) => new(options, time, new Random(5));

    private async Task<IReadOnlyList<IReadOnlyDictionary<string, object?>>> RunAsync(string text)
    {
        if (emulator is null)
        {
            return await RunOverApiAsync(text);
        }
        var found = await emulator.ExecuteAsync(options.Dataset, text);
        return
        [
            .. found.Rows.Select(row =>
                found
                    .Columns.Zip(row.Cell, (column, cell) => (column.Name, SqlValues.ToPlain(column.Type, cell)))
                    .ToDictionary(cell => cell.Name, cell => cell.Item2)
            ),
        ];
    }

    private async Task<IReadOnlyList<IReadOnlyDictionary<string, object?>>> RunOverApiAsync(string text)
    {
        var api = BigQueryClient.Create(options.Endpoint);
        var jobs = new BigQueryJobs(options, api, time, new Random(5), new BigQueryMeter());
        var pages = await jobs.WriteAsync(Behind, text, []);
        var fields = pages.Select(page => page.Schema).FirstOrDefault(schema => schema is not null)?.Fields ?? [];
        return
        [
            .. pages
                .SelectMany(page => page.Rows ?? [])
                .Select(row =>
                    fields
                        .Zip(row.GetProperty("f").EnumerateArray(), (field, cell) => (field, cell.GetProperty("v")))
                        .ToDictionary(cell => cell.field.Name, cell => Plain(cell.field, cell.Item2))
                ),
        ];
    }

    private static object? Plain(BigQueryField field, JsonElement cell) =>
        cell.ValueKind switch
        {
            JsonValueKind.Null => null,
            JsonValueKind.Array => JsonSerializer.Serialize(
                cell.EnumerateArray().Select(item => item.GetProperty("v").GetString())
            ),
            _ => (field.Type, cell.GetString()!) switch
            {
                ("INTEGER" or "INT64" or "TIMESTAMP", var text) => long.Parse(text, CultureInfo.InvariantCulture),
                ("FLOAT" or "FLOAT64" or "NUMERIC", var text) => double.Parse(text, CultureInfo.InvariantCulture),
                ("BOOLEAN" or "BOOL", var text) => text == "true" ? 1L : 0L,
                ("BYTES", var text) => Convert.FromBase64String(text),
                var (_, text) => text,
            },
        };

    private static async Task<BigQueryEmulator> StartAsync()
    {
        var emulator = await BigQueryEmulator.StartAsync();
        await Open(emulator, Template).MigrateAsync(default);
        return emulator;
    }
}
