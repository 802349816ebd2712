using NodaTime;

namespace Scheduler.Core.Runs;

/// <summary>One move of a run, as it was recorded.</summary>
/// <param name="From">Null at birth.</param>
/// <param name="Actor">Who moved it: a worker, trigger, reaper, retry, or a key.</param>
public sealed record RunTransition(
    RunState? From,
    RunState To,
    Instant At,
    string Actor,
    long LeaseEpoch,
    string? Note
);
