using System.Net.Http.Headers;
using System.Text.Json;
using Scheduler.Core.Contracts;
using Scheduler.Core.Net;

namespace Scheduler.Core.Alerts.Delivery;

/// <summary>Posts alerts to a channel of Slack.</summary>
public sealed class SlackSink(SlackOptions options, string? publicUrl, GuardedHttp http, TimeProvider time)
    : IDeliverySink,
        IDisposable
{
    private readonly WebPost post = new(http, options.Webhook, time);

    public SinkKind Kind => SinkKind.Slack;

    /// <inheritdoc/>
    public async Task SendAsync(ClaimedDelivery delivery, CancellationToken cancellationToken)
    {
        var notice = JsonSerializer.Deserialize<AlertNotice>(delivery.Payload, WireJson.Options)!;
        var message = SlackMessage.Of(delivery.Event, notice, publicUrl);
        using var content = new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(message));
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        await post.SendAsync(content, [], cancellationToken);
    }

    public void Dispose() => post.Dispose();
}
