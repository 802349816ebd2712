using System.Text.Json;
using Scheduler.Core.Alerts.Delivery;
using Scheduler.Core.Contracts;

namespace Scheduler.Core.Alerts.Mails;

/// <summary>Sends the outcome of a run to the addresses of its pipeline.</summary>
public sealed class PipelineEmailSink(string? publicUrl, MailTransport mails) : IDeliverySink
{
    public SinkKind Kind => SinkKind.PipelineEmail;

    /// <inheritdoc/>
    public async Task SendAsync(ClaimedDelivery delivery, CancellationToken cancellationToken)
    {
        var notice = JsonSerializer.Deserialize<RunNotice>(delivery.Payload, WireJson.Options)!;
        await mails.SendAsync(
            delivery.DeliveryId,
            notice.Recipients,
            RunText.Subject(delivery.Event, notice),
            RunText.Body(delivery.Event, notice, publicUrl),
            cancellationToken
        );
    }
}
