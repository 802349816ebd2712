namespace Scheduler.Core.Contracts;

public sealed record HeartbeatRequest
{
    public required string WorkerId { get; init; }
    public required IReadOnlyList<LeaseReference> Leases { get; init; }
}
