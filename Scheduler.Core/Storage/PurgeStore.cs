using System.Text.Json;
using NodaTime;
using Scheduler.Core.Audit;
using Scheduler.Core.Customers;

namespace Scheduler.Core.Storage;

/// <summary>Takes cancelled customers' rows out, in steps that can be repeated; every step does nothing for any other customer.</summary>
public sealed class PurgeStore(ISqlEngine engine, OperationClock clock)
{
    /// <summary>What there is of a customer. Null when there is no such customer.</summary>
    public Task<PurgeInventory?> CountAsync(string customerId, CancellationToken cancellationToken) =>
        engine.FindAsync(
            new("purge", "count"),
            new SqlArguments().With("customerId", customerId).With("now", clock.ForScript),
            row => new PurgeInventory
            {
                Status = row.Text("status"),
                DatasetId = row.Text("tenant_dataset_id"),
                RunningNow = row.Int64("running"),
                Rows = JsonSerializer.Deserialize<Dictionary<string, long>>(row.Text("rows_by_table"))!,
            },
            cancellationToken
        );

    /// <summary>The next runs with what hangs on them; how many, 0 when none is left.</summary>
    public Task<long> DeleteRunsAsync(string customerId, int limit, CancellationToken cancellationToken) =>
        DeleteAsync(new("purge", "delete_runs"), customerId, limit, cancellationToken);

    /// <summary>The next pipelines, once their runs are gone.</summary>
    public Task<long> DeleteConfigsAsync(string customerId, int limit, CancellationToken cancellationToken) =>
        DeleteAsync(new("purge", "delete_configs"), customerId, limit, cancellationToken);

    /// <summary>The next usage days.</summary>
    public Task<long> DeleteUsageAsync(string customerId, int limit, CancellationToken cancellationToken) =>
        DeleteAsync(new("purge", "delete_usage"), customerId, limit, cancellationToken);

    /// <summary>The rest and the profile, with a row in the audit trail; false when it is not a cancelled customer.</summary>
    public async Task<bool> DeleteCustomerAsync(
        string customerId,
        AuditStamp stamp,
        Instant now,
        CancellationToken cancellationToken
    ) =>
        await engine.SingleAsync(
            new("purge", "delete_customer"),
            new SqlArguments().With("customerId", customerId).With(stamp).With("now", now),
            row => row.Int64("deleted"),
            cancellationToken
        ) > 0;

    private Task<long> DeleteAsync(
        SqlOperation operation,
        string customerId,
        int limit,
        CancellationToken cancellationToken
    ) =>
        engine.SingleAsync(
            operation,
            new SqlArguments().With("customerId", customerId).With("limit", limit),
            row => row.Int64("deleted"),
            cancellationToken
        );
}
