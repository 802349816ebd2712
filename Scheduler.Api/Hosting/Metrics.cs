using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using Scheduler.Api.Auth;
using Scheduler.Core.Storage.BigQuery;
using Scheduler.Core.Telemetry;

namespace Scheduler.Api.Hosting;

/// <summary>The numbers of this process in the text format of Prometheus.</summary>
internal static class Metrics
{
    private const string Route = "/metrics";
    private const string ServiceName = "scheduler-api";

    /// <summary>What ASP.NET Core, Kestrel and the runtime count themselves; documented there.</summary>
    private static readonly string[] OfThePlatform =
    [
        "Microsoft.AspNetCore.Hosting",
        "Microsoft.AspNetCore.Server.Kestrel",
        "System.Runtime",
    ];

    public static IServiceCollection AddMetricsPage(this IServiceCollection services)
    {
        services
            .AddOpenTelemetry()
            .ConfigureResource(resource => resource.AddService(ServiceName))
            .WithMetrics(metrics =>
                metrics
                    .AddMeter(RunInstruments.MeterName, BigQueryInstruments.MeterName, AlertInstruments.MeterName)
                    .AddMeter(OfThePlatform)
                    // Each scrape is answered with the numbers of its moment.
                    .AddPrometheusExporter(exporter => exporter.ScrapeResponseCacheDurationMilliseconds = 0)
            );
        return services;
    }

    /// <summary>For operators: the numbers of all customers are in it.</summary>
    public static void MapMetrics(this IEndpointRouteBuilder app) =>
        app.MapPrometheusScrapingEndpoint(Route)
            .WithMetadata(new HttpMethodMetadata([HttpMethods.Get]))
            .RequireAdmin()
            .ExcludeFromDescription();
}
