using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using NUnit.Framework;
using Scheduler.Api.Auth;
using Scheduler.Core.Security;

namespace Scheduler.Tests.Api;

/// <summary>Who gets in, over HTTP, on one endpoint of each kind.</summary>
public sealed class AuthenticationTests : IDisposable
{
    private const string Admin = "/test/admin";
    private const string Worker = "/test/worker";
    private const string Mine = "/test/customers/acme";

    private readonly ApiHost host = ApiHost.With(Map);

    public void Dispose() => host.Dispose();

    private static void Map(IEndpointRouteBuilder app)
    {
        app.MapGet(Admin, (CurrentCaller caller) => caller.KeyId).RequireAdmin();
        app.MapGet(Worker, (CurrentCaller caller) => caller.KeyId).RequireWorker();
        var customer = app.MapGroup("/test/customers/{id}").RequireCustomer(ScopeResource.Pipelines);
        customer.MapGet("", (CurrentCaller caller) => caller.KeyId);
        customer.MapPost("", (CurrentCaller caller) => caller.KeyId);
        app.MapGet("/test/subscriptions/{id}", () => "ok").RequireCustomer(ScopeResource.Subscription);
        app.MapGet("/test/forgotten", () => "secret");
        app.MapGet("/test/any", () => "secret").RequireAuthorization();
    }

    [TestCase(Admin)]
    [TestCase(Worker)]
    [TestCase(Mine)]
    [TestCase("/test/forgotten")]
    public async Task Without_a_key_it_is_401(string path)
    {
        var response = await host.SendAsync("GET", path);

        await response.ShouldBeProblemAsync(401, "MISSING_API_KEY");
        Assert.That(response.Headers.WwwAuthenticate.ToString(), Is.EqualTo("ApiKey"));
    }

