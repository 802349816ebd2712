using Scheduler.Core.Execution;

namespace Scheduler.Api.Hosting;

/// <summary>Brings inline runs to an end when the process goes down.</summary>
internal sealed class InlineDrain(InlineExecution inline) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => inline.DrainAsync();
}
