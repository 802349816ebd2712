using Scheduler.Core.Contracts;
using Scheduler.Core.Gathering;
using Scheduler.Core.Identifiers;
using Scheduler.Core.Storage;
using Scheduler.Core.Telemetry;

namespace Scheduler.Core.Queue;

/// <summary>Claims, gathered: one script looks at the queue for all who ask at the time.</summary>
internal sealed class Claiming(TableGroup tables, QueueStore queue, IIdSource ids, LeaseOptions options)
{
    // Looks at the queue within one claim. Each sets aside the customers it could not serve, so that the next one comes further, and
    // looks at more of them: after an event that closes thousands at once, a few looks find those that are left.
    private const int MostLooks = 64;
    private const int SpareVisits = 16;
    private const int MostVisits = 4_000;

    private readonly GatheredOperation<ClaimRequest, ClaimResult> looks = new(
        tables,
        claim => claim.Count,
        claims => TakeAsync(queue, claims, options),
        // A wish holds no data: the number of those who wait is what has to be bounded.
        options.Gathering with
        {
            WaitingItems = int.MaxValue,
        },
        "claims"
    );

    /// <summary>Leases up to <paramref name="count"/> items. What a look has leased always reaches the caller.</summary>
    /// <exception cref="OperationCanceledException">Cancelled before anything was asked for.</exception>
    public async Task<IReadOnlyList<LeaseItem>> ClaimAsync(
        string workerId,
        int count,
        CancellationToken cancellationToken
    )
    {
        var first = await LookAsync(workerId, count, SpareVisits, cancellationToken);
        if (!first.More || first.Items.Count == count)
        {
            return first.Items;
        }
        var items = new List<LeaseItem>(first.Items);
        var spare = SpareVisits;
        for (var look = 1; look < MostLooks && items.Count < count; look++)
        {
            spare = Math.Min(MostVisits, spare * 4);
            ClaimResult next;
            try
            {
                next = await LookAsync(workerId, count - items.Count, spare, cancellationToken);
            }
            catch (Exception failure)
                when (items.Count > 0
                    && failure is StoreBusyException or StorageUnavailableException or OperationCanceledException
                )
            {
                break;
            }
            items.AddRange(next.Items);
            if (!next.More)
            {
                break;
            }
        }
        return items;
    }

    private Task<ClaimResult> LookAsync(string workerId, int count, int spare, CancellationToken cancellationToken) =>
        looks.SendAsync(new ClaimRequest(workerId, count, spare, ids.NewNonce()), cancellationToken);

    private static async Task<IReadOnlyList<ClaimResult>> TakeAsync(
        QueueStore queue,
        IReadOnlyList<ClaimRequest> claims,
        LeaseOptions options
    )
    {
        var results = await queue.TryClaimAsync(claims, options.Lease, CancellationToken.None);
        var told = new ClaimResult[results.Count];
        for (var nth = 0; nth < told.Length; nth++)
        {
            var result = results[nth];
            RunInstruments.CountClaims(result.Items, options.LatenessObjective);
            told[nth] = RunSpans.AreHeard
                ? result with
                {
                    Items = [.. result.Items.Select(item => RunSpans.Claimed(item, claims[nth].WorkerId))],
                }
                : result;
        }
        return told;
    }
}
