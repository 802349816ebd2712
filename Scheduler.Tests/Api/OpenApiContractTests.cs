using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using NUnit.Framework;
using Scheduler.Api.Auth;
using Scheduler.Api.Errors;

namespace Scheduler.Tests.Api;

/// <summary>The document is the endpoint table, both ways, and says what the endpoints say of themselves.</summary>
public sealed partial class OpenApiContractTests : IDisposable
{
    private readonly ApiHost host = ApiHost.Production();

    public void Dispose() => host.Dispose();

    [Test]
    public async Task The_document_lists_the_endpoints_and_nothing_else()
    {
        using var document = await DocumentAsync();

        var documented = Operations(document).Select(operation => operation.Name);

        Assert.That(documented, Is.EquivalentTo(Endpoints().Select(Name)));
    }

    [Test]
    public async Task Every_operation_is_named_tagged_secured_and_lists_its_refusals()
    {
        using var document = await DocumentAsync();
        var operations = Operations(document).ToDictionary(operation => operation.Name, operation => operation.Json);

        foreach (var endpoint in Endpoints())
        {
            var operation = operations[Name(endpoint)];
            var access = endpoint.Metadata.GetOrderedMetadata<AccessDeclaration>();
            var codes = endpoint.Metadata.GetOrderedMetadata<RefusalCodes>().SelectMany(refusals => refusals.Codes);
            using (Assert.EnterMultipleScope())
            {
                Assert.That(operation.GetProperty("operationId").GetString(), Is.Not.Empty, Name(endpoint));
                Assert.That(operation.GetProperty("summary").GetString(), Is.Not.Empty, Name(endpoint));
                Assert.That(operation.GetProperty("tags").GetArrayLength(), Is.EqualTo(1), Name(endpoint));
                Assert.That(access, Is.Not.Empty, Name(endpoint));
                foreach (var status in codes.Select(code => $"{ErrorCatalog.Of(code).Status}").Distinct())
                {
                    Assert.That(
                        operation
                            .GetProperty("responses")
                            .GetProperty(status)
                            .GetProperty("content")
                            .TryGetProperty(SchedulerProblem.ContentType, out _),
                        Is.True,
                        $"{Name(endpoint)} {status}"
                    );
                }
            }
        }
    }

    [Test]
    public void Only_the_listed_calls_are_open()
    {
        var open = AllEndpoints()
            .Where(endpoint =>
                endpoint.Metadata.GetMetadata<Microsoft.AspNetCore.Authorization.IAllowAnonymous>() is not null
            )
            .Select(endpoint => endpoint.RoutePattern.RawText!.TrimEnd('/'));

        Assert.That(
            open,
            // A team member's PUT judges its callers itself: an invitation's token is enough, and everything else takes a key.
            Is.All.Match(
                "^/?(health/(live|ready)|openapi/.*|docs.*|api/v1/scheduler/schedules/preview"
                    + "|api/v1/customers/{id}/team/{member_id}"
                    // The way in takes the admin key itself; a customer's page is judged by its link.
                    + "|dashboard/(sign-in|assets/{version}/{file})|embed.*)$"
            )
        );
    }

    [Test]
    public void Every_endpoint_says_who_may_call_it()
    {
        Assert.That(
            AllEndpoints().Where(endpoint => endpoint.Metadata.GetMetadata<AccessDeclaration>() is null).Select(Name),
            Is.Empty
        );
    }

    [Test]
    public async Task The_page_loads_nothing_from_another_host()
    {
        var page = await host.CreateClient().GetAsync("/docs");
        var html = await page.Content.ReadAsStringAsync();

        Assert.That((int)page.StatusCode, Is.EqualTo(200));
        Assert.That(html, Does.Not.Match("""(src|href)\s*=\s*["']?(https?:)?//"""));
        Assert.That(page.Headers.GetValues("Content-Security-Policy").Single(), Does.Contain("script-src 'self'"));
        foreach (Match script in ScriptSource().Matches(html))
        {
            var response = await host.CreateClient()
                .GetAsync(new Uri(new Uri("http://localhost/docs/"), script.Groups[1].Value));
            Assert.That((int)response.StatusCode, Is.EqualTo(200), script.Value);
        }
    }

    private async Task<JsonDocument> DocumentAsync()
    {
        var response = await host.SendAsync("GET", "/openapi/v1.json");
        return JsonDocument.Parse(await response.Content.ReadAsStringAsync());
    }

    private IEnumerable<RouteEndpoint> AllEndpoints()
    {
        _ = host.CreateClient();
        return host.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>();
    }

    private IEnumerable<RouteEndpoint> Endpoints() =>
        AllEndpoints()
            .Where(endpoint =>
                endpoint.Metadata.GetMetadata<IExcludeFromDescriptionMetadata>()?.ExcludeFromDescription != true
            );

    private static string Name(RouteEndpoint endpoint) =>
        $"{endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods[0]} /{endpoint.RoutePattern.RawText!.Trim('/')}";

    private static IEnumerable<(string Name, JsonElement Json)> Operations(JsonDocument document) =>
        from path in document.RootElement.GetProperty("paths").EnumerateObject()
        from operation in path.Value.EnumerateObject()
        select ($"{operation.Name.ToUpperInvariant()} {path.Name}", operation.Value);

    [GeneratedRegex("""<script[^>]*\ssrc=["']([^"']+)["']""")]
    private static partial Regex ScriptSource();
}
