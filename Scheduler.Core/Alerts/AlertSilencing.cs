using NodaTime;
using Scheduler.Core.Alerts.Delivery;
using Scheduler.Core.Audit;
using Scheduler.Core.Identifiers;
using Scheduler.Core.Storage;

namespace Scheduler.Core.Alerts;

/// <summary>What operators do about alerts: keep one quiet for a while, send again what was given up.</summary>
public sealed class AlertSilencing(AlertStore store, OperationClock clock, IIdSource ids, DeliverySignal signal)
{
    /// <summary>The longest silence: a condition that nobody wants to hear of for longer is one whose rule is wrong.</summary>
    public static readonly Duration Longest = Duration.FromDays(90);

    /// <summary>Nothing is sent of the alert until then, and what waits to be sent is dropped.</summary>
    public async Task<SilenceResult> SilenceAsync(
        long alertId,
        Instant until,
        string reason,
        Actor actor,
        CancellationToken cancellationToken
    )
    {
        var now = await clock.ReadAsync(cancellationToken);
        var end = until.ToMicroseconds();
        if (end <= now || end > now + Longest)
        {
            return new SilenceResult.WrongEnd(now, now + Longest);
        }
        return Of(await store.SilenceAsync(alertId, end, reason, Stamp(now, actor), now, cancellationToken));
    }

    /// <summary>Ends a silence; an alert that has none stays as it is.</summary>
    public async Task<SilenceResult> UnsilenceAsync(long alertId, Actor actor, CancellationToken cancellationToken)
    {
        var now = await clock.ReadAsync(cancellationToken);
        return Of(
            await store.SilenceAsync(alertId, until: null, reason: null, Stamp(now, actor), now, cancellationToken)
        );
    }

    /// <summary>Gives a delivery that was given up another <see cref="DeliveryPolicy.Window"/>.</summary>
    /// <returns>The delivery as it is then, and whether this call changed it; null where there is none.</returns>
    public async Task<(DeliveryRecord Delivery, bool IsRetried)?> RetryAsync(
        string deliveryId,
        Actor actor,
        CancellationToken cancellationToken
    )
    {
        var now = await clock.ReadAsync(cancellationToken);
        var found = await store.RetryDeliveryAsync(
            deliveryId,
            now + DeliveryPolicy.Window,
            Stamp(now, actor),
            now,
            cancellationToken
        );
        signal.Raise();
        return found;
    }

    private AuditStamp Stamp(Instant now, Actor actor) => new(ids.NewId(now), actor);

    private static SilenceResult Of(Alert? alert) =>
        alert switch
        {
            null => new SilenceResult.NoSuchAlert(),
            { State: AlertState.Resolved } => new SilenceResult.Over(),
            _ => new SilenceResult.Done(alert),
        };
}
