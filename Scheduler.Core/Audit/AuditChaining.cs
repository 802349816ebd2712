using Scheduler.Core.Storage;

namespace Scheduler.Core.Audit;

/// <summary>Extends the chains over the rows that changes have left. Safe to run in many processes at once.</summary>
public sealed class AuditChaining(AuditStore store, OperationClock clock)
{
    private const int Page = 500;

    /// <summary>Once through everything that waits. A chain that another process extended meanwhile is done next time.</summary>
    /// <returns>How many chains were extended.</returns>
    public async Task<int> ExtendAsync(CancellationToken cancellationToken)
    {
        var extended = 0;
        // Pages go on after the last row, so that a chain that cannot be extended does not hold up the others.
        for (var after = ""; ; )
        {
            var waiting = await store.ListUnchainedAsync(after, Page, cancellationToken);
            if (waiting.Count == 0)
            {
                return extended;
            }
            var now = await clock.ReadAsync(cancellationToken);
            extended += await store.ExtendAsync(ChainExtension.Over(waiting), now, cancellationToken);
            after = waiting[^1].Entry.AuditId;
        }
    }
}
