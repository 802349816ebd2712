using Scheduler.Core.Contracts;

namespace Scheduler.Core.Scheduling;

/// <summary>Why a pipeline cannot be run now.</summary>
[WireCase(upper: true)]
public enum RunRefusal
{
    /// <summary>The pipeline is not active.</summary>
    SwitchedOff,

    /// <summary>The pipeline is paused.</summary>
    Paused,

    /// <summary>The customer is suspended, or its subscription has ended.</summary>
    CustomerNotRunnable,

    /// <summary>A run of the pipeline is open, and its overlap policy is skip.</summary>
    Overlap,

    /// <summary>The run that is to be done again has not ended.</summary>
    NotFinished,

    /// <summary>The customer's day is used up.</summary>
    QuotaDaily,

    /// <summary>The customer's month is used up.</summary>
    QuotaMonthly,
}
