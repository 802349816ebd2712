using NodaTime;

namespace Scheduler.Core.Customers;

/// <summary>What decides whether a customer's pipeline could run. Null limits are unlimited.</summary>
public sealed record ReadinessFacts
{
    public required string CustomerStatus { get; init; }
    public required string? SubscriptionStatus { get; init; }
    public required Instant RunnableUntil { get; init; }
    public required int? DailyLimit { get; init; }
    public required int? MonthlyLimit { get; init; }
    public required int? ConcurrentLimit { get; init; }
    public required int RunToday { get; init; }
    public required int RunThisMonth { get; init; }
    public required int Running { get; init; }

    /// <summary>Active credentials that are PENDING or VALID.</summary>
    public required int UsableCredentials { get; init; }

    /// <summary>Active pipelines of providers that need no credential.</summary>
    public required int OpenPipelines { get; init; }

    /// <summary>Providers of active pipelines for which there is no usable credential.</summary>
    public required IReadOnlyList<string> ProvidersWithoutCredential { get; init; }
}
