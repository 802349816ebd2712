using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using NodaTime;
using NUnit.Framework;
using Scheduler.Core.Contracts;
using Scheduler.Core.Telemetry;
using Scheduler.Tests.Support;

namespace Scheduler.Tests.Queue;

/// <summary>What the queue tells those who watch it. The listeners hear the whole process, so these are alone.</summary>
[NonParallelizable]
internal sealed class QueueTelemetryTests : IDisposable
{
    private readonly ConcurrentQueue<Activity> spans = [];
    private readonly ConcurrentDictionary<string, long> counted = new();
    private readonly ActivityListener spanListener;
    private readonly MeterListener meterListener;

    public QueueTelemetryTests()
    {
        spanListener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == RunSpans.SourceName,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = spans.Enqueue,
        };
        ActivitySource.AddActivityListener(spanListener);
        meterListener = new MeterListener
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Meter.Name == RunInstruments.MeterName)
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            },
        };
        meterListener.SetMeasurementEventCallback<long>(
            (instrument, count, _, _) => counted.AddOrUpdate(instrument.Name, count, (_, sum) => sum + count)
        );
        meterListener.Start();
    }

    public void Dispose()
    {
        spanListener.Dispose();
        meterListener.Dispose();
    }

    [Test]
    public async Task Claims_ends_and_lost_leases_are_counted_and_stand_in_the_trace_of_their_run()
    {
        await using var database = await SqliteDatabase.CreateFastAsync();
        var harness = new StoreHarness(database.Engine);
        await harness.OnboardAsync("acme");
        await harness.QueueAsync("acme", "one", "two", "three");

        var items = await harness.LeaseAsync(3);
        await harness.ReportAsync(items[0], RunOutcome.Completed);
        harness.Advance(harness.Leases.Lease + Duration.FromSeconds(1));
        await harness.Reaper.ReapAsync(default);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(Counted("scheduler.claims"), Is.EqualTo(3));
            Assert.That(Counted("scheduler.runs.ended"), Is.EqualTo(1));
            Assert.That(Counted("scheduler.leases.lost"), Is.EqualTo(2));
            Assert.That(RunsOf("wait"), Is.EquivalentTo(items.Select(item => item.RunId)));
            Assert.That(RunsOf("complete"), Is.EqualTo(new[] { items[0].RunId }));
            Assert.That(RunsOf("lease lost"), Is.EquivalentTo(items.Skip(1).Select(item => item.RunId)));
        }
    }

    private long Counted(string instrument) => counted.GetValueOrDefault(instrument);

    private IEnumerable<object?> RunsOf(string span) =>
        spans.Where(found => found.OperationName == span).Select(found => found.GetTagItem("scheduler.run.id"));
}
