using NodaTime;

namespace Scheduler.Core.Queue;

/// <summary>What deciding about the end of a lease needs to know; fixed while the lease is held.</summary>
public sealed record LeaseFacts
{
    public required string QueueId { get; init; }
    public required string LeaseToken { get; init; }
    public required Instant LeaseExpiresAt { get; init; }
    public required string RunId { get; init; }
    public required string ConfigId { get; init; }
    public required string CustomerId { get; init; }
    public required Instant ScheduledTime { get; init; }

    /// <summary>This, the lane and the configuration of retries are told where a retry may follow.</summary>
    public required int RetryAttempt { get; init; }
    public required string Lane { get; init; }

    /// <summary>The pipeline's retry_config as stored, or null for the default.</summary>
    public required string? RetryConfig { get; init; }
    public required string CustomerTimezone { get; init; }
}
