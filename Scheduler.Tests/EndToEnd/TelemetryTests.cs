using System.Net;
using System.Net.Sockets;
using NUnit.Framework;
using Scheduler.Api.Settings;
using Scheduler.Core.Contracts;
using Scheduler.Core.Runs;
using Scheduler.Tests.EndToEnd.Harness;
using Scheduler.Tests.Telemetry.Otlp;

namespace Scheduler.Tests.EndToEnd;

/// <summary>What a collector gets to see of an API and a worker.</summary>
[TestFixture]
[NonParallelizable]
[Platform("Linux")]
public sealed class TelemetryTests : IAsyncDisposable
{
    private const string Customer = "alder_shop";
    private const string Token = "canary-of-the-export-token";
    private readonly World world = new(StorageProvider.Sqlite, leaseSeconds: 60);
    private readonly TokenServer exports = new(Token, File.ReadAllBytes(BuiltProgram.Sample("focus-example-co-b.csv")));
    private readonly List<string> pipelines = [];
    private OtlpReceiver? collector;

    [Test]
    public async Task A_run_is_one_trace_from_the_trigger_to_the_result_retries_included()
    {
        collector = await OtlpReceiver.StartAsync();
        await world.StartApiAsync(collector.Settings);
        await world.OnboardAsync(Customer, SubscriptionPlan.Professional);
        await ConfigureAsync(
            PipelineRequests.Probe("flaky", ("fail_with", "SERVICE_UNAVAILABLE"), ("fail_attempts", 1)) with
            {
                RetryConfig = PipelineRequests.QuickRetries,
            }
        );
        var credential = await world.Client.AddCredentialAsync(Customer, PipelineRequests.ApiKey("FILE", Token));
        await ConfigureAsync(PipelineRequests.FocusAt(exports.Export, "by url", credential.CredentialId));
        await TriggerAsync();
        var worker = await world.StartWorkerAsync(
            "first",
            null,
            [
                .. collector.Settings,
                exports.Setting,
                ("Scheduler__Secrets__KeyFile", Path.Combine(world.Folder, "credentials.key")),
            ]
        );
        var runs = await EndedAsync(count: 3);
        // What they have not sent yet they send at their end.
        var (workerExit, _) = await worker.TerminateAsync();
        var (apiExit, _) = await world.Api.TerminateAsync();

        Assert.That((workerExit, apiExit), Is.EqualTo((0, 0)));
        TheFlakyOneIsOneTrace([.. runs.Where(run => run.PipelineTemplate == "probe").OrderBy(run => run.RetryAttempt)]);
        TheLoadShowsItsSteps(runs.Single(run => run.PipelineTemplate == "focus_csv"));
        TheNumbersAreThere();
        Assert.That(collector.Holds(Token), Is.False, "a secret was sent");
    }

    /// <summary>The receiver takes connections and never answers, which is worse than none.</summary>
    [Test]
    public async Task A_collector_that_hangs_holds_up_neither_a_run_nor_the_end_of_a_process()
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        (string, string)[] settings =
        [
            ("Scheduler__Telemetry__OtlpEndpoint", $"http://{silent.LocalEndpoint}"),
            ("OTEL_BSP_SCHEDULE_DELAY", "100"),
            ("OTEL_METRIC_EXPORT_INTERVAL", "100"),
        ];
        await world.StartApiAsync(settings);
        await world.OnboardAsync(Customer, SubscriptionPlan.Professional);
        await ConfigureAsync(PipelineRequests.Probe("check"));
        await TriggerAsync();
        var worker = await world.StartWorkerAsync("first", null, settings);

        var run = (await EndedAsync(count: 1)).Single();
        var (_, workerTook) = await worker.TerminateAsync();
        var (_, apiTook) = await world.Api.TerminateAsync();

