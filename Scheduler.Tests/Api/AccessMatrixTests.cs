using System.Text;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Routing;
using NUnit.Framework;
using Scheduler.Api.Auth;
using Scheduler.Core.Security;

namespace Scheduler.Tests.Api;

/// <summary>
/// Every endpoint of the running application against every sort of credential. The table below says who may call what; an endpoint
/// that is not in it, or is declared otherwise, fails.
/// </summary>
public sealed class AccessMatrixTests : IDisposable
{
    private const string Open = "open";
    private const string Admin = "admin";
    private const string Worker = "worker";
    private const string Trigger = "admin or a signed token";

    /// <summary>Who may call: open, admin, worker, or the scope that a customer's key needs.</summary>
    private static readonly Dictionary<string, string> Expected = new()
    {
        ["GET /health/live"] = Open,
        ["GET /health/ready"] = Open,
        ["GET /api/v1/scheduler/schedules/preview"] = Open,
        ["POST /api/v1/scheduler/trigger"] = Trigger,
        ["GET /api/v1/scheduler/alerts"] = Admin,
        ["POST /api/v1/scheduler/alerts/{alert_id}/silence"] = Admin,
        ["DELETE /api/v1/scheduler/alerts/{alert_id}/silence"] = Admin,
        ["GET /api/v1/scheduler/alerts/deliveries"] = Admin,
        ["POST /api/v1/scheduler/alerts/deliveries/{delivery_id}/retry"] = Admin,
        ["GET /api/v1/scheduler/audit"] = Admin,
        ["POST /api/v1/scheduler/import"] = Admin,
        ["GET /api/v1/scheduler/forecast"] = Admin,
        ["GET /api/v1/scheduler/pipelines"] = Admin,
        ["POST /api/v1/scheduler/pipelines/bulk"] = Admin,
        ["GET /api/v1/scheduler/bulk"] = Admin,
        ["GET /api/v1/scheduler/bulk/{bulk_id}"] = Admin,
        ["POST /api/v1/scheduler/bulk/{bulk_id}/undo"] = Admin,
        ["GET /api/v1/scheduler/status"] = Admin,
        ["POST /api/v1/scheduler/process-queue"] = Worker,
        ["POST /api/v1/scheduler/process-queue/heartbeat"] = Worker,
        ["POST /api/v1/scheduler/process-queue/pace"] = Worker,
        ["POST /api/v1/scheduler/process-queue/results"] = Worker,
        ["GET /api/v1/scheduler/customer/{id}/pipelines"] = "pipelines:read",
        ["POST /api/v1/scheduler/customer/{id}/pipelines"] = "pipelines:write",
        ["DELETE /api/v1/scheduler/customer/{id}/pipelines/{config_id}"] = "pipelines:write",
        ["POST /api/v1/scheduler/customer/{id}/pipelines/{config_id}/pause"] = "pipelines:write",
        ["POST /api/v1/scheduler/customer/{id}/pipelines/{config_id}/resume"] = "pipelines:write",
        ["POST /api/v1/scheduler/customer/{id}/pipelines/{config_id}/run-now"] = "pipelines:write",
        ["POST /api/v1/scheduler/customer/{id}/embed-links"] = "pipelines:read",
        ["GET /api/v1/scheduler/customer/{id}/pipelines/{config_id}/why"] = "pipelines:read",
        ["POST /api/v1/scheduler/customer/{id}/pipelines/{config_id}/backfills"] = "pipelines:write",
        ["GET /api/v1/scheduler/customer/{id}/backfills"] = "pipelines:read",
        ["GET /api/v1/scheduler/customer/{id}/backfills/{backfill_id}"] = "pipelines:read",
        ["POST /api/v1/scheduler/customer/{id}/backfills/{backfill_id}/pause"] = "pipelines:write",
        ["POST /api/v1/scheduler/customer/{id}/backfills/{backfill_id}/resume"] = "pipelines:write",
        ["POST /api/v1/scheduler/customer/{id}/backfills/{backfill_id}/cancel"] = "pipelines:write",
        ["GET /api/v1/scheduler/customer/{id}/runs"] = "runs:read",
        ["POST /api/v1/scheduler/customer/{id}/runs/{run_id}/cancel"] = "runs:write",
        ["POST /api/v1/scheduler/customer/{id}/runs/{run_id}/replay"] = "runs:write",
        ["GET /api/v1/scheduler/customer/{id}/runs/{run_id}"] = "runs:read",
        ["POST /api/v1/customers/onboard"] = Admin,
        ["GET /api/v1/customers/{id}"] = "profile:read",
        ["PUT /api/v1/customers/{id}"] = "profile:write",
        ["GET /api/v1/customers/{id}/subscription"] = "subscription:read",
        ["PUT /api/v1/customers/{id}/subscription"] = "subscription:write",
        ["GET /api/v1/customers/{id}/api-keys"] = "keys:read",
        ["POST /api/v1/customers/{id}/api-keys"] = "keys:write",
        ["DELETE /api/v1/customers/{id}/api-keys/{api_key_id}"] = "keys:write",
        ["GET /api/v1/customers/{id}/credentials"] = "credentials:read",
        ["POST /api/v1/customers/{id}/credentials"] = "credentials:write",
        ["GET /api/v1/customers/{id}/credentials/{credential_id}"] = "credentials:read",
        ["PUT /api/v1/customers/{id}/credentials/{credential_id}"] = "credentials:write",
        ["DELETE /api/v1/customers/{id}/credentials/{credential_id}"] = "credentials:write",
        ["GET /api/v1/customers/{id}/provider-configs"] = "pipelines:read",
        ["POST /api/v1/customers/{id}/provider-configs"] = "pipelines:write",
        ["PUT /api/v1/customers/{id}/provider-configs/{config_id}"] = "pipelines:write",
        ["GET /api/v1/customers/{id}/team"] = "team:read",
        ["POST /api/v1/customers/{id}/team"] = "team:write",
        ["PUT /api/v1/customers/{id}/team/{member_id}"] = "team:write",
        ["DELETE /api/v1/customers/{id}/team/{member_id}"] = "team:write",
        ["POST /api/v1/customers/{id}/validate"] = "pipelines:write",
        ["GET /api/v1/customers/{id}/usage"] = "usage:read",
    };

