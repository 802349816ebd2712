using NodaTime;
using NUnit.Framework;
using Scheduler.Core.Retry;
using Scheduler.Tests.Support;

namespace Scheduler.Tests.Pipelines.Providers;

/// <summary>Each provider's own error shapes: the type of error, how often is tried, and the wait that is passed on.</summary>
[TestFixture]
internal sealed class ProviderErrorTests : IDisposable
{
    private const int Tried = 4;
    private readonly ProviderWorld world = new();

    public void Dispose() => world.Dispose();

    [TestCase(429, "rate_limit_exceeded", ErrorType.RateLimitExceeded, Tried)]
    [TestCase(429, "insufficient_quota", ErrorType.InvalidConfiguration, 1)]
    [TestCase(401, "invalid_api_key", ErrorType.AuthenticationFailed, 1)]
    [TestCase(403, "missing_scope", ErrorType.AuthorizationFailed, 1)]
    [TestCase(400, "invalid_group_by", ErrorType.InvalidConfiguration, 1)]
    [TestCase(404, null, ErrorType.ResourceNotFound, 1)]
    [TestCase(500, "server_error", ErrorType.ServiceUnavailable, Tried)]
    public Task OpenAI(int status, string? code, ErrorType type, int calls) =>
        FailsAsync(
            "OPENAI",
            status,
            $$$"""{"error":{"message":"canary","type":"x","param":null,"code":{{{(code is null ? "null" : $"\"{code}\"")}}}}}""",
            type,
            calls
        );

    [TestCase(401, "authentication_error", ErrorType.AuthenticationFailed, 1)]
    [TestCase(403, "permission_error", ErrorType.AuthorizationFailed, 1)]
    [TestCase(429, "rate_limit_error", ErrorType.InvalidConfiguration, 1)]
    [TestCase(529, "overloaded_error", ErrorType.ServiceUnavailable, Tried)]
    [TestCase(500, "api_error", ErrorType.ServiceUnavailable, Tried)]
    [TestCase(504, "timeout_error", ErrorType.ServiceUnavailable, Tried)]
    [TestCase(400, "invalid_request_error", ErrorType.InvalidConfiguration, 1)]
    [TestCase(402, "billing_error", ErrorType.InvalidConfiguration, 1)]
    [TestCase(404, "not_found_error", ErrorType.ResourceNotFound, 1)]
    [TestCase(413, "request_too_large", ErrorType.InvalidConfiguration, 1)]
    [TestCase(503, "a_new_error", ErrorType.ServiceUnavailable, Tried)]
    public Task Claude(int status, string code, ErrorType type, int calls) =>
        FailsAsync(
            "CLAUDE",
            status,
            $$"""{"type":"error","error":{"type":"{{code}}","message":"canary"},"request_id":"req_1"}""",
            type,
            calls
        );

    [TestCase(400, "LimitExceededException", ErrorType.RateLimitExceeded, Tried)]
    [TestCase(400, "Throttling", ErrorType.RateLimitExceeded, Tried)]
    [TestCase(400, "ThrottlingException", ErrorType.RateLimitExceeded, Tried)]
    [TestCase(400, "ThrottledException", ErrorType.RateLimitExceeded, Tried)]
    [TestCase(400, "RequestThrottledException", ErrorType.RateLimitExceeded, Tried)]
    [TestCase(400, "com.amazon.coral.service#ThrottlingException", ErrorType.RateLimitExceeded, Tried)]
    [TestCase(429, "Unheard", ErrorType.RateLimitExceeded, Tried)]
    [TestCase(509, "Unheard", ErrorType.RateLimitExceeded, Tried)]
    [TestCase(500, "InternalServerError", ErrorType.ServiceUnavailable, Tried)]
    [TestCase(400, "AccessDeniedException", ErrorType.AuthorizationFailed, 1)]
    [TestCase(400, "UnrecognizedClientException", ErrorType.AuthenticationFailed, 1)]
    [TestCase(400, "InvalidSignatureException", ErrorType.AuthenticationFailed, 1)]
    [TestCase(400, "BillExpirationException", ErrorType.InvalidConfiguration, 1)]
    [TestCase(400, "ValidationException", ErrorType.InvalidConfiguration, 1)]
    [TestCase(400, "ResourceNotFoundException", ErrorType.ResourceNotFound, 1)]
    [TestCase(400, "DataUnavailableException", ErrorType.ResourceNotFound, 1)]
    [TestCase(400, "BillingViewHealthStatusException", ErrorType.ResourceNotFound, 1)]
    public Task AWS(int status, string code, ErrorType type, int calls) =>
        FailsAsync("AWS", status, $$"""{"__type":"{{code}}","Message":"canary"}""", type, calls);

