using System.Diagnostics;
using System.Threading.Channels;
using Scheduler.Core.Contracts;
using Scheduler.Core.Pipelines;
using Scheduler.Core.Runs;

namespace Scheduler.Tests.Benchmarks;

/// <summary>Notes when each live run's handler starts, then runs it.</summary>
internal sealed class TimedRunner(IPipelineRunner runner) : IPipelineRunner
{
    private readonly Channel<long> starts = Channel.CreateUnbounded<long>();

    public ChannelReader<long> Starts => starts.Reader;

    public Task<PipelineResult> RunAsync(LeaseItem item, CancellationToken cancellationToken)
    {
        if (item.TriggeredBy != TriggeredBy.Backfill)
        {
            starts.Writer.TryWrite(Stopwatch.GetTimestamp());
        }
        return runner.RunAsync(item, cancellationToken);
    }
}
