using Scheduler.Core.Datasets;

namespace Scheduler.Tests.Support;

/// <summary>No customer has a dataset; remembers which were to be removed.</summary>
internal sealed class NoDatasets : IDatasetCatalog
{
    public List<string> Removed { get; } = [];

    public Task<bool> CreateAsync(DatasetId dataset, CancellationToken cancellationToken) => Task.FromResult(true);

    public Task<bool> RemoveAsync(DatasetId dataset, CancellationToken cancellationToken)
    {
        Removed.Add(dataset.Value);
        return Task.FromResult(true);
    }
}
