using NUnit.Framework;
using Scheduler.Core.Pipelines.Providers;
using Scheduler.Core.Retry;
using Scheduler.Tests.Pipelines.Files;
using Scheduler.Tests.Support;

namespace Scheduler.Tests.Pipelines.Providers;

/// <summary>A hostile or broken provider, whichever it is: the run ends within bounds, says what was wrong, and loads nothing.</summary>
[TestFixture("OPENAI")]
[TestFixture("CLAUDE")]
[TestFixture("AWS")]
[TestFixture("AZURE")]
[TestFixture("GCP")]
internal sealed class ProviderFaultTests(string provider) : IDisposable
{
    private readonly ProviderWorld world = new();

    public void Dispose() => world.Dispose();

    private static string MediaType(string provider) =>
        provider == "AWS" ? "application/x-amz-json-1.1" : "application/json";

    [Test]
    public async Task Another_content_type_is_schema_drift()
    {
        world.Server(provider).Fail(200, "<html>canary</html>", ("Content-Type", "text/html"));

        await FailsAsync(ErrorType.SchemaDrift, "content type", calls: 1);
    }

    [TestCase("canary")]
    [TestCase("{\"data\":[")]
    [TestCase("")]
    public async Task What_is_no_JSON_is_schema_drift(string body)
    {
        world.Server(provider).Fail(200, body, ("Content-Type", MediaType(provider)));

        await FailsAsync(ErrorType.SchemaDrift, "no JSON", calls: 1);
    }

    [TestCase("{}")]
    [TestCase("[]")]
    [TestCase("{\"data\":{},\"ResultsByTime\":{},\"properties\":[],\"jobComplete\":1}")]
    public async Task A_missing_field_is_schema_drift_that_names_it(string body)
    {
        world.Server(provider).Fail(200, body, ("Content-Type", MediaType(provider)));

        var field = provider switch
        {
            "OPENAI" or "CLAUDE" => "data",
            "AWS" => "ResultsByTime",
            "AZURE" => "properties",
            _ => "jobComplete",
        };
        await FailsAsync(ErrorType.SchemaDrift, $"field {field} must be", calls: 1);
    }

    [Test]
    public async Task A_redirect_is_not_followed()
    {
        using var elsewhere = new Servers.OpenAiServer();
        world.Server(provider).Fail(307, "", ("Location", elsewhere.Endpoint.Address.ToString()));

        await FailsAsync(ErrorType.InvalidConfiguration, "redirects are not followed", calls: 1);
        Assert.That(elsewhere.AllCalls, Is.Empty);
    }

    [Test]
    public async Task More_bytes_than_one_response_may_have()
    {
        world.Bench.Providers.MaxResponseBytes = 40;
        world.Data(provider).SetCosts((ProviderWorld.Today, "A", "1"));

        await FailsAsync(ErrorType.InvalidConfiguration, "more than 40 bytes, the most that one response", calls: 1);
    }

    [Test]
    public async Task More_bytes_than_a_run_may_have()
    {
        world.Bench.Providers.MaxRunBytes = 1500;
        world.Server(provider).IsEndless = true;
        world.Data(provider).SetCosts((ProviderWorld.Today, "A", "1"));

        await FailsAsync(ErrorType.InvalidConfiguration, "more than 1500 bytes, the most that all responses");
    }

    [Test]
    public async Task Pages_without_end_end_at_the_bound()
    {
        world.Bench.Providers.MaxPages = 7;
        world.Server(provider).IsEndless = true;
        world.Data(provider).SetCosts((ProviderWorld.Today, "A", "1"));

        await FailsAsync(ErrorType.SchemaDrift, "more than 7 pages", calls: provider == "GCP" ? null : 7);
    }

    [Test]
    public async Task A_repeated_page_token_ends_the_run()
    {
        world.Server(provider).RepeatsToken = true;
        world.Data(provider).SetCosts((ProviderWorld.Today, "A", "1"));

        await FailsAsync(ErrorType.SchemaDrift, "repeats a page token");
    }

    [Test]
    public async Task A_body_that_is_cut_short_is_tried_again_and_then_the_network_s_fault()
    {
        await using var raw = new RawServer(
            $"HTTP/1.1 200 OK\r\nContent-Type: {MediaType(provider)}\r\nContent-Length: 5000\r\n\r\n" + "{\"data\":[",
            AfterReply.Reset
        );
        PointTo($"http://127.0.0.1:{raw.Port}");

        await FailsAsync(ErrorType.TransientNetwork, "");
    }

