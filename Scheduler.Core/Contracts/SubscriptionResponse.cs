namespace Scheduler.Core.Contracts;

/// <summary>A customer's subscription with those before it.</summary>
public sealed record SubscriptionResponse
{
    public required string CustomerId { get; init; }
    public required SubscriptionRecord Current { get; init; }

    /// <summary>Keys that the plan allows.</summary>
    public required int MaxApiKeys { get; init; }

    /// <summary>The superseded ones, newest first, at most 100.</summary>
    public required IReadOnlyList<SubscriptionRecord> History { get; init; }
}
