using System.Diagnostics;
using System.Net;
using System.Text.Json;
using NodaTime;
using NUnit.Framework;
using Scheduler.Core.Contracts;
using Scheduler.Core.Retry;
using Scheduler.Core.Telemetry;
using Scheduler.Tests.Execution;

namespace Scheduler.Tests.Telemetry;

/// <summary>The listener hears the whole process, so these are alone.</summary>
[NonParallelizable]
public sealed class RunSpansTests : IDisposable
{
    private const string Parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    private readonly List<Activity> spans = [];
    private readonly ActivityListener listener;

    public RunSpansTests()
    {
        listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == RunSpans.SourceName,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = spans.Add,
        };
        ActivitySource.AddActivityListener(listener);
    }

    public void Dispose() => listener.Dispose();

    [Test]
    public void An_attempt_stands_under_the_context_of_its_lease_and_carries_its_baggage_on()
    {
        var item = Leases.Item(1) with
        {
            Traceparent = Parent,
            Baggage = Baggage.Write([("scheduler.customer.id", "acme, Ltd")]),
        };

        using (var attempt = RunSpans.Attempt(item, "w-1"))
        using (var step = RunSpans.Step("load"))
        {
            Assert.That(step!.GetBaggageItem("scheduler.customer.id"), Is.EqualTo("acme, Ltd"));
            RunSpans.Ended(attempt, report: null);
        }

        var (load, run) = (spans[0], spans[1]);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(run.TraceId.ToHexString(), Is.EqualTo("4bf92f3577b34da6a3ce929d0e0e4736"));
            Assert.That(run.ParentSpanId.ToHexString(), Is.EqualTo("00f067aa0ba902b7"));
            Assert.That(load.ParentSpanId, Is.EqualTo(run.SpanId));
            Assert.That(run.GetTagItem("scheduler.worker.id"), Is.EqualTo("w-1"));
            Assert.That(run.GetTagItem("scheduler.outcome"), Is.EqualTo("lost"));
        }
    }

    [Test]
    public void An_item_of_an_older_API_begins_a_trace_of_its_own()
    {
        var json = JsonSerializer.Serialize(Leases.Item(1), WireJson.Options);
        var older = JsonSerializer.Deserialize<LeaseItem>(
            json.Replace("\"traceparent\":null,", "").Replace("\"visible_at\":null,", ""),
            WireJson.Options
        )!;

        RunSpans.Attempt(older, "w-1")!.Dispose();

        Assert.That(spans.Single().ParentSpanId, Is.EqualTo(default(ActivitySpanId)));
    }

    [Test]
    public void The_wait_is_from_when_an_item_could_be_claimed_until_it_was()
    {
        var item = Leases.Item(1) with { Traceparent = Parent, VisibleAt = Leases.Day - Duration.FromSeconds(20) };

        var marked = RunSpans.Claimed(item with { LeaseExpiresAt = Leases.Day + Duration.FromSeconds(37) }, "w-1");

        var wait = spans.Single();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(wait.Duration, Is.EqualTo(TimeSpan.FromSeconds(7)), "not before the nominal time");
            Assert.That(wait.StartTimeUtc, Is.EqualTo(Leases.Day.ToDateTimeUtc()));
            Assert.That(marked.Traceparent, Is.EqualTo(Parent));
        }
    }

    [Test]
    public void A_failure_tells_its_class_and_no_message()
    {
        var item = Leases.Item(1) with { Traceparent = Parent };
        var report = new RunResult
        {
            QueueId = "q1",
            LeaseToken = "t",
            Outcome = RunOutcome.Failed,
            ErrorType = ErrorType.AuthenticationFailed,
            ErrorMessage = "canary-of-a-message",
        };

        using (var attempt = RunSpans.Attempt(item, "w-1"))
        {
            RunSpans.Ended(attempt, report);
        }

        var span = spans.Single();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(span.Status, Is.EqualTo(ActivityStatusCode.Error));
            Assert.That(span.GetTagItem("error.type"), Is.EqualTo("AUTHENTICATION_FAILED"));
            Assert.That(span.TagObjects.Select(tag => $"{tag.Value}"), Has.None.Contains("canary"));
            Assert.That(span.StatusDescription, Is.Null);
        }
    }

    [Test]
    public void A_call_to_a_provider_shows_where_it_went_without_its_query()
    {
        using (RunSpans.Attempt(Leases.Item(1) with { Traceparent = Parent }, "w-1"))
        using (var call = new ProviderCall("AWS S3", TimeProvider.System))
        {
            using var message = new HttpRequestMessage(
                HttpMethod.Get,
                "https://user:canary@bucket.example/a%20b/c?X-Amz-Signature=canary#canary"
            );
            call.Began(message);
            call.Answered(HttpStatusCode.ServiceUnavailable);
        }

        var span = spans[0];
        using (Assert.EnterMultipleScope())
        {
            Assert.That(span.Kind, Is.EqualTo(ActivityKind.Client));
            Assert.That(span.DisplayName, Is.EqualTo("GET"));
            Assert.That(span.GetTagItem("url.full"), Is.EqualTo("https://bucket.example/a%20b/c"));
            Assert.That(span.GetTagItem("server.address"), Is.EqualTo("bucket.example"));
            Assert.That(span.GetTagItem("http.response.status_code"), Is.EqualTo(503));
            Assert.That(span.GetTagItem("error.type"), Is.EqualTo("503"));
            Assert.That(span.TagObjects.Select(tag => $"{tag.Value}"), Has.None.Contains("canary"));
        }
    }
}