    [Test]
    public async Task Silence_ends_with_the_time_of_a_call()
    {
        await using var raw = new RawServer("", AfterReply.Wait);
        PointTo($"http://127.0.0.1:{raw.Port}");
        world.Bench.Time.Skips.Add(TimeSpan.FromSeconds(provider == "AZURE" ? 90 : 60));

        await FailsAsync(ErrorType.Timeout, "took longer than");
    }

    [Test]
    public async Task A_body_that_never_ends_ends_with_the_time_of_a_call()
    {
        await using var raw = new RawServer(
            $"HTTP/1.1 200 OK\r\nContent-Type: {MediaType(provider)}\r\nContent-Length: 5000\r\n\r\n" + "{",
            AfterReply.Wait
        );
        PointTo($"http://127.0.0.1:{raw.Port}");
        world.Bench.Time.Skips.Add(TimeSpan.FromSeconds(provider == "AZURE" ? 90 : 60));

        await FailsAsync(ErrorType.Timeout, "took longer than");
    }

    [Test]
    public async Task Nobody_at_the_address_is_the_network_s_fault()
    {
        using var closed = new ClosedPort();
        PointTo(closed.Address.ToString());

        await FailsAsync(ErrorType.TransientNetwork, "could not be reached");
    }

    [Test]
    public async Task A_call_that_fails_three_times_and_then_succeeds_is_a_success()
    {
        world.Data(provider).SetCosts((ProviderWorld.Today.PlusDays(-1), "A", "1"));
        world.Server(provider).Fail(503, "{}").Fail(500, "canary").Fail(502, "");

        PipelineBench.Completed(await world.RunAsync(provider));

        Assert.That(
            await world.Bench.QueryAsync("select billed_cost, effective_cost from cost_daily"),
            Is.EqualTo(["1|1"])
        );
    }

    [Test]
    public async Task A_server_that_stays_down_is_asked_four_times()
    {
        world.Server(provider).FailAlways(503, "canary");

        await FailsAsync(ErrorType.ServiceUnavailable, "answered 503", calls: 4);
    }

    [TestCase(401, ErrorType.AuthenticationFailed)]
    [TestCase(403, ErrorType.AuthorizationFailed)]
    [TestCase(404, ErrorType.ResourceNotFound)]
    [TestCase(400, ErrorType.InvalidConfiguration)]
    [TestCase(418, ErrorType.InvalidConfiguration)]
    public async Task What_trying_again_cannot_help_is_asked_once(int status, ErrorType type)
    {
        world.Server(provider).FailAlways(status, "{}");

        await FailsAsync(type, $"answered {status}", calls: 1);
    }

    [Test]
    public async Task A_credential_of_another_form_is_told_without_its_content()
    {
        world.Secrets[provider] = provider is "OPENAI" or "CLAUDE" ? "canary-wrong" : """{"canary":"canary"}""";

        var failed = PipelineBench.Failed(await world.RunAsync(provider));

        Assert.That(
            failed.ErrorType,
            Is.EqualTo(
                provider is "OPENAI" or "CLAUDE" ? ErrorType.AuthenticationFailed : ErrorType.InvalidConfiguration
            )
        );
        Assert.That(failed.Message, Does.Not.Contain("canary"));
    }

    private void PointTo(string address)
    {
        Assert.That(ProviderEndpoint.TryParse(address, out var endpoint), Is.Null);
        var options = world.Bench.Providers;
        switch (provider)
        {
            case "OPENAI":
                options.OpenAi = endpoint!;
                break;
            case "CLAUDE":
                options.Claude = endpoint!;
                break;
            case "AWS":
                options.AwsCostExplorer = endpoint!;
                break;
            case "AZURE":
                options.AzureManagement = endpoint!;
                break;
            default:
                options.GcpBigQuery = endpoint!;
                break;
        }
    }

    private async Task FailsAsync(ErrorType type, string message, int? calls = null)
    {
        var failed = PipelineBench.Failed(await world.RunAsync(provider));

        using (Assert.EnterMultipleScope())
        {
            Assert.That((failed.ErrorType, failed.Message), Is.EqualTo((type, failed.Message)));
            Assert.That(failed.Message, Does.Contain(message).And.Not.Contain("canary"));
            Assert.That(await world.Bench.QueryAsync("select * from cost_daily"), Is.Empty);
            if (calls is { } number)
            {
                Assert.That(world.Server(provider).Calls, Has.Count.EqualTo(number));
            }
        }
    }
}
