namespace Scheduler.Core.Datasets;

/// <summary>Writes into customers' datasets.</summary>
public interface IDatasetWriter
{
    /// <summary>
    /// Replaces a window in one transaction: fence, guards, delete, insert, run log. Concurrent loads of one customer
    /// wait for each other; the later fence wins, in whichever order they arrive.
    /// </summary>
    /// <exception cref="DatasetUnavailableException">The dataset stayed locked for the whole wait.</exception>
    Task<LoadResult> LoadAsync(LoadRequest request, CancellationToken cancellationToken);

    /// <summary>Writes the log of an execution that loaded nothing; moves no fence.</summary>
    /// <exception cref="DatasetUnavailableException">The dataset stayed locked for the whole wait.</exception>
    Task RecordAsync(DatasetId dataset, RunRecord record, CancellationToken cancellationToken);
}
