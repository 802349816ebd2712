using System.Diagnostics;
using System.Text.Json;
using NUnit.Framework;
using Scheduler.Core.Contracts;
using Scheduler.Tests.Execution;
using WireMock.RequestBuilders;
using WireMock.ResponseBuilders;
using WireMock.Server;

namespace Scheduler.Tests.Worker;

public sealed class WorkerProcessTests : IDisposable
{
    private const string Claims = "/api/v1/scheduler/process-queue";
    private readonly WireMockServer server = WireMockServer.Start();
    private readonly CancellationTokenSource patience = new(TimeSpan.FromSeconds(30));

    [Test]
    public async Task It_works_until_it_is_terminated_and_drains_with_exit_code_0()
    {
        var reported = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var polled = new TaskCompletionSource<IEnumerable<string>>(TaskCreationOptions.RunContinuationsAsynchronously);
        GiveOneItemThenNothing(polled);
        server
            .Given(Request.Create().WithPath(Claims + "/results"))
            .RespondWith(
                Response
                    .Create()
                    .WithCallback(_ =>
                    {
                        reported.TrySetResult();
                        return new WireMock.ResponseMessage
                        {
                            StatusCode = 200,
                            BodyData = new WireMock.Util.BodyData
                            {
                                DetectedBodyType = WireMock.Types.BodyType.String,
                                BodyAsString =
                                    """{"results":[{"queue_id":"q1","status":"accepted","state":"FAILED"}]}""",
                            },
                        };
                    })
            );
        using var worker = new WorkerProcess(
            ("API_URL", server.Url!),
            ("WORKER_KEY", "canary-key"),
            ("WORKER_ID", "test"),
            ("Logging__LogLevel__Default", "Trace")
        );

        await reported.Task.WaitAsync(patience.Token);
        await polled.Task.WaitAsync(patience.Token);
        var sinceTerminated = Stopwatch.StartNew();
        worker.Terminate();
        var exitCode = await worker.ExitCodeAsync(patience.Token);

        var output = await worker.Output;
        using (Assert.EnterMultipleScope())
        {
            Assert.That(exitCode, Is.Zero, output);
            Assert.That(sinceTerminated.Elapsed, Is.LessThan(TimeSpan.FromSeconds(8)));
            Assert.That(await worker.Error, Is.Empty);
            Assert.That(
                output,
                Does.Match(
                    @"\d\d:\d\d:\d\d\.\d{3} info  worker test-[0-9a-f]{12} works for http://localhost:\d+/ with concurrency 4"
                )
            );
            Assert.That(output, Does.Contain("run run1 acme/COST/no_such_template failed after"));
            Assert.That(output, Does.Contain("drained"));
            Assert.That(output, Does.Not.Contain("canary"));
        }
    }

    [Test]
    public async Task Logs_can_be_json_lines()
    {
        var polled = new TaskCompletionSource<IEnumerable<string>>(TaskCreationOptions.RunContinuationsAsynchronously);
        WaitLong(polled);
        using var worker = new WorkerProcess(
            ("API_URL", server.Url!),
            ("ADMIN_KEY", "canary-key"),
            ("WORKER_LOG_FORMAT", "json")
        );

        await polled.Task.WaitAsync(patience.Token);
        worker.Terminate();
        Assert.That(await worker.ExitCodeAsync(patience.Token), Is.Zero);

        var lines = (await worker.Output).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.That(lines, Is.Not.Empty);
        foreach (var line in lines)
        {
            var json = JsonDocument.Parse(line).RootElement;
            Assert.That(json.GetProperty("severity").GetString(), Is.EqualTo("INFO"), line);
        }
        Assert.That(await polled.Task, Does.Contain("X-Admin-Key"));
    }

    [Test]
    public async Task A_wrong_setting_ends_it_with_code_2_and_one_line()
    {
        using var worker = new WorkerProcess(("WORKER_KEY", "k"), ("WORKER_CONCURRENCY", "lots"));

        Assert.That(await worker.ExitCodeAsync(patience.Token), Is.EqualTo(2));
        Assert.That(await worker.Error, Is.EqualTo("WORKER_CONCURRENCY must be a whole number from 1 to 1000\n"));
        Assert.That(await worker.Output, Is.Empty);
    }

    public void Dispose()
    {
        server.Dispose();
        patience.Dispose();
    }

    private void GiveOneItemThenNothing(TaskCompletionSource<IEnumerable<string>> polled)
    {
        var item = Leases.Item(1) with { PipelineTemplate = "no_such_template" };
        var body = JsonSerializer.Serialize(new LeaseResponse { Items = [item] }, WireJson.Options);
        server
            .Given(Request.Create().WithPath(Claims))
            .InScenario("work")
            .WillSetStateTo("empty")
            .RespondWith(Response.Create().WithBody(body));
        WaitLong(polled, "empty");
    }

    private void WaitLong(TaskCompletionSource<IEnumerable<string>> polled, string? state = null)
    {
        var given = server.Given(Request.Create().WithPath(Claims));
        if (state is not null)
        {
            given = given.InScenario("work").WhenStateIs(state);
        }
        given.RespondWith(
            Response
                .Create()
                .WithCallback(async request =>
                {
                    polled.TrySetResult(request.Headers!.Keys);
                    await Task.Delay(TimeSpan.FromSeconds(20), TimeProvider.System, patience.Token);
                    return new WireMock.ResponseMessage { StatusCode = 404 };
                })
        );
    }
}
