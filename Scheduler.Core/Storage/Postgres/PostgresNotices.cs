using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Scheduler.Core.Queue;

namespace Scheduler.Core.Storage.Postgres;

/// <summary>
/// Carries the wake-ups of long polls between the processes that share a database, by LISTEN and NOTIFY. A wake-up that is lost
/// costs a waiting claim at most one poll interval.
/// </summary>
public sealed partial class PostgresNotices(
    PostgresEngine engine,
    QueueSignal signal,
    TimeProvider time,
    ILogger<PostgresNotices> logger
) : BackgroundService
{
    private static readonly SqlOperation Tell = new("notices", "tell");
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    // Tells its own notices from those of the others.
    private readonly string instance = Guid.NewGuid().ToString("N");

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.WhenAll(ListenAsync(stoppingToken), TellAsync(stoppingToken));

    private async Task ListenAsync(CancellationToken stoppingToken)
    {
        var isCut = false;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await using var connection = await engine.ConnectAsync(stoppingToken);
                connection.Notification += (_, notice) =>
                {
                    if (notice.Payload != instance)
                    {
                        signal.Hear();
                    }
                };
                await using (var listen = connection.CreateCommand())
                {
                    listen.CommandText = SqlText.Load(PostgresEngine.DialectName, "notices")["listen"];
                    await listen.ExecuteNonQueryAsync(stoppingToken);
                }
                if (isCut)
                {
                    LogHearsAgain();
                }
                isCut = false;
                // What was told while nobody listened.
                signal.Hear();
                while (true)
                {
                    await connection.WaitAsync(stoppingToken);
                }
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested) { }
            catch (Exception failure) when (PostgresErrors.IsUnavailable(failure))
            {
                if (!isCut)
                {
                    LogDeaf(failure.GetType().Name);
                }
                isCut = true;
                await WaitAsync(stoppingToken);
            }
        }
    }

    // One at a time: what is raised meanwhile is told by the next.
    private async Task TellAsync(CancellationToken stoppingToken)
    {
        var raised = signal.Raised;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await raised.WaitAsync(stoppingToken);
                raised = signal.Raised;
                await engine.RunAsync(Tell, new SqlArguments().With("instance", instance), _ => true, stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested) { }
            catch (StorageUnavailableException)
            {
                // The others look by themselves after a poll interval.
                await WaitAsync(stoppingToken);
            }
        }
    }

    private async Task WaitAsync(CancellationToken stoppingToken)
    {
        try
        {
            await Task.Delay(Pause, time, stoppingToken);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested) { }
    }

    [LoggerMessage(
        5001,
        LogLevel.Warning,
        "Not connected for notices ({Failure}): waiting claims look again by themselves after their poll interval."
    )]
    private partial void LogDeaf(string failure);

    [LoggerMessage(5002, LogLevel.Information, "Connected for notices again.")]
    private partial void LogHearsAgain();
}
