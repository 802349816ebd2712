using Scheduler.Core.Datasets;

namespace Scheduler.Api.Dashboard;

/// <summary>Reads from customers' datasets for pages, which rather do without than wait for a load to end.</summary>
internal sealed class DatasetLook(IDatasetReader reader, TimeProvider time)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    /// <summary>Null while the dataset cannot be used; empty for a customer that has loaded nothing.</summary>
    /// <param name="datasetId">As the customer's row names it.</param>
    /// <param name="read">The question.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<IReadOnlyList<T>?> ReadAsync<T>(
        string datasetId,
        Func<IDatasetReader, DatasetId, CancellationToken, Task<IReadOnlyList<T>>> read,
        CancellationToken cancellationToken
    )
    {
        if (!DatasetId.TryCreate(datasetId, out var dataset, out _))
        {
            return [];
        }
        using var patience = new CancellationTokenSource(Patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        try
        {
            return await read(reader, dataset, either.Token);
        }
        catch (DatasetUnavailableException)
        {
            return null;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return null;
        }
    }
}
