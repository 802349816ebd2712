using NodaTime;
using Scheduler.Core.Contracts;

namespace Scheduler.Core.Execution;

/// <summary>
/// Delivers results. What finishes within 25 ms, at most 500 items, goes in one call, sooner when nothing runs that could
/// join it; one call is on its way at a time, so that results gather by themselves when the API is slow. A failed call is tried again as long as the lease could
/// still be this worker's: the API keeps exactly-once by the token, so sending twice does no harm.
/// </summary>
internal sealed class ResultBatcher : IDisposable
{
    public const int LargestBatch = 500;
    public static readonly Duration GatherFor = Duration.FromMilliseconds(25);
    private static readonly Duration CallLimit = Duration.FromSeconds(10);
    private static readonly Duration LongestBackoff = Duration.FromSeconds(5);

    private readonly ISchedulerApi api;
    private readonly string workerId;
    private readonly TimeProvider time;
    private readonly Random random;
    private readonly ApiReachability reachability;
    private readonly Func<int> executing;
    private readonly Lock gate = new();
    private readonly List<PendingReport> pending = [];
    private readonly Signal arrived;
    private readonly CancellationTokenSource closing = new();
    private int limit = LargestBatch;
    private int failures;

    /// <param name="executing">How many pipelines are running, whose results may come soon.</param>
    public ResultBatcher(
        ISchedulerApi api,
        string workerId,
        TimeProvider time,
        Random random,
        ApiReachability reachability,
        Func<int> executing
    )
    {
        this.executing = executing;
        this.api = api;
        this.workerId = workerId;
        this.time = time;
        this.random = random;
        this.reachability = reachability;
        arrived = new Signal(time);
        _ = RunAsync();
    }

    /// <summary>Delivers one result; the answer says how that went. After the batcher's end it is given up at once.</summary>
    public Task<ReportAnswer> ReportAsync(LeasedRun run, RunResult result)
    {
        var report = new PendingReport(run, result);
        lock (gate)
        {
            if (closing.IsCancellationRequested)
            {
                report.Complete(new ReportAnswer.GivenUp("the process is going down"));
                return report.Answer;
            }
            pending.Add(report);
        }
        arrived.Raise();
        return report.Answer;
    }

    /// <summary>Gives up what is still pending. A call on its way is cancelled, but not waited for: it may not heed that.</summary>
    public void Dispose()
    {
        lock (gate)
        {
            closing.Cancel();
        }
        foreach (var report in RemoveWhere(_ => true))
        {
            report.Complete(new ReportAnswer.GivenUp("the process is going down"));
        }
    }

    private async Task RunAsync()
    {
        await Task.Yield();
        try
        {
            while (true)
            {
                if (Pending == 0)
                {
                    failures = 0;
                    reachability.Forget(ApiCallKind.Results);
                    await arrived.WaitAsync(closing.Token);
                    await GatherAsync();
                }
                GiveUpWhatIsLost();
                if (Take(limit) is { Count: > 0 } batch)
                {
                    await SendAsync(batch);
                }
            }
        }
        catch (OperationCanceledException) when (closing.IsCancellationRequested) { }
    }

    private async Task GatherAsync()
    {
        var until = time.MonotonicNow() + GatherFor;
        while (
            executing() > 0 && Pending < LargestBatch && until - time.MonotonicNow() is var left && left > Duration.Zero
        )
        {
            await arrived.WaitAsync(left, closing.Token);
        }
    }

    private async Task SendAsync(IReadOnlyList<PendingReport> batch)
    {
        var request = new ResultsRequest { WorkerId = workerId, Results = [.. batch.Select(report => report.Result)] };
        var answer = await ApiCall.SendAsync(token => api.ReportAsync(request, token), CallLimit, time, closing.Token);
        if (answer is ApiAnswer<ResultsResponse>.Success(var content) && Matches(batch, content.Results))
        {
            reachability.Succeeded(ApiCallKind.Results);
            (failures, limit) = (0, LargestBatch);
            Remove([.. batch]);
            foreach (var (report, receipt) in batch.Zip(content.Results))
            {
                report.Complete(new ReportAnswer.Answered(receipt, report.OutcomeUnknown));
            }
            return;
        }
        await AfterFailureAsync(batch, FailureOf(answer));
    }

    private async Task AfterFailureAsync(IReadOnlyList<PendingReport> batch, ApiFailure failure)
    {
        if (failure.Kind == ApiFailureKind.Refused)
        {
            // Something in it is not taken (too large, or one bad item): smaller batches find out what. Whose result it
            // was is logged when it is given up.
            limit = Math.Max(1, batch.Count / 2);
            if (batch.Count == 1)
            {
                Remove([.. batch]);
                batch[0].Complete(new ReportAnswer.GivenUp(failure.Detail));
            }
            return;
        }
        reachability.Failed(ApiCallKind.Results, failure);
        foreach (var report in batch)
        {
            report.OutcomeUnknown |= failure.Kind == ApiFailureKind.Unavailable;
        }
        failures++;
        await time.DelayAsync(FailureBackoff.Delay(failures, failure, LongestBackoff, random), closing.Token);
    }

    private void GiveUpWhatIsLost()
    {
        var now = time.MonotonicNow();
        foreach (
            var report in RemoveWhere(report => report.Run.Stop == StopReason.Lost || !report.Run.Term.IsPossible(now))
        )
        {
            report.Complete(new ReportAnswer.GivenUp("its lease ran out"));
        }
    }

    private int Pending
    {
        get
        {
            lock (gate)
            {
                return pending.Count;
            }
        }
    }

    private List<PendingReport> Take(int most)
    {
        lock (gate)
        {
            return pending.GetRange(0, Math.Min(most, pending.Count));
        }
    }

    private void Remove(HashSet<PendingReport> reports)
    {
        lock (gate)
        {
            pending.RemoveAll(reports.Contains);
        }
    }

    private List<PendingReport> RemoveWhere(Func<PendingReport, bool> which)
    {
        lock (gate)
        {
            var removed = pending.FindAll(report => which(report));
            if (removed.Count > 0)
            {
                pending.RemoveAll(report => which(report));
            }
            return removed;
        }
    }

    private static bool Matches(IReadOnlyList<PendingReport> batch, IReadOnlyList<ResultReceipt>? receipts) =>
        receipts is not null
        && receipts.Select(receipt => receipt.QueueId).SequenceEqual(batch.Select(report => report.Result.QueueId));

    private static ApiFailure FailureOf(ApiAnswer<ResultsResponse> answer) =>
        answer switch
        {
            ApiAnswer<ResultsResponse>.Failed(var failure) => failure,
            ApiAnswer<ResultsResponse>.NotFound => new ApiFailure(ApiFailureKind.Unavailable, "answered 404"),
            _ => new ApiFailure(ApiFailureKind.Unavailable, "answered other results than were reported"),
        };
}
