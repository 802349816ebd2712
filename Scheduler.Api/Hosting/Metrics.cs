using OpenTelemetry.Metrics;
using Scheduler.Api.Auth;
using Scheduler.Api.Settings;
using Scheduler.Core.Telemetry;

namespace Scheduler.Api.Hosting;

/// <summary>The numbers of this process in the text format of Prometheus.</summary>
internal static class Metrics
{
    /// <summary>What the API is called in traces, metrics and logs.</summary>
    public const string ServiceName = "scheduler-api";

    private const string Route = "/metrics";

    /// <summary>What ASP.NET Core and Kestrel count themselves; documented there.</summary>
    private static readonly string[] OfThePlatform =
    [
        "Microsoft.AspNetCore.Hosting",
        "Microsoft.AspNetCore.Server.Kestrel",
    ];

    public static void AddMetrics(this WebApplicationBuilder builder, ApiOptions options)
    {
        builder.Services.AddSingleton<StatusWatch>();
        builder.AddTelemetry(
            options.Telemetry,
            ServiceName,
            metrics: metrics =>
                metrics
                    .AddMeter(OfThePlatform)
                    // Each scrape is answered with the numbers of its moment.
                    .AddPrometheusExporter(exporter => exporter.ScrapeResponseCacheDurationMilliseconds = 0)
        );
    }

    /// <summary>For operators: the numbers of all customers are in it.</summary>
    public static void MapMetrics(this IEndpointRouteBuilder app) =>
        app.MapPrometheusScrapingEndpoint(
                Route,
                meterProvider: null,
                configureBranchedPipeline: page =>
                    page.Use(
                        async (context, next) =>
                        {
                            var watch = context.RequestServices.GetRequiredService<StatusWatch>();
                            await watch.RefreshAsync(context.RequestAborted);
                            await next(context);
                        }
                    ),
                optionsName: null
            )
            .WithMetadata(new HttpMethodMetadata([HttpMethods.Get]))
            .RequireAdmin()
            .ExcludeFromDescription();
}
