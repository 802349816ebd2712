using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using Scheduler.Core.Datasets;
using Scheduler.Core.Datasets.BigQuery;
using Scheduler.Core.Failpoints;
using Scheduler.Tests.Storage.BigQuery.Emulator;
using Scheduler.Tests.Storage.BigQuery.GoogleSql;

namespace Scheduler.Tests.Support;

/// <summary>Datasets on an emulator of their own.</summary>
internal sealed class BigQueryTestDatasets : ITestDatasets
{
    private readonly TimeProvider time;

    private BigQueryTestDatasets(BigQueryEmulator emulator, TimeProvider time)
    {
        this.time = time;
        Emulator = emulator;
        Datasets = Connect();
    }

    public BigQueryEmulator Emulator { get; }

    /// <summary>Those of one process.</summary>
    public BigQueryDatasets Datasets { get; }

    public DatasetOptions Options { get; } = new() { Provider = DatasetProvider.BigQuery, OwnDatasets = ["Ledger"] };

    public IDatasetCatalog Catalog =>
        new BigQueryDatasetCatalog(Datasets, Microsoft.Extensions.Options.Options.Create(Options));

    public IDatasetReader Reader => new BigQueryDatasetReader(Datasets);

    public string BeforeCommit => Failpoint.LoadStaged;

    /// <param name="time">Times the pauses between tries.</param>
    public static async Task<BigQueryTestDatasets> CreateAsync(TimeProvider? time = null) =>
        new(await BigQueryEmulator.StartAsync(), time ?? TimeProvider.System);

    /// <summary>The datasets as another process has them.</summary>
    public BigQueryDatasets Connect() => new(BigQueryDatabase.Emulated(Emulator, "unused"), time, new Random(5));

    public IDatasetWriter Writer(IFailpoints? failpoints = null) => Writer(Connect(), failpoints);

    public static BigQueryDatasetWriter Writer(BigQueryDatasets datasets, IFailpoints? failpoints = null) =>
        new(datasets, failpoints ?? new NoFailpoints(), NullLogger<BigQueryDatasetWriter>.Instance);

    public async Task<IReadOnlyList<IReadOnlyDictionary<string, string?>>> RowsAsync(DatasetId dataset, string table)
    {
        var columns = Emulator.Dataset(dataset.Value).Tables[table].Table.Columns;
        var cells = columns.Select(column =>
            column.Type.TypeKind switch
            {
                SqlKind.Json => $"to_json_string({column.Name})",
                SqlKind.Timestamp => $"unix_micros({column.Name})",
                SqlKind.Bool => $"if({column.Name}, 1, 0)",
                SqlKind.BigNumeric => $"cast({column.Name} as string)",
                _ => column.Name,
            }
        );
        var found = await Emulator.ExecuteAsync(dataset.Value, $"select {string.Join(", ", cells)} from {table}");
        return
        [
            .. found.Rows.Select(row =>
                columns
                    .Zip(
                        row.Cell.Zip(found.Columns),
                        (column, cell) => (column, Value: SqlValues.ToPlain(cell.Second.Type, cell.First))
                    )
                    .ToDictionary(cell => cell.column.Name, cell => Text(cell.column, cell.Value))
            ),
        ];
    }

    public Task<bool> ExistsAsync(DatasetId dataset) => Task.FromResult(Emulator.Has(dataset.Value));

    public Task BreakAsync()
    {
        Emulator.Fail("insert_dataset", [.. Enumerable.Repeat(EmulatorFault.AccessDenied, 10)]);
        return Task.CompletedTask;
    }

    public ValueTask DisposeAsync() => Emulator.DisposeAsync();

    private static string? Text(SqlColumn column, object? value) =>
        (column.Type.TypeKind, value) switch
        {
            (_, null) => null,
            // A null of JSON has a text of its own.
            (SqlKind.Json, "null") => null,
            (SqlKind.Json, string text) => DatasetText.Json(text),
            (SqlKind.BigNumeric, string text) => DatasetText.Number(decimal.Parse(text, CultureInfo.InvariantCulture)),
            _ => Convert.ToString(value, CultureInfo.InvariantCulture),
        };
}
