using NodaTime;

namespace Scheduler.Core.Contracts;

/// <summary>Answer of process-queue with inline execution.</summary>
public sealed record InlineResponse
{
    /// <summary>True when an item was taken and has ended; false while it still runs.</summary>
    public required bool Processed { get; init; }
    public required string RunId { get; init; }
    public required string QueueId { get; init; }
    public required string CustomerId { get; init; }
    public required string PipelineId { get; init; }
    public required string PipelineLoggingId { get; init; }

    /// <summary>COMPLETED, FAILED, PENDING (handed back), or PROCESSING when the run outlasted the wait and goes on.</summary>
    public required string Status { get; init; }
    public required string Message { get; init; }

    /// <summary>When a failed run is tried again; null when it is not.</summary>
    public Instant? RetryAt { get; init; }
}
