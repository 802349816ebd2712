using NodaTime;
using Scheduler.Core.Retry;
using Scheduler.Core.Runs;

namespace Scheduler.Core.Queue;

/// <summary>What became of one lease that was to be ended.</summary>
/// <param name="State">The run's new state; null when the lease was no longer held and nothing was written.</param>
/// <param name="HasSuccessor">An item of the same pipeline is parked behind it.</param>
/// <param name="FreesWork">
/// Something may be claimable by it, now or later: an item of its customer waits, or it is itself queued again. Where looks cost nothing it is
/// always said to be so.
/// </param>
public sealed record EndedLease(
    string QueueId,
    RunState? State,
    ErrorType? ErrorType,
    Instant? RetryAt,
    string? RunId,
    string? ConfigId,
    bool HasSuccessor,
    bool FreesWork
);
