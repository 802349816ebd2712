using Microsoft.Extensions.Logging;
using Scheduler.Core.Runs;
using Scheduler.Core.Storage;

namespace Scheduler.Core.Queue;

/// <summary>
/// Puts right what nobody reports: leases that ran out, items parked behind runs that ended, items that waited too long, queue
/// rows past their retention. Safe on many instances at once: every write is guarded.
/// </summary>
public sealed partial class LeaseReaper(
    QueueStore queue,
    LeaseDesk desk,
    OperationClock clock,
    LeaseOptions options,
    ILogger<LeaseReaper> logger
)
{
    private const int Page = 500;

    /// <summary>Ends every lease that has run out; returns how many.</summary>
    public async Task<int> ReapAsync(CancellationToken cancellationToken)
    {
        var now = await clock.ReadAsync(cancellationToken);
        var total = 0;
        LeaseFacts? last = null;
        while (true)
        {
            // Page by page behind the last one seen: leases that somebody else ended meanwhile hide nothing behind them.
            var expired = await queue.ListExpiredAsync(now, last, Page, cancellationToken);
            if (expired.Count == 0)
            {
                return total;
            }
            last = expired[^1];
            var from = desk.UtcNow;
            var ended = await queue.EndAsync(
                [.. expired.Select(facts => LeaseEnding.Lost(facts, now))],
                now,
                cancellationToken
            );
            desk.NoteLost(expired, ended, from);
            await desk.AfterEndAsync(ended, now, cancellationToken);
            var taken = ended.Where(end => end.State is not null).ToList();
            foreach (var end in taken)
            {
                LogLost(end.RunId!, end.State == RunState.Pending ? "queued again" : "given up");
            }
            total += taken.Count;
        }
    }

    /// <summary>Lets parked items through whose predecessor is gone, and brings customers back that a wake-up missed.</summary>
    public async Task ReleaseAsync(CancellationToken cancellationToken)
    {
        var now = await clock.ReadAsync(cancellationToken);
        var total = 0L;
        while (await queue.ListParkedAsync(now, Page, cancellationToken) is { Count: > 0 } configs)
        {
            var released = await queue.ReleaseParkedAsync(configs, now, cancellationToken);
            total += released;
            if (released == 0 || configs.Count < Page)
            {
                break;
            }
        }
        total += await queue.WakeCustomersAsync(customerId: null, now, cancellationToken);
        if (total > 0 && queue.ReadsAreCharged)
        {
            // Elsewhere claims look again by themselves.
            desk.Wake();
        }
    }

    /// <summary>
    /// Skips what a customer or pipeline that cannot run has kept waiting past the limit, and what waits for a pipeline that was
    /// switched off; returns how many.
    /// </summary>
    public async Task<int> SkipOverdueAsync(CancellationToken cancellationToken)
    {
        var now = await clock.ReadAsync(cancellationToken);
        await queue.NoteHoldsAsync(now, cancellationToken);
        var total = 0;
        while (true)
        {
            var overdue = await queue.ListOverdueWaitingAsync(now, now - options.WaitingLimit, Page, cancellationToken);
            var skipped =
                overdue.Count == 0 ? [] : await queue.SkipWaitingAsync(overdue, "reaper", now, cancellationToken);
            if (skipped.Count == 0)
            {
                return total;
            }
            total += skipped.Count;
        }
    }

    /// <summary>Deletes finished queue items past their retention; returns how many.</summary>
    public async Task<int> PurgeAsync(CancellationToken cancellationToken)
    {
        var now = await clock.ReadAsync(cancellationToken);
        var total = 0;
        int purged;
        do
        {
            purged = await queue.PurgeFinishedAsync(now - options.FinishedRetention, Page, cancellationToken);
            total += purged;
        } while (purged == Page);
        return total;
    }

    [LoggerMessage(2101, LogLevel.Warning, "Run {RunId} lost its worker and was {What}.")]
    private partial void LogLost(string runId, string what);
}
