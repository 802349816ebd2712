using Scheduler.Core.Net;

namespace Scheduler.Core.Alerts.Delivery;

/// <summary>The operators' own receiver of alerts. A class and no record: no text of it shows a secret.</summary>
public sealed class WebhookOptions
{
    public required OutboundTarget Target { get; init; }

    /// <summary>What deliveries are signed with: one, or two while it is changed.</summary>
    public required IReadOnlyList<string> Secrets { get; init; }
}
