using System.Diagnostics.Metrics;
using System.Globalization;

namespace Scheduler.Core.Telemetry;

/// <summary>The calls to providers.</summary>
public static class ProviderInstruments
{
    public const string MeterName = "Scheduler.Providers";

    private static readonly Meter Meter = new(MeterName);

    // The bounds of OpenTelemetry's http.client.request.duration, and beyond: reports take minutes.
    private static readonly Histogram<double> Durations = Meter.CreateHistogram(
        "scheduler.provider.call.duration",
        "s",
        "Time until a call to a provider was answered in full; by provider and class of the status.",
        advice: new InstrumentAdvice<double>
        {
            HistogramBucketBoundaries = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300],
        }
    );

    /// <param name="status">Of the answer; null where there was none.</param>
    internal static void Count(string provider, int? status, TimeSpan took) =>
        Durations.Record(
            took.TotalSeconds,
            new KeyValuePair<string, object?>("provider", provider),
            new KeyValuePair<string, object?>(
                "status_class",
                status is { } code ? string.Create(CultureInfo.InvariantCulture, $"{code / 100}xx") : "none"
            )
        );
}
