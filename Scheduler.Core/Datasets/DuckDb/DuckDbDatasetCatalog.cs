using Scheduler.Core.Storage;

namespace Scheduler.Core.Datasets.DuckDb;

/// <summary>One DuckDB file per customer.</summary>
public sealed class DuckDbDatasetCatalog(DatasetFiles files) : IDatasetCatalog
{
    private static readonly SqlText Sql = SqlText.Load("duckdb", "dataset");

    /// <inheritdoc/>
    public async Task<bool> CreateAsync(DatasetId dataset, CancellationToken cancellationToken)
    {
        try
        {
            await using var open = await files.OpenAsync(dataset, readOnly: false, cancellationToken);
            await using var create = open.Command(Sql["create_tables"]);
            await create.ExecuteNonQueryAsync(cancellationToken);
            await using var look = open.Command(Sql["is_empty"]);
            return (bool)(await look.ExecuteScalarAsync(cancellationToken))!;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new DatasetUnavailableException("The folder of the datasets cannot be written.", failure);
        }
    }

    /// <inheritdoc/>
    public Task<bool> RemoveAsync(DatasetId dataset, CancellationToken cancellationToken) =>
        files.DeleteAsync(dataset, cancellationToken);
}
