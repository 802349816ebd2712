using NodaTime;
using Scheduler.Core.Runs;

namespace Scheduler.Core.Contracts;

public sealed record ResultReceipt
{
    public required string QueueId { get; init; }
    public required ResultStatus Status { get; init; }

    /// <summary>The run's state after an accepted result.</summary>
    public RunState? State { get; init; }

    /// <summary>When a failed run is tried again; null when it is not.</summary>
    public Instant? RetryAt { get; init; }
}
