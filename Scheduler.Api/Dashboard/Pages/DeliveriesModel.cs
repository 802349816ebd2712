using Scheduler.Core.Alerts.Delivery;

namespace Scheduler.Api.Dashboard.Pages;

/// <summary>What is, was or could not be sent of alerts and runs, newest first.</summary>
/// <param name="State">How those that are shown stand.</param>
/// <param name="Order">How they are sorted, and can be.</param>
/// <param name="Next">The cursor of the next page.</param>
public sealed record DeliveriesModel(
    IReadOnlyList<DeliveryRecord> Deliveries,
    DeliveryState State,
    ListOrder Order,
    string? Next
)
{
    public static readonly IReadOnlyList<DeliveryState> Tabs =
    [
        DeliveryState.Dead,
        DeliveryState.Pending,
        DeliveryState.Delivered,
        DeliveryState.Dropped,
    ];
}
