namespace Scheduler.Core.Contracts;

public sealed record HeartbeatResponse
{
    /// <summary>One entry per lease of the request, in the same order.</summary>
    public required IReadOnlyList<HeartbeatResult> Leases { get; init; }
}
