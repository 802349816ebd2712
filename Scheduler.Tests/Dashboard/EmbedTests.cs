using System.Net;
using System.Text.Json;
using NUnit.Framework;
using Scheduler.Tests.Api;

namespace Scheduler.Tests.Dashboard;

/// <summary>A customer's own page: for whom a link opens it, and that it shows one customer and changes nothing.</summary>
[TestFixture]
[FixtureLifeCycle(LifeCycle.SingleInstance)]
internal sealed class EmbedTests
{
    private readonly ApiHost host = ApiHost.WithStoredKeys(("Scheduler:RateLimits:OpenCalls", "1000000"));
    private readonly Dictionary<string, string> keys = [];
    private readonly Dictionary<string, string> pipelines = [];

    [OneTimeSetUp]
    public async Task MakeCustomersAsync()
    {
        foreach (var id in new[] { "acme", "bolt" })
        {
            keys[id] = (
                await PostAsync(
                    "/api/v1/customers/onboard",
                    new
                    {
                        customer_id = id,
                        company_name = $"{id} Ltd",
                        admin_email = "a@example.com",
                        subscription_plan = "STARTER",
                    },
                    ApiHost.Admin()
                )
            ).GetProperty("api_key").GetString()!;
            pipelines[id] = (
                await PostAsync(
                    $"/api/v1/scheduler/customer/{id}/pipelines",
                    new
                    {
                        provider = "SYSTEM",
                        domain = "TEST",
                        pipeline_template = "probe",
                        pipeline_name = $"of {id}",
                        schedule_cron = "0 6 * * *",
                    },
                    ApiHost.Admin()
                )
            ).GetProperty("config_id").GetString()!;
        }
    }

    [OneTimeTearDown]
    public void StopHost() => host.Dispose();

    [Test]
    public async Task A_customers_key_makes_a_link_that_shows_its_page()
    {
        var link = await LinkAsync("acme", ApiHost.Customer(keys["acme"]));
        var page = await host.SendAsync("GET", link);
        var html = await page.Content.ReadAsStringAsync();
        var inner = await host.SendAsync("GET", $"/embed/pipelines/{pipelines["acme"]}?{link.Split('?')[1]}");

        using (Assert.EnterMultipleScope())
        {
            Assert.That(page.StatusCode, Is.EqualTo(HttpStatusCode.OK));
            Assert.That(html, Does.Contain("of acme").And.Not.Contain("bolt"));
            Assert.That(html, Does.Not.Contain("method=\"post\""), "there is nothing to change");
            Assert.That(page.Headers.CacheControl!.NoStore, Is.True);
            Assert.That(page.Headers.GetValues("Referrer-Policy").Single(), Is.EqualTo("no-referrer"));
            Assert.That(inner.StatusCode, Is.EqualTo(HttpStatusCode.OK));
            Assert.That(host.Logs.Lines, Has.None.Contains(link.Split("token=")[1]), "who reads the log has no link");
        }
    }

    [Test]
    public async Task Another_customers_link_shows_nothing_of_this_one()
    {
        var link = await LinkAsync("bolt", ApiHost.Admin());

        var foreign = await host.SendAsync("GET", $"/embed/pipelines/{pipelines["acme"]}?{link.Split('?')[1]}");
        var made = await host.SendAsync(
            "POST",
            "/api/v1/scheduler/customer/acme/embed-links",
            ApiHost.Customer(keys["bolt"])
        );

        using (Assert.EnterMultipleScope())
        {
            Assert.That(foreign.StatusCode, Is.EqualTo(HttpStatusCode.NotFound));
            Assert.That(made.StatusCode, Is.EqualTo(HttpStatusCode.Forbidden));
        }
    }

    [Test]
    public async Task What_is_no_link_of_ours_is_refused()
    {
        var link = await LinkAsync("acme", ApiHost.Admin());
        var token = link.Split("token=")[1];
        var (body, signature) = (token.Split('.')[0], token.Split('.')[1]);
        var other = (await LinkAsync("bolt", ApiHost.Admin())).Split("token=")[1];
        string[] wrong =
        [
            "",
            "x",
            body,
            $".{signature}",
            $"{body}.",
            $"{body}.{other.Split('.')[1]}",
            $"{other.Split('.')[0]}.{signature}",
            $"{body[..^2]}AA.{signature}",
        ];

        foreach (var changed in wrong)
        {
            var response = await host.SendAsync("GET", $"/embed?token={changed}");
            Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.Forbidden), changed);
        }
        Assert.That((await host.SendAsync("GET", "/embed")).StatusCode, Is.EqualTo(HttpStatusCode.Forbidden));
        Assert.That(
            (await host.SendAsync("GET", "/embed", ApiHost.Admin())).StatusCode,
            Is.EqualTo(HttpStatusCode.Forbidden),
            "a key is no link"
        );
    }

    [Test]
    public async Task A_suspended_customers_link_is_refused()
    {
        await PostAsync(
            "/api/v1/customers/onboard",
            new
            {
                customer_id = "late",
                company_name = "Late Ltd",
                admin_email = "a@example.com",
                subscription_plan = "STARTER",
            },
            ApiHost.Admin()
        );
        var link = await LinkAsync("late", ApiHost.Admin());
        Assert.That((await host.SendAsync("GET", link)).StatusCode, Is.EqualTo(HttpStatusCode.OK));

        await host.SendAsync("PUT", "/api/v1/customers/late", ApiHost.Admin(), Json(new { status = "SUSPENDED" }));

        Assert.That((await host.SendAsync("GET", link)).StatusCode, Is.EqualTo(HttpStatusCode.Forbidden));
    }

    [TestCase(59)]
    [TestCase(3_601)]
    public async Task A_link_is_good_for_an_hour_at_most(int seconds)
    {
        var response = await host.SendAsync(
            "POST",
            "/api/v1/scheduler/customer/acme/embed-links",
            ApiHost.Admin(),
            Json(new { ttl_seconds = seconds })
        );

        Assert.That((int)response.StatusCode, Is.EqualTo(422));
    }

    private async Task<string> LinkAsync(string customer, (string, string) key) =>
        (await PostAsync($"/api/v1/scheduler/customer/{customer}/embed-links", new { }, key))
            .GetProperty("url")
            .GetString()!;

    private async Task<JsonElement> PostAsync(string path, object body, (string, string) key)
    {
        var response = await host.SendAsync("POST", path, key, Json(body));
        var text = await response.Content.ReadAsStringAsync();
        Assert.That(response.IsSuccessStatusCode, Is.True, text);
        return JsonDocument.Parse(text).RootElement;
    }

    private static StringContent Json(object body) =>
        new(JsonSerializer.Serialize(body), System.Text.Encoding.UTF8, "application/json");
}
