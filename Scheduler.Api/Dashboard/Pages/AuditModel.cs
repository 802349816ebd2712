using Scheduler.Core.Audit;

namespace Scheduler.Api.Dashboard.Pages;

/// <summary>The audit trail, or the counts of refused calls.</summary>
/// <param name="Entries">Null where refusals are shown.</param>
/// <param name="Refusals">Null where entries are shown.</param>
/// <param name="Days">How far back.</param>
/// <param name="Order">How they are sorted, and can be.</param>
/// <param name="Next">The cursor of the next page.</param>
public sealed record AuditModel(
    IReadOnlyList<AuditEntry>? Entries,
    IReadOnlyList<RefusedCalls>? Refusals,
    string? CustomerId,
    int Days,
    ListOrder Order,
    string? Next
)
{
    public static readonly IReadOnlyList<int> DayChoices = [1, 7, 30, 365];
}
