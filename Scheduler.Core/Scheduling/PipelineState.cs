using Scheduler.Core.Contracts;

namespace Scheduler.Core.Scheduling;

/// <summary>How a pipeline stands, the first that is true.</summary>
[WireCase(upper: false)]
public enum PipelineState
{
    /// <summary>Switched off.</summary>
    Off,

    /// <summary>Held until its pause ends.</summary>
    Paused,

    /// <summary>Its last run failed for good.</summary>
    Failing,
    Active,
}
