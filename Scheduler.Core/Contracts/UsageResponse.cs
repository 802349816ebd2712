using NodaTime;

namespace Scheduler.Core.Contracts;

/// <summary>What a customer used in one of its months, by the days of its own time zone.</summary>
public sealed record UsageResponse
{
    public required string CustomerId { get; init; }

    /// <summary>As yyyy-MM.</summary>
    public required string Month { get; init; }
    public required string Timezone { get; init; }

    /// <summary>The customer's date now; <c>remaining</c> is that of now, whatever month is shown.</summary>
    public required LocalDate Today { get; init; }
    public required UsageCounts Totals { get; init; }
    public required UsageLimits Limits { get; init; }
    public required QuotaRemaining Remaining { get; init; }

    /// <summary>Every day of the month up to today.</summary>
    public required IReadOnlyList<UsageDayCounts> Days { get; init; }
    public required UsageTrend Trend { get; init; }
}
