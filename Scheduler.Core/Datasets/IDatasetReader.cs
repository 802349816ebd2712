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

    /// <summary>The steps of every execution of a run, in their order.</summary>
    /// <param name="dataset">The customer's dataset.</param>
    /// <param name="runId">The run.</param>
    /// <param name="since">No step of it began before: when the run was made. Where the steps are read by time, nothing before is.</param>
    /// <param name="limit">The most that are wanted.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="DatasetUnavailableException">The dataset cannot be used now.</exception>
    Task<IReadOnlyList<ExecutionStep>> ListStepsAsync(
        DatasetId dataset,
        string runId,
        Instant since,
        int limit,
        CancellationToken cancellationToken
    );

    /// <summary>Billed cost per day, service and currency, in that order.</summary>
    /// <param name="dataset">The customer's dataset.</param>
    /// <param name="from">First UTC day.</param>
    /// <param name="to">Last UTC day, included.</param>
    /// <param name="limit">The most rows that are wanted.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="DatasetUnavailableException">The dataset cannot be used now.</exception>
    Task<IReadOnlyList<DailyCost>> CostByDayAsync(
        DatasetId dataset,
        LocalDate from,
        LocalDate to,
        int limit,
        CancellationToken cancellationToken
    );
}
