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
    private bool draining;

    public LiveRuns(
        ISchedulerApi api,
        IPipelineRunner runner,
        string workerId,
        TimeProvider time,
        Random random,
        ILogger logger
    )
    {
        this.time = time;
        this.logger = logger;
        Reachability = new ApiReachability(logger);
        Ended = new Signal(time);
        // System.Random is not thread-safe: each loop gets its own, all from the one seed.
        heartbeater = new Heartbeater(api, workerId, time, new Random(random.Next()), Reachability);
        results = new ResultBatcher(api, workerId, time, new Random(random.Next()), Reachability);
        execution = new RunExecution(runner, heartbeater, results, time, logger);
    }

    public ApiReachability Reachability { get; }

    /// <summary>Raised whenever a run has ended.</summary>
    public Signal Ended { get; }

    public bool Draining => Volatile.Read(ref draining);

    public int Count
    {
        get
        {
            lock (gate)
            {
                return live.Count;
            }
        }
    }

    /// <summary>Starts a leased item; while draining it is handed back instead.</summary>
    public Task<RunEnd> Start(LeaseItem item, LeaseTerm term) => Track(item, term, handBack: Draining);

    /// <summary>Reports a leased item as released without starting it.</summary>
    public Task<RunEnd> HandBack(LeaseItem item, LeaseTerm term) => Track(item, term, handBack: true);

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
        results.Dispose();
        heartbeater.Dispose();
    }

    private Task<RunEnd> Track(LeaseItem item, LeaseTerm term, bool handBack)
    {
        var run = new LeasedRun(item, term, time);
        if (handBack)
        {
            run.TryStop(StopReason.Released);
        }
        lock (gate)
        {
            return live[run] = RunAsync(run);
        }
    }

    private async Task<RunEnd> RunAsync(LeasedRun run)
    {
        try
        {
            return await execution.RunAsync(run);
        }
        finally
        {
            lock (gate)
            {
                live.Remove(run);
            }
            Ended.Raise();
        }
    }

    private async Task<bool> EndWithinAsync(Duration limit, Task alsoWaitFor)
    {
        using var timer = new CancellationTokenSource();
        var deadline = time.DelayAsync(limit, timer.Token);
        while (!deadline.IsCompleted)
        {
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
