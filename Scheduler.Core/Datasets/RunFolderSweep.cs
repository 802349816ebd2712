using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Scheduler.Core.Datasets;

/// <summary>Removes at start what runs of killed processes left behind: it is customers' data.</summary>
internal sealed partial class RunFolderSweep(ILogger<RunFolderSweep> logger) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        if (RunFolder.Sweep() is > 0 and var swept)
        {
            LogSwept(swept);
        }
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    [LoggerMessage(2301, LogLevel.Information, "Removed the working folders of {Count} runs whose process was killed.")]
    private partial void LogSwept(int count);
}