    [TestCase("X-API-Key", "acme")]
    [TestCase("X-API-Key", "acme_api_short")]
    [TestCase("X-API-Key", "acme_api_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [TestCase("X-Admin-Key", "wrong")]
    [TestCase("X-Admin-Key", ApiHost.WorkerKey)]
    [TestCase("X-Worker-Key", ApiHost.AdminKey)]
    public async Task A_key_that_is_not_one_is_401(string header, string value)
    {
        foreach (var path in new[] { Admin, Worker, Mine })
        {
            var response = await host.SendAsync("GET", path, (header, value));

            await response.ShouldBeProblemAsync(401, "INVALID_API_KEY");
            Assert.That(response.Headers.WwwAuthenticate.ToString(), Is.EqualTo("ApiKey"));
        }
    }

    [Test]
    public async Task Two_keys_at_once_are_refused_even_when_both_are_good()
    {
        var client = host.CreateClient();
        client.DefaultRequestHeaders.Add(PresentedKey.AdminHeader, ApiHost.AdminKey);
        client.DefaultRequestHeaders.Add(PresentedKey.CustomerHeader, host.Keys.Add("acme"));

        await (await client.GetAsync(Mine)).ShouldBeProblemAsync(401, "INVALID_API_KEY");
    }

    [Test]
    public async Task Each_key_opens_its_own_calls()
    {
        var key = ApiHost.Customer(host.Keys.Add("acme"));

        using (Assert.EnterMultipleScope())
        {
            Assert.That(await Body(Admin, ApiHost.Admin()), Is.EqualTo("admin:1"));
            Assert.That(await Body(Worker, ApiHost.Admin()), Is.EqualTo("admin:1"));
            Assert.That(await Body(Mine, ApiHost.Admin()), Is.EqualTo("admin:1"));
            Assert.That(await Body(Worker, ApiHost.Worker()), Is.EqualTo("worker:1"));
            Assert.That(await Body(Mine, key), Is.EqualTo("key_1"));
        }
    }

    [Test]
    public async Task No_key_opens_the_calls_of_another_kind()
    {
        var key = ApiHost.Customer(host.Keys.Add("acme"));

        await (await host.SendAsync("GET", Admin, ApiHost.Worker())).ShouldBeProblemAsync(403, "FORBIDDEN");
        await (await host.SendAsync("GET", Mine, ApiHost.Worker())).ShouldBeProblemAsync(403, "FORBIDDEN");
        await (await host.SendAsync("GET", Admin, key)).ShouldBeProblemAsync(403, "FORBIDDEN");
        await (await host.SendAsync("GET", Worker, key)).ShouldBeProblemAsync(403, "FORBIDDEN");
    }

    [Test]
    public async Task Another_customers_path_answers_the_same_whether_it_exists_or_not()
    {
        var key = ApiHost.Customer(host.Keys.Add("acme"));
        host.Keys.Add("globex");

        var details = new HashSet<string>();
        foreach (var other in new[] { "globex", "nobody", "ACME", "acme%20" })
        {
            var response = await host.SendAsync("GET", $"/test/customers/{other}", key);

            var problem = await response.ShouldBeProblemAsync(403, "CUSTOMER_MISMATCH");
            details.Add(problem.Detail);
        }
        Assert.That(details, Has.Count.EqualTo(1).And.None.Contain("globex").And.None.Contain("needs the scope"));
    }

    [TestCase(KeyStanding.Expired, "EXPIRED_API_KEY")]
    [TestCase(KeyStanding.Revoked, "INVALID_API_KEY")]
    public async Task A_key_that_was_good_once_is_401(KeyStanding standing, string code)
    {
        var key = ApiHost.Customer(host.Keys.Add("acme", identity => identity with { Key = standing }));

        await (await host.SendAsync("GET", Mine, key)).ShouldBeProblemAsync(401, code);
    }

    [TestCase(AccountStanding.Suspended, 403, "CUSTOMER_SUSPENDED")]
    [TestCase(AccountStanding.TrialEnded, 402, "TRIAL_ENDED")]
    [TestCase(AccountStanding.SubscriptionEnded, 402, "SUBSCRIPTION_ENDED")]
    public async Task A_customer_that_may_not_use_the_api_is_told_why(AccountStanding standing, int status, string code)
    {
        var key = ApiHost.Customer(host.Keys.Add("acme", identity => identity with { Customer = standing }));

        await (await host.SendAsync("GET", Mine, key)).ShouldBeProblemAsync(status, code);
        await (await host.SendAsync("GET", "/test/customers/globex", key)).ShouldBeProblemAsync(
            403,
            "CUSTOMER_MISMATCH"
        );
        Assert.That(
            (int)(await host.SendAsync("GET", "/test/subscriptions/acme", key)).StatusCode,
            Is.EqualTo(status == 402 ? 200 : 403)
        );
    }

    [TestCase("pipelines:read", "GET", 200)]
    [TestCase("pipelines:read", "POST", 403)]
    [TestCase("pipelines:*", "POST", 200)]
    [TestCase("pipelines:write", "GET", 403)]
    [TestCase("runs:*", "GET", 403)]
    [TestCase("PIPELINES:READ", "GET", 403)]
    [TestCase("*:read", "GET", 403)]
    [TestCase("*", "POST", 200)]
    public async Task A_scope_allows_what_it_says(string scope, string method, int status)
    {
        var key = ApiHost.Customer(host.Keys.Add("acme", identity => identity with { Scopes = [scope] }));

        var response = await host.SendAsync(method, Mine, key);

        Assert.That((int)response.StatusCode, Is.EqualTo(status));
        if (status == 403)
        {
            var problem = await response.ShouldBeProblemAsync(403, "MISSING_SCOPE");
            var needed = method == "GET" ? "pipelines:read" : "pipelines:write";
            Assert.That(problem.Detail, Is.EqualTo($"This call needs the scope {needed}."));
        }
    }

    [Test]
    public async Task The_members_role_is_the_ceiling_of_its_key()
    {
        var key = ApiHost.Customer(host.Keys.Add("acme", identity => identity with { Ceiling = TeamRole.Viewer }));

        Assert.That((int)(await host.SendAsync("GET", Mine, key)).StatusCode, Is.EqualTo(200));
        await (await host.SendAsync("POST", Mine, key)).ShouldBeProblemAsync(403, "MISSING_SCOPE");
    }

    [Test]
    public async Task An_endpoint_without_a_policy_is_refused_to_everybody()
    {
        var key = ApiHost.Customer(host.Keys.Add("acme"));

        foreach (var path in new[] { "/test/forgotten", "/test/any" })
        {
            await (await host.SendAsync("GET", path, ApiHost.Admin())).ShouldBeProblemAsync(403, "FORBIDDEN");
            await (await host.SendAsync("GET", path, ApiHost.Worker())).ShouldBeProblemAsync(403, "FORBIDDEN");
            await (await host.SendAsync("GET", path, key)).ShouldBeProblemAsync(403, "FORBIDDEN");
            await (await host.SendAsync("GET", path)).ShouldBeProblemAsync(401, "MISSING_API_KEY");
        }
    }

    [Test]
    public async Task A_second_admin_key_works_while_keys_are_rotated()
    {
        using var rotating = ApiHost.With(Map, ("ADMIN_KEY", $"{ApiHost.AdminKey}, another-key-9876543210-fedcba"));

        var response = await rotating.SendAsync("GET", Admin, ("X-Admin-Key", "another-key-9876543210-fedcba"));

        Assert.That(await response.Content.ReadAsStringAsync(), Is.EqualTo("admin:2"));
    }

    [Test]
    public async Task Two_admin_and_two_worker_keys_are_live_at_once()
    {
        const string NextAdmin = "another-key-9876543210-fedcba";
        const string NextWorker = "another-worker-9876543210-fedcba";
        using var rotating = ApiHost.With(
            Map,
            ("ADMIN_KEY", $"{ApiHost.AdminKey},{NextAdmin}"),
            ("WORKER_KEY", $"{ApiHost.WorkerKey},{NextWorker}")
        );

        foreach (var key in new[] { ApiHost.AdminKey, NextAdmin })
        {
            Assert.That(
                (int)(await rotating.SendAsync("GET", Admin, ("X-Admin-Key", key))).StatusCode,
                Is.EqualTo(200)
            );
        }
        foreach (var key in new[] { ApiHost.WorkerKey, NextWorker })
        {
            Assert.That(
                (int)(await rotating.SendAsync("GET", Worker, ("X-Worker-Key", key))).StatusCode,
                Is.EqualTo(200)
            );
            await (await rotating.SendAsync("GET", Admin, ("X-Admin-Key", key))).ShouldBeProblemAsync(
                401,
                "INVALID_API_KEY"
            );
        }
    }

    [Test]
    public async Task A_store_that_is_down_is_503_and_not_a_wrong_key()
    {
        var key = ApiHost.Customer(host.Keys.Add("acme"));
        host.Keys.IsDown = true;

        var response = await host.SendAsync("GET", Mine, key);

        await response.ShouldBeProblemAsync(503, "STORAGE_UNAVAILABLE");
        Assert.That(response.Headers.RetryAfter?.Delta, Is.EqualTo(TimeSpan.FromSeconds(5)));
    }

    private async Task<string> Body(string path, (string, string) key) =>
        await (await host.SendAsync("GET", path, key)).Content.ReadAsStringAsync();
}
