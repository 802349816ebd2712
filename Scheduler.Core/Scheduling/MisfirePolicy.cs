using Scheduler.Core.Contracts;

namespace Scheduler.Core.Scheduling;

/// <summary>What becomes of occurrences that were missed while the system was down.</summary>
[WireCase(upper: false)]
public enum MisfirePolicy
{
    /// <summary>One run, for the latest of them.</summary>
    RunOnce,

    /// <summary>None of them runs.</summary>
    Skip,

    /// <summary>Each of them runs, up to 100 per trigger call and pipeline.</summary>
    RunAll,
}
