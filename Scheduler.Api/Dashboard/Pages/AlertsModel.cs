using Scheduler.Core.Alerts;

namespace Scheduler.Api.Dashboard.Pages;

/// <summary>Alerts, newest first.</summary>
/// <param name="Show">One of <see cref="Tabs"/>.</param>
/// <param name="CustomerId">Those of this customer; null for all.</param>
/// <param name="Order">How they are sorted, and can be.</param>
/// <param name="Next">The cursor of the next page.</param>
public sealed record AlertsModel(
    IReadOnlyList<Alert> Alerts,
    string Show,
    string? CustomerId,
    ListOrder Order,
    string? Next
)
{
    public static readonly IReadOnlyList<(string Show, string Name)> Tabs =
    [
        ("open", "Open"),
        ("firing", "Firing"),
        ("silenced", "Silenced"),
        ("resolved", "Over"),
        ("all", "All"),
    ];
}
