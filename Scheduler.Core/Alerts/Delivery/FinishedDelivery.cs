using NodaTime;

namespace Scheduler.Core.Alerts.Delivery;

/// <summary>What became of an attempt.</summary>
/// <param name="DeliveryId">The delivery.</param>
/// <param name="Token">The claim's; another's delivery is not touched.</param>
/// <param name="State">Pending for another attempt.</param>
/// <param name="NextAttemptAt">For a pending one.</param>
/// <param name="Error">Why it failed, without secrets; null where it did not.</param>
public sealed record FinishedDelivery(
    string DeliveryId,
    string Token,
    DeliveryState State,
    Instant? NextAttemptAt,
    string? Error
);
