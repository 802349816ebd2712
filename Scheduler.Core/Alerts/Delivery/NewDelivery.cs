namespace Scheduler.Core.Alerts.Delivery;

/// <summary>Something to be sent to one sink.</summary>
public sealed record NewDelivery
{
    /// <summary>Made from what it tells; the same whoever makes it, and at every attempt. Receivers drop a second one by it.</summary>
    public required string DeliveryId { get; init; }
    public required SinkKind Sink { get; init; }
    public required DeliveryEvent Event { get; init; }
    public string? CustomerId { get; init; }
    public long? AlertId { get; init; }
    public string? RunId { get; init; }

    /// <summary>What it says, as JSON: an <see cref="AlertNotice"/> or a <see cref="Mails.RunNotice"/>.</summary>
    public required string Payload { get; init; }
}