    private readonly ApiHost host = ApiHost.Production(("Scheduler:RateLimits:Address", "1000000"));

    public void Dispose() => host.Dispose();

    [Test]
    public void The_table_names_every_endpoint_as_it_is_declared()
    {
        var declared = EndpointTable.Of(host).ToDictionary(endpoint => endpoint.Title(), Declared);

        Assert.That(declared, Is.EquivalentTo(Expected));
    }

    [Test]
    public async Task Nobody_comes_in_without_a_good_key()
    {
        var revoked = host.Keys.Add("acme", identity => identity with { Key = KeyStanding.Revoked });
        var expired = host.Keys.Add("acme", identity => identity with { Key = KeyStanding.Expired });
        (string, (string, string)?)[] bad =
        [
            ("no key", null),
            ("malformed", (PresentedKey.CustomerHeader, "acme_api_short")),
            ("unknown", ApiHost.Customer(ApiKey.Generate("acme").Reveal())),
            ("revoked", ApiHost.Customer(revoked)),
            ("expired", ApiHost.Customer(expired)),
            ("a customer's key as admin", (PresentedKey.AdminHeader, host.Keys.Add("acme"))),
            ("a customer's key as worker", (PresentedKey.WorkerHeader, host.Keys.Add("acme"))),
            ("the admin key as a customer's", (PresentedKey.CustomerHeader, ApiHost.AdminKey)),
        ];
        foreach (var endpoint in EndpointTable.Of(host).Where(endpoint => Declared(endpoint) != Open))
        {
            foreach (var (what, key) in bad)
            {
                var response = await CallAsync(endpoint, "acme", key);
                Assert.That((int)response.StatusCode, Is.EqualTo(401), $"{endpoint.Title()}: {what}");
                Assert.That(response.Headers.WwwAuthenticate.ToString(), Is.EqualTo("ApiKey"));
            }
        }
    }

