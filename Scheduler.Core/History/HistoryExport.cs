using NodaTime;
using Scheduler.Core.Audit;
using Scheduler.Core.Storage;

namespace Scheduler.Core.History;

/// <summary>
/// Copies what has happened to BigQuery: runs that have ended, the days that they changed, the audit trail, and customers, plans and
/// pipelines as they stand. Each batch is loaded first and marked then, so that nothing is left out whenever this is interrupted, and
/// what is loaded a second time changes nothing. Right, though wasteful, when several processes do it at once.
/// </summary>
public sealed class HistoryExport
{
    /// <summary>Rows of one load.</summary>
    internal const int BatchSize = 1_000;

    /// <summary>Longer than a statement may take: whatever has an earlier time has been committed, or never will be.</summary>
    internal static readonly Duration Lag = Duration.FromMinutes(2);

    /// <summary>An entry whose chain cannot be extended over it is exported without its place after that.</summary>
    internal static readonly Duration Placing = Duration.FromHours(1);

    /// <summary>How old the copies of customers, plans and pipelines may become.</summary>
    internal static readonly Duration StandingAge = Duration.FromHours(1);

    private readonly HistoryStore source;
    private readonly Warehouse target;
    private readonly OperationClock clock;
    private readonly int batchSize;
    private bool isMigrated;

    /// <param name="source">The store of the scheduler.</param>
    /// <param name="clock">Its clock.</param>
    /// <param name="target">BigQuery.</param>
    public HistoryExport(ISqlEngine source, OperationClock clock, ISqlEngine target)
        : this(source, clock, target, BatchSize) { }

    internal HistoryExport(ISqlEngine source, OperationClock clock, ISqlEngine target, int batchSize)
    {
        this.source = new HistoryStore(source);
        this.target = new Warehouse(target);
        this.clock = clock;
        this.batchSize = batchSize;
    }

    /// <summary>Exports all there is.</summary>
    /// <exception cref="StorageUnavailableException">One of the stores is away; the next pass goes on from here.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        if (!isMigrated)
        {
            // Here and not at the start: an outage of BigQuery stops no schedule.
            await target.MigrateAsync(cancellationToken);
            isMigrated = true;
        }
        var now = await clock.ReadAsync(cancellationToken);
        await ExportStandingAsync(now, cancellationToken);
        await ExportRunsAsync(now - Lag, cancellationToken);
        // Last: an entry may tell that a customer was purged, after whose rows nothing of it follows.
        await ExportAuditAsync(now, cancellationToken);
    }

    private async Task ExportStandingAsync(Instant now, CancellationToken cancellationToken)
    {
        var mark = await source.MarkAsync(HistoryStream.Standing, cancellationToken);
        if (now - mark.At < StandingAge)
        {
            return;
        }
        await CopyAsync(source.CustomersAsync, target.LoadAsync, row => row.CustomerId, cancellationToken);
        await CopyAsync(source.SubscriptionsAsync, target.LoadAsync, row => row.SubscriptionId, cancellationToken);
        await CopyAsync(source.PipelinesAsync, target.LoadAsync, row => row.ConfigId, cancellationToken);
        await source.MoveMarkAsync(HistoryStream.Standing, new ExportMark(now, ""), cancellationToken);
    }

    private async Task CopyAsync<T>(
        Func<string, int, CancellationToken, Task<IReadOnlyList<T>>> list,
        Func<IReadOnlyList<T>, CancellationToken, Task> load,
        Func<T, string> id,
        CancellationToken cancellationToken
    )
    {
        var after = "";
        while (true)
        {
            var page = await list(after, batchSize, cancellationToken);
            if (page.Count > 0)
            {
                await load(page, cancellationToken);
                after = id(page[^1]);
            }
            if (page.Count < batchSize)
            {
                return;
            }
        }
    }

    private async Task ExportRunsAsync(Instant until, CancellationToken cancellationToken)
    {
        var mark = await source.MarkAsync(HistoryStream.Runs, cancellationToken);
        while (true)
        {
            var page = await source.EndedRunsAsync(mark, until, batchSize, cancellationToken);
            if (page.Count > 0)
            {
                var runs = page.Select(ended => ended.Run).DistinctBy(run => run.RunId).ToList();
                var days = await source.UsageDaysAsync(SpansOf(runs), cancellationToken);
                await target.LoadAsync(runs, cancellationToken);
                foreach (var part in days.Chunk(batchSize))
                {
                    await target.LoadAsync(part, cancellationToken);
                }
                mark = page[^1].Mark;
                await source.MoveMarkAsync(HistoryStream.Runs, mark, cancellationToken);
            }
            if (page.Count < batchSize)
            {
                return;
            }
        }
    }

    /// <summary>A run changes a day first when it is born. Where its zone is ahead of UTC, or behind, is a day at most.</summary>
    private static List<UsageSpan> SpansOf(IReadOnlyList<EndedRun> runs) =>
        [
            .. runs.GroupBy(run => run.CustomerId)
                .Select(own => (own.Key, Born: own.Min(run => run.CreatedAt)))
                .Select(own => new UsageSpan(own.Key, own.Born.InUtc().Date.PlusDays(-1), own.Born)),
        ];

    private async Task ExportAuditAsync(Instant now, CancellationToken cancellationToken)
    {
        var mark = await source.MarkAsync(HistoryStream.Audit, cancellationToken);
        while (true)
        {
            var page = await source.AuditEntriesAsync(
                mark.Id,
                AuditIds.LowestAt(now - Lag),
                batchSize,
                cancellationToken
            );
            var entries = page.TakeWhile(entry => entry.Position is not null || entry.At < now - Placing).ToList();
            if (entries.Count > 0)
            {
                await target.LoadAsync(entries, cancellationToken);
                var last = entries[^1];
                // The ids alone give the order; the time is the greatest so far, so that the mark moves on.
                var at = Instant.Max(mark.At, last.At);
                mark = new ExportMark(at, last.AuditId);
                await source.MoveMarkAsync(HistoryStream.Audit, mark, cancellationToken);
            }
            if (entries.Count < batchSize)
            {
                return;
            }
        }
    }
}
