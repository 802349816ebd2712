using System.Diagnostics.Metrics;
using Scheduler.Api.Settings;
using Scheduler.Core.Status;
using Scheduler.Core.Storage;
using Scheduler.Core.Telemetry;

namespace Scheduler.Api.Hosting;

/// <summary>
/// The figures of the whole system as gauges. Reading a gauge never asks the store: it tells what the last look found, and nothing once that
/// is too old. All instances tell the same, so take the largest and do not add them up.
/// </summary>
internal sealed class StatusWatch : IDisposable
{
    // A page of metrics is made from figures that are not older; where each look costs money, it makes do with those of the minute.
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan ChargedFresh = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan WaitAtMost = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan TellAtMost = TimeSpan.FromMinutes(3);

    private readonly Meter meter = new(TelemetryRegistration.SystemMeterName);
    private readonly StatusStore store;
    private readonly ApiOptions options;
    private readonly TimeProvider time;
    private readonly ILogger<StatusWatch> logger;
    private readonly Lock gate = new();
    private Task looking = Task.CompletedTask;
    private (StatusSnapshot Snapshot, long At)? latest;

    public StatusWatch(StatusStore store, ApiOptions options, TimeProvider time, ILogger<StatusWatch> logger)
    {
        this.store = store;
        this.options = options;
        this.time = time;
        this.logger = logger;
        Gauge("scheduler.queue.depth", "{run}", "Items that could be claimed now.", snapshot => snapshot.QueueLength);
        Gauge(
            "scheduler.queue.oldest_age",
            "s",
            "For how long the oldest of them could have been claimed.",
            snapshot => snapshot.OldestQueuedSeconds ?? 0
        );
        Gauge(
            "scheduler.runs.running",
            "{run}",
            "Runs that a worker has leased.",
            snapshot => snapshot.PipelinesRunning
        );
        Gauge(
            "scheduler.pipelines.due",
            "{pipeline}",
            "Pipelines whose time has come and that no trigger has planned.",
            snapshot => snapshot.PipelinesDueNow
        );
        Gauge(
            "scheduler.workers.desired",
            "{worker}",
            "Workers that the work asks for: what is running, what is queued, and how long it has waited.",
            snapshot => DesiredWorkers.Of(snapshot, options.Workers)
        );
    }

    /// <summary>Takes a snapshot that somebody has read anyway.</summary>
    public void Note(StatusSnapshot snapshot)
    {
        lock (gate)
        {
            latest = (snapshot, time.GetTimestamp());
        }
    }

    /// <summary>Looks again, unless the last look is younger; one look at a time, whoever asks.</summary>
    public Task LookAsync(TimeSpan freshFor)
    {
        lock (gate)
        {
            if (looking.IsCompleted && Age() >= freshFor)
            {
                looking = Task.Run(ReadAsync);
            }
            return looking;
        }
    }

    /// <summary>Before a page of metrics is made: waits for a look, but not long.</summary>
    public async Task RefreshAsync(CancellationToken cancellationToken)
    {
        try
        {
            var freshFor = options.Storage.Provider == StorageProvider.BigQuery ? ChargedFresh : Fresh;
            await LookAsync(freshFor).WaitAsync(WaitAtMost, time, cancellationToken);
        }
        catch (TimeoutException)
        {
            // The page goes without these figures, or with those of before.
        }
    }

    public void Dispose() => meter.Dispose();

    private async Task ReadAsync()
    {
        try
        {
            Note(await store.GetAsync(CancellationToken.None));
        }
        catch (Exception failure) when (failure is StorageUnavailableException or StoreBusyException)
        {
            LogMessages.NoFigures(logger, failure);
        }
    }

    private TimeSpan Age() => latest is { } found ? time.GetElapsedTime(found.At) : TimeSpan.MaxValue;

    private void Gauge(string name, string unit, string description, Func<StatusSnapshot, double> read) =>
        meter.CreateObservableGauge<double>(name, () => Read(read), unit, description);

    private IEnumerable<Measurement<double>> Read(Func<StatusSnapshot, double> read)
    {
        lock (gate)
        {
            return latest is { } found && Age() <= TellAtMost ? [new(read(found.Snapshot))] : [];
        }
    }
}
