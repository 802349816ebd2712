using System.Diagnostics;
using System.Threading.Channels;
using Scheduler.Core.Contracts;
using Scheduler.Core.Pipelines;

namespace Scheduler.Tests.Benchmarks;

/// <summary>Notes when each run's handler starts, then runs it.</summary>
internal sealed class TimedRunner(IPipelineRunner runner) : IPipelineRunner
{
    private readonly Channel<long> starts = Channel.CreateUnbounded<long>();

    public ChannelReader<long> Starts => starts.Reader;

    public Task<PipelineResult> RunAsync(LeaseItem item, CancellationToken cancellationToken)
    {
        starts.Writer.TryWrite(Stopwatch.GetTimestamp());
        return runner.RunAsync(item, cancellationToken);
    }
}
