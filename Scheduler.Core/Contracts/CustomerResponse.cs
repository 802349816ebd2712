using NodaTime;

namespace Scheduler.Core.Contracts;

/// <summary>A customer's profile.</summary>
public sealed record CustomerResponse
{
    public required string CustomerId { get; init; }
    public required string CompanyName { get; init; }
    public required string AdminEmail { get; init; }
    public required string TenantDatasetId { get; init; }
    public required CustomerStatus Status { get; init; }
    public required string SubscriptionPlan { get; init; }

    /// <summary>IANA zone in which the quota days and months turn over.</summary>
    public required string Timezone { get; init; }
    public string? StripeCustomerId { get; init; }
    public required Instant CreatedAt { get; init; }
    public required Instant UpdatedAt { get; init; }
    public string? TrialStartDate { get; init; }
    public string? TrialEndDate { get; init; }
    public required SupportTier SupportTier { get; init; }
    public string? BillingEmail { get; init; }
    public string? PhoneNumber { get; init; }
    public required DataResidency DataResidency { get; init; }
    public required bool RequiresHipaa { get; init; }
    public required bool RequiresSoc2 { get; init; }
    public string? Notes { get; init; }
}
