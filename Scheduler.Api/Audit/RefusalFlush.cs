using NodaTime;
using Scheduler.Api.Hosting;
using Scheduler.Core.Audit;
using Scheduler.Core.Storage;

namespace Scheduler.Api.Audit;

/// <summary>Writes what the ledger still holds when the process goes down, after the server has stopped.</summary>
internal sealed class RefusalFlush(RefusalLedger ledger, IClock clock, ILogger<RefusalFlush> logger)
    : IHostedLifecycleService
{
    public async Task StoppedAsync(CancellationToken cancellationToken)
    {
        try
        {
            await ledger.FlushAsync(clock.GetCurrentInstant(), cancellationToken);
        }
        catch (StorageUnavailableException failure)
        {
            LogMessages.StorageUnavailable(logger, failure);
        }
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
