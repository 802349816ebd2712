using NodaTime;

namespace Scheduler.Tests.Simulation.Model;

/// <summary>What a customer has, or had, subscribed to. A limit of null is unlimited.</summary>
internal sealed class ModelSubscription
{
    public required string SubscriptionId { get; init; }
    public required string PlanName { get; set; }
    public required string Status { get; set; }
    public long? MaxTeamMembers { get; init; }
    public long? MaxProviders { get; init; }
    public long? MaxPipelinesPerDay { get; init; }
    public long? MaxPipelinesPerMonth { get; set; }
    public long? MaxConcurrentPipelines { get; init; }
    public LocalDate StartDate { get; init; }
    public LocalDate? EndDate { get; init; }
    public LocalDate? TrialEndDate { get; set; }
    public string? BillingCycle { get; init; }
    public bool? AutoRenew { get; init; }
    public string? CancellationReason { get; init; }
    public required Instant CreatedAt { get; init; }
    public Instant? SupersededAt { get; set; }
}
