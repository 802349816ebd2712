using System.Diagnostics;
using System.Diagnostics.Metrics;
using NUnit.Framework;
using Scheduler.Core.Scheduling;
using Scheduler.Core.Storage;
using Scheduler.Core.Telemetry;
using Scheduler.Tests.Support;

namespace Scheduler.Tests.Scheduling;

/// <summary>What is told of runs when they are planned. The listeners hear the whole process, so these are alone.</summary>
[TestFixture]
[NonParallelizable]
internal sealed class PlanningTelemetryTests : SchedulingFixture, IDisposable
{
    private readonly List<Activity> spans = [];
    private readonly List<(long Count, object? Reason)> skips = [];
    private readonly ActivityListener spanListener;
    private readonly MeterListener skipListener;

    public PlanningTelemetryTests()
    {
        spanListener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == RunSpans.SourceName,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = spans.Add,
        };
        ActivitySource.AddActivityListener(spanListener);
        skipListener = new MeterListener
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Name == "scheduler.quota.skips")
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            },
        };
        skipListener.SetMeasurementEventCallback<long>(
            (_, count, tags, _) => skips.Add((count, tags.ToArray().Single().Value))
        );
        skipListener.Start();
    }

    public void Dispose()
    {
        spanListener.Dispose();
        skipListener.Dispose();
    }

    [Test]
    public async Task A_trigger_tells_its_counts_and_every_run_it_planned_with_a_link_to_it()
    {
        await H.OnboardAsync("small", "STARTER");
        await H.QueueAsync("small", "a", "b", "c", "d", "e", "f", "g");

        var trigger = spans.Single(span => span.OperationName == "trigger");
        var runs = Planned();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(
                (trigger.GetTagItem("scheduler.queued"), trigger.GetTagItem("scheduler.skipped")),
                Is.EqualTo(((object)6, (object)1))
            );
            Assert.That(
                runs.Select(span => span.GetTagItem("scheduler.run.id")),
                Is.EquivalentTo((await H.RunsAsync("small")).Select(run => run.RunId))
            );
            Assert.That(runs.Select(span => span.GetTagItem("scheduler.customer.id")), Is.All.EqualTo("small"));
            Assert.That(runs.Select(span => span.Links.Single().Context.SpanId), Is.All.EqualTo(trigger.SpanId));
        }
    }

    [Test]
    public async Task Runs_that_a_quota_skips_are_counted_with_it()
    {
        await H.OnboardAsync("small", "STARTER");
        await H.QueueAsync("small", "a", "b", "c", "d", "e", "f", "g", "h");

        Assert.That(skips, Is.EqualTo([(2L, (object?)"QUOTA_DAILY")]));
    }

    [Test]
    public async Task A_batch_that_others_planned_first_is_not_told_as_planned_here()
    {
        await H.ConfigureAsync("acme");
        H.AdvanceToNextHour();
        Engine.Before(
            "scheduling.plan_batch",
            () => Database.ExecuteAsync("update customer_pipeline_configs set next_run_time = next_run_time + 60000000")
        );

        var response = await H.TriggerAsync();

        Assert.That((response.Details.AlreadyPlanned, Planned().Count), Is.EqualTo((1, 0)));
    }

    [Test]
    public async Task A_run_that_is_asked_for_is_told_as_planned()
    {
        var config = await H.ConfigureAsync("acme");
        var requests = new RunRequests(
            H.Configs,
            H.Schedules,
            H.Customers,
            H.Runs,
            new AuditStore(Engine),
            H.Signal,
            H.Clock,
            H.Ids
        );

        await requests.RunNowAsync("acme", config.ConfigId, null, StoreHarness.Actor, default);

        var span = Planned().Single();
        Assert.That(
            (span.GetTagItem("scheduler.config.id"), span.GetTagItem("scheduler.customer.id")),
            Is.EqualTo(((object)config.ConfigId, (object)"acme"))
        );
    }

    private List<Activity> Planned() => [.. spans.Where(span => span.OperationName == "schedule")];
}
