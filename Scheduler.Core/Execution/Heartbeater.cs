using NodaTime;
using Scheduler.Core.Contracts;

namespace Scheduler.Core.Execution;

/// <summary>
/// Renews all leases of the process together: one call whenever the first of them is a third of its length old. An
/// answer renews a lease, says that it is lost, or asks for the run to be cancelled. That a lease runs out because no
/// answer came is each <see cref="LeasedRun"/>'s own affair.
/// </summary>
internal sealed class Heartbeater : IDisposable
{
    /// <summary>More leases than this go in several calls at once, so that a call's body stays small.</summary>
    public const int LargestCall = 250;

    private readonly ISchedulerApi api;
    private readonly string workerId;
    private readonly TimeProvider time;
    private readonly Random random;
    private readonly ApiReachability reachability;
    private readonly Lock gate = new();
    private readonly HashSet<LeasedRun> live = [];
    private readonly Signal changed;
    private readonly CancellationTokenSource closing = new();
    private Duration notBefore = Duration.MinValue;
    private Duration asleepUntil = Duration.MaxValue;
    private int failures;

    public Heartbeater(
        ISchedulerApi api,
        string workerId,
        TimeProvider time,
        Random random,
        ApiReachability reachability
    )
    {
        this.api = api;
        this.workerId = workerId;
        this.time = time;
        this.random = random;
        this.reachability = reachability;
        changed = new Signal(time);
        _ = RunAsync();
    }

    public void Add(LeasedRun run)
    {
        lock (gate)
        {
            live.Add(run);
            // A lease that is younger than those that are waited for changes nothing.
            if (run.Term.RenewAt >= asleepUntil)
            {
                return;
            }
        }
        changed.Raise();
    }

    public void Remove(LeasedRun run)
    {
        lock (gate)
        {
            live.Remove(run);
        }
    }

    /// <summary>Ends renewing. A call on its way is cancelled, but not waited for: it may not heed that.</summary>
    public void Dispose() => closing.Cancel();

    private async Task RunAsync()
    {
        await Task.Yield();
        try
        {
            while (true)
            {
                var runs = Live();
                if (runs.Count == 0)
                {
                    (failures, notBefore) = (0, Duration.MinValue);
                    reachability.Forget(ApiCallKind.Heartbeat);
                    await changed.WaitAsync(closing.Token);
                    continue;
                }
                var due = Duration.Max(notBefore, runs.Min(run => run.Term.RenewAt));
                if (due > time.MonotonicNow())
                {
                    SleepUntil(due);
                    await changed.WaitAsync(due - time.MonotonicNow(), closing.Token);
                    continue;
                }
                await BeatAsync([.. runs.Where(IsHalfway)]);
            }
        }
        catch (OperationCanceledException) when (closing.IsCancellationRequested) { }
    }

    // Those that will be due soon go along; those that have just begun will mostly have ended before they are.
    private bool IsHalfway(LeasedRun run) => run.Term.RenewAt - run.Term.Interval / 2 <= time.MonotonicNow();

    private void SleepUntil(Duration due)
    {
        lock (gate)
        {
            asleepUntil = due;
        }
    }

    private async Task BeatAsync(IReadOnlyList<LeasedRun> runs)
    {
        var interval = runs.Min(run => run.Term.Interval);
        var answers = await Task.WhenAll(runs.Chunk(LargestCall).Select(chunk => BeatAsync(chunk, interval)));
        if (answers.OfType<ApiFailure>().FirstOrDefault() is not { } failure)
        {
            (failures, notBefore) = (0, Duration.MinValue);
            reachability.Succeeded(ApiCallKind.Heartbeat);
            return;
        }
        failures++;
        reachability.Failed(ApiCallKind.Heartbeat, failure);
        // Several tries must fit into what is left of the lease, whatever the API asks for.
        var delay = FailureBackoff.Delay(failures, failure, interval / 2, random);
        notBefore = time.MonotonicNow() + Duration.Min(delay, interval);
    }

    private async Task<ApiFailure?> BeatAsync(LeasedRun[] runs, Duration limit)
    {
        var request = new HeartbeatRequest { WorkerId = workerId, Leases = [.. runs.Select(run => run.Reference)] };
        var sentAt = time.MonotonicNow();
        var answer = await ApiCall.SendAsync(token => api.HeartbeatAsync(request, token), limit, time, closing.Token);
        switch (answer)
        {
            case ApiAnswer<HeartbeatResponse>.Success(var content) when Matches(runs, content.Leases):
                foreach (var (run, lease) in runs.Zip(content.Leases))
                {
                    Apply(run, lease.Status, sentAt);
                }
                return null;
            case ApiAnswer<HeartbeatResponse>.Failed(var failure):
                return failure;
            case ApiAnswer<HeartbeatResponse>.NotFound:
                return new ApiFailure(ApiFailureKind.Unavailable, "answered 404");
            default:
                return new ApiFailure(ApiFailureKind.Unavailable, "answered other leases than were asked about");
        }
    }

    private void Apply(LeasedRun run, HeartbeatStatus status, Duration sentAt)
    {
        if (status == HeartbeatStatus.Lost)
        {
            Remove(run);
            run.TryStop(StopReason.Lost);
            return;
        }
        run.Renew(sentAt, time.MonotonicNow());
        if (status == HeartbeatStatus.Cancel)
        {
            run.TryStop(StopReason.Cancelled);
        }
    }

    // A run that was stopped as lost is no longer asked about: its item may be leased again, even to this process.
    private List<LeasedRun> Live()
    {
        lock (gate)
        {
            live.RemoveWhere(run => run.Stop == StopReason.Lost);
            asleepUntil = Duration.MaxValue;
            return [.. live];
        }
    }

    private static bool Matches(LeasedRun[] runs, IReadOnlyList<HeartbeatResult>? leases) =>
        leases is not null && leases.Select(lease => lease.QueueId).SequenceEqual(runs.Select(run => run.Item.QueueId));
}
