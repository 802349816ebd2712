using Microsoft.Extensions.Logging;
using NodaTime;
using Scheduler.Core.Contracts;
using Scheduler.Core.Gathering;
using Scheduler.Core.Identifiers;
using Scheduler.Core.Storage;
using Scheduler.Core.Telemetry;

namespace Scheduler.Core.Queue;

/// <summary>Results, gathered: one script ends the leases of all who report at the time.</summary>
internal sealed partial class ResultTaking
{
    // So many that are refused before any is taken are no fault of theirs.
    private const int MostRefusedAtFirst = 3;

    private readonly QueueStore queue;
    private readonly QueueSignal signal;
    private readonly IIdSource ids;
    private readonly Random random;
    private readonly TimeProvider time;
    private readonly ILogger logger;
    private readonly GatheredOperation<ResultsRequest, ResultsResponse> reports;

    public ResultTaking(
        TableGroup tables,
        QueueStore queue,
        QueueSignal signal,
        IIdSource ids,
        Random random,
        LeaseOptions options,
        TimeProvider time,
        ILogger logger
    )
    {
        this.queue = queue;
        this.signal = signal;
        this.ids = ids;
        this.random = random;
        this.time = time;
        this.logger = logger;
        reports = new(tables, request => request.Results.Count, EndAsync, options.Gathering, "results");
    }

    /// <summary>Takes results: each accepted once, under the token it was leased with, or answered as stale.</summary>
    public async Task<ResultsResponse> TakeAsync(ResultsRequest request, CancellationToken cancellationToken)
    {
        try
        {
            return await reports.SendAsync(request, cancellationToken);
        }
        catch (Exception failure) when (request.Results.Count > 1 && IsOfTheResults(failure))
        {
            return await TakeApartAsync(request, cancellationToken);
        }
    }

    /// <summary>Counts what ended, lets successors through and wakes the waiting; shared with the reaper.</summary>
    public async Task AfterEndAsync(IReadOnlyList<EndedLease> ended, Instant now, CancellationToken cancellationToken)
    {
        foreach (var end in ended)
        {
            if (end.State is { } state)
            {
                RunInstruments.CountEnd(state, end.ErrorType);
            }
        }
        var successors = ended
            .Where(end => end is { State: not null, HasSuccessor: true })
            .Select(end => end.ConfigId!);
        if (successors.Distinct().ToList() is { Count: > 0 } configs)
        {
            await queue.ReleaseParkedAsync(configs, now, cancellationToken);
        }
        if (ended.Any(end => end is { State: not null, FreesWork: true }))
        {
            signal.Raise();
        }
        foreach (var stale in ended.Where(end => end.State is null))
        {
            LogStale(stale.QueueId);
        }
    }

    private async Task<IReadOnlyList<ResultsResponse>> EndAsync(IReadOnlyList<ResultsRequest> requests)
    {
        var from = time.GetUtcNow();
        var isTraced = RunSpans.AreHeard;
        var leases = new List<LeaseQuestion>();
        foreach (var result in requests.SelectMany(request => request.Results))
        {
            leases.Add(new(result.QueueId, result.LeaseToken, isTraced || result.Outcome == RunOutcome.Failed));
        }
        if (await queue.LeaseFactsAsync(leases, CancellationToken.None) is not { } held)
        {
            return ResultBatch.Stale(requests);
        }
        var batch = new ResultBatch(requests, held, random, ids);
        var ended = await queue.EndAsync(batch.Ends, held.Now, CancellationToken.None);
        RunSpans.Ended(SpanNames.Complete, held.Facts, ended, from, time.GetUtcNow());
        try
        {
            await AfterEndAsync(ended, held.Now, CancellationToken.None);
        }
        catch (Exception failure)
        {
            // The results stand, and must be answered so. The reaper's sweep lets the successors through.
            LogSuccessorsLeft(failure);
        }
        return batch.Answers(ended);
    }

    /// <summary>
    /// A result that the store does not take must not hold up the others of its request: half by half, until it is alone. Then it
    /// is answered as stale: it has had no effect, and its lease runs out.
    /// </summary>
    private async Task<ResultsResponse> TakeApartAsync(ResultsRequest request, CancellationToken cancellationToken)
    {
        var receipts = new List<ResultReceipt>(request.Results.Count);
        var (taken, refused) = (0, 0);
        var parts = new Stack<IReadOnlyList<RunResult>>([.. Halves(request.Results)]);
        while (parts.TryPop(out var part))
        {
            try
            {
                var answer = await reports.SendAsync(request with { Results = part }, cancellationToken);
                receipts.AddRange(answer.Results);
                taken++;
            }
            catch (Exception failure) when (IsOfTheResults(failure) && (taken > 0 || refused < MostRefusedAtFirst))
            {
                if (part.Count > 1)
                {
                    Array.ForEach(Halves(part), parts.Push);
                    continue;
                }
                refused++;
                LogRefused(failure, part[0].QueueId);
                receipts.Add(ResultBatch.Stale(part[0]));
            }
        }
        return new ResultsResponse { Results = receipts };
    }

    /// <summary>The second one first: that is the order of a stack.</summary>
    private static IReadOnlyList<RunResult>[] Halves(IReadOnlyList<RunResult> results) =>
        [
            [.. results.Skip(results.Count / 2)],
            [.. results.Take(results.Count / 2)],
        ];

    private static bool IsOfTheResults(Exception failure) =>
        failure is not (StorageUnavailableException or StoreBusyException or OperationCanceledException);

    [LoggerMessage(2002, LogLevel.Error, "The store does not take the result for {QueueId}; its lease will run out.")]
    private partial void LogRefused(Exception failure, string queueId);

    [LoggerMessage(2003, LogLevel.Warning, "What was parked behind ended runs was not let through; the sweep will.")]
    private partial void LogSuccessorsLeft(Exception failure);

    [LoggerMessage(
        2001,
        LogLevel.Information,
        "A result for {QueueId} came after its lease was lost and had no effect."
    )]
    private partial void LogStale(string queueId);
}
