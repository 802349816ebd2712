using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using NUnit.Framework;
using Scheduler.Api.Auth;
using Scheduler.Api.Errors;
using Scheduler.Core.Storage;

namespace Scheduler.Tests.Api;

/// <summary>Every refusal has the one shape, whoever makes it.</summary>
public sealed class ProblemTests : IDisposable
{
    private readonly ApiHost host = ApiHost.With(app =>
    {
        app.MapGet("/test/bug", string () => throw new InvalidOperationException("canary-in-message")).RequireAdmin();
        app.MapGet("/test/busy", string () => throw new StoreBusyException()).RequireAdmin();
        app.MapGet("/test/number", (int count) => count).RequireAdmin();
        app.MapGet("/test/flag", ([FromQuery(Name = "is_active")] bool? isActive) => isActive).RequireAdmin();
        app.MapGet("/test/teapot", () => Results.StatusCode(418)).RequireAdmin();
    });

    public void Dispose() => host.Dispose();

    [Test]
    public async Task Routing_answers_problems()
    {
        await (await host.SendAsync("GET", "/api/v1/nowhere")).ShouldBeProblemAsync(404, "ROUTE_NOT_FOUND");
        await (await host.SendAsync("DELETE", "/test/number")).ShouldBeProblemAsync(405, "METHOD_NOT_ALLOWED");
        await (await host.SendAsync("GET", "/test/teapot", ApiHost.Admin())).ShouldBeProblemAsync(400, "BAD_REQUEST");
    }

    [Test]
    public async Task A_query_parameter_is_named_as_the_caller_wrote_it()
    {
        var response = await host.SendAsync("GET", "/test/flag?is_active=maybe", ApiHost.Admin());

        var problem = await response.ShouldBeProblemAsync(400, "INVALID_QUERY");
        Assert.That(problem.Detail, Is.EqualTo("is_active must be true or false."));
    }

    [TestCase("", "count is missing.")]
    [TestCase("?count=many", "count must be a whole number.")]
    public async Task A_query_parameter_that_cannot_be_bound_is_named(string query, string detail)
    {
        var response = await host.SendAsync("GET", $"/test/number{query}", ApiHost.Admin());

        Assert.That((await response.ShouldBeProblemAsync(400, "INVALID_QUERY")).Detail, Is.EqualTo(detail));
    }

    [Test]
    public async Task A_store_that_is_too_busy_is_429_with_the_time_to_wait()
    {
        var response = await host.SendAsync("GET", "/test/busy", ApiHost.Admin());

        await response.ShouldBeProblemAsync(429, "STORE_BUSY");
        Assert.That(response.Headers.RetryAfter?.Delta, Is.EqualTo(TimeSpan.FromSeconds(1)));
    }

    [Test]
    public async Task A_bug_tells_nothing_and_is_logged_with_the_request_id()
    {
        var response = await host.SendAsync("GET", "/test/bug", ApiHost.Admin());

        var problem = await response.ShouldBeProblemAsync(500, "INTERNAL_ERROR");
        Assert.That(problem.Detail, Is.EqualTo(ErrorCatalog.Of(ErrorCode.InternalError).Detail));
        Assert.That(
            await response.Content.ReadAsStringAsync(),
            Does.Not.Contain("canary").And.Not.Contain("at Scheduler")
        );
        Assert.That(host.Logs.Lines, Has.Some.Contains("canary-in-message"));
    }

    [TestCase("abc-123", true)]
    [TestCase("has space", false)]
    [TestCase("<script>", false)]
    [TestCase("", false)]
    public async Task A_plain_request_id_is_kept_and_any_other_replaced(string id, bool kept)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, "/health/live");
        request.Headers.TryAddWithoutValidation("X-Request-Id", id);

        var response = await host.CreateClient().SendAsync(request);

        var answered = response.Headers.GetValues("X-Request-Id").Single();
        Assert.That(answered, kept ? Is.EqualTo(id) : Does.Match("^[0-9a-f]{32}$"));
    }

    [Test]
    public async Task Answers_carry_the_security_headers()
    {
        var response = await host.SendAsync("GET", "/health/live");

        using (Assert.EnterMultipleScope())
        {
            Assert.That(response.Headers.GetValues("X-Content-Type-Options"), Is.EqualTo(new[] { "nosniff" }));
            Assert.That(
                response.Headers.GetValues("Content-Security-Policy").Single(),
                Does.StartWith("default-src 'none'")
            );
            Assert.That(response.Headers.CacheControl?.NoStore, Is.True);
        }
    }

    [Test]
    public void Every_error_code_has_a_status_and_a_title()
    {
        foreach (var code in Enum.GetValues<ErrorCode>())
        {
            Assert.That(ErrorCatalog.Of(code).Status, Is.InRange(400, 599), code.ToString());
            Assert.That(ErrorCatalog.Of(code).Title, Is.Not.Empty, code.ToString());
        }
    }
}
