using Scheduler.Core.Contracts;

namespace Scheduler.Core.Scheduling.Bulks;

/// <summary>What is done to many pipelines at once.</summary>
[WireCase(upper: false)]
public enum BulkAction
{
    /// <summary>Held until a time, or until they are resumed.</summary>
    Pause,

    /// <summary>Their pause ends.</summary>
    Resume,

    /// <summary>Each gets a run beside its schedule.</summary>
    RunNow,

    /// <summary>Each does again what has failed lately and has not completed since.</summary>
    ReplayFailed,
}
