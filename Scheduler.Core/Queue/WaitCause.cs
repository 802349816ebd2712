using Scheduler.Core.Contracts;

namespace Scheduler.Core.Queue;

/// <summary>Why a run has not started yet.</summary>
[WireCase(upper: false)]
public enum WaitCause
{
    None,
    CustomerNotRunnable,
    Paused,
    Overlap,
    NotDueYet,
    Cap,
    WaitingItsShare,
    Quota,
}
