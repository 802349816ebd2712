using Scheduler.Core.Overview;

namespace Scheduler.Api.Dashboard.Pages;

/// <summary>The customers that were looked for.</summary>
/// <param name="Next">The cursor of the next page.</param>
public sealed record CustomersModel(
    IReadOnlyList<FoundCustomer> Rows,
    string? Search,
    string? Status,
    string? Plan,
    ListOrder Order,
    string? Next
);
