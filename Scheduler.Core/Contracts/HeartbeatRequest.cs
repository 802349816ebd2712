namespace Scheduler.Core.Contracts;

public sealed record HeartbeatRequest
{
    [Text(1, 200)]
    public required string WorkerId { get; init; }

    /// <summary>1 to 1,000.</summary>
    [Entries(1, 1000)]
    public required IReadOnlyList<LeaseReference> Leases { get; init; }
}
