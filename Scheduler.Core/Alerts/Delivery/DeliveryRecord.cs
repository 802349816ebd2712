using NodaTime;

namespace Scheduler.Core.Alerts.Delivery;

/// <summary>A delivery as operators see it; what it says is left out.</summary>
public sealed record DeliveryRecord
{
    public required string DeliveryId { get; init; }
    public required SinkKind Sink { get; init; }
    public required DeliveryEvent Event { get; init; }
    public string? CustomerId { get; init; }
    public long? AlertId { get; init; }
    public string? RunId { get; init; }
    public required DeliveryState State { get; init; }
    public required int Attempts { get; init; }
    public required Instant NextAttemptAt { get; init; }
    public required Instant GiveUpAt { get; init; }
    public string? LastError { get; init; }
    public required Instant CreatedAt { get; init; }
    public Instant? EndedAt { get; init; }
}
