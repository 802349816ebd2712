using Scheduler.Api.Hosting;
using Scheduler.Core.Audit;
using Scheduler.Core.Storage;

namespace Scheduler.Api.Audit;

/// <summary>Extends the audit chains shortly after a change. What a signal missed, the duty of the same work finds.</summary>
internal sealed class ChainExtender(
    AuditChaining chaining,
    AuditSignal signal,
    TimeProvider time,
    ILogger<ChainExtender> logger
) : BackgroundService
{
    /// <summary>Changes that come together are chained together.</summary>
    private static readonly TimeSpan Gathering = TimeSpan.FromMilliseconds(200);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await signal.WaitAsync(stoppingToken);
                await Task.Delay(Gathering, time, stoppingToken);
                await chaining.ExtendAsync(stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (StorageUnavailableException failure)
            {
                LogMessages.StorageUnavailable(logger, failure);
            }
        }
    }
}
