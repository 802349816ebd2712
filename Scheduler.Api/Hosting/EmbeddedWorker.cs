using Scheduler.Core.Execution;

namespace Scheduler.Api.Hosting;

/// <summary>Runs the worker's loop for as long as the process lives.</summary>
internal sealed class EmbeddedWorker(WorkerLoop loop, WorkerLoopOptions options, ILogger<EmbeddedWorker> logger)
    : BackgroundService
{
    protected override Task ExecuteAsync(CancellationToken stoppingToken)
    {
        LogMessages.EmbeddedWorker(logger, options.WorkerId, options.Concurrency);
        // The loop takes every failure of the store or of a pipeline; what comes out is a bug and ends the process.
        return loop.RunAsync(stoppingToken);
    }
}
