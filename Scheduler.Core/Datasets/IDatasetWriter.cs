namespace Scheduler.Core.Datasets;

/// <summary>Writes into customers' datasets.</summary>
public interface IDatasetWriter
{
    /// <summary>
    /// Replaces days in one transaction: fence, guards, delete, insert, watermarks, run log. Concurrent loads of one customer
    /// wait for each other; the later execution wins each day, in whichever order they arrive. Makes the dataset where it is missing.
    /// </summary>
    /// <exception cref="DatasetUnavailableException">The dataset cannot be used now.</exception>
    Task<LoadResult> LoadAsync(LoadRequest request, CancellationToken cancellationToken);

    /// <summary>How far a source has been read, by mark: what the last loads under the key have kept. Empty before the first.</summary>
    /// <exception cref="DatasetUnavailableException">The dataset cannot be used now.</exception>
    Task<IReadOnlyDictionary<string, string>> WatermarksAsync(
        DatasetId dataset,
        WindowKey key,
        CancellationToken cancellationToken
    );

    /// <summary>Writes the log of an execution that loaded nothing; moves no fence. Makes the dataset where it is missing.</summary>
    /// <exception cref="DatasetUnavailableException">The dataset cannot be used now.</exception>
    Task RecordAsync(DatasetId dataset, RunRecord record, CancellationToken cancellationToken);
}
