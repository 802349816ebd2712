using System.Collections.Concurrent;
using System.Text;
using Google.Protobuf;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Scheduler.Tests.Telemetry.Otlp;

/// <summary>Takes traces and metrics by OTLP over HTTP, as a collector does, on a loopback port of its own.</summary>
internal sealed class OtlpReceiver : IAsyncDisposable
{
    private readonly WebApplication app;
    private readonly ConcurrentQueue<ReceivedSpan> spans = new();
    private readonly ConcurrentQueue<MetricMessage> metrics = new();
    private readonly ConcurrentQueue<byte[]> bodies = new();

    private OtlpReceiver()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        app = builder.Build();
        app.MapPost("/v1/traces", TakeTracesAsync);
        app.MapPost("/v1/metrics", TakeMetricsAsync);
    }

    public IReadOnlyList<ReceivedSpan> Spans => [.. spans];

    public IReadOnlyList<MetricMessage> Metrics => [.. metrics];

    /// <summary>The standard settings of a process that sends here, and sends soon.</summary>
    public (string Name, string Value)[] Settings =>
        [
            ("OTEL_EXPORTER_OTLP_ENDPOINT", app.Urls.Single()),
            ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf"),
            ("OTEL_BSP_SCHEDULE_DELAY", "200"),
            ("OTEL_METRIC_EXPORT_INTERVAL", "500"),
        ];

    public static async Task<OtlpReceiver> StartAsync()
    {
        var receiver = new OtlpReceiver();
        await receiver.app.StartAsync();
        return receiver;
    }

    /// <summary>Whether a text stands anywhere in what was received.</summary>
    public bool Holds(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        return bodies.Any(body => body.AsSpan().IndexOf(bytes) >= 0);
    }

    public async ValueTask DisposeAsync() => await app.DisposeAsync();

    private async Task TakeTracesAsync(HttpRequest request)
    {
        var received = TracesRequest.Parser.ParseFrom(await BodyAsync(request));
        foreach (var resource in received.ResourceSpans)
        {
            var service = ReceivedSpan.Tags(resource.Resource.Attributes)["service.name"];
            foreach (var span in resource.ScopeSpans.SelectMany(scope => scope.Spans))
            {
                spans.Enqueue(new ReceivedSpan(service, span));
            }
        }
    }

    private async Task TakeMetricsAsync(HttpRequest request)
    {
        var received = MetricsRequest.Parser.ParseFrom(await BodyAsync(request));
        foreach (
            var metric in received
                .ResourceMetrics.SelectMany(resource => resource.ScopeMetrics)
                .SelectMany(scope => scope.Metrics)
        )
        {
            metrics.Enqueue(metric);
        }
    }

    private async Task<ByteString> BodyAsync(HttpRequest request)
    {
        using var body = new MemoryStream();
        await request.Body.CopyToAsync(body);
        bodies.Enqueue(body.ToArray());
        return ByteString.CopyFrom(body.GetBuffer(), 0, (int)body.Length);
    }
}
