using Scheduler.Core.Scheduling.Backfills;
using Scheduler.Core.Scheduling.Bulks;

namespace Scheduler.Core.Scheduling;

/// <summary>What customers and operators have asked for and the scheduler goes on with by itself: bulk actions and backfills.</summary>
public sealed class RequestedWork(BulkWork bulks, BackfillFeed backfills)
{
    /// <summary>One pass; trouble with the one holds up no other.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            await bulks.AdvanceAsync(cancellationToken);
        }
        finally
        {
            await backfills.RunAsync(cancellationToken);
        }
    }
}
