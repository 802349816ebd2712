using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Scheduler.Core.Execution;

namespace Scheduler.Worker;

/// <summary>Runs the loop for as long as the host lives.</summary>
internal sealed partial class PollingWorker(
    WorkerLoop loop,
    WorkerLoopOptions options,
    WorkerSettings settings,
    IHostApplicationLifetime lifetime,
    ILogger<PollingWorker> logger
) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        Started(logger, options.WorkerId, settings.ApiUrl, options.Concurrency);
        try
        {
            await loop.RunAsync(stoppingToken);
        }
        catch (Exception e)
        {
            // The loop takes every failure of the API or of a pipeline; what comes out is a bug, and a restart is due.
            Crashed(logger, e);
            Environment.ExitCode = 1;
            lifetime.StopApplication();
        }
    }

    [LoggerMessage(1, LogLevel.Information, "worker {WorkerId} works for {ApiUrl} with concurrency {Concurrency}")]
    private static partial void Started(ILogger logger, string workerId, Uri apiUrl, int concurrency);

    [LoggerMessage(2, LogLevel.Critical, "the worker stopped unexpectedly")]
    private static partial void Crashed(ILogger logger, Exception exception);
}
