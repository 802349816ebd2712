using Scheduler.Core.Duties;
using Scheduler.Core.Queue;

namespace Scheduler.Api.Hosting;

/// <summary>A <see cref="DutyLoop"/> as a service of the process.</summary>
internal sealed class Duty(
    string name,
    TimeSpan interval,
    Func<CancellationToken, Task> action,
    Leadership? leadership,
    TimeProvider time,
    ILogger<Duty> logger,
    OpenWork? work = null,
    Action? following = null,
    TimeSpan linger = default
) : BackgroundService
{
    private readonly DutyLoop loop = new(name, interval, action, leadership, time, logger, work, following, linger);

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => loop.RunAsync(stoppingToken);
}
