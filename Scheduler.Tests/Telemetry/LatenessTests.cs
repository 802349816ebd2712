using System.Diagnostics.Metrics;
using NodaTime;
using NUnit.Framework;
using Scheduler.Core.Runs;
using Scheduler.Core.Telemetry;
using Scheduler.Tests.Execution;

namespace Scheduler.Tests.Telemetry;

/// <summary>Which runs the histogram of lateness is about.</summary>
public sealed class LatenessTests
{
    [Test]
    public void Live_runs_are_measured_and_backfills_are_not()
    {
        // An objective of its own: other tests measure at the same time.
        const string Objective = "4711";
        var measured = 0;
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Name == RunInstruments.Lateness)
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<double>(
            (_, _, tags, _) =>
            {
                foreach (var tag in tags)
                {
                    measured += tag is { Key: "objective", Value: Objective } ? 1 : 0;
                }
            }
        );
        listener.Start();
        var live = Leases.Item(1) with { TriggeredBy = TriggeredBy.CloudScheduler };
        var backfill = Leases.Item(2) with { TriggeredBy = TriggeredBy.Backfill };

        RunInstruments.CountClaims([live, backfill], Duration.FromSeconds(4711));

        Assert.That(measured, Is.EqualTo(1));
    }
}
