using Microsoft.AspNetCore.Builder;
using NUnit.Framework;
using Scheduler.Api.Auth;
using Scheduler.Core.Security;

namespace Scheduler.Tests.Api;

/// <summary>Canaries in every place a secret can stand, everything logged at Trace, no canary in any line.</summary>
public sealed class SecretsInLogsTests
{
    [Test]
    public async Task No_key_and_no_query_string_reaches_a_log()
    {
        using var host = ApiHost.With(app =>
            app.MapGet("/test/customers/{id}", () => "ok").RequireCustomer(ScopeResource.Pipelines)
        );
        var known = host.Keys.Add("acme");
        var unknown = ApiKey.Generate("acme").Reveal();

        foreach (var path in new[] { "/test/customers/acme", "/test/customers/other", "/nowhere", "/health/ready" })
        {
            await host.SendAsync("GET", path + "?token=query-canary", ApiHost.Admin());
            await host.SendAsync("GET", path + "?token=query-canary", ApiHost.Worker());
            await host.SendAsync("GET", path + "?token=query-canary", ApiHost.Customer(known));
            await host.SendAsync("GET", path + "?token=query-canary", ApiHost.Customer(unknown));
            await host.SendAsync("GET", path + "?token=query-canary", ApiHost.Customer("malformed-canary"));
        }

        var text = string.Join("\n", host.Logs.Lines);
        Assert.That(text, Does.Contain("/test/customers/acme"), "The log is not empty.");
        foreach (
            var secret in new[]
            {
                "canary",
                known[^32..],
                unknown[^32..],
                ApiKey.TryParse(known, out var key) ? key.Hash : "",
            }
        )
        {
            Assert.That(text, Does.Not.Contain(secret));
        }
    }
}
