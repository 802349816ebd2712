namespace Scheduler.Core.Contracts;

/// <summary>What became of a lease at a heartbeat.</summary>
[WireCase(upper: false)]
public enum HeartbeatStatus
{
    /// <summary>Extended until <see cref="HeartbeatResult.LeaseExpiresAt"/>.</summary>
    Renewed,

    /// <summary>No longer this worker's: stop, write nothing, report nothing.</summary>
    Lost,

    /// <summary>Extended, but somebody asked for the run to be cancelled: stop and report <c>cancelled</c>.</summary>
    Cancel,
}
