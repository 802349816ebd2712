using Microsoft.Extensions.Logging;
using Scheduler.Core.Queue;

namespace Scheduler.Core.Duties;

/// <summary>
/// Something the process does by itself at an interval, at once when it starts. A failure is logged once, however long
/// the outage, and never stops the process or the next try. Safe to run in many processes at once.
/// </summary>
/// <param name="name">For the log.</param>
/// <param name="interval">From one beginning to the next; one that takes longer delays the next.</param>
/// <param name="leadership">Where one process does it for all; null where every process has its own to do.</param>
/// <param name="following">Called at each interval at which another process leads: it does it, and this one is not told.</param>
/// <param name="work">Where it is idle while nothing is open; it makes one pass after each opening at least. Null for what is always done.</param>
/// <param name="linger">For how long it goes on when nothing is open any more: what it looks for shows up later than the work's end.</param>
public sealed partial class DutyLoop(
    string name,
    TimeSpan interval,
    Func<CancellationToken, Task> action,
    Leadership? leadership,
    TimeProvider time,
    ILogger logger,
    OpenWork? work = null,
    Action? following = null,
    TimeSpan linger = default
)
{
    private bool isFailing;
    private long passed;
    private long openAt = time.GetTimestamp();

    /// <summary>Goes on until it is told to stop; gives the lead up then.</summary>
    public async Task RunAsync(CancellationToken stoppingToken)
    {
        try
        {
            while (true)
            {
                var begun = time.GetTimestamp();
                var takeOver = await TryAsync(stoppingToken);
                var next = interval - time.GetElapsedTime(begun);
                // Who does not lead is there when the other's lease has run out.
                var wait = takeOver < next ? takeOver.Value : next;
                if (wait > TimeSpan.Zero)
                {
                    await Task.Delay(wait, time, stoppingToken);
                }
                stoppingToken.ThrowIfCancellationRequested();
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The process is going down.
        }
        finally
        {
            await (leadership?.ReleaseAsync() ?? Task.CompletedTask);
        }
    }

    /// <returns>When another process's lease will have run out; null where none leads.</returns>
    private async Task<TimeSpan?> TryAsync(CancellationToken stoppingToken)
    {
        TimeSpan? takeOver = null;
        try
        {
            if (work is not null && await IsAtRestAsync(work, stoppingToken))
            {
                return null;
            }
            var opening = work?.Opening ?? 0;
            if (leadership is null)
            {
                await action(stoppingToken);
            }
            else
            {
                takeOver = await leadership.RunAsync(action, stoppingToken);
                if (takeOver is not null)
                {
                    following?.Invoke();
                }
            }
            passed = opening;
            if (isFailing)
            {
                LogRecovered(name);
            }
            isFailing = false;
        }
        catch (Exception failure) when (!stoppingToken.IsCancellationRequested)
        {
            if (!isFailing)
            {
                LogFailed(failure, name, interval.TotalSeconds);
            }
            isFailing = true;
        }
        catch
        {
            // The process is going down, and whatever ended the pass ends it no worse than that: another process makes the next one.
        }
        return takeOver;
    }

    private async Task<bool> IsAtRestAsync(OpenWork open, CancellationToken stoppingToken)
    {
        if (await open.IsOpenAsync(stoppingToken))
        {
            openAt = time.GetTimestamp();
            return false;
        }
        return open.Opening == passed && time.GetElapsedTime(openAt) >= linger;
    }

    [LoggerMessage(2211, LogLevel.Warning, "{Duty} failed; it is tried again every {Seconds} s")]
    private partial void LogFailed(Exception exception, string duty, double seconds);

    [LoggerMessage(2212, LogLevel.Information, "{Duty} works again")]
    private partial void LogRecovered(string duty);
}
