using NodaTime;

namespace Scheduler.Core.Contracts;

/// <summary>One subscription of a customer, current or superseded. A limit of null is unlimited.</summary>
public sealed record SubscriptionRecord
{
    public required string SubscriptionId { get; init; }
    public required string PlanName { get; init; }
    public required SubscriptionStatus Status { get; init; }
    public required int? MaxTeamMembers { get; init; }
    public required int? MaxProviders { get; init; }
    public required int? MaxPipelinesPerDay { get; init; }
    public required int? MaxPipelinesPerMonth { get; init; }
    public required int? MaxConcurrentPipelines { get; init; }
    public required LocalDate SubscriptionStartDate { get; init; }

    /// <summary>The last UTC day that is covered; null while it has no end.</summary>
    public LocalDate? SubscriptionEndDate { get; init; }
    public LocalDate? TrialEndDate { get; init; }
    public BillingCycle? BillingCycle { get; init; }
    public bool? AutoRenew { get; init; }
    public string? CancellationReason { get; init; }
    public required Instant CreatedAt { get; init; }

    /// <summary>When another took its place; null for the current one.</summary>
    public Instant? SupersededAt { get; init; }
}
