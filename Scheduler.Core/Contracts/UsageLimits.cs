namespace Scheduler.Core.Contracts;

/// <summary>The limits of the current subscription. Null is unlimited.</summary>
public sealed record UsageLimits
{
    public required int? Daily { get; init; }
    public required int? Monthly { get; init; }
    public required int? Concurrent { get; init; }
}
