using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;
using Scheduler.Core.Storage.BigQuery;

namespace Scheduler.Core.Telemetry;

/// <summary>Collects what the instruments say and, where it is asked for, sends it by OTLP.</summary>
public static class TelemetryRegistration
{
    /// <summary>The meter of the gauges about the whole system.</summary>
    public const string SystemMeterName = "Scheduler.System";

    /// <summary>How long the end of a process may be held up by what it has still to send.</summary>
    public static readonly TimeSpan ShutDownWithin = TimeSpan.FromSeconds(1.5);

    // A pass of the trigger plans a thousand runs and more at once; a span is about a kilobyte.
    private const int MostSpansWaiting = 16_384;
    private const int MostSpansSent = 2_048;

    private const string QueueSize = "OTEL_BSP_MAX_QUEUE_SIZE";
    private const string BatchSize = "OTEL_BSP_MAX_EXPORT_BATCH_SIZE";
    private const string EndpointName = "OTEL_EXPORTER_OTLP_ENDPOINT";

    private static readonly string[] Meters =
    [
        RunInstruments.MeterName,
        StoreInstruments.MeterName,
        ProviderInstruments.MeterName,
        BigQueryInstruments.MeterName,
        AlertInstruments.MeterName,
        SystemMeterName,
        "System.Runtime",
    ];

    /// <param name="serviceName">What the process is called.</param>
    /// <param name="instance">Tells it from the others of that name; null for a random one.</param>
    /// <param name="metrics">Further meters and readers.</param>
    public static void AddTelemetry(
        this IHostApplicationBuilder builder,
        TelemetryOptions options,
        string serviceName,
        string? instance = null,
        Action<MeterProviderBuilder>? metrics = null
    )
    {
        if (options.OtlpEndpoint is { } endpoint)
        {
            // The exporter reads this name, and makes each signal's path of it.
            builder.Configuration.AddInMemoryCollection([new(EndpointName, endpoint.ToString())]);
        }
        if (options.OtlpEndpoint is null && metrics is null)
        {
            return;
        }
        var telemetry = builder
            .Services.AddOpenTelemetry()
            .ConfigureResource(resource =>
                resource.AddService(
                    serviceName,
                    serviceVersion: Version,
                    autoGenerateServiceInstanceId: instance is null,
                    serviceInstanceId: instance
                )
            )
            .WithMetrics(meters =>
            {
                meters
                    .AddMeter(Meters)
                    .AddView(
                        RunInstruments.Lateness,
                        new ExplicitBucketHistogramConfiguration
                        {
                            Boundaries = RunInstruments.LatenessBounds(options.LatenessObjective),
                        }
                    );
                metrics?.Invoke(meters);
                if (options.OtlpEndpoint is not null)
                {
                    meters.AddOtlpExporter();
                }
            });
        if (options.OtlpEndpoint is not null)
        {
            telemetry.WithTracing(traces =>
                traces
                    .AddSource(RunSpans.SourceName)
                    // By the id and nothing else: all processes decide alike, whoever began the trace.
                    .SetSampler(new TraceIdRatioBasedSampler(options.TraceRatio))
                    .AddOtlpExporter(exporter => Enlarge(exporter, builder.Configuration))
            );
        }
    }

    /// <summary>Sends what has been collected and ends the collecting, within a limit, whatever the receiver does.</summary>
    public static async Task ShutDownTelemetryAsync(this IServiceProvider services, TimeSpan limit)
    {
        var milliseconds = (int)limit.TotalMilliseconds;
        await Task.WhenAll(
            Task.Run(() => services.GetService<TracerProvider>()?.Shutdown(milliseconds)),
            Task.Run(() => services.GetService<MeterProvider>()?.Shutdown(milliseconds))
        );
    }

    private static string? Version => typeof(TelemetryRegistration).Assembly.GetName().Version?.ToString();

    private static void Enlarge(OtlpExporterOptions exporter, IConfiguration configuration)
    {
        var batch = exporter.BatchExportProcessorOptions;
        if (configuration[QueueSize] is null)
        {
            batch.MaxQueueSize = MostSpansWaiting;
        }
        if (configuration[BatchSize] is null && batch.MaxQueueSize >= MostSpansSent)
        {
            batch.MaxExportBatchSize = MostSpansSent;
        }
    }
}
