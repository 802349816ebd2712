using Microsoft.Extensions.Logging;
using NodaTime;
using Scheduler.Core.Contracts;
using Scheduler.Core.Pipelines;

namespace Scheduler.Core.Execution;

/// <summary>The runs this process holds leases for, and how they are brought to an end at shutdown. Thread-safe.</summary>
internal sealed class LiveRuns : IDisposable
{
    /// <summary>After the grace: the time for stopped runs to end and for their reports to be delivered.</summary>
    public static readonly Duration StopWindow = Duration.FromSeconds(2.5);

    private readonly TimeProvider time;
    private readonly ILogger logger;
    private readonly Heartbeater heartbeater;
    private readonly ResultBatcher results;
    private readonly RunExecution execution;
    private readonly Lock gate = new();
    private readonly Dictionary<LeasedRun, Task<RunEnd>> live = [];
    private readonly Queue<WaitingItem> waiting = [];
    private readonly ITimer patience;
    private readonly int concurrency;
    private readonly Prefetch? prefetch;
    private int executing;
    private bool draining;

    public LiveRuns(
        ISchedulerApi api,
        IPipelineRunner runner,
        string workerId,
        TimeProvider time,
        Random random,
        ILogger logger,
        int concurrency = int.MaxValue,
        Prefetch? prefetch = null
    )
    {
        this.concurrency = concurrency;
        this.prefetch = prefetch;
        this.time = time;
        this.logger = logger;
        Reachability = new ApiReachability(logger);
        Ended = new Signal(time);
        // System.Random is not thread-safe: each loop gets its own, all from the one seed.
        heartbeater = new Heartbeater(api, workerId, time, new Random(random.Next()), Reachability);
        results = new ResultBatcher(api, workerId, time, new Random(random.Next()), Reachability, () => Executing);
        execution = new RunExecution(runner, heartbeater, results, workerId, time, logger);
        patience = time.CreateTimer(_ => HandBackOverdue(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public ApiReachability Reachability { get; }

    /// <summary>Raised whenever a pipeline has ended, and when its result is answered.</summary>
    public Signal Ended { get; }

    public bool Draining => Volatile.Read(ref draining);

    /// <summary>What is leased to this process: executing, being reported, or waiting for a slot.</summary>
    public int Count
    {
        get
        {
            lock (gate)
            {
                return live.Count + waiting.Count;
            }
        }
    }

    /// <summary>How many pipelines are running now; never more than the concurrency.</summary>
    public int Executing => Volatile.Read(ref executing);

    /// <summary>
    /// How many more items may be claimed: free slots, and what they are expected to use up while the claim is on its way. Bounded
    /// by what may be leased in all, so that results that cannot be delivered do not pile up.
    /// </summary>
    public int Wanted
    {
        get
        {
            lock (gate)
            {
                var free = concurrency - executing - waiting.Count;
                var room = Prefetch.MostHeld(concurrency) - live.Count - waiting.Count;
                return Math.Min(Math.Min(free + (prefetch?.Target ?? 0), room), ProcessQueueRequest.LargestClaim);
            }
        }
    }

    /// <summary>Starts a leased item, whatever runs already; while draining it is handed back instead.</summary>
    public Task<RunEnd> Start(LeaseItem item, LeaseTerm term)
    {
        lock (gate)
        {
            executing++;
        }
        return Track(item, term, handBack: Draining, holdsSlot: true);
    }

    /// <summary>
    /// Starts a leased item if a slot is free, else keeps it for the next one that is. What has waited too long is handed back, so
    /// that a lease never grows old without its run.
    /// </summary>
    public void StartOrKeep(LeaseItem item, LeaseTerm term)
    {
        lock (gate)
        {
            if (executing >= concurrency && !Draining)
            {
                waiting.Enqueue(new WaitingItem(item, term, time.MonotonicNow() + Prefetch.Patience(term)));
                if (waiting.Count == 1)
                {
                    WatchOldest();
                }
                return;
            }
            executing++;
        }
        _ = Track(item, term, handBack: Draining, holdsSlot: true);
    }

    /// <summary>Reports a leased item as released without starting it.</summary>
    public Task<RunEnd> HandBack(LeaseItem item, LeaseTerm term) => Track(item, term, handBack: true, holdsSlot: false);

    /// <summary>
    /// Starts nothing any more, lets the runs end for <paramref name="grace"/>, stops and releases what has not ended,
    /// and returns at most <see cref="StopWindow"/> later, whatever the runs and the API do.
    /// </summary>
    /// <param name="alsoWaitFor">Something that may still bring in leases to hand back.</param>
    public async Task DrainAsync(Duration grace, Task alsoWaitFor)
    {
        Volatile.Write(ref draining, true);
        ExecutionLog.Draining(logger, Count, grace.TotalSeconds);
        if (!await EndWithinAsync(grace, alsoWaitFor))
        {
            foreach (var run in Snapshot().Keys)
            {
                run.TryStop(StopReason.Released);
            }
            if (!await EndWithinAsync(StopWindow, alsoWaitFor))
            {
                ExecutionLog.LeftRunning(logger, Count);
            }
        }
        Dispose();
        ExecutionLog.Drained(logger);
    }

    /// <summary>Ends heartbeats and reports at once; leases that are still held run out. May be called again.</summary>
    public void Dispose()
    {
        Volatile.Write(ref draining, true);
        patience.Dispose();
        results.Dispose();
        heartbeater.Dispose();
    }

    private Task<RunEnd> Track(LeaseItem item, LeaseTerm term, bool handBack, bool holdsSlot)
    {
        var run = new LeasedRun(item, term, time);
        if (handBack)
        {
            run.TryStop(StopReason.Released);
        }
        lock (gate)
        {
            return live[run] = RunAsync(run, holdsSlot);
        }
    }

    private async Task<RunEnd> RunAsync(LeasedRun run, bool holdsSlot)
    {
        try
        {
            var (report, took) = await execution.ExecuteAsync(run);
            if (holdsSlot)
            {
                holdsSlot = false;
                prefetch?.Ran(took);
                Free();
            }
            return await execution.ReportAsync(run, report, took);
        }
        finally
        {
            lock (gate)
            {
                live.Remove(run);
            }
            if (holdsSlot)
            {
                Free();
            }
            Ended.Raise();
        }
    }

    /// <summary>Gives a slot on to what waits longest for one.</summary>
    private void Free()
    {
        WaitingItem? next;
        lock (gate)
        {
            executing -= waiting.TryDequeue(out next) ? 0 : 1;
        }
        if (next is not null)
        {
            _ = Track(next.Item, next.Term, handBack: Draining, holdsSlot: true);
        }
        Ended.Raise();
    }

    /// <summary>Hands back what has waited too long for a slot; everything while draining.</summary>
    private void HandBackOverdue()
    {
        var overdue = new List<WaitingItem>();
        lock (gate)
        {
            var now = time.MonotonicNow();
            while (waiting.TryPeek(out var oldest) && (Draining || oldest.Until <= now))
            {
                overdue.Add(waiting.Dequeue());
            }
            WatchOldest();
        }
        foreach (var item in overdue)
        {
            _ = HandBack(item.Item, item.Term);
        }
        if (overdue.Count > 0)
        {
            prefetch?.Forget();
        }
    }

    // Under the gate. The first in the queue is the first to lose patience.
    private void WatchOldest()
    {
        if (waiting.TryPeek(out var oldest))
        {
            patience.Change((oldest.Until - time.MonotonicNow()).ToWait(), Timeout.InfiniteTimeSpan);
        }
    }

    private async Task<bool> EndWithinAsync(Duration limit, Task alsoWaitFor)
    {
        using var timer = new CancellationTokenSource();
        var deadline = time.DelayAsync(limit, timer.Token);
        while (!deadline.IsCompleted)
        {
            HandBackOverdue();
            var tasks = Snapshot().Values.Append(alsoWaitFor).Where(task => !task.IsCompleted).ToList();
            if (tasks.Count == 0)
            {
                break;
            }
            await Task.WhenAny(Task.WhenAll(tasks), deadline);
        }
        timer.Cancel();
        return Snapshot().Count == 0 && alsoWaitFor.IsCompleted;
    }

    private Dictionary<LeasedRun, Task<RunEnd>> Snapshot()
    {
        lock (gate)
        {
            return new Dictionary<LeasedRun, Task<RunEnd>>(live);
        }
    }
}
