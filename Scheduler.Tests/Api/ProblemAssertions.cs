using System.Text.Json;
using NUnit.Framework;
using Scheduler.Core.Contracts;

namespace Scheduler.Tests.Api;

/// <summary>Reads a refusal and checks what holds for every one of them.</summary>
internal static class ProblemAssertions
{
    public static async Task<ProblemResponse> ShouldBeProblemAsync(
        this HttpResponseMessage response,
        int status,
        string errorCode
    )
    {
        var text = await response.Content.ReadAsStringAsync();
        Assert.That((int)response.StatusCode, Is.EqualTo(status), text);
        Assert.That(response.Content.Headers.ContentType?.MediaType, Is.EqualTo("application/problem+json"));
        var problem = JsonSerializer.Deserialize<ProblemResponse>(text, WireJson.Options)!;
        using (Assert.EnterMultipleScope())
        {
            Assert.That(problem.ErrorCode, Is.EqualTo(errorCode), text);
            Assert.That(problem.Status, Is.EqualTo(status));
            Assert.That(problem.Title, Is.Not.Empty);
            Assert.That(problem.Detail, Is.Not.Empty);
            Assert.That(problem.Type, Does.StartWith("urn:scheduler:problem:"));
            Assert.That(response.Headers.GetValues("X-Request-Id"), Is.EqualTo(new[] { problem.RequestId }));
            Assert.That(response.Headers.CacheControl?.NoStore, Is.True);
        }
        return problem;
    }
}
