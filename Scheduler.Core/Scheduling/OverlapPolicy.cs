using Scheduler.Core.Contracts;

namespace Scheduler.Core.Scheduling;

/// <summary>What happens to an occurrence while the previous run of the same pipeline is still open.</summary>
[WireCase(upper: false)]
public enum OverlapPolicy
{
    /// <summary>It becomes a SKIPPED run with reason OVERLAP.</summary>
    Skip,

    /// <summary>It waits in the queue until the previous run has ended.</summary>
    Queue,

    /// <summary>Both run.</summary>
    Allow,

    /// <summary>The previous run is cancelled.</summary>
    CancelOther,
}
