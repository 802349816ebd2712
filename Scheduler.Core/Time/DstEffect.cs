using Scheduler.Core.Contracts;

namespace Scheduler.Core.Time;

/// <summary>How a change of the clock touches one occurrence.</summary>
[WireCase(upper: false)]
public enum DstEffect
{
    None,

    /// <summary>The run stands (also) for wall times that a gap swallowed.</summary>
    Gap,

    /// <summary>The occurrence's wall time comes twice that day.</summary>
    Overlap,
}
