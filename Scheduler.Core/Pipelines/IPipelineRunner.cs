using Scheduler.Core.Contracts;

namespace Scheduler.Core.Pipelines;

/// <summary>Executes one leased pipeline. The worker loop, inline execution and the simulation all go through it.</summary>
public interface IPipelineRunner
{
    /// <summary>
    /// Runs the pipeline to its end. Failures of any kind are returned, classified, not thrown; only the cancellation
    /// of <paramref name="cancellationToken"/> (lease lost, run cancelled, drain) comes out as an exception.
    /// </summary>
    Task<PipelineResult> RunAsync(LeaseItem item, CancellationToken cancellationToken);
}
