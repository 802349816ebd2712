using Scheduler.Core.Contracts;

namespace Scheduler.Core.Alerts.Delivery;

/// <summary>What a delivery tells.</summary>
[WireCase(upper: true)]
public enum DeliveryEvent
{
    /// <summary>An alert fires.</summary>
    Fired,

    /// <summary>An alert is over.</summary>
    Resolved,

    /// <summary>A pipeline's run failed for good.</summary>
    RunFailed,

    /// <summary>A pipeline succeeds again.</summary>
    RunRecovered,
}
