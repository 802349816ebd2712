using Scheduler.Core.Datasets;

namespace Scheduler.Tests.Simulation.Processes;

/// <summary>Probes load nothing.</summary>
internal sealed class NoDatasets : IDatasetWriter
{
    public Task<LoadResult> LoadAsync(LoadRequest request, CancellationToken cancellationToken) =>
        throw new NotSupportedException("A probe loads nothing.");

    public Task<IReadOnlyDictionary<string, string>> WatermarksAsync(
        DatasetId dataset,
        WindowKey key,
        CancellationToken cancellationToken
    ) => throw new NotSupportedException("A probe reads nothing.");

    public Task RecordAsync(DatasetId dataset, RunRecord record, CancellationToken cancellationToken) =>
        throw new NotSupportedException("A probe leaves no record.");
}
