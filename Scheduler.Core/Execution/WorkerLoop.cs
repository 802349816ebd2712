using Microsoft.Extensions.Logging;
using NodaTime;
using Scheduler.Core.Contracts;
using Scheduler.Core.Pipelines;

namespace Scheduler.Core.Execution;

/// <summary>
/// Claims work and runs it until it is told to drain. It knows no host: the worker process and the API's own worker run
/// the same loop. One instance runs once.
/// </summary>
/// <remarks>
/// At most one claim is outstanding, sized to the slots that were free when it was sent. A slot that becomes free
/// meanwhile needs no second claim: the outstanding one returns as soon as there is any work, and the next, sent at
/// once, asks for all that is free by then. Cancelling it to ask for more could lose an answer that holds leases.
/// Where runs are short beside a claim, it also asks for what the slots will have used up by the time it is answered
/// (<see cref="Prefetch"/>). A slot is free when its pipeline has ended, not only when its result is answered.
/// </remarks>
public sealed class WorkerLoop : IDisposable
{
    /// <summary>A claim is given up this long after its long poll should have ended.</summary>
    private static readonly Duration ClaimSlack = Duration.FromSeconds(10);

    private readonly ISchedulerApi api;
    private readonly WorkerLoopOptions options;
    private readonly TimeProvider time;
    private readonly Random random;
    private readonly ILogger logger;
    private readonly LiveRuns runs;
    private readonly Prefetch prefetch;
    private int failures;

    /// <exception cref="ArgumentException">An option is outside its range.</exception>
    public WorkerLoop(
        ISchedulerApi api,
        IPipelineRunner runner,
        WorkerLoopOptions options,
        TimeProvider time,
        Random random,
        ILogger logger
    )
    {
        options.Validate();
        this.api = api;
        this.options = options;
        this.time = time;
        this.random = new Random(random.Next());
        this.logger = logger;
        prefetch = new Prefetch(options.Concurrency);
        runs = new LiveRuns(api, runner, options.WorkerId, time, random, logger, options.Concurrency, prefetch);
    }

    /// <summary>
    /// Runs until <paramref name="drain"/> is cancelled, then drains: no new claims, running pipelines get the grace,
    /// the rest is stopped and handed back. Returns at most 2.5 seconds after the grace.
    /// </summary>
    public async Task RunAsync(CancellationToken drain)
    {
        var asked = new TaskCompletionSource();
        await using var registration = drain.Register(() => asked.TrySetResult());
        var claiming = ClaimAsync(drain);
        await Task.WhenAny(claiming, asked.Task);
        // Off the stack of whoever cancelled.
        await Task.Yield();
        await runs.DrainAsync(options.DrainGrace, claiming);
        if (claiming.IsFaulted)
        {
            await claiming;
        }
    }

    public void Dispose() => runs.Dispose();

    private async Task ClaimAsync(CancellationToken drain)
    {
        await Task.Yield();
        try
        {
            while (!drain.IsCancellationRequested)
            {
                var wanted = runs.Wanted;
                if (wanted <= 0)
                {
                    await runs.Ended.WaitAsync(drain);
                    continue;
                }
                await ClaimOnceAsync(wanted, drain);
            }
        }
        catch (OperationCanceledException) when (drain.IsCancellationRequested) { }
    }

    private async Task ClaimOnceAsync(int wanted, CancellationToken drain)
    {
        var request = new ProcessQueueRequest
        {
            WorkerId = options.WorkerId,
            Execution = ExecutionMode.Lease,
            MaxItems = wanted,
            WaitSeconds = (int)options.LongPoll.TotalSeconds,
        };
        var sentAt = time.MonotonicNow();
        var limit = options.LongPoll + ClaimSlack;
        var answer = await ApiCall.SendAsync(token => api.LeaseAsync(request, token), limit, time, drain);
        switch (answer)
        {
            case ApiAnswer<LeaseResponse>.Success({ Items: { Count: > 0 } items }):
                Succeeded();
                Begin(items, wanted, sentAt, drain.IsCancellationRequested);
                break;
            case ApiAnswer<LeaseResponse>.Failed(var failure):
                failures++;
                runs.Reachability.Failed(ApiCallKind.Claim, failure);
                await time.DelayAsync(FailureBackoff.Delay(failures, failure, FailureBackoff.Longest, random), drain);
                break;
            default:
                Succeeded();
                prefetch.Claimed(wanted, 0, Duration.Zero);
                // A run that ends may have freed its customer's slot: ask again at once.
                var idle = IdleBackoff.Delay(options.PollInterval, time.MonotonicNow() - sentAt, random);
                await runs.Ended.WaitAsync(idle, drain);
                break;
        }
    }

    private void Succeeded()
    {
        failures = 0;
        runs.Reachability.Succeeded(ApiCallKind.Claim);
    }

    private void Begin(IReadOnlyList<LeaseItem> items, int wanted, Duration sentAt, bool draining)
    {
        var answeredAt = time.MonotonicNow();
        prefetch.Claimed(wanted, items.Count, answeredAt - sentAt);
        for (var i = 0; i < items.Count; i++)
        {
            var term = LeaseTerm.Of(items[i].LeaseSeconds, sentAt, answeredAt);
            // More than was asked for cannot be run here; what comes after the drain began must not be.
            if (i < wanted && !draining)
            {
                runs.StartOrKeep(items[i], term);
            }
            else
            {
                _ = runs.HandBack(items[i], term);
            }
        }
        ExecutionLog.Claimed(logger, items.Count, wanted);
    }
}
