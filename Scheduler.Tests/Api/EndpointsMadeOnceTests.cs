using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using NUnit.Framework;
using Scheduler.Api.Endpoints;

namespace Scheduler.Tests.Api;

internal sealed class EndpointsMadeOnceTests
{
    [Test]
    public async Task Whoever_asks_gets_the_same_endpoints()
    {
        await using var app = WebApplication.CreateSlimBuilder().Build();
        var routes = new EndpointsMadeOnce(app);
        var group = routes.MapGroup("/a");
        group.MapGet("/b", () => "b");
        group.MapGroup("/c").MapGet("/d", () => "d");
        routes.MapGet("/e", () => "e");
        routes.Add();
        IReadOnlyList<Endpoint> Ask() =>
            new CompositeEndpointDataSource(((IEndpointRouteBuilder)app).DataSources).Endpoints;

        var first = Ask();
        var second = Ask();

        using (Assert.EnterMultipleScope())
        {
            Assert.That(
                first.Cast<RouteEndpoint>().Select(endpoint => endpoint.RoutePattern.RawText),
                Is.EquivalentTo(new[] { "/a/b", "/a/c/d", "/e" })
            );
            Assert.That(second, Is.EqualTo(first));
        }
    }
}
