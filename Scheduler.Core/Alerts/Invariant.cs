using Scheduler.Core.Contracts;
using Scheduler.Core.Status;

namespace Scheduler.Core.Alerts;

/// <summary>What must always hold, and is looked for all the same.</summary>
[WireCase(upper: false)]
public enum Invariant
{
    /// <summary>An active pipeline of a customer that may run has no next time: it never runs again.</summary>
    NextRunMissing,

    /// <summary>Such a pipeline has been due for <see cref="AlertRules.LongestDue"/>: nobody triggers, or the trigger cannot plan it.</summary>
    DueTooLong,

    /// <summary>A lease ended <see cref="AlertRules.LongestLostLease"/> ago and its item was not queued again: nobody looks for lost leases.</summary>
    LeaseNotEnded,

    /// <summary>An item is being processed and its run is not running.</summary>
    ItemWithoutRun,
}
