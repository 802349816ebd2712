namespace Scheduler.Core.Contracts;

/// <summary>Names a lease: the item and the token it was claimed with.</summary>
public sealed record LeaseReference
{
    [Text(1, 200)]
    public required string QueueId { get; init; }

    [Text(1, 200)]
    public required string LeaseToken { get; init; }
}
