using NodaTime;
using Scheduler.Core.Retry;
using Scheduler.Core.Runs;

namespace Scheduler.Core.Queue;

/// <summary>What became of one lease that was to be ended.</summary>
/// <param name="State">The run's new state; null when the lease was no longer held and nothing was written.</param>
/// <param name="HasSuccessor">An item of the same pipeline is parked behind it.</param>
public sealed record EndedLease(
    string QueueId,
    RunState? State,
    ErrorType? ErrorType,
    Instant? RetryAt,
    string? RunId,
    string? ConfigId,
    bool HasSuccessor
);
