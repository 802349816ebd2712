using Scheduler.Core.Audit;
using Scheduler.Core.Datasets;
using Scheduler.Core.Identifiers;
using Scheduler.Core.Storage;

namespace Scheduler.Core.Customers;

/// <summary>
/// Removes a cancelled customer: its dataset, its rows in bounded batches, its profile last, so that a purge that was cut
/// short is found and goes on when it is called again. The audit trail stays.
/// </summary>
public sealed class Purging(PurgeStore store, IDatasetCatalog datasets, OperationClock clock, IIdSource ids)
{
    /// <summary>Most rows of one kind in one transaction: other writers get in between.</summary>
    public const int Batch = 500;

    /// <summary>Null when there is no such customer.</summary>
    public Task<PurgeInventory?> LookAsync(string customerId, CancellationToken cancellationToken) =>
        store.CountAsync(customerId, cancellationToken);

    /// <summary>True when the customer is gone; false when it is not cancelled, or something of it is at work.</summary>
    public async Task<bool> PurgeAsync(string customerId, Actor actor, CancellationToken cancellationToken)
    {
        if (
            await store.CountAsync(customerId, cancellationToken) is not { MayBePurged: true } inventory
            || !DatasetId.TryCreate(inventory.DatasetId, out var dataset, out _)
        )
        {
            return false;
        }
        await datasets.RemoveAsync(dataset, cancellationToken);
        while (await store.DeleteRunsAsync(customerId, Batch, cancellationToken) > 0) { }
        while (await store.DeleteConfigsAsync(customerId, Batch, cancellationToken) > 0) { }
        while (await store.DeleteUsageAsync(customerId, Batch, cancellationToken) > 0) { }
        var now = await clock.ReadAsync(cancellationToken);
        return await store.DeleteCustomerAsync(
            customerId,
            new AuditStamp(ids.NewId(now), actor),
            now,
            cancellationToken
        );
    }
}
