using Scheduler.Core.Contracts;
using Scheduler.Core.Pipelines;
using Scheduler.Core.Retry;
using Scheduler.Tests.Simulation.Judging;
using Scheduler.Tests.Simulation.Loop;

namespace Scheduler.Tests.Simulation.Processes;

/// <summary>The real runner, with what it has done written down beside it, and with a provider that may be away.</summary>
internal sealed class JournalledRunner(
    IPipelineRunner inner,
    Node node,
    Journal journal,
    Provider provider,
    FaultPlan faults
) : IPipelineRunner
{
    public async Task<PipelineResult> RunAsync(LeaseItem item, CancellationToken cancellationToken)
    {
        var execution = journal.Begin(item, node);
        try
        {
            if (provider.IsAway)
            {
                execution.Succeeded = false;
                return new PipelineResult.Failed
                {
                    ErrorType = ErrorType.ServiceUnavailable,
                    Message = "The provider is away.",
                    Metrics = new RunMetrics(),
                };
            }
            execution.IsDeaf = faults.Hits(Fault.DeafPipeline, 0.05, item.RunId);
            var result = await inner.RunAsync(item, execution.IsDeaf ? CancellationToken.None : cancellationToken);
            execution.Succeeded = result is PipelineResult.Completed;
            return result;
        }
        finally
        {
            journal.End(execution);
        }
    }
}
