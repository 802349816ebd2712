using Scheduler.Core.Contracts;

namespace Scheduler.Core.Runs;

/// <summary>Where a run stands. The last three are final.</summary>
[WireCase(upper: true)]
public enum RunState
{
    /// <summary>Future-dated: waits for its retry time. Put there by the completion of the attempt before it.</summary>
    Scheduled,

    /// <summary>In the queue, claimable as soon as it is visible and its customer has a free slot.</summary>
    Pending,

    /// <summary>Leased to a worker.</summary>
    Running,

    /// <summary>Final: its one accepted completion was a success.</summary>
    Completed,

    /// <summary>Final: failed, cancelled while running, or lost three leases.</summary>
    Failed,

    /// <summary>Final: never ran; the reason says why.</summary>
    Skipped,
}
