using Microsoft.Extensions.Logging;
using NodaTime;
using Scheduler.Core.Contracts;
using Scheduler.Core.Gathering;
using Scheduler.Core.Identifiers;
using Scheduler.Core.Storage;
using Scheduler.Core.Telemetry;

namespace Scheduler.Core.Queue;

/// <summary>
/// Gives out leases, renews them and takes results. The only way to a run, for remote workers, the process's own worker and
/// inline execution alike. Calls at the same time share a script; over the bounds of what may wait they are refused with
/// <see cref="StoreBusyException"/>.
/// </summary>
public sealed partial class LeaseDesk
{
    private readonly LeaseOptions options;
    private readonly QueueSignal signal;
    private readonly TimeProvider time;
    private readonly ILogger<LeaseDesk> logger;
    private readonly Claiming claiming;
    private readonly QueueOutlook? outlook;
    private readonly GatheredOperation<HeartbeatRequest, HeartbeatResponse> heartbeats;
    private readonly ResultTaking results;

    public LeaseDesk(
        QueueStore queue,
        IIdSource ids,
        LeaseOptions options,
        QueueSignal signal,
        TimeProvider time,
        Random random,
        ILogger<LeaseDesk> logger
    )
    {
        this.options = options;
        this.signal = signal;
        this.time = time;
        this.logger = logger;
        var tables = new TableGroup(queue.FlushInterval, time);
        // Claims mostly meet other customers than those whose runs are ending: where the store takes both, neither waits.
        var claims = queue.WritesConcurrently ? new TableGroup(queue.FlushInterval, time) : tables;
        claiming = new(claims, queue, ids, options);
        outlook = queue.ReadsAreCharged ? new QueueOutlook(queue, signal, options, time) : null;
        heartbeats = new(
            tables,
            request => request.Leases.Count,
            requests => ExtendAsync(queue, requests),
            options.Gathering,
            "heartbeats"
        );
        results = new(tables, queue, signal, ids, random, options, time, logger);
    }

    /// <summary>
    /// Leases up to <paramref name="count"/> items; waits up to <paramref name="wait"/> while there are none. What was leased is
    /// returned even when the wait was cancelled meanwhile: whoever cannot use it gives it back.
    /// </summary>
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
            IReadOnlyList<LeaseItem> items = [];
            var pause = options.PollInterval.ToTimeSpan();
            try
            {
                (items, pause) = await TryClaimAsync(workerId, count, wakeUp, cancellationToken);
            }
            catch (StoreBusyException) when (time.GetElapsedTime(started) < wait.ToTimeSpan())
            {
                // One who would wait for work may as well wait for the store.
            }
            var left = wait.ToTimeSpan() - time.GetElapsedTime(started);
            if (items.Count > 0 || left <= TimeSpan.Zero)
            {
                return items;
            }
            await QueueSignal.WaitAsync(wakeUp, left < pause ? left : pause, time, cancellationToken);
        }
    }

    /// <summary>Hands leased items back that nobody will run, so that they need not wait for the end of their leases.</summary>
    public async Task GiveBackAsync(string workerId, IReadOnlyList<LeaseItem> items)
    {
        var given = items.Select(item => new RunResult
        {
            QueueId = item.QueueId,
            LeaseToken = item.LeaseToken,
            Outcome = RunOutcome.Released,
        });
        var request = new ResultsRequest { WorkerId = workerId, Results = [.. given] };
        try
        {
            await results.TakeAsync(request, CancellationToken.None);
        }
        catch (Exception failure) when (failure is StorageUnavailableException or StoreBusyException)
        {
            LogNotGivenBack(failure, items.Count);
        }
    }

    public Task<HeartbeatResponse> HeartbeatAsync(HeartbeatRequest request, CancellationToken cancellationToken)
    {
        signal.See();
        return heartbeats.SendAsync(request, cancellationToken);
    }

    /// <summary>Takes results: each accepted once, under the token it was leased with, or answered as stale.</summary>
    public Task<ResultsResponse> ReportAsync(ResultsRequest request, CancellationToken cancellationToken) =>
        results.TakeAsync(request, cancellationToken);

    /// <summary>Counts what ended, lets successors through and wakes the waiting; shared with the reaper.</summary>
    public Task AfterEndAsync(IReadOnlyList<EndedLease> ended, Instant now, CancellationToken cancellationToken) =>
        results.AfterEndAsync(ended, now, cancellationToken);

    /// <summary>Wakes who waits for work: the sweep has brought some back.</summary>
    internal void Wake() => signal.Raise();

    /// <summary>Notes what became of leases that ran out.</summary>
    internal void NoteLost(IReadOnlyList<LeaseFacts> leases, IReadOnlyList<EndedLease> ended, DateTimeOffset from)
    {
        RunInstruments.CountLost(ended.Count(end => end.State is not null));
        RunSpans.Ended(SpanNames.LeaseLost, leases, ended, from, time.GetUtcNow());
    }

    /// <summary>This process's clock.</summary>
    internal DateTimeOffset UtcNow => time.GetUtcNow();

    /// <returns>What was leased, and how long to wait when it was nothing.</returns>
    private async Task<(IReadOnlyList<LeaseItem> Items, TimeSpan Pause)> TryClaimAsync(
        string workerId,
        int count,
        Task wakeUp,
        CancellationToken cancellationToken
    )
    {
        if (outlook is null)
        {
            return (await claiming.ClaimAsync(workerId, count, cancellationToken), options.PollInterval.ToTimeSpan());
        }
        var raised = signal.Raised;
        if (!await outlook.MayClaimAsync(cancellationToken))
        {
            return ([], outlook.Pause);
        }
        var items = await claiming.ClaimAsync(workerId, count, cancellationToken);
        if (items.Count > 0)
        {
            signal.See();
            outlook.NoteTaken(wakeUp, raised);
            return (items, TimeSpan.Zero);
        }
        await outlook.NoteVainAsync(wakeUp, raised, cancellationToken);
        return ([], outlook.Pause);
    }

    private async Task<IReadOnlyList<HeartbeatResponse>> ExtendAsync(
        QueueStore queue,
        IReadOnlyList<HeartbeatRequest> requests
    )
    {
        var leases = requests is [var only] ? only.Leases : requests.SelectMany(request => request.Leases).ToList();
        var renewed = await queue.ExtendAsync(leases, options.Lease, CancellationToken.None);
        var answers = new HeartbeatResponse[requests.Count];
        var begin = 0;
        for (var nth = 0; nth < answers.Length; nth++)
        {
            var count = requests[nth].Leases.Count;
            answers[nth] = new HeartbeatResponse { Leases = [.. renewed.Skip(begin).Take(count)] };
            begin += count;
        }
        return answers;
    }

    [LoggerMessage(
        2004,
        LogLevel.Information,
        "{Count} items whose caller had left were not given back; their leases run out."
    )]
    private partial void LogNotGivenBack(Exception failure, int count);
}
