namespace Scheduler.Core.Datasets;

/// <summary>Writes into customers' datasets.</summary>
public interface IDatasetWriter
{
    /// <summary>
    /// Replaces a window in one transaction: fence, guards, delete, insert, run log. Concurrent loads of one customer
    /// wait for each other; the later fence wins, in whichever order they arrive. Makes the dataset where it is missing.
    /// </summary>
    /// <exception cref="DatasetUnavailableException">The dataset cannot be used now.</exception>
    Task<LoadResult> LoadAsync(LoadRequest request, CancellationToken cancellationToken);

    /// <summary>Writes the log of an execution that loaded nothing; moves no fence. Makes the dataset where it is missing.</summary>
    /// <exception cref="DatasetUnavailableException">The dataset cannot be used now.</exception>
    Task RecordAsync(DatasetId dataset, RunRecord record, CancellationToken cancellationToken);
}
