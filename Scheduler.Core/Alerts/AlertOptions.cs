using NodaTime;
using Scheduler.Core.Alerts.Delivery;

namespace Scheduler.Core.Alerts;

/// <summary>What fires an alert and who is told. A class and no record: its parts hold secrets, which no text of it must show.</summary>
public sealed class AlertOptions
{
    /// <summary>The p99 of lateness that is aimed at.</summary>
    public Duration LatenessObjective { get; init; } = Duration.FromMinutes(5);

    /// <summary>Null while no mail is sent.</summary>
    public EmailOptions? Email { get; init; }

    /// <summary>Null while Slack is not told.</summary>
    public SlackOptions? Slack { get; init; }

    /// <summary>Null while no webhook is called.</summary>
    public WebhookOptions? Webhook { get; init; }

    /// <summary>Under which address people reach this system, for links; null where none are given. Ends without a slash.</summary>
    public string? PublicUrl { get; init; }

    /// <summary>Who is told of alerts.</summary>
    public IReadOnlyList<SinkKind> Sinks =>
        [
            .. Email is { To.Count: > 0 } ? [SinkKind.Email] : Array.Empty<SinkKind>(),
            .. Slack is not null ? [SinkKind.Slack] : Array.Empty<SinkKind>(),
            .. Webhook is not null ? [SinkKind.Webhook] : Array.Empty<SinkKind>(),
        ];
}
