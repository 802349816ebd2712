using System.Net;
using Microsoft.Extensions.DependencyInjection;
using NodaTime;
using NUnit.Framework;
using Scheduler.Core.Contracts;
using Scheduler.Core.Execution;
using Scheduler.Tests.Support;
using Scheduler.Worker;
using WireMock.RequestBuilders;
using WireMock.ResponseBuilders;
using WireMock.Server;

namespace Scheduler.Tests.Worker;

public sealed class SchedulerApiClientTests : IDisposable
{
    private const string Claims = "/api/v1/scheduler/process-queue";
    private const string Heartbeats = Claims + "/heartbeat";
    private readonly WireMockServer server = WireMockServer.Start();
    private readonly ServiceProvider services;
    private readonly ISchedulerApi api;

    public SchedulerApiClientTests()
    {
        services = Services(new Uri(server.Url!));
        api = services.GetRequiredService<ISchedulerApi>();
    }

    [Test]
    public async Task A_claim_is_sent_as_the_contract_says()
    {
        Answer(Claims, HttpStatusCode.OK, """{"items":[]}""");

        var answer = await Claim();

        var request = server.LogEntries.Single().RequestMessage!;
        using (Assert.EnterMultipleScope())
        {
            Assert.That(answer, Is.InstanceOf<ApiAnswer<LeaseResponse>.Success>());
            Assert.That(request.Headers!["X-Worker-Key"].Single(), Is.EqualTo("canary-key"));
            Assert.That(request.Headers["Content-Type"].Single(), Does.StartWith("application/json"));
            Assert.That(
                request.Body,
                Is.EqualTo(
                        """{"worker_id":"w-1","execution":"lease","max_items":3,"wait_seconds":20,"max_wait_seconds":null}"""
                    )
                    .Or.EqualTo("""{"worker_id":"w-1","execution":"lease","max_items":3,"wait_seconds":20}""")
            );
        }
    }

    [Test]
    public async Task A_turn_is_asked_for_as_the_contract_says()
    {
        Answer(Claims + "/pace", HttpStatusCode.OK, """{"calls":1,"wait_ms":250}""");
        var asked = new PaceRequest
        {
            CustomerId = "acme",
            Provider = "AWS",
            Burst = 5,
            IntervalMs = 1000,
            Calls = 1,
            LongestWaitMs = 60_000,
        };

        var answer = await services.GetRequiredService<IPaceApi>().PaceAsync(asked, default);

        var request = server.LogEntries.Single().RequestMessage!;
        using (Assert.EnterMultipleScope())
        {
            Assert.That(answer.Content, Is.EqualTo(new PaceResponse { Calls = 1, WaitMs = 250 }));
            Assert.That(request.Headers!["X-Worker-Key"].Single(), Is.EqualTo("canary-key"));
            Assert.That(
                request.Body,
                Is.EqualTo(
                    """{"customer_id":"acme","provider":"AWS","account":"","burst":5,"interval_ms":1000,"calls":1,"longest_wait_ms":60000,"pause_ms":0}"""
                )
            );
        }
    }

    [Test]
    public async Task Not_found_is_an_empty_queue()
    {
        Answer(Claims, HttpStatusCode.NotFound, """{"error_code":"QUEUE_EMPTY"}""");

        Assert.That(await Claim(), Is.InstanceOf<ApiAnswer<LeaseResponse>.NotFound>());
    }

    [Test]
    public async Task A_web_page_that_is_not_found_is_no_empty_queue()
    {
        server
            .Given(Request.Create().WithPath(Claims))
            .RespondWith(
                Response.Create().WithStatusCode(404).WithHeader("Content-Type", "text/html").WithBody("<html>")
            );

        Assert.That(Failure(await Claim()).Kind, Is.EqualTo(ApiFailureKind.Refused));
    }

    [Test]
    public async Task Too_many_requests_carries_its_wait()
    {
        Answer(Claims, HttpStatusCode.TooManyRequests, "", ("Retry-After", "7"));

        var failure = Failure(await Claim());

        Assert.That(failure.Kind, Is.EqualTo(ApiFailureKind.Unavailable));
        Assert.That(failure.RetryAfter, Is.EqualTo(Duration.FromSeconds(7)));
    }

    [Test]
    public async Task An_unauthorised_answer_shows_the_problem_and_not_the_key()
    {
        Answer(Claims, HttpStatusCode.Unauthorized, """{"detail":"The key is unknown."}""");

        var failure = Failure(await Claim());

        Assert.That(failure.Kind, Is.EqualTo(ApiFailureKind.Unauthorised));
        Assert.That(failure.Detail, Is.EqualTo("answered 401: The key is unknown."));
    }

    [TestCase("{\"items\":")]
    [TestCase("<html>")]
    [TestCase("")]
    [TestCase("null")]
    [TestCase("{}")]
    [TestCase("{\"items\":[{\"queue_id\":7}]}")]
    public async Task A_body_that_is_not_the_expected_json_is_a_failure(string body)
    {
        Answer(Claims, HttpStatusCode.OK, body);

        var failure = Failure(await Claim());

        Assert.That(failure.Kind, Is.EqualTo(ApiFailureKind.Unavailable));
        Assert.That(failure.Detail, Does.Contain("not the expected JSON"));
    }

