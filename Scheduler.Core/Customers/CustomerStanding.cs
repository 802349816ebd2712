using NodaTime;

namespace Scheduler.Core.Customers;

/// <summary>How a customer stands at <see cref="Now"/>.</summary>
public sealed record CustomerStanding
{
    public required string CustomerId { get; init; }
    public required string CompanyName { get; init; }

    /// <summary>ACTIVE, SUSPENDED, TRIAL or CANCELLED.</summary>
    public required string CustomerStatus { get; init; }
    public required string? SubscriptionStatus { get; init; }
    public required string SubscriptionPlan { get; init; }
    public required string Timezone { get; init; }
    public required string TenantDatasetId { get; init; }

    /// <summary>The first instant at which its pipelines no longer run; in the past when they do not run now.</summary>
    public required Instant RunnableUntil { get; init; }
    public required Instant Now { get; init; }

    public bool IsRunnable => RunnableUntil > Now;
}