    [TestCase(429, "429", ErrorType.RateLimitExceeded, Tried)]
    [TestCase(401, "ExpiredAuthenticationToken", ErrorType.AuthenticationFailed, 1)]
    [TestCase(401, "AuthenticationFailed", ErrorType.AuthenticationFailed, 1)]
    [TestCase(403, "AuthorizationFailed", ErrorType.AuthorizationFailed, 1)]
    [TestCase(401, "RBACAccessDenied", ErrorType.AuthorizationFailed, 1)]
    [TestCase(400, "BadRequest", ErrorType.InvalidConfiguration, 1)]
    [TestCase(404, "SubscriptionNotFound", ErrorType.ResourceNotFound, 1)]
    [TestCase(503, "ServiceUnavailable", ErrorType.ServiceUnavailable, Tried)]
    public Task Azure(int status, string code, ErrorType type, int calls) =>
        FailsAsync("AZURE", status, $$$"""{"error":{"code":"{{{code}}}","message":"canary"}}""", type, calls);

    [TestCase(403, "rateLimitExceeded", ErrorType.RateLimitExceeded, Tried)]
    [TestCase(403, "quotaExceeded", ErrorType.RateLimitExceeded, 1)]
    [TestCase(500, "backendError", ErrorType.ServiceUnavailable, Tried)]
    [TestCase(503, "backendError", ErrorType.ServiceUnavailable, Tried)]
    [TestCase(500, "internalError", ErrorType.ServiceUnavailable, Tried)]
    [TestCase(403, "accessDenied", ErrorType.AuthorizationFailed, 1)]
    [TestCase(404, "notFound", ErrorType.ResourceNotFound, 1)]
    [TestCase(400, "invalidQuery", ErrorType.InvalidConfiguration, 1)]
    [TestCase(403, "billingNotEnabled", ErrorType.InvalidConfiguration, 1)]
    public Task GCP(int status, string reason, ErrorType type, int calls) =>
        FailsAsync(
            "GCP",
            status,
            $$$"""{"error":{"code":{{{status}}},"message":"canary","errors":[{"reason":"{{{reason}}}","message":"canary"}]}}""",
            type,
            calls
        );

    [Test]
    public async Task The_recorded_errors_of_Azure_and_of_BigQuery_s_quota_are_known()
    {
        world.Azure.FailAlways(429, File.ReadAllText(Fixtures.Require("providers/azure/errors/429.json")));
        world.Gcp.FailAlways(403, File.ReadAllText(Fixtures.Require("providers/gcp/bigquery-quota-error-403.json")));
        world.Claude.FailAlways(404, File.ReadAllText(Fixtures.Require("providers/anthropic/error.example.json")));

        var azure = PipelineBench.Failed(await world.RunAsync("AZURE"));
        var gcp = PipelineBench.Failed(await world.RunAsync("GCP"));
        var claude = PipelineBench.Failed(await world.RunAsync("CLAUDE"));

        using (Assert.EnterMultipleScope())
        {
            Assert.That(azure.ErrorType, Is.EqualTo(ErrorType.RateLimitExceeded));
            Assert.That(
                (gcp.ErrorType, gcp.RetryAfter),
                Is.EqualTo((ErrorType.RateLimitExceeded, (Duration?)Duration.FromMinutes(10)))
            );
            Assert.That(claude.ErrorType, Is.EqualTo(ErrorType.ResourceNotFound));
        }
    }

