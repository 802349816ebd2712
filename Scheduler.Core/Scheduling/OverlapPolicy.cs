using Scheduler.Core.Contracts;

namespace Scheduler.Core.Scheduling;

/// <summary>What happens to an occurrence when the previous run of its pipeline is still open.</summary>
[WireCase(upper: false)]
public enum OverlapPolicy
{
    /// <summary>The new occurrence is recorded as skipped.</summary>
    Skip,

    /// <summary>The new run waits until the open one has ended.</summary>
    Queue,

    /// <summary>Both run at the same time.</summary>
    Allow,

    /// <summary>The open run is cancelled and the new one takes its place.</summary>
    CancelOther,
}
