using NodaTime;
using Scheduler.Core.Quotas;

namespace Scheduler.Core.Customers;

/// <summary>Everything that onboarding writes in one go.</summary>
public sealed record NewCustomer
{
    public required string CustomerId { get; init; }
    public required string CompanyName { get; init; }
    public required string AdminEmail { get; init; }
    public required string DatasetId { get; init; }
    public required Plan Plan { get; init; }
    public required string Timezone { get; init; }
    public required string SubscriptionId { get; init; }
    public required string MemberId { get; init; }
    public required string ApiKeyId { get; init; }

    /// <summary>SHA-256 of the key, lower-case hex.</summary>
    public required string ApiKeyHash { get; init; }
    public required string KeyPrefix { get; init; }
    public required string UsageId { get; init; }

    /// <summary>The customer's own date.</summary>
    public required LocalDate Today { get; init; }
}
