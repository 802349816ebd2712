using Scheduler.Core.Net;

namespace Scheduler.Core.Alerts.Delivery;

/// <summary>An incoming webhook of Slack. A class and no record: its URL is a secret.</summary>
public sealed class SlackOptions
{
    public required OutboundTarget Webhook { get; init; }
}
