using Scheduler.Core.Contracts;

namespace Scheduler.Core.Scheduling.Backfills;

/// <summary>Which occurrences of its range a backfill runs.</summary>
[WireCase(upper: false)]
public enum BackfillMode
{
    /// <summary>Those that have not run: no run at all, or only skipped ones.</summary>
    Missing,

    /// <summary>Those that have failed and never completed.</summary>
    Failed,

    /// <summary>All, whatever became of them.</summary>
    All,
}
