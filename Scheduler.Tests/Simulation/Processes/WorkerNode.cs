using Microsoft.Extensions.Logging.Abstractions;
using NodaTime;
using Scheduler.Core.Execution;
using Scheduler.Core.Pipelines;
using Scheduler.Tests.Simulation.Loop;

namespace Scheduler.Tests.Simulation.Processes;

/// <summary>A worker: its loop and its runner, as the worker's host puts them together.</summary>
internal sealed class WorkerNode : IDisposable
{
    private readonly CancellationTokenSource drain = new();

    public WorkerNode(Node node, ApiLink api, IPipelineRunner runner, int concurrency, Random random)
    {
        Node = node;
        Link = api;
        var options = new WorkerLoopOptions
        {
            WorkerId = node.Name,
            Concurrency = concurrency,
            LongPoll = Duration.FromSeconds(60),
            PollInterval = Duration.FromMinutes(40),
            DrainGrace = Duration.FromMinutes(1),
        };
        node.Run(async () =>
        {
            using var loop = new WorkerLoop(api, runner, options, node.Time, random, NullLogger.Instance);
            await loop.RunAsync(drain.Token);
            // The end of its process ends what did not heed the drain.
            node.Kill();
        });
    }

    public Node Node { get; }

    public ApiLink Link { get; }

    /// <summary>Tells it to take nothing more, end what runs, and go.</summary>
    public void Drain() =>
        Node.Run(() =>
        {
            drain.Cancel();
            return Task.CompletedTask;
        });

    public void Dispose() => drain.Dispose();
}
