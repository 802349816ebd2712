using System.Text.Json;
using Scheduler.Core.Contracts;

namespace Scheduler.Core.Alerts.Delivery;

/// <summary>Sends alerts to the operators' addresses.</summary>
public sealed class EmailSink(EmailOptions options, string? publicUrl, MailTransport mails) : IDeliverySink
{
    public SinkKind Kind => SinkKind.Email;

    /// <inheritdoc/>
    public async Task SendAsync(ClaimedDelivery delivery, CancellationToken cancellationToken)
    {
        var notice = JsonSerializer.Deserialize<AlertNotice>(delivery.Payload, WireJson.Options)!;
        var lines = AlertText.Facts(notice).Select(fact => $"{fact.Name, -10}{fact.Value}");
        var text = $"{notice.Message}\n\n{string.Join('\n', lines)}\n";
        if (publicUrl is not null)
        {
            text += $"\n{publicUrl}/\n";
        }
        await mails.SendAsync(
            delivery.DeliveryId,
            options.To,
            $"[scheduler] {AlertText.Title(delivery.Event, notice)}",
            text,
            cancellationToken
        );
    }
}
