using Scheduler.Core.Contracts;

namespace Scheduler.Core.Alerts.Delivery;

/// <summary>Where something is sent.</summary>
[WireCase(upper: true)]
public enum SinkKind
{
    /// <summary>Alerts, to the operators' addresses.</summary>
    Email,
    Slack,

    /// <summary>Alerts, signed, to the operators' own program.</summary>
    Webhook,

    /// <summary>The outcome of a run, to the addresses of its pipeline.</summary>
    PipelineEmail,
}
