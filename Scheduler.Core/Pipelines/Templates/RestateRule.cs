namespace Scheduler.Core.Pipelines.Templates;

/// <summary>What a run reads again beside its window.</summary>
public enum RestateRule
{
    /// <summary>Nothing.</summary>
    Window,

    /// <summary>The window begins with the earliest day that the source has changed.</summary>
    TouchedDays,

    /// <summary>The parts of the source that have changed, however old, and only those.</summary>
    ChangedParts,
}
