using System.Diagnostics;
using System.Diagnostics.Metrics;
using Scheduler.Core.Storage;

namespace Scheduler.Core.Telemetry;

/// <summary>How long the store takes, and how many calls share a script.</summary>
public static class StoreInstruments
{
    public const string MeterName = "Scheduler.Store";

    private static readonly Meter Meter = new(MeterName);

    // The bounds of OpenTelemetry's db.client.operation.duration, and those of a store that charges seconds.
    private static readonly Histogram<double> Durations = Meter.CreateHistogram(
        "scheduler.store.duration",
        "s",
        "Time that a script took, waiting for its turn included; by engine and by what it is about.",
        advice: new InstrumentAdvice<double>
        {
            HistogramBucketBoundaries = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30],
        }
    );

    private static readonly Histogram<int> Batches = Meter.CreateHistogram(
        "scheduler.commit.batch_size",
        "{call}",
        "Calls that shared one script.",
        advice: new InstrumentAdvice<int> { HistogramBucketBoundaries = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000] }
    );

    /// <summary>Measures until it is disposed of.</summary>
    internal static Measurement Measure(string engine, SqlOperation operation) =>
        Durations.Enabled ? new Measurement(engine, operation.Concept, Stopwatch.GetTimestamp()) : default;

    internal static void CountBatch(string? operation, int calls)
    {
        if (operation is not null && Batches.Enabled)
        {
            Batches.Record(calls, new KeyValuePair<string, object?>("operation", operation));
        }
    }

    internal readonly struct Measurement(string engine, string concept, long began) : IDisposable
    {
        public void Dispose()
        {
            if (engine is not null)
            {
                Durations.Record(
                    Stopwatch.GetElapsedTime(began).TotalSeconds,
                    new KeyValuePair<string, object?>("engine", engine),
                    new KeyValuePair<string, object?>("concept", concept)
                );
            }
        }
    }
}
