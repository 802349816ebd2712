using Microsoft.Extensions.Logging;
using NodaTime;
using Scheduler.Core.Contracts;
using Scheduler.Core.Identifiers;
using Scheduler.Core.Storage;

namespace Scheduler.Core.Queue;

/// <summary>
/// Gives out leases, renews them and takes results. The only way to a run, for remote workers, the process's own worker and
/// inline execution alike.
/// </summary>
public sealed partial class LeaseDesk(
    QueueStore queue,
    OperationClock clock,
    IIdSource ids,
    LeaseOptions options,
    QueueSignal signal,
    TimeProvider time,
    Random random,
    ILogger<LeaseDesk> logger
)
{
    // Looks at the queue within one claim. Each sets aside the customers it could not serve, so that the next one comes further, and
    // looks at more of them: after an event that closes thousands at once, a few looks find those that are left.
    private const int MostLooks = 64;
    private const int SpareVisits = 16;
    private const int MostVisits = 4_000;

    /// <summary>Leases up to <paramref name="count"/> items; waits up to <paramref name="wait"/> while there are none.</summary>
    public async Task<IReadOnlyList<LeaseItem>> LeaseAsync(
        string workerId,
        int count,
        Duration wait,
        CancellationToken cancellationToken
    )
    {
        var started = time.GetTimestamp();
        while (true)
        {
            var wakeUp = signal.Next;
            var items = await ClaimAsync(workerId, count, cancellationToken);
            var left = wait.ToTimeSpan() - time.GetElapsedTime(started);
            if (items.Count > 0 || left <= TimeSpan.Zero)
            {
                return items;
            }
            var pause = options.PollInterval.ToTimeSpan();
            await QueueSignal.WaitAsync(wakeUp, left < pause ? left : pause, time, cancellationToken);
        }
    }

    public async Task<HeartbeatResponse> HeartbeatAsync(
        HeartbeatRequest request,
        CancellationToken cancellationToken
    ) => new() { Leases = await queue.ExtendAsync(request.Leases, options.Lease, cancellationToken) };

    /// <summary>Takes results: each accepted once, under the token it was leased with, or answered as stale.</summary>
    public async Task<ResultsResponse> ReportAsync(ResultsRequest request, CancellationToken cancellationToken)
    {
        var now = await clock.ReadAsync(cancellationToken);
        var facts = (
            await queue.LeaseFactsAsync(
                [
                    .. request.Results.Select(result => new LeaseReference
                    {
                        QueueId = result.QueueId,
                        LeaseToken = result.LeaseToken,
                    }),
                ],
                cancellationToken
            )
        )
            // A result repeated within one request counts once.
            .DistinctBy(fact => fact.QueueId)
            .ToDictionary(fact => fact.QueueId);
        var ends = new Dictionary<string, LeaseEnd>();
        foreach (var result in request.Results)
        {
            if (facts.TryGetValue(result.QueueId, out var fact) && fact.LeaseToken == result.LeaseToken)
            {
                ends.TryAdd(result.QueueId, LeaseEnding.Reported(fact, result, now, random, ids));
            }
        }
        var ended = ends.Count == 0 ? [] : await queue.EndAsync([.. ends.Values], now, cancellationToken);
        await AfterEndAsync(ended, now, cancellationToken);
        var byItem = ended.ToDictionary(end => end.QueueId);
        return new ResultsResponse { Results = [.. request.Results.Select(result => Receipt(result, ends, byItem))] };
    }

    /// <summary>Lets successors through and wakes the waiting; shared with the reaper.</summary>
    public async Task AfterEndAsync(IReadOnlyList<EndedLease> ended, Instant now, CancellationToken cancellationToken)
    {
        var successors = ended
            .Where(end => end is { State: not null, HasSuccessor: true })
            .Select(end => end.ConfigId!);
        if (successors.Distinct().ToList() is { Count: > 0 } configs)
        {
            await queue.ReleaseParkedAsync(configs, now, cancellationToken);
        }
        if (ended.Any(end => end.State is not null))
        {
            signal.Raise();
        }
        foreach (var stale in ended.Where(end => end.State is null))
        {
            LogStale(stale.QueueId);
        }
    }

    private async Task<IReadOnlyList<LeaseItem>> ClaimAsync(
        string workerId,
        int count,
        CancellationToken cancellationToken
    )
    {
        var items = new List<LeaseItem>();
        var spare = SpareVisits;
        for (var look = 0; look < MostLooks && items.Count < count; look++)
        {
            var left = count - items.Count;
            var request = new ClaimRequest(workerId, left, left + spare, ids.NewNonce(), options.Lease);
            // What an earlier look has leased must reach the caller.
            var token = items.Count == 0 ? cancellationToken : CancellationToken.None;
            var result = await queue.TryClaimAsync(request, token);
            items.AddRange(result.Items);
            if (!result.More)
            {
                break;
            }
            spare = Math.Min(MostVisits, spare * 4);
        }
        return items;
    }

    private static ResultReceipt Receipt(
        RunResult result,
        Dictionary<string, LeaseEnd> ends,
        Dictionary<string, EndedLease> ended
    )
    {
        var isAccepted =
            ends.TryGetValue(result.QueueId, out var end)
            && end.LeaseToken == result.LeaseToken
            && ended.TryGetValue(result.QueueId, out var taken)
            && taken.State is not null;
        return new ResultReceipt
        {
            QueueId = result.QueueId,
            Status = isAccepted ? ResultStatus.Accepted : ResultStatus.Stale,
            State = isAccepted ? ended[result.QueueId].State : null,
            RetryAt = isAccepted ? ended[result.QueueId].RetryAt : null,
        };
    }

    [LoggerMessage(
        2001,
        LogLevel.Information,
        "A result for {QueueId} came after its lease was lost and had no effect."
    )]
    private partial void LogStale(string queueId);
}
