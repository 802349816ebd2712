using Scheduler.Core.Alerts;
using Scheduler.Core.Alerts.Delivery;

namespace Scheduler.Api.Dashboard.Pages;

/// <summary>One alert.</summary>
/// <param name="Deliveries">What was, is and could not be sent of it, newest first.</param>
public sealed record AlertModel(Alert Alert, IReadOnlyList<DeliveryRecord> Deliveries);
