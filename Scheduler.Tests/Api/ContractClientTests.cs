using System.Net;
using System.Reflection;
using System.Text.Json;
using System.Text.RegularExpressions;
using NUnit.Framework;
using Refit;
using Scheduler.Core.Contracts;

namespace Scheduler.Tests.Api;

/// <summary>The Refit interfaces that callers get are the API's own calls, all of them, with the same names.</summary>
public sealed partial class ContractClientTests : IDisposable
{
    private readonly ApiHost host = ApiHost.WithStoredKeys();

    public void Dispose() => host.Dispose();

    [Test]
    public async Task The_customers_interface_has_every_call_that_takes_a_customers_key()
    {
        var documented = await OperationsAsync();

        var declared = typeof(ICustomerApi).GetMethods().ToDictionary(RouteOf, ParametersOf);

        var wanted = documented
            .Where(operation =>
                CustomersRoute().IsMatch(operation.Key) || operation.Key.EndsWith("/preview", StringComparison.Ordinal)
            )
            .ToDictionary();
        Assert.That(declared.Keys, Is.EquivalentTo(wanted.Keys));
        foreach (var (route, parameters) in declared)
        {
            Assert.That(parameters, Is.EquivalentTo(wanted[route]), route);
        }
    }

    [Test]
    public async Task The_workers_interfaces_call_what_there_is()
    {
        var documented = await OperationsAsync();

        Assert.That(
            documented.Keys,
            Is.SupersetOf(typeof(ISchedulerApi).GetMethods().Concat(typeof(IPaceApi).GetMethods()).Select(RouteOf))
        );
    }

    [Test]
    public async Task A_program_that_has_only_the_contract_manages_a_customer()
    {
        var http = host.CreateClient();
        http.DefaultRequestHeaders.Add("X-Admin-Key", ApiHost.AdminKey);
        var api = RestService.For<ICustomerApi>(
            http,
            new RefitSettings(new SystemTextJsonContentSerializer(WireJson.Options))
        );
        using var onboarded = await api.OnboardCustomerAsync(
            new OnboardRequest
            {
                CustomerId = "contract_customer",
                CompanyName = "Contract Customer",
                AdminEmail = "someone@example.com",
                SubscriptionPlan = SubscriptionPlan.Professional,
            },
            CancellationToken.None
        );
        http.DefaultRequestHeaders.Remove("X-Admin-Key");
        http.DefaultRequestHeaders.Add("X-API-Key", onboarded.Content!.ApiKey);

        using var pipelines = await api.ListPipelinesAsync("contract_customer", true, 10, null, CancellationToken.None);
        using var preview = await api.PreviewScheduleAsync(
            "0 2 * * *",
            "America/New_York",
            "2025-03-08T00:00:00Z",
            2,
            null,
            CancellationToken.None
        );
        using var stranger = await api.GetCustomerAsync("somebody_else", CancellationToken.None);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(pipelines.StatusCode, Is.EqualTo(HttpStatusCode.OK));
            Assert.That(preview.Content?.Occurrences, Has.Count.EqualTo(2));
            Assert.That(stranger.StatusCode, Is.EqualTo(HttpStatusCode.Forbidden));
        }
    }

    /// <summary>By <c>GET /path/{}</c>: the names of what goes into the query and the headers.</summary>
    private async Task<Dictionary<string, string[]>> OperationsAsync()
    {
        using var document = JsonDocument.Parse(
            await (await host.SendAsync("GET", "/openapi/v1.json")).Content.ReadAsStringAsync()
        );
        return (
            from path in document.RootElement.GetProperty("paths").EnumerateObject()
            from operation in path.Value.EnumerateObject()
            select (Route(operation.Name, path.Name), Names(operation.Value))
        ).ToDictionary();
    }

    private static string[] Names(JsonElement operation) =>
        operation.TryGetProperty("parameters", out var parameters)
            ?
            [
                .. parameters
                    .EnumerateArray()
                    .Where(parameter => parameter.GetProperty("in").GetString() != "path")
                    .Select(parameter => parameter.GetProperty("name").GetString()!),
            ]
            : [];

    private static string RouteOf(MethodInfo method)
    {
        var route = method.GetCustomAttribute<HttpMethodAttribute>()!;
        return Route(route.Method.Method, route.Path);
    }

    private static string Route(string method, string path) =>
        $"{method.ToUpperInvariant()} {Placeholder().Replace(path, "{}")}";

    private static string[] ParametersOf(MethodInfo method)
    {
        var path = method.GetCustomAttribute<HttpMethodAttribute>()!.Path;
        return
        [
            .. method
                .GetParameters()
                .Where(parameter =>
                    parameter.ParameterType != typeof(CancellationToken)
                    && parameter.GetCustomAttribute<BodyAttribute>() is null
                    && !path.Contains($"{{{parameter.Name}}}", StringComparison.Ordinal)
                )
                .Select(parameter =>
                    parameter.GetCustomAttribute<HeaderAttribute>()?.Header
                    ?? parameter.GetCustomAttribute<AliasAsAttribute>()?.Name
                    ?? parameter.Name!
                ),
        ];
    }

    [GeneratedRegex(@" /api/v1/(customers|scheduler/customer)/")]
    private static partial Regex CustomersRoute();

    [GeneratedRegex(@"\{\w+\}")]
    private static partial Regex Placeholder();
}
