using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using NodaTime;
using NUnit.Framework;
using Scheduler.Core.Audit;
using Scheduler.Core.Contracts;
using Scheduler.Tests.EndToEnd.Harness;

namespace Scheduler.Tests.Api;

/// <summary>The audit trail over HTTP.</summary>
public sealed class AuditApiTests : IDisposable
{
    private const string Audit = "/api/v1/scheduler/audit";

    private readonly ApiHost host = ApiHost.Production();

    public void Dispose() => host.Dispose();

    [Test]
    public async Task A_change_shows_who_made_it_and_gets_its_place_by_itself()
    {
        var answer = await OnboardAsync("acme");

        var entry = await Until.SeenAsync(
            "the chain is extended over the change",
            async () => (await ListAsync("")).SingleOrDefault(it => it.Position is not null)
        );

        using (Assert.EnterMultipleScope())
        {
            Assert.That(entry.Action, Is.EqualTo("customer.onboard"));
            Assert.That((entry.Actor, entry.KeyId), Is.EqualTo((ActorKind.Admin, "admin:1")));
            Assert.That(entry.RequestId, Is.EqualTo(answer.Headers.GetValues("X-Request-Id").Single()));
            Assert.That((entry.Chain, entry.CustomerId, entry.Target), Is.EqualTo(("customer:acme", "acme", "acme")));
            Assert.That((entry.Position, entry.Hash?.Length), Is.EqualTo((1, 64)));
            Assert.That(entry.Before, Is.Null);
            Assert.That(entry.After?.GetProperty("company_name").GetString(), Is.EqualTo("acme Ltd"));
        }
    }

    [Test]
    public async Task The_trail_is_paged_and_filtered_by_customer()
    {
        await OnboardAsync("acme");
        await OnboardAsync("bolt");
        await OnboardAsync("core");

        var first = await host.SendAsync("GET", $"{Audit}?limit=2", ApiHost.Admin());
        var next = first.Headers.GetValues("Link").Single().Split('<', '>')[1];

        Assert.That((await ReadAsync(first)).Select(entry => entry.Target), Is.EqualTo(["core", "bolt"]));
        Assert.That(
            (await ReadAsync(await host.SendAsync("GET", next, ApiHost.Admin()))).Select(entry => entry.Target),
            Is.EqualTo(["acme"])
        );
        Assert.That((await ListAsync("?customer_id=bolt")).Select(entry => entry.Target), Is.EqualTo(["bolt"]));
        Assert.That(await ListAsync("?to=2020-01-01T00:00:00Z"), Is.Empty);
        Assert.That(await ListAsync("?from=2020-01-01T00:00:00Z"), Has.Count.EqualTo(3));
    }

    [TestCase("?from=yesterday", "from")]
    [TestCase("?to=2020", "to")]
    [TestCase("?limit=201", "limit")]
    [TestCase("?cursor=nonsense", "cursor")]
    [TestCase("?refusals=true&cursor=WyJhIl0", "cursor")]
    [TestCase("?refusals=perhaps", "refusals")]
    public async Task A_wrong_query_is_400_and_named(string query, string name)
    {
        var problem = await (await host.SendAsync("GET", Audit + query, ApiHost.Admin())).ShouldBeProblemAsync(
            400,
            "INVALID_QUERY"
        );

        Assert.That(problem.Detail, Does.StartWith(name).IgnoreCase);
    }

    [Test]
    public async Task It_is_for_admins()
    {
        var key = ApiHost.Customer(host.Keys.Add("acme"));

        await (await host.SendAsync("GET", Audit, key)).ShouldBeProblemAsync(403, "FORBIDDEN");
        await (await host.SendAsync("GET", Audit, ApiHost.Worker())).ShouldBeProblemAsync(403, "FORBIDDEN");
    }

    [Test]
    public async Task Refusals_are_counted_by_caller_route_and_status_without_ids_in_the_route()
    {
        var key = ApiHost.Customer(host.Keys.Add("acme"));
        await host.SendAsync("GET", "/api/v1/scheduler/customer/bolt/pipelines", key);
        await host.SendAsync("GET", "/api/v1/scheduler/customer/core/pipelines", key);
        await host.SendAsync("GET", "/api/v1/scheduler/status");
        await host.SendAsync("POST", "/api/v1/scheduler/trigger");
        await host.SendAsync("POST", "/api/v1/scheduler/process-queue", key);
        await host.SendAsync("GET", "/nowhere");

        var all = await RefusalsAsync("");
        var acme = await RefusalsAsync("&customer_id=acme");

        using (Assert.EnterMultipleScope())
        {
            Assert.That(
                all.Select(row => $"{row.Caller} {row.Route} {row.Status} {row.Calls}"),
                Is.EquivalentTo([
                    "key_1 GET /api/v1/scheduler/customer/{id}/pipelines 403 2",
                    "address:unknown GET /api/v1/scheduler/status 401 1",
                ])
            );
            Assert.That(acme.Select(row => row.CustomerId), Is.EqualTo(["acme"]));
        }
    }

    [Test]
    public async Task Calls_over_the_rate_limit_are_counted_too()
    {
        using var tight = ApiHost.Production(("Scheduler:RateLimits:StandardKey", "1"));
        var key = ApiHost.Customer(tight.Keys.Add("acme"));
        for (var call = 0; call < 4; call++)
        {
            await tight.SendAsync("GET", "/api/v1/scheduler/customer/acme/runs", key);
        }

        Assert.That(
            (await RefusalsAsync("", tight)).Single(),
            Has.Property("Status").EqualTo(429).And.Property("Calls").EqualTo(3).And.Property("Caller").EqualTo("key_1")
        );
    }

    private async Task<HttpResponseMessage> OnboardAsync(string customerId)
    {
        var answer = await host.SendAsync(
            "POST",
            "/api/v1/customers/onboard",
            ApiHost.Admin(),
            JsonContent.Create(
                new
                {
                    customer_id = customerId,
                    company_name = $"{customerId} Ltd",
                    admin_email = "a@example.com",
                    subscription_plan = "SCALE",
                }
            )
        );
        Assert.That((int)answer.StatusCode, Is.EqualTo(201), await answer.Content.ReadAsStringAsync());
        return answer;
    }

    private async Task<IReadOnlyList<AuditEntryResponse>> ListAsync(string query) =>
        await ReadAsync(await host.SendAsync("GET", Audit + query, ApiHost.Admin()));

    private static async Task<IReadOnlyList<AuditEntryResponse>> ReadAsync(HttpResponseMessage answer) =>
        JsonSerializer.Deserialize<AuditEntryResponse[]>(await answer.Content.ReadAsStringAsync(), WireJson.Options)!;

    private async Task<IReadOnlyList<RefusedCallsResponse>> RefusalsAsync(string query, ApiHost? other = null)
    {
        var asked = other ?? host;
        await asked
            .Services.GetRequiredService<RefusalLedger>()
            .FlushAsync(asked.Services.GetRequiredService<IClock>().GetCurrentInstant(), default);
        var answer = await asked.SendAsync("GET", $"{Audit}?refusals=true{query}", ApiHost.Admin());
        return JsonSerializer.Deserialize<RefusedCallsResponse[]>(
            await answer.Content.ReadAsStringAsync(),
            WireJson.Options
        )!;
    }
}
