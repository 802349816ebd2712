using Scheduler.Core.Contracts;
using Scheduler.Core.Pipelines;
using Scheduler.Core.Retry;

namespace Scheduler.Worker;

/// <summary>A worker without any pipeline template: every run fails with a configuration error.</summary>
internal sealed class NoPipelines : IPipelineRunner
{
    public Task<PipelineResult> RunAsync(LeaseItem item, CancellationToken cancellationToken) =>
        Task.FromResult<PipelineResult>(
            new PipelineResult.Failed
            {
                ErrorType = ErrorType.InvalidConfiguration,
                Message = $"This worker has no template '{item.PipelineTemplate}'.",
                Metrics = new RunMetrics(),
            }
        );
}
