using System.Diagnostics;
using NodaTime;
using NUnit.Framework;
using OpenTelemetry.Trace;
using Scheduler.Core.Identifiers;
using Scheduler.Core.Scheduling;
using Scheduler.Core.Telemetry;

namespace Scheduler.Tests.Telemetry;

public sealed class RunTraceTests
{
    private static readonly Instant Day = Instant.FromUtc(2026, 3, 2, 10, 0);

    [Test]
    public void The_trace_is_the_beginning_of_the_key_that_makes_the_occurrence_unique()
    {
        var key = IdempotencyKey.Compute("cfg-1", Lane.Schedule, Day, 0);

        var context = RunTrace.ContextOf("cfg-1", Lane.Schedule, Day);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(context.TraceId.ToHexString(), Is.EqualTo(key[..32]));
            Assert.That(context.SpanId.ToHexString(), Is.EqualTo(key[32..48]));
        }
    }

    [TestCase("cfg-2", "schedule", 0)]
    [TestCase("cfg-1", "manual:x", 0)]
    [TestCase("cfg-1", "schedule", 1)]
    public void Another_pipeline_lane_or_time_is_another_trace(string config, string lane, int hours) =>
        Assert.That(
            RunTrace.IdOf(config, lane, Day + Duration.FromHours(hours)),
            Is.Not.EqualTo(RunTrace.IdOf("cfg-1", "schedule", Day))
        );

    [Test]
    public void A_traceparent_is_read_as_it_was_written()
    {
        var context = new ActivityContext(
            ActivityTraceId.CreateRandom(),
            ActivitySpanId.CreateRandom(),
            ActivityTraceFlags.Recorded
        );

        var read = RunTrace.Read(RunTrace.Text(context))!.Value;

        Assert.That(
            (read.TraceId, read.SpanId, read.TraceFlags),
            Is.EqualTo((context.TraceId, context.SpanId, context.TraceFlags))
        );
    }

    [TestCase(null)]
    [TestCase("")]
    [TestCase("00-00000000000000000000000000000000-0000000000000000-01")]
    [TestCase("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7")]
    [TestCase("hello\r\nworld")]
    public void What_is_no_traceparent_is_none(string? text) => Assert.That(RunTrace.Read(text), Is.Null);

    /// <summary>All runs of one hour: their identifiers begin alike, their traces do not.</summary>
    [TestCase(0.01)]
    [TestCase(0.1)]
    [TestCase(0.5)]
    public void A_share_of_the_traces_is_kept_whatever_the_hour(double ratio)
    {
        const int runs = 20_000;
        var ids = new RandomIdSource();
        var traces = Enumerable.Range(0, runs).Select(_ => RunTrace.IdOf(ids.NewId(Day), Lane.Schedule, Day)).ToList();

        var kept = traces.Where(trace => IsKept(trace, ratio)).ToHashSet();

        var spread = Math.Sqrt(runs * ratio * (1 - ratio));
        using (Assert.EnterMultipleScope())
        {
            // Five standard deviations: once in two million times by chance.
            Assert.That(kept, Has.Count.EqualTo(runs * ratio).Within(5 * spread));
            Assert.That(
                traces.Where(trace => IsKept(trace, ratio / 2)).All(kept.Contains),
                Is.True,
                "a process that keeps fewer keeps those that the others keep too"
            );
        }
    }

    private static bool IsKept(ActivityTraceId trace, double ratio) =>
        new TraceIdRatioBasedSampler(ratio)
            .ShouldSample(new SamplingParameters(default, trace, "run", ActivityKind.Internal))
            .Decision == SamplingDecision.RecordAndSample;
}
