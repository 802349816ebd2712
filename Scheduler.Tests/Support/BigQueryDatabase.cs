using NodaTime;
using NodaTime.Text;
using Scheduler.Core.Storage;
using Scheduler.Core.Storage.BigQuery;
using Scheduler.Tests.Storage.BigQuery.Emulator;
using Scheduler.Tests.Storage.BigQuery.GoogleSql;

namespace Scheduler.Tests.Support;

/// <summary>A migrated dataset of its own on the test run's emulator, copied from a template.</summary>
internal sealed class BigQueryDatabase : ITestDatabase
{
    private const string Template = "customers";
    private const string Project = "test-project";

    private static readonly Lazy<Task<BigQueryEmulator>> Shared = new(StartAsync);

    private readonly BigQueryEmulator emulator;
    private readonly string name;
    private readonly TimeProvider time;

    private BigQueryDatabase(BigQueryEmulator emulator, string name, TimeProvider time)
    {
        this.emulator = emulator;
        this.name = name;
        this.time = time;
        Engine = Open();
    }

    public BigQueryEmulator Emulator => emulator;

    public BigQueryEngine Engine { get; }

    ISqlEngine ITestDatabase.Engine => Engine;

    public string ConnectionString => throw new NotSupportedException("BigQuery has a project and a dataset.");

    public string RowOrder => SqlTable.RowId;

    public bool KeepsFinishedItems => false;

    public EmulatedDataset Dataset => emulator.Dataset(name);

    public static async Task<BigQueryDatabase> CreateAsync()
    {
        var emulator = await Shared.Value;
        var name = $"test_{Guid.NewGuid():N}";
        emulator.Add(emulator.Dataset(Template).Copy(name), name);
        return new BigQueryDatabase(emulator, name, TimeProvider.System);
    }

    /// <summary>One on an emulator of its own, which may be told to fail; end that one too.</summary>
    /// <param name="time">Times the pauses between the engine's tries.</param>
    public static async Task<BigQueryDatabase> CreateAloneAsync(TimeProvider time)
    {
        var emulator = await BigQueryEmulator.StartAsync();
        emulator.Add((await Shared.Value).Dataset(Template).Copy(Template), Template);
        return new BigQueryDatabase(emulator, Template, time);
    }

    public static BigQueryEngine Open(BigQueryEmulator emulator, string dataset, TimeProvider? time = null) =>
        new(
            new BigQueryOptions
            {
                Project = Project,
                Dataset = dataset,
                Endpoint = emulator.Address,
            },
            time ?? TimeProvider.System,
            new Random(5)
        );

    public ISqlEngine Connect() => Open();

    /// <summary>Every statement so far that the API was sent and that looked at a table.</summary>
    public IEnumerable<StatementUse> Uses() =>
        emulator
            .Jobs.Where(job => job.Dataset == name && job.Done.IsCompletedSuccessfully)
            .SelectMany(job => job.Done.Result.Uses);

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
            await emulator.ExecuteAsync(name, isForAll ? statement.Text + " where true" : statement.Text);
        }
    }

    public async Task<IReadOnlyList<IReadOnlyDictionary<string, object?>>> QueryAsync(string query)
    {
        var found = await emulator.ExecuteAsync(name, query);
        return
        [
            .. found.Rows.Select(row =>
                found
                    .Columns.Zip(row.Cell, (column, cell) => (column.Name, SqlValues.ToPlain(column.Type, cell)))
                    .ToDictionary(cell => cell.Name, cell => cell.Item2)
            ),
        ];
    }

    public string Literal(Instant value) => $"timestamp '{InstantPattern.ExtendedIso.Format(value)}'";

    public string Literal(bool value) => value ? "true" : "false";

    public string JsonLiteral(string document) => $"json '{document}'";

    public Task<IReadOnlyList<string>> TablesWithAsync(string column) =>
        Task.FromResult<IReadOnlyList<string>>([
            .. Dataset
                .Tables.Values.Where(state => state.Table.Columns.Any(own => own.Name == column))
                .Select(state => state.Table.Name),
        ]);

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

    public ValueTask DisposeAsync()
    {
        emulator.Remove(name);
        return ValueTask.CompletedTask;
    }

    private BigQueryEngine Open() => Open(emulator, name, time);

    private static async Task<BigQueryEmulator> StartAsync()
    {
        var emulator = await BigQueryEmulator.StartAsync();
        await Open(emulator, Template).MigrateAsync(default);
        return emulator;
    }
}
