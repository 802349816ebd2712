using Microsoft.Extensions.Logging;
using NodaTime;
using Scheduler.Core.Alerts.Delivery;
using Scheduler.Core.Status;
using Scheduler.Core.Storage;
using Scheduler.Core.Telemetry;

namespace Scheduler.Core.Alerts;

/// <summary>
/// Looks at the system, fires and resolves what the rules say, and writes down what is to be sent of every alert, also of those that
/// other scripts fire and resolve. Each fires and ends once, however many processes do this at the same time.
/// </summary>
public sealed partial class AlertWatch(
    AlertStore store,
    StatusStore status,
    AlertOptions options,
    DeliverySignal signal,
    ILogger<AlertWatch> logger
)
{
    /// <summary>Alerts that are told in one script.</summary>
    internal const int BatchSize = 200;

    /// <summary>Most subjects that a rule names at one look.</summary>
    internal const int MostSubjects = 100;

    /// <summary>How long alerts that are over can be looked up.</summary>
    public static readonly Duration Kept = Duration.FromDays(90);

    private static readonly Duration PurgeInterval = Duration.FromHours(1);

    private Instant purgedAt = Instant.MinValue;
    private IReadOnlyDictionary<Invariant, Instant> brokenSince = new Dictionary<Invariant, Instant>();

    /// <summary>Makes one look.</summary>
    /// <returns>How the system stood.</returns>
    /// <exception cref="StorageUnavailableException">The store did not answer; the next look finds what this one would have.</exception>
    public async Task<StatusSnapshot> RunAsync(CancellationToken cancellationToken)
    {
        var snapshot = await status.GetAsync(cancellationToken);
        var now = snapshot.Now;
        var longRuns = await LongRunsAsync(snapshot, cancellationToken);
        var broken = await store.BrokenInvariantsAsync(now, MostSubjects + 1, cancellationToken);
        (var invariants, brokenSince) = AlertRules.Judge(broken, brokenSince, now);
        var judged = AlertRules.Judge(snapshot, longRuns, options.LatenessObjective).Concat(invariants);
        await store.SettleAsync([.. judged], AlertRules.Judged, now, cancellationToken);
        await TellAsync(now, cancellationToken);
        if (now - purgedAt >= PurgeInterval)
        {
            await PurgeAsync(now, cancellationToken);
            purgedAt = now;
        }
        return snapshot;
    }

    private async Task PurgeAsync(Instant now, CancellationToken cancellationToken)
    {
        long deleted;
        do
        {
            deleted = await store.PurgeDeliveriesAsync(now - DeliveryPolicy.Kept, BatchSize, cancellationToken);
        } while (deleted == BatchSize);
        do
        {
            deleted = await store.PurgeAlertsAsync(now - Kept, BatchSize, cancellationToken);
        } while (deleted == BatchSize);
    }

    /// <summary>The runs that are running too long, where there may be any.</summary>
    private async Task<IReadOnlyList<LongRun>> LongRunsAsync(
        StatusSnapshot snapshot,
        CancellationToken cancellationToken
    ) =>
        AlertRules.HasLongRun(snapshot)
            ? await store.LongRunsAsync(snapshot.Now - AlertRules.LongestRun, MostSubjects, cancellationToken)
            : [];

    private async Task TellAsync(Instant now, CancellationToken cancellationToken)
    {
        while (true)
        {
            var untold = await store.ListUntoldAsync(now, BatchSize, cancellationToken);
            if (untold.Count == 0)
            {
                return;
            }
            var announced = untold.Select(alert => Announcements.Of(alert, options.Sinks)).ToList();
            var deliveries = announced.SelectMany(one => one.Deliveries).ToList();
            var won = await store.TellAsync(
                [.. announced.Select(one => one.Told)],
                deliveries,
                now,
                now + DeliveryPolicy.Window,
                cancellationToken
            );
            foreach (var alert in untold.Where(alert => won.Contains(alert.AlertId)))
            {
                Note(alert);
            }
            if (deliveries.Count > 0)
            {
                signal.Raise();
            }
            if (untold.Count < BatchSize || won.Count == 0)
            {
                return;
            }
        }
    }

    private void Note(UntoldAlert alert)
    {
        if (alert.Told == 0)
        {
            AlertInstruments.CountFired(alert.Rule);
            LogFired(alert.Rule, alert.Subject, alert.Message);
        }
        if (alert.ResolvedAt is not null)
        {
            AlertInstruments.CountResolved(alert.Rule);
            LogResolved(alert.Rule, alert.Subject);
        }
    }

    [LoggerMessage(2301, LogLevel.Warning, "Alert {Rule} fires for {Subject}: {Message}")]
    private partial void LogFired(string rule, string subject, string message);

    [LoggerMessage(2302, LogLevel.Information, "Alert {Rule} for {Subject} is over.")]
    private partial void LogResolved(string rule, string subject);
}
