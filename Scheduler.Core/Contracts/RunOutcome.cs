namespace Scheduler.Core.Contracts;

/// <summary>What a worker reports about a leased item.</summary>
[WireCase(upper: false)]
public enum RunOutcome
{
    Completed,
    Failed,

    /// <summary>Handed back unfinished (drain): back in the queue at once, costs no attempt.</summary>
    Released,

    /// <summary>Stopped because the heartbeat said so.</summary>
    Cancelled,
}