    [Test]
    public async Task A_redirect_is_not_followed()
    {
        Answer(Claims, HttpStatusCode.TemporaryRedirect, "", ("Location", server.Url + "/elsewhere"));

        var failure = Failure(await Claim());

        Assert.That(failure.Kind, Is.EqualTo(ApiFailureKind.Refused));
        Assert.That(server.LogEntries.Count, Is.EqualTo(1));
    }

    [Test]
    public async Task A_failed_claim_is_not_repeated()
    {
        Answer(Claims, HttpStatusCode.ServiceUnavailable, "");

        Assert.That(Failure(await Claim()).Detail, Is.EqualTo("answered 503"));
        Assert.That(server.LogEntries.Count, Is.EqualTo(1));
    }

    [Test]
    public async Task A_heartbeat_is_repeated_with_the_same_body_until_it_gets_through()
    {
        server
            .Given(Request.Create().WithPath(Heartbeats))
            .InScenario("flaky")
            .WillSetStateTo("up")
            .RespondWith(Response.Create().WithStatusCode(502));
        server
            .Given(Request.Create().WithPath(Heartbeats))
            .InScenario("flaky")
            .WhenStateIs("up")
            .RespondWith(Response.Create().WithBody("""{"leases":[{"queue_id":"q1","status":"renewed"}]}"""));

        var answer = await Heartbeat();

        Assert.That(answer, Is.InstanceOf<ApiAnswer<HeartbeatResponse>.Success>());
        Assert.That(server.LogEntries.Select(entry => entry.RequestMessage!.Body).Distinct().Count(), Is.EqualTo(1));
        Assert.That(server.LogEntries.Count, Is.EqualTo(2));
    }

    [Test]
    public async Task A_heartbeat_that_is_told_when_to_come_back_is_not_repeated_here()
    {
        Answer(Heartbeats, HttpStatusCode.ServiceUnavailable, "", ("Retry-After", "3"));

        Assert.That(Failure(await Heartbeat()).RetryAfter, Is.EqualTo(Duration.FromSeconds(3)));
        Assert.That(server.LogEntries.Count, Is.EqualTo(1));
    }

    [Test]
    public async Task An_answer_that_takes_too_long_is_given_up()
    {
        server
            .Given(Request.Create().WithPath(Claims))
            .RespondWith(Response.Create().WithBody("""{"items":[]}""").WithDelay(TimeSpan.FromSeconds(30)));

        var failure = Failure(await Claim(limitSeconds: 0.2));

        Assert.That(failure.Detail, Is.EqualTo("no answer within 0.2 s"));
    }

    [Test]
    public async Task A_server_that_is_not_there_is_unavailable()
    {
        using var port = new ClosedPort();
        await using var lonely = Services(port.Address);

        var failure = Failure(await Claim(of: lonely.GetRequiredService<ISchedulerApi>()));

        Assert.That(failure.Kind, Is.EqualTo(ApiFailureKind.Unavailable));
        Assert.That(failure.Detail, Does.StartWith("HttpRequestException: ").And.Not.Contain("canary"));
    }

    [Test]
    public void A_cancelled_call_is_a_cancellation()
    {
        using var cancelled = new CancellationTokenSource();
        cancelled.Cancel();

        Assert.That(
            async () => await Claim(cancellationToken: cancelled.Token),
            Throws.InstanceOf<OperationCanceledException>()
        );
    }

    public void Dispose()
    {
        services.Dispose();
        server.Dispose();
    }

    private static ServiceProvider Services(Uri address)
    {
        var settings = new WorkerSettings
        {
            ApiUrl = address,
            KeyHeader = "X-Worker-Key",
            Key = "canary-key",
        };
        return new ServiceCollection()
            .AddSingleton(TimeProvider.System)
            .AddSchedulerApi(settings)
            .BuildServiceProvider();
    }

    private Task<ApiAnswer<LeaseResponse>> Claim(
        double limitSeconds = 30,
        ISchedulerApi? of = null,
        CancellationToken cancellationToken = default
    )
    {
        var request = new ProcessQueueRequest
        {
            WorkerId = "w-1",
            Execution = ExecutionMode.Lease,
            MaxItems = 3,
            WaitSeconds = 20,
        };
        var limit = Duration.FromSeconds(limitSeconds);
        return ApiCall.SendAsync(
            token => (of ?? api).LeaseAsync(request, token),
            limit,
            TimeProvider.System,
            cancellationToken
        );
    }

    private Task<ApiAnswer<HeartbeatResponse>> Heartbeat()
    {
        var request = new HeartbeatRequest
        {
            WorkerId = "w-1",
            Leases = [new LeaseReference { QueueId = "q1", LeaseToken = "1-t" }],
        };
        var limit = Duration.FromSeconds(30);
        return ApiCall.SendAsync(token => api.HeartbeatAsync(request, token), limit, TimeProvider.System, default);
    }

    private void Answer(string path, HttpStatusCode status, string body, params (string Name, string Value)[] headers)
    {
        var response = Response
            .Create()
            .WithStatusCode(status)
            .WithHeader("Content-Type", "application/json")
            .WithBody(body);
        foreach (var (name, value) in headers)
        {
            response = response.WithHeader(name, value);
        }
        server.Given(Request.Create().WithPath(path).UsingPost()).RespondWith(response);
    }

    private static ApiFailure Failure<T>(ApiAnswer<T> answer) => ((ApiAnswer<T>.Failed)answer).Failure;
}
