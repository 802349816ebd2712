using System.Text.Json;
using Scheduler.Core.Alerts.Delivery;
using Scheduler.Core.Contracts;

namespace Scheduler.Core.Alerts;

/// <summary>Decides what is told of an alert, and to whom: pure.</summary>
public static class Announcements
{
    /// <summary>
    /// That it fired, that it is over, or both where it was over before anybody could be told. An alert that was silenced when it ended
    /// ends in silence.
    /// </summary>
    /// <param name="alert">An alert of which something is to be told.</param>
    /// <param name="sinks">Who is told; none is told by nobody, and not again when there are sinks.</param>
    public static (ToldAlert Told, IReadOnlyList<NewDelivery> Deliveries) Of(
        UntoldAlert alert,
        IReadOnlyList<SinkKind> sinks
    )
    {
        var isOver = alert.ResolvedAt is not null;
        var told = new ToldAlert(alert.AlertId, alert.Told, isOver, isOver ? 2 : 1);
        if (isOver && alert.SilencedUntil > alert.ResolvedAt)
        {
            return (told, []);
        }
        var events = new List<DeliveryEvent>();
        if (alert.Told == 0)
        {
            events.Add(DeliveryEvent.Fired);
        }
        if (isOver)
        {
            events.Add(DeliveryEvent.Resolved);
        }
        return (told, [.. events.SelectMany(it => sinks.Select(sink => Delivery(alert, it, sink)))]);
    }

    /// <summary>The ids of all that can ever be sent of an alert.</summary>
    public static IReadOnlyList<string> DeliveryIds(long alertId) =>
        [
            .. new[] { DeliveryEvent.Fired, DeliveryEvent.Resolved }.SelectMany(it =>
                Enum.GetValues<SinkKind>().Select(sink => DeliveryId(AlertIds.Text(alertId), it, sink))
            ),
        ];

    // The scripts know an alert's deliveries by this form.
    private static string DeliveryId(string alertId, DeliveryEvent it, SinkKind sink) =>
        $"alert-{alertId}-{Wire.Name(it).ToLowerInvariant()}-{Wire.Name(sink)}";

    private static NewDelivery Delivery(UntoldAlert alert, DeliveryEvent it, SinkKind sink)
    {
        var notice = new AlertNotice
        {
            AlertId = AlertIds.Text(alert.AlertId),
            Rule = alert.Rule,
            Subject = alert.Subject,
            CustomerId = alert.CustomerId,
            Message = alert.Message,
            FiredAt = alert.FiredAt,
            ResolvedAt = it == DeliveryEvent.Resolved ? alert.ResolvedAt : null,
        };
        return new NewDelivery
        {
            DeliveryId = DeliveryId(notice.AlertId, it, sink),
            Sink = sink,
            Event = it,
            CustomerId = alert.CustomerId,
            AlertId = alert.AlertId,
            Payload = JsonSerializer.Serialize(notice, WireJson.Options),
        };
    }
}
