using NUnit.Framework;
using Scheduler.Tests.Api;
using Scheduler.Tests.Support;

namespace Scheduler.Tests.Documentation;

/// <summary>
/// The OpenAPI document is kept in the repository, so that a change of the contract is seen where changes are looked at, and clients can
/// be made without a running API.
/// </summary>
public sealed class OpenApiFileTests
{
    private const string Variable = "SCHEDULER_WRITE_OPENAPI";

    [Test]
    public async Task The_document_in_the_repository_is_the_one_that_the_api_answers()
    {
        using var host = ApiHost.Production();
        var path = Path.Combine(Repository.Root, "docs/openapi.json");

        var answered = await (await host.SendAsync("GET", "/openapi/v1.json")).Content.ReadAsStringAsync();

        if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 })
        {
            await File.WriteAllTextAsync(path, answered.TrimEnd() + "\n");
        }
        Assert.That(
            (await File.ReadAllTextAsync(path)).TrimEnd() == answered.TrimEnd(),
            Is.True,
            $"docs/openapi.json is not what the API answers. If the change is meant, set {Variable}=1 and run this test: it writes the file."
        );
    }
}
