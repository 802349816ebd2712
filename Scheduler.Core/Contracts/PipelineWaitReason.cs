namespace Scheduler.Core.Contracts;

/// <summary>What decides when a pipeline runs next, the first that is true.</summary>
[WireCase(upper: false)]
public enum PipelineWaitReason
{
    /// <summary>It is not active.</summary>
    SwitchedOff,

    /// <summary>Its customer is suspended, or the subscription has ended.</summary>
    CustomerNotRunnable,
    Paused,

    /// <summary>One of its runs is being worked on.</summary>
    Running,

    /// <summary>One of its runs is queued.</summary>
    Queued,

    /// <summary>The customer's day is used up: what comes due today is skipped.</summary>
    QuotaDaily,

    /// <summary>The customer's month is used up: what comes due this month is skipped.</summary>
    QuotaMonthly,

    /// <summary>Its time has come, and the trigger has not.</summary>
    NotTriggered,

    /// <summary>Its time has not come.</summary>
    NotDueYet,
}
