using Scheduler.Core.Contracts;

namespace Scheduler.Core.Alerts;

/// <summary>How an alert stands.</summary>
[WireCase(upper: false)]
public enum AlertState
{
    /// <summary>Its condition holds.</summary>
    Firing,

    /// <summary>Its condition holds, and nobody wants to hear of it for a while.</summary>
    Silenced,

    /// <summary>Its condition held. It stays so; when it holds again, another alert fires.</summary>
    Resolved,
}
