using System.Globalization;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Nodes;
using Scheduler.Core.Contracts;
using Scheduler.Core.Net;

namespace Scheduler.Core.Alerts.Delivery;

/// <summary>Sends alerts as signed JSON (<see cref="WebhookSignature"/>).</summary>
public sealed class WebhookSink(WebhookOptions options, GuardedHttp http, TimeProvider time)
    : IDeliverySink,
        IDisposable
{
    private readonly WebPost post = new(http, options.Target, time);

    public SinkKind Kind => SinkKind.Webhook;

    /// <inheritdoc/>
    public async Task SendAsync(ClaimedDelivery delivery, CancellationToken cancellationToken)
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(
            new JsonObject
            {
                ["delivery_id"] = delivery.DeliveryId,
                ["event"] = Wire.Name(delivery.Event),
                ["alert"] = JsonNode.Parse(delivery.Payload),
            }
        );
        var timestamp = time.GetUtcNow().ToUnixTimeSeconds();
        using var content = new ByteArrayContent(body);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        await post.SendAsync(
            content,
            [
                (WebhookSignature.TimestampHeader, timestamp.ToString(CultureInfo.InvariantCulture)),
                (WebhookSignature.SignatureHeader, WebhookSignature.Of(options.Secrets, timestamp, body)),
                (WebhookSignature.DeliveryHeader, delivery.DeliveryId),
            ],
            cancellationToken
        );
    }

    public void Dispose() => post.Dispose();
}
