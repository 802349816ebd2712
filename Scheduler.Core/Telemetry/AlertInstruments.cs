using System.Diagnostics.Metrics;
using Scheduler.Core.Alerts.Delivery;
using Scheduler.Core.Contracts;

namespace Scheduler.Core.Telemetry;

/// <summary>What this process has told of alerts and runs.</summary>
public static class AlertInstruments
{
    public const string MeterName = "Scheduler.Alerts";

    private static readonly Meter Meter = new(MeterName);

    private static readonly Counter<long> Fired = Meter.CreateCounter<long>(
        "scheduler.alerts.fired",
        "{alert}",
        "Alerts that fired, each counted by the process that wrote down whom to tell; tagged with the `rule`."
    );

    private static readonly Counter<long> Resolved = Meter.CreateCounter<long>(
        "scheduler.alerts.resolved",
        "{alert}",
        "Alerts that ended, likewise."
    );

    private static readonly Counter<long> Deliveries = Meter.CreateCounter<long>(
        "scheduler.deliveries",
        "{attempt}",
        "Attempts to tell somebody; tagged with the `sink` and the `outcome`: delivered, failed, dead."
    );

    internal static void CountFired(string rule) => Fired.Add(1, new KeyValuePair<string, object?>("rule", rule));

    internal static void CountResolved(string rule) => Resolved.Add(1, new KeyValuePair<string, object?>("rule", rule));

    internal static void CountDelivery(SinkKind sink, string outcome) =>
        Deliveries.Add(
            1,
            new KeyValuePair<string, object?>("sink", Wire.Name(sink)),
            new KeyValuePair<string, object?>("outcome", outcome)
        );
}
