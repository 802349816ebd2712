using NodaTime;

namespace Scheduler.Core.Telemetry;

/// <summary>What is told about the process, and to whom.</summary>
public sealed record TelemetryOptions
{
    /// <summary>
    /// Where traces and metrics are sent by OTLP; null where the process sends none. What else the standard variables
    /// <c>OTEL_EXPORTER_OTLP_*</c> say (protocol, headers, time limit) the exporter reads itself.
    /// </summary>
    public Uri? OtlpEndpoint { get; init; }

    /// <summary>Scheduler__Telemetry__TraceRatio, 0 to 1: the share of traces that is kept, decided by the trace's id. The default is all.</summary>
    public double TraceRatio { get; init; } = 1;

    /// <summary>GOOGLE_CLOUD_PROJECT: completes the names of traces in JSON log lines; null where it is not known.</summary>
    public string? Project { get; init; }

    /// <summary>A bucket of lateness ends there.</summary>
    public Duration LatenessObjective { get; init; } = Duration.FromSeconds(300);
}
