using NodaTime;

namespace Scheduler.Core.Datasets;

/// <summary>Reads results from customers' datasets. A customer that has loaded nothing yet has empty results.</summary>
public interface IDatasetReader
{
    /// <summary>Cost per service and currency, dearest first.</summary>
    /// <param name="dataset">The customer's dataset.</param>
    /// <param name="from">First UTC day, or null for all.</param>
    /// <param name="to">Last UTC day, included, or null for all.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="DatasetUnavailableException">The dataset cannot be used now.</exception>
    Task<IReadOnlyList<ServiceCost>> CostByServiceAsync(
        DatasetId dataset,
        LocalDate? from,
        LocalDate? to,
        CancellationToken cancellationToken
    );

    /// <summary>The last executions, newest first, at most <paramref name="limit"/> of them.</summary>
    /// <exception cref="DatasetUnavailableException">The dataset cannot be used now.</exception>
    Task<IReadOnlyList<DatasetRun>> ListRunsAsync(DatasetId dataset, int limit, CancellationToken cancellationToken);
}
