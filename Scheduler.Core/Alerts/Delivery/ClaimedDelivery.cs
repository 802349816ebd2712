using NodaTime;

namespace Scheduler.Core.Alerts.Delivery;

/// <summary>A delivery that the caller, and nobody else, may send now.</summary>
public sealed record ClaimedDelivery
{
    public required string DeliveryId { get; init; }
    public required DeliveryEvent Event { get; init; }

    /// <summary>As of <see cref="NewDelivery.Payload"/>.</summary>
    public required string Payload { get; init; }

    /// <summary>This one included.</summary>
    public required int Attempts { get; init; }

    /// <summary>An attempt that fails after it was the last one.</summary>
    public required Instant GiveUpAt { get; init; }

    /// <summary>The store's time of the claim.</summary>
    public required Instant Now { get; init; }
}
