namespace Scheduler.Core.Contracts;

/// <summary>Whether a reported result took effect.</summary>
[WireCase(upper: false)]
public enum ResultStatus
{
    Accepted,

    /// <summary>The lease was no longer the reporter's: nothing was written.</summary>
    Stale,
}
