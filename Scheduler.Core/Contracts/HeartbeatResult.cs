using NodaTime;

namespace Scheduler.Core.Contracts;

public sealed record HeartbeatResult
{
    public required string QueueId { get; init; }
    public required HeartbeatStatus Status { get; init; }

    /// <summary>The new end of the lease; null when it is lost.</summary>
    public Instant? LeaseExpiresAt { get; init; }
}
