using Scheduler.Core.Contracts;

namespace Scheduler.Core.Scheduling;

/// <summary>What becomes of the occurrences that came and went while nothing triggered.</summary>
[WireCase(upper: false)]
public enum MisfirePolicy
{
    /// <summary>One run at the latest of them, whose data interval covers them all.</summary>
    RunOnce,

    /// <summary>The latest runs if it is not older than the grace time, else it is recorded as skipped.</summary>
    Skip,

    /// <summary>Each runs with its own data interval; the newest 100, the others are recorded as one skipped run.</summary>
    RunAll,
}
