namespace Scheduler.Core.Contracts;

/// <summary>What keeps a run from running.</summary>
[WireCase(upper: false)]
public enum WaitReason
{
    /// <summary>It runs, or it has ended.</summary>
    None,

    /// <summary>Its time, or its retry's time, has not come.</summary>
    NotDueYet,

    /// <summary>Its pipeline is paused.</summary>
    Paused,

    /// <summary>The customer is suspended, or its subscription has ended.</summary>
    CustomerNotRunnable,

    /// <summary>The day's or month's runs are used up.</summary>
    Quota,

    /// <summary>The customer runs as many pipelines at once as its plan allows.</summary>
    Cap,

    /// <summary>The previous run of the same pipeline is still open.</summary>
    Overlap,

    /// <summary>It may run, and waits for its turn among the customers' work.</summary>
    WaitingItsShare,
}
