using Scheduler.Core.Contracts;

namespace Scheduler.Core.Scheduling.Backfills;

/// <summary>How a backfill stands.</summary>
[WireCase(upper: true)]
public enum BackfillState
{
    /// <summary>It goes on as far as its cap and the customer's quota let it.</summary>
    Running,

    /// <summary>No new runs until it is resumed; those that are queued go on.</summary>
    Paused,

    /// <summary>Ended by hand; its runs that had not started were skipped.</summary>
    Cancelled,

    /// <summary>Every occurrence has come to an end, well or badly.</summary>
    Completed,
}
