using Scheduler.Core.Contracts;

namespace Scheduler.Core.Alerts.Delivery;

/// <summary>How a delivery stands.</summary>
[WireCase(upper: true)]
public enum DeliveryState
{
    /// <summary>To be sent, for the first time or again.</summary>
    Pending,

    /// <summary>The sink has taken it.</summary>
    Delivered,

    /// <summary>Given up after <see cref="DeliveryPolicy.Window"/>; can be sent again by hand.</summary>
    Dead,

    /// <summary>Its alert was silenced before it was sent.</summary>
    Dropped,
}
