using NodaTime;
using NodaTime.Text;
using Scheduler.Core.Contracts;
using Scheduler.Core.Customers;
using Scheduler.Core.Storage;

namespace Scheduler.Core.Usage;

/// <summary>Answers what a customer used in a month.</summary>
public sealed class UsageReading(CustomerStore customers)
{
    /// <summary>Null when there is no such customer.</summary>
    /// <param name="customerId">Whose.</param>
    /// <param name="asked">The month; null for the customer's present one.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<UsageResponse?> ReadAsync(
        string customerId,
        UsageMonth? asked,
        CancellationToken cancellationToken
    )
    {
        if (await customers.StandingAsync(customerId, cancellationToken) is not { } standing)
        {
            return null;
        }
        var today = UsageDay.Of(customerId, standing.Timezone, standing.Now).Date;
        var facts = await customers.ReadinessAsync(
            customerId,
            UsageMonth.Of(today),
            today,
            standing.Now,
            cancellationToken
        );
        var month = asked ?? UsageMonth.Of(today);
        var rows = await customers.UsageAsync(customerId, month.Previous.First, month.Last, cancellationToken);
        return facts is null ? null : Compose(standing, facts, rows, month, today);
    }

    private static UsageResponse Compose(
        CustomerStanding standing,
        ReadinessFacts facts,
        IReadOnlyList<DailyUsage> rows,
        UsageMonth month,
        LocalDate today
    )
    {
        var first = LocalDatePattern.Iso.Format(month.First);
        var days = UsageReport.Days(Of(isPrevious: false), month, today);
        return new UsageResponse
        {
            CustomerId = standing.CustomerId,
            Month = month.ToString(),
            Timezone = standing.Timezone,
            Today = today,
            Totals = UsageReport.Totals(days),
            Limits = new()
            {
                Daily = facts.DailyLimit,
                Monthly = facts.MonthlyLimit,
                Concurrent = facts.ConcurrentLimit,
            },
            Remaining = Readiness.Remaining(facts),
            Days = days,
            Trend = UsageReport.Trend(
                days,
                UsageReport.Days(Of(isPrevious: true), month.Previous, month.Previous.Last),
                month
            ),
        };

        // ISO dates sort as text.
        IEnumerable<DailyUsage> Of(bool isPrevious) =>
            rows.Where(row => string.CompareOrdinal(row.UsageDate, first) < 0 == isPrevious);
    }
}
