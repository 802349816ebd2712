using Scheduler.Core.Failpoints;
using Scheduler.Core.Storage;

namespace Scheduler.Core.Datasets.DuckDb;

/// <summary>Loads staged lines into customers' DuckDB files.</summary>
public sealed class DuckDbDatasetWriter(DatasetFiles files, IFailpoints failpoints) : IDatasetWriter
{
    private static readonly SqlText Sql = SqlText.Load("duckdb", "dataset");

    public async Task<LoadResult> LoadAsync(LoadRequest request, CancellationToken cancellationToken)
    {
        await using var dataset = await files.OpenAsync(request.Dataset, readOnly: false, cancellationToken);
        await CreateTablesAsync(dataset, cancellationToken);
        var attach = Sql["attach_staging"]
            .Replace(
                "{staging}",
                request.Staged.FilePath.Replace("'", "''", StringComparison.Ordinal),
                StringComparison.Ordinal
            );
        await ExecuteAsync(dataset, attach, [], cancellationToken);
        // Disposed without a commit, the transaction rolls back: every way out but the last leaves the old data.
        await using var transaction = dataset.Begin();
        var load = new WindowLoad(dataset, Sql, request);
        if (!await load.PlanAsync(cancellationToken))
        {
            return new LoadResult.Stale();
        }
        if (await load.CheckGuardsAsync(cancellationToken) is { } refused)
        {
            return refused;
        }
        var deleted = await load.DeleteAsync(cancellationToken);
        await failpoints.ReachedAsync(Failpoint.LoadAfterDelete, cancellationToken);
        var loaded = new LoadResult.Loaded(await load.InsertAsync(cancellationToken), deleted)
        {
            SupersededDays = load.SupersededDays,
        };
        await load.AdvanceFenceAsync(cancellationToken);
        await load.KeepWatermarksAsync(cancellationToken);
        await WriteRecordAsync(dataset, request.Record(), loaded, cancellationToken);
        cancellationToken.ThrowIfCancellationRequested();
        await transaction.CommitAsync(CancellationToken.None);
        return loaded;
    }

    public async Task<IReadOnlyDictionary<string, string>> WatermarksAsync(
        DatasetId dataset,
        WindowKey key,
        CancellationToken cancellationToken
    )
    {
        var marks = new Dictionary<string, string>(StringComparer.Ordinal);
        if (!File.Exists(files.PathOf(dataset)))
        {
            return marks;
        }
        await using var open = await files.OpenAsync(dataset, readOnly: true, cancellationToken);
        await using (var tables = open.Command(Sql["has_table"], ("table", "x_meta_watermarks")))
        {
            if (await tables.ExecuteScalarAsync(cancellationToken) is not true)
            {
                return marks;
            }
        }
        await using var command = open.Command(
            Sql["watermarks"],
            ("provider", key.Provider),
            ("domain", key.Domain),
            ("template", key.Template),
            ("source_account_id", key.SourceAccountId)
        );
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            marks[reader.GetString(0)] = reader.GetString(1);
        }
        return marks;
    }

    public async Task RecordAsync(DatasetId dataset, RunRecord record, CancellationToken cancellationToken)
    {
        await using var open = await files.OpenAsync(dataset, readOnly: false, cancellationToken);
        await CreateTablesAsync(open, cancellationToken);
        await using var transaction = open.Begin();
        await WriteRecordAsync(open, record, new LoadResult.Loaded(0, 0), cancellationToken);
        await transaction.CommitAsync(CancellationToken.None);
    }

    private static Task<int> CreateTablesAsync(OpenDataset dataset, CancellationToken cancellationToken) =>
        ExecuteAsync(dataset, Sql["create_tables"], [], cancellationToken);

    private static async Task WriteRecordAsync(
        OpenDataset dataset,
        RunRecord record,
        LoadResult.Loaded counts,
        CancellationToken cancellationToken
    )
    {
        await ExecuteAsync(dataset, Sql["insert_run"], RunRecordRows.Run(record, counts), cancellationToken);
        foreach (var step in record.Steps)
        {
            var row = RunRecordRows.Step(record.PipelineLoggingId, step, counts);
            await ExecuteAsync(dataset, Sql["insert_step"], row, cancellationToken);
        }
    }

    private static async Task<int> ExecuteAsync(
        OpenDataset dataset,
        string text,
        (string, object?)[] parameters,
        CancellationToken cancellationToken
    )
    {
        await using var command = dataset.Command(text, parameters);
        return await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
