using NodaTime;

namespace Scheduler.Core.Overview;

/// <summary>A customer as a list shows it.</summary>
/// <param name="Status">As stored: ACTIVE, TRIAL, SUSPENDED, CANCELLED.</param>
/// <param name="SubscriptionStatus">Null without a subscription.</param>
/// <param name="IsRunnable">Whether its pipelines run now.</param>
public sealed record FoundCustomer(
    string CustomerId,
    string CompanyName,
    string Status,
    string? SubscriptionStatus,
    string Plan,
    string Timezone,
    bool IsRunnable,
    long ActivePipelines,
    long FailingPipelines,
    Instant CreatedAt
);
