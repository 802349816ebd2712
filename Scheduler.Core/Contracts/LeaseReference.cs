namespace Scheduler.Core.Contracts;

/// <summary>Names a lease: the item and the token it was claimed with.</summary>
public sealed record LeaseReference
{
    public required string QueueId { get; init; }
    public required string LeaseToken { get; init; }
}
