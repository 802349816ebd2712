namespace Scheduler.Core.Datasets;

/// <summary>The customers' datasets as such: made with a customer, removed with it.</summary>
public interface IDatasetCatalog
{
    /// <summary>
    /// Makes the dataset with its tables, or takes over an empty one that is there; false, and nothing changed, when it
    /// holds data. Safe to call again and at once.
    /// </summary>
    /// <exception cref="DatasetUnavailableException">It could not be made or opened.</exception>
    Task<bool> CreateAsync(DatasetId dataset, CancellationToken cancellationToken);

    /// <summary>Removes the dataset with all that is in it; false when there was none.</summary>
    /// <exception cref="DatasetUnavailableException">It could not be removed.</exception>
    Task<bool> RemoveAsync(DatasetId dataset, CancellationToken cancellationToken);
}
