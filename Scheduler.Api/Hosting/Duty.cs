namespace Scheduler.Api.Hosting;

/// <summary>
/// Something the process does by itself at an interval, at once when it starts. A failure is logged once, however long
/// the outage, and never stops the process or the next try. Safe to run in many processes at once.
/// </summary>
/// <param name="name">For the log.</param>
/// <param name="interval">From one beginning to the next; one that takes longer delays the next.</param>
internal sealed class Duty(
    string name,
    TimeSpan interval,
    Func<CancellationToken, Task> action,
    TimeProvider time,
    ILogger<Duty> logger
) : BackgroundService
{
    private bool isFailing;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(interval, time);
        try
        {
            do
            {
                await TryAsync(stoppingToken);
            } while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The process is going down.
        }
    }

    private async Task TryAsync(CancellationToken stoppingToken)
    {
        try
        {
            await action(stoppingToken);
            if (isFailing)
            {
                LogMessages.DutyRecovered(logger, name);
            }
            isFailing = false;
        }
        catch (Exception failure) when (!stoppingToken.IsCancellationRequested)
        {
            if (!isFailing)
            {
                LogMessages.DutyFailed(logger, failure, name, interval.TotalSeconds);
            }
            isFailing = true;
        }
    }
}
