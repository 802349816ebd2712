using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using NUnit.Framework;
using Scheduler.Api.Auth;
using Scheduler.Api.RateLimits;
using Scheduler.Api.Settings;
using Scheduler.Core.Security;

namespace Scheduler.Tests.Api;

public sealed class RateLimitTests
{
    private const string Mine = "/test/customers/acme";

    [Test]
    public async Task A_key_that_sends_too_much_waits_and_another_does_not()
    {
        using var host = Host(("Scheduler:RateLimits:StandardKey", "2"));
        var busy = ApiHost.Customer(host.Keys.Add("acme"));
        var quiet = ApiHost.Customer(host.Keys.Add("acme"));

        await host.SendAsync("GET", Mine, busy);
        await host.SendAsync("GET", Mine, busy);
        var third = await host.SendAsync("GET", Mine, busy);

        await third.ShouldBeProblemAsync(429, "RATE_LIMITED");
        Assert.That(third.Headers.RetryAfter?.Delta, Is.InRange(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(30)));
        Assert.That((await host.SendAsync("GET", Mine, quiet)).StatusCode, Is.EqualTo(HttpStatusCode.OK));
        Assert.That((await host.SendAsync("GET", Mine, ApiHost.Admin())).StatusCode, Is.EqualTo(HttpStatusCode.OK));
    }

    [Test]
    public async Task An_address_without_a_key_is_limited_and_liveness_is_not()
    {
        using var host = Host(("Scheduler:RateLimits:Address", "2"));

        await host.SendAsync("GET", "/nowhere");
        await host.SendAsync("GET", "/nowhere");

        await (await host.SendAsync("GET", "/nowhere")).ShouldBeProblemAsync(429, "RATE_LIMITED");
        Assert.That((await host.SendAsync("GET", "/health/live")).StatusCode, Is.EqualTo(HttpStatusCode.OK));
    }

    [Test]
    public async Task Guessed_keys_stop_reaching_the_store()
    {
        using var host = Host(("Scheduler:RateLimits:UnknownKeys", "3"));

        for (var guess = 0; guess < 10; guess++)
        {
            await host.SendAsync("GET", Mine, ApiHost.Customer(ApiKey.Generate("acme").Reveal()));
        }

        Assert.That(host.Keys.Lookups, Is.EqualTo(3));
        var next = await host.SendAsync("GET", Mine, ApiHost.Customer(ApiKey.Generate("acme").Reveal()));
        await next.ShouldBeProblemAsync(429, "RATE_LIMITED");
        Assert.That(next.Headers.RetryAfter, Is.Not.Null);
    }

    [Test]
    public async Task Who_guesses_shuts_out_no_good_key_of_the_same_address()
    {
        using var host = Host(("Scheduler:RateLimits:UnknownKeys", "3"));
        var good = ApiHost.Customer(host.Keys.Add("acme"));
        await host.SendAsync("GET", Mine, good);

        for (var guess = 0; guess < 10; guess++)
        {
            await host.SendAsync("GET", Mine, ApiHost.Customer(ApiKey.Generate("acme").Reveal()));
        }

        Assert.That((await host.SendAsync("GET", Mine, good)).StatusCode, Is.EqualTo(HttpStatusCode.OK));
    }

    [Test]
    public void A_part_of_a_permit_is_no_permit()
    {
        using var limiter = new UnknownKeyLimiter(
            new ApiOptions { RateLimits = new RateLimitOptions { UnknownKeys = 600 } }
        );
        var context = new DefaultHttpContext();
        var counted = 0;
        // Far more than a minute's worth at once; what is refilled meanwhile is a small part of it.
        for (var guess = 0; guess < 100_000; guess++)
        {
            if (limiter.WaitFor(context, "guess") is null)
            {
                limiter.Count(context);
                counted++;
            }
        }

        Assert.That(counted, Is.InRange(600, 660));
    }

    [TestCase("203.0.113.9", "203.0.113.9")]
    [TestCase("::ffff:203.0.113.9", "203.0.113.9")]
    [TestCase("2001:db8:1:2:3:4:5:6", "20010DB800010002")]
    [TestCase("2001:db8:1:2:ffff::1", "20010DB800010002")]
    public void An_address_is_counted_with_its_network(string address, string partition)
    {
        Assert.That(AddressPartition.Of(IPAddress.Parse(address)), Is.EqualTo(partition));
    }

    private static ApiHost Host(params (string, string)[] settings) =>
        ApiHost.With(
            app => app.MapGet("/test/customers/{id}", () => "ok").RequireCustomer(ScopeResource.Pipelines),
            settings
        );
}
