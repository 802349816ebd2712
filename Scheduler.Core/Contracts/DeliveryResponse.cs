using NodaTime;

namespace Scheduler.Core.Contracts;

/// <summary>Something that is, was or could not be sent to a sink.</summary>
public sealed record DeliveryResponse
{
    /// <summary>The same at every attempt; receivers know a second one by it.</summary>
    public required string DeliveryId { get; init; }

    /// <summary>EMAIL, SLACK, WEBHOOK or PIPELINE_EMAIL.</summary>
    public required string Sink { get; init; }

    /// <summary>FIRED, RESOLVED, RUN_FAILED or RUN_RECOVERED.</summary>
    public required string Event { get; init; }

    /// <summary>PENDING, DELIVERED, DEAD or DROPPED.</summary>
    public required string State { get; init; }
    public string? CustomerId { get; init; }
    public string? AlertId { get; init; }
    public string? RunId { get; init; }
    public required int Attempts { get; init; }

    /// <summary>Null where none follows.</summary>
    public Instant? NextAttemptAt { get; init; }

    /// <summary>Why the last attempt failed.</summary>
    public string? LastError { get; init; }
    public required Instant CreatedAt { get; init; }

    /// <summary>When it was delivered, given up or dropped.</summary>
    public Instant? EndedAt { get; init; }
}