        using (Assert.EnterMultipleScope())
        {
            Assert.That(run.State, Is.EqualTo(RunState.Completed));
            Assert.That(workerTook, Is.LessThan(TimeSpan.FromSeconds(8)));
            Assert.That(apiTook, Is.LessThan(TimeSpan.FromSeconds(8)));
        }
    }

    public async ValueTask DisposeAsync()
    {
        await world.DisposeAsync();
        await exports.DisposeAsync();
        if (collector is not null)
        {
            await collector.DisposeAsync();
        }
    }

    private void TheFlakyOneIsOneTrace(RunResponse[] attempts)
    {
        var trace = attempts[0].TraceId;
        Assert.That(attempts[1].TraceId, Is.EqualTo(trace), "a retry is another run of the same occurrence");
        var spans = SpansOf(trace);
        string[] names = ["schedule", "wait", "probe", "attempt", "complete", "wait", "probe", "attempt", "complete"];
        var byNumber = spans.Where(span => span.Name == "attempt").ToList();
        var top = spans.Where(span => span.Name != "probe").ToList();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(spans.Select(span => span.Name), Is.EqualTo(names));
            Assert.That(spans.Where(span => span.Start > span.End), Is.Empty);
            Assert.That(top.Select(span => span.ParentId).Distinct().ToList(), Has.Count.EqualTo(1));
            Assert.That(
                spans.Where(span => span.Name == "probe").Select(span => span.ParentId),
                Is.EqualTo(byNumber.Select(span => span.SpanId))
            );
            Assert.That(
                spans.Where(span => span.Service == "scheduler-worker").Select(span => span.Name),
                Is.EqualTo(new[] { "probe", "attempt", "probe", "attempt" })
            );
            Assert.That(byNumber.Select(span => span["scheduler.attempt"]), Is.EqualTo(new[] { "1", "2" }));
            Assert.That(
                byNumber.Select(span => span["scheduler.run.id"]),
                Is.EqualTo(attempts.Select(run => run.RunId))
            );
            Assert.That(byNumber.Select(span => span["scheduler.customer.id"]), Is.All.EqualTo(Customer));
            Assert.That(
                byNumber.Select(span => span["scheduler.outcome"]),
                Is.EqualTo(new[] { "failed", "completed" })
            );
            Assert.That(byNumber[0]["error.type"], Is.EqualTo("SERVICE_UNAVAILABLE"));
            Assert.That(byNumber.Select(span => span.HasFailed), Is.EqualTo(new[] { true, false }));
            Assert.That(spans[^1]["scheduler.run.state"], Is.EqualTo("COMPLETED"));
            Assert.That(
                spans[4]["scheduler.retry_at"],
                Is.Not.Null,
                "the failed attempt's end tells when it is tried again"
            );
            Assert.That(spans[0].LinkedTraces, Is.EqualTo(TriggerTraces()));
        }
        List<string> TriggerTraces() =>
            [.. collector!.Spans.Where(span => span.Name == "trigger").Select(span => span.TraceId)];
    }

    private void TheLoadShowsItsSteps(RunResponse run)
    {
        var spans = SpansOf(run.TraceId);
        var attempt = spans.Single(span => span.Name == "attempt");
        var steps = spans.Where(span => span.ParentId == attempt.SpanId).ToList();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(run.State, Is.EqualTo(RunState.Completed));
            Assert.That(steps.Select(span => span.Name), Is.EqualTo(new[] { "extract_normalise", "load" }));
            Assert.That(
                spans.Single(span => span.Name == "unwrap").ParentId,
                Is.EqualTo(steps[0].SpanId),
                "the credential is opened for the extraction"
            );
        }
    }

    private void TheNumbersAreThere()
    {
        var units = collector!
            .Metrics.DistinctBy(metric => metric.Name)
            .ToDictionary(metric => metric.Name, metric => metric.Unit);
        var lateness = collector.Metrics.Last(metric => metric.Name == "scheduler.run.lateness");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(units["scheduler.runs.ended"], Is.EqualTo("{run}"));
            Assert.That(units["scheduler.store.duration"], Is.EqualTo("s"));
            Assert.That(units["scheduler.queue.depth"], Is.EqualTo("{run}"));
            Assert.That(units["scheduler.workers.desired"], Is.EqualTo("{worker}"));
            Assert.That(lateness.Histogram.DataPoints.Single().Count, Is.EqualTo(3));
            Assert.That(lateness.Histogram.DataPoints.Single().ExplicitBounds, Does.Contain(300.0));
        }
    }

    /// <summary>In the order of their ends: a wait begins with the occurrence's time, before any trigger comes to it.</summary>
    private List<ReceivedSpan> SpansOf(string trace) =>
        [.. collector!.Spans.Where(span => span.TraceId == trace).OrderBy(span => span.End)];

    private async Task ConfigureAsync(ConfigurePipelineRequest request) =>
        pipelines.Add((await world.Client.ConfigureAsync(Customer, request)).ConfigId);

    private async Task TriggerAsync()
    {
        await world.Journal.MakeDueAsync(pipelines);
        await world.Client.TriggerAsync();
    }

    private Task<List<RunResponse>> EndedAsync(int count) =>
        Until.SeenAsync(
            $"{count} runs have ended",
            async () =>
                await world.Client.RunsAsync(Customer) is var runs
                && runs.Count == count
                && runs.All(run => run.State is RunState.Completed or RunState.Failed)
                    ? runs
                    : null
        );
}
