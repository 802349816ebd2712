using Scheduler.Core.Contracts;

namespace Scheduler.Core.Scheduling.Backfills;

/// <summary>What keeps a running backfill from going on for now.</summary>
[WireCase(upper: true)]
public enum BackfillWait
{
    /// <summary>Its pipeline is paused.</summary>
    Paused,

    /// <summary>Its pipeline is switched off.</summary>
    SwitchedOff,

    /// <summary>Its customer is suspended, or the subscription has ended.</summary>
    CustomerNotRunnable,

    /// <summary>What is left of the day is kept for the schedules.</summary>
    QuotaDaily,

    /// <summary>What is left of the month is kept for the schedules.</summary>
    QuotaMonthly,
}