    [Test]
    public async Task A_good_key_opens_nothing_that_it_is_not_for()
    {
        var customer = ApiHost.Customer(host.Keys.Add("acme"));
        foreach (var endpoint in EndpointTable.Of(host))
        {
            var access = Declared(endpoint);
            await ExpectAsync(endpoint, customer, access is Admin or Worker or Trigger ? "FORBIDDEN" : null);
            await ExpectAsync(endpoint, ApiHost.Worker(), access is Open or Worker ? null : "FORBIDDEN");
            await ExpectAsync(endpoint, ApiHost.Admin(), null);
        }
    }

    [Test]
    public async Task A_customer_reaches_its_own_and_only_with_the_scope()
    {
        foreach (var endpoint in EndpointTable.Of(host).Where(endpoint => Declared(endpoint).Contains(':')))
        {
            var scope = Declared(endpoint);
            var others = Enum.GetValues<ScopeResource>()
                .SelectMany(resource => new[] { $"{resource}:read", $"{resource}:write" })
                .Select(other => other.ToLowerInvariant())
                .Where(other => other != scope);
            var with = ApiHost.Customer(host.Keys.Add("acme", identity => identity with { Scopes = [scope] }));
            var without = ApiHost.Customer(host.Keys.Add("acme", identity => identity with { Scopes = [.. others] }));

            await ExpectAsync(endpoint, with, null);
            await ExpectAsync(endpoint, without, "MISSING_SCOPE");
            foreach (var foreign in new[] { "globex", "nobody_at_all", "ACME" })
            {
                var response = await CallAsync(endpoint, foreign, with);
                await response.ShouldBeProblemAsync(403, "CUSTOMER_MISMATCH");
            }
        }
    }

    [TestCase(AccountStanding.Suspended, "CUSTOMER_SUSPENDED")]
    [TestCase(AccountStanding.TrialEnded, "TRIAL_ENDED")]
    [TestCase(AccountStanding.SubscriptionEnded, "SUBSCRIPTION_ENDED")]
    public async Task A_customer_that_may_not_run_reaches_nothing_but_its_subscription(
        AccountStanding standing,
        string code
    )
    {
        var key = ApiHost.Customer(host.Keys.Add("acme", identity => identity with { Customer = standing }));
        foreach (var endpoint in EndpointTable.Of(host).Where(endpoint => Declared(endpoint).Contains(':')))
        {
            var mayBuy = standing != AccountStanding.Suspended && Declared(endpoint).StartsWith("subscription:");
            await ExpectAsync(endpoint, key, mayBuy ? null : code);
        }
    }

    /// <param name="code">What it must be refused for; null when it must get past the door, whatever it finds behind it.</param>
    private async Task ExpectAsync(RouteEndpoint endpoint, (string, string) key, string? code)
    {
        var response = await CallAsync(endpoint, "acme", key);
        var text = await response.Content.ReadAsStringAsync();
        if (code is null)
        {
            Assert.That(
                (int)response.StatusCode,
                Is.Not.AnyOf(401, 402, 403, 429).And.LessThan(500),
                $"{endpoint.Title()} {text}"
            );
        }
        else
        {
            Assert.That(text, Does.Contain($"\"error_code\":\"{code}\""), endpoint.Title());
        }
    }

    private Task<HttpResponseMessage> CallAsync(RouteEndpoint endpoint, string customer, (string, string)? key)
    {
        var type = endpoint.Metadata.GetMetadata<IAcceptsMetadata>()?.ContentTypes[0];
        return host.SendAsync(
            endpoint.Method(),
            endpoint.Path(place => place == "id" ? customer : "nothing"),
            key,
            type is null ? null : new StringContent("{}", Encoding.UTF8, type)
        );
    }

    private static string Declared(RouteEndpoint endpoint)
    {
        var access = endpoint.Metadata.GetMetadata<AccessDeclaration>();
        return access switch
        {
            null => "undeclared",
            { Scope: { } scope } => scope,
            { Kinds: [] } => Open,
            { Kinds: [CallerKind.Admin] } => Admin,
            { Kinds: [CallerKind.Admin, CallerKind.Trigger] } => Trigger,
            { Kinds: [CallerKind.Worker, CallerKind.Admin] } => Worker,
            _ => string.Join(",", access.Kinds),
        };
    }
}
