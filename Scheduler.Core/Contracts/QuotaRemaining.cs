namespace Scheduler.Core.Contracts;

/// <summary>What is left of the quotas. Null is unlimited.</summary>
public sealed record QuotaRemaining
{
    public required int? Daily { get; init; }
    public required int? Monthly { get; init; }
    public required int? Concurrent { get; init; }
}
