using NodaTime;

namespace Scheduler.Core.Contracts;

/// <summary>Answer of onboarding: the customer and its first key.</summary>
public sealed record OnboardResponse
{
    public required string CustomerId { get; init; }
    public required string CompanyName { get; init; }
    public required string AdminEmail { get; init; }
    public required string TenantDatasetId { get; init; }
    public required CustomerStatus Status { get; init; }
    public required SubscriptionPlan SubscriptionPlan { get; init; }
    public required string Timezone { get; init; }
    public required string ApiKeyId { get; init; }

    /// <summary>The key itself. It is shown in this answer only and cannot be read again.</summary>
    public required string ApiKey { get; init; }
    public required string KeyPrefix { get; init; }
    public required Instant CreatedAt { get; init; }

    /// <summary>Without the key, so that it is of no use in a log.</summary>
    public override string ToString() => $"{nameof(OnboardResponse)} {{ {CustomerId} }}";
}
