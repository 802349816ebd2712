namespace Scheduler.Core.Execution;

/// <summary>Why a leased run is stopped before its own end.</summary>
public enum StopReason
{
    /// <summary>The lease is, or may be, another worker's: report nothing.</summary>
    Lost,

    /// <summary>A heartbeat's answer asked for it: report <c>cancelled</c>.</summary>
    Cancelled,

    /// <summary>The process is going down: hand the item back.</summary>
    Released,
}
