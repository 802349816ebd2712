using System.Globalization;
using Microsoft.Extensions.Options;
using NodaTime;
using Scheduler.Core.Datasets;
using Scheduler.Core.Datasets.DuckDb;
using Scheduler.Core.Failpoints;
using Scheduler.Core.Storage;

namespace Scheduler.Tests.Support;

/// <summary>Datasets in files of a folder of their own.</summary>
internal sealed class DuckDbDatasets : ITestDatasets
{
    private static readonly string[] JsonColumns =
    [
        "tags",
        "x_extra",
        "parameters",
        "watermark_before",
        "watermark_after",
    ];

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("datasets-test-");

    public DuckDbDatasets()
    {
        Files = new DatasetFiles(
            Options.Create(new DatasetOptions { Path = Root, LockWaitSeconds = 1 }),
            TimeProvider.System
        );
    }

    public DatasetFiles Files { get; }

    public IDatasetCatalog Catalog => new DuckDbDatasetCatalog(Files);

    public IDatasetReader Reader => new DuckDbDatasetReader(Files);

    public string BeforeCommit => Failpoint.LoadAfterDelete;

    private string Root => Path.Combine(folder.FullName, "datasets");

    public IDatasetWriter Writer(IFailpoints? failpoints = null) =>
        new DuckDbDatasetWriter(Files, failpoints ?? new NoFailpoints());

    public Task<IReadOnlyList<IReadOnlyDictionary<string, string?>>> RowsAsync(DatasetId dataset, string table) =>
        RowsAsync(Files, dataset, table);

    /// <summary>As <see cref="ITestDatasets.RowsAsync"/>, of any files.</summary>
    public static async Task<IReadOnlyList<IReadOnlyDictionary<string, string?>>> RowsAsync(
        DatasetFiles files,
        DatasetId dataset,
        string table
    )
    {
        await using var open = await files.OpenAsync(dataset, readOnly: true, default);
        await using var command = open.Command($"select * from {table}");
        await using var reader = await command.ExecuteReaderAsync();
        var rows = new List<IReadOnlyDictionary<string, string?>>();
        while (await reader.ReadAsync())
        {
            rows.Add(
                Enumerable
                    .Range(0, reader.FieldCount)
                    .ToDictionary(reader.GetName, column => Text(reader.GetName(column), reader.GetValue(column)))
            );
        }
        return rows;
    }

    public Task<bool> ExistsAsync(DatasetId dataset) => Task.FromResult(File.Exists(Files.PathOf(dataset)));

    public Task BreakAsync() => File.WriteAllTextAsync(Root, "no folder");

    public ValueTask DisposeAsync()
    {
        folder.Delete(recursive: true);
        return ValueTask.CompletedTask;
    }

    private static string? Text(string column, object value) =>
        value switch
        {
            DBNull => null,
            string text when JsonColumns.Contains(column) => DatasetText.Json(text),
            DateOnly day => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
            DateTime time => Instant
                .FromDateTimeUtc(DateTime.SpecifyKind(time, DateTimeKind.Utc))
                .Micros()
                .ToString(CultureInfo.InvariantCulture),
            bool flag => flag ? "1" : "0",
            decimal number => DatasetText.Number(number),
            _ => Convert.ToString(value, CultureInfo.InvariantCulture),
        };
}