    // Noon is Monday, 2 November 2026, 12:00; a tenth of the run's 15 minutes may be waited for.
    [TestCase("7", 7, Tried)]
    [TestCase("Mon, 02 Nov 2026 12:00:07 GMT", 7, Tried)]
    [TestCase("91", 91, 1)]
    [TestCase("3600", 3600, 1)]
    [TestCase("Mon, 02 Nov 2026 13:00:00 GMT", 3600, 1)]
    [TestCase("999999", 86_400, 1)]
    [TestCase("Mon, 02 Nov 2020 12:00:00 GMT", 0, Tried)]
    [TestCase("soon", null, Tried)]
    public async Task Each_form_of_retry_after_is_honoured_and_a_long_one_is_the_queue_s_to_wait_for(
        string header,
        int? seconds,
        int calls
    )
    {
        world.OpenAi.FailAlways(429, """{"error":{"code":"rate_limit_exceeded"}}""", ("Retry-After", header));
        var start = world.Bench.Time.GetUtcNow();
        world.Bench.Time.Skips.Add(TimeSpan.FromSeconds(7));

        var failed = PipelineBench.Failed(await world.RunAsync("OPENAI"));

        using (Assert.EnterMultipleScope())
        {
            Assert.That(failed.ErrorType, Is.EqualTo(ErrorType.RateLimitExceeded));
            Assert.That(world.OpenAi.Calls, Has.Count.EqualTo(calls));
            // A date that is over by the second try asks for no more waiting.
            var isDate = header.StartsWith("Mon", StringComparison.Ordinal);
            var waits = seconds == 7 ? (isDate ? 1 : 3) : 0;
            Assert.That(world.Bench.Time.GetUtcNow() - start, Is.EqualTo(TimeSpan.FromSeconds(7 * waits)));
            if (!(isDate && seconds == 7))
            {
                Assert.That(
                    failed.RetryAfter,
                    Is.EqualTo(seconds is { } wait ? Duration.FromSeconds(wait) : (Duration?)null)
                );
            }
        }
    }

    [Test]
    public async Task Claude_s_rate_limit_with_a_wait_is_one_and_without_it_is_a_spending_cap()
    {
        world.Claude.FailAlways(
            429,
            """{"type":"error","error":{"type":"rate_limit_error"}}""",
            ("retry-after", "600")
        );

        var failed = PipelineBench.Failed(await world.RunAsync("CLAUDE"));

        Assert.That(
            (failed.ErrorType, failed.RetryAfter),
            Is.EqualTo((ErrorType.RateLimitExceeded, (Duration?)Duration.FromMinutes(10)))
        );
    }

    [Test]
    public async Task The_longest_of_Azure_s_waits_counts_and_what_was_used_is_no_wait()
    {
        const string prefix = "x-ms-ratelimit-microsoft.costmanagement-";
        world.Azure.FailAlways(
            429,
            """{"error":{"code":"429"}}""",
            ("Retry-After", "5"),
            ($"{prefix}qpu-retry-after", "120"),
            ($"{prefix}entity-retry-after", "240"),
            ($"{prefix}tenant-retry-after", "300"),
            ($"{prefix}clienttype-retry-after", "60"),
            ($"{prefix}qpu-consumed", "9000"),
            ($"{prefix}qpu-remaining", "9001")
        );

        var failed = PipelineBench.Failed(await world.RunAsync("AZURE"));

        Assert.That(failed.RetryAfter, Is.EqualTo(Duration.FromSeconds(300)));
    }

    [TestCase(204, "")]
    [TestCase(400, """{"error":{"code":"SubscriptionHasNoUsages","message":"x"}}""")]
    public async Task Azure_without_usage_is_an_empty_success(int status, string body)
    {
        world.Azure.FailAlways(status, body);

        PipelineBench.Completed(await world.RunAsync("AZURE"));

        Assert.That(await world.Bench.QueryAsync("select * from cost_daily"), Is.Empty);
    }

    private async Task FailsAsync(string provider, int status, string body, ErrorType type, int calls)
    {
        world.Server(provider).FailAlways(status, body);

        var failed = PipelineBench.Failed(await world.RunAsync(provider));

        using (Assert.EnterMultipleScope())
        {
            Assert.That((failed.ErrorType, failed.Message), Is.EqualTo((type, failed.Message)));
            Assert.That(failed.Message, Does.Contain($"answered {status}").And.Not.Contain("canary"));
            Assert.That(world.Server(provider).Calls, Has.Count.EqualTo(calls));
        }
    }
}
