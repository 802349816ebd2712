using NodaTime;
using Scheduler.Core.Execution;

namespace Scheduler.Tests.Execution;

/// <summary>A worker loop over fakes in virtual time.</summary>
internal sealed class LoopBench : IDisposable
{
    private readonly CancellationTokenSource drain = new();

    public LoopBench()
    {
        Api = new FakeSchedulerApi(Thread);
        Runner = new FakeRunner(Thread);
    }

    public VirtualThread Thread { get; } = new();
    public FakeSchedulerApi Api { get; }
    public FakeRunner Runner { get; }
    public RecordingLogger Logger { get; } = new();
    public Task Running { get; private set; } = Task.CompletedTask;

    /// <summary>Items given out so far, where a test counts them.</summary>
    public int Leased { get; set; }

    public void Start(int concurrency = 4, double pollSeconds = 5, double longPollSeconds = 20)
    {
        var options = new WorkerLoopOptions
        {
            WorkerId = "worker-1",
            Concurrency = concurrency,
            PollInterval = Duration.FromSeconds(pollSeconds),
            LongPoll = Duration.FromSeconds(longPollSeconds),
        };
        Running = new WorkerLoop(Api, Runner, options, Thread.Time, new Random(1), Logger).RunAsync(drain.Token);
        Thread.Settle();
    }

    public void Drain()
    {
        drain.Cancel();
        Thread.Settle();
    }

    public void Dispose()
    {
        drain.Cancel();
        Thread.Await(Running);
        Thread.Dispose();
        drain.Dispose();
    }
}
