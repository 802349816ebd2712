using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text;
using NUnit.Framework;
using Scheduler.Core.Security;

namespace Scheduler.Tests.Api;

/// <summary>What one caller can cost at most.</summary>
public sealed class LimitTests : IDisposable
{
    private const string Pipelines = "/api/v1/scheduler/customer/acme/pipelines";

    private readonly ApiHost host = ApiHost.Development(("PORT", "0"), ("Scheduler:MaxPipelinesPerCustomer", "2"));

    public void Dispose() => host.Dispose();

    [TestCase(RateLimitTier.Standard, 2)]
    [TestCase(RateLimitTier.Elevated, 4)]
    [TestCase(RateLimitTier.Unlimited, 12)]
    public async Task A_key_may_send_what_its_tier_says(RateLimitTier tier, int answered)
    {
        using var limited = ApiHost.Production(
            ("Scheduler:RateLimits:StandardKey", "2"),
            ("Scheduler:RateLimits:ElevatedKey", "4"),
            ("Scheduler:RateLimits:Address", "1")
        );
        var key = ApiHost.Customer(limited.Keys.Add("acme", it => it with { Tier = tier }));
        var refused = new List<HttpResponseMessage>();

        for (var call = 0; call < 12; call++)
        {
            var answer = await limited.SendAsync("GET", Pipelines, key);
            if ((int)answer.StatusCode == 429)
            {
                refused.Add(answer);
            }
        }

        using (Assert.EnterMultipleScope())
        {
            Assert.That(refused, Has.Count.EqualTo(12 - answered));
            Assert.That(refused.Select(answer => answer.Headers.RetryAfter?.Delta), Is.All.GreaterThan(TimeSpan.Zero));
        }
    }

    [TestCase(Pipelines)]
    [TestCase("/api/v1/scheduler/customer/acme/runs")]
    [TestCase("/api/v1/scheduler/audit")]
    public async Task A_page_has_200_entries_at_most(string list)
    {
        await OnboardAsync();

        await (await host.SendAsync("GET", list + "?limit=201", ApiHost.Admin())).ShouldBeProblemAsync(
            400,
            "INVALID_QUERY"
        );
        Assert.That(
            (int)(await host.SendAsync("GET", list + "?limit=200", ApiHost.Admin())).StatusCode,
            Is.EqualTo(200)
        );
    }

    [Test]
    public async Task An_expression_has_128_characters_at_most()
    {
        await OnboardAsync();
        var fits = "0 " + string.Join(',', Enumerable.Repeat("10", 40)) + " * * *";
        var longer = "0 " + string.Join(',', Enumerable.Repeat("10", 43)) + " * * *";

        Assert.That(longer, Has.Length.GreaterThan(128));
        Assert.That((int)(await ConfigureAsync("a", fits)).StatusCode, Is.EqualTo(201));
        await (await ConfigureAsync("b", longer)).ShouldBeProblemAsync(422, "VALIDATION_FAILED");
        var preview = $"/api/v1/scheduler/schedules/preview?timezone=UTC&count=1&cron={Uri.EscapeDataString(longer)}";
        await (await host.SendAsync("GET", preview)).ShouldBeProblemAsync(400, "INVALID_CRON");
    }

    [Test]
    public async Task A_customer_has_so_many_pipelines_at_most()
    {
        await OnboardAsync();
        await ConfigureAsync("a", "0 * * * *");
        await ConfigureAsync("b", "0 * * * *");

        await (await ConfigureAsync("c", "0 * * * *")).ShouldBeProblemAsync(409, "PIPELINE_LIMIT");
        Assert.That((int)(await ConfigureAsync("b", "0 5 * * *")).StatusCode, Is.EqualTo(200));
    }

    [Test]
    public async Task A_million_levels_of_json_are_one_refusal()
    {
        using var large = ApiHost.Production(("Scheduler:MaxBodyBytes", "4194304"));
        var body = new StringContent(new string('[', 1_000_000), Encoding.UTF8, "application/json");

        await (await large.SendAsync("POST", Pipelines, ApiHost.Admin(), body)).ShouldBeProblemAsync(
            422,
            "VALIDATION_FAILED"
        );
    }

    [Test]
    public async Task Connections_that_never_finish_a_request_do_not_keep_others_out()
    {
        host.UseKestrel();
        host.StartServer();
        var address = host.CreateClient().BaseAddress!;
        var slow = new List<TcpClient>();
        try
        {
            for (var nth = 0; nth < 300; nth++)
            {
                var client = new TcpClient();
                slow.Add(client);
                await client.ConnectAsync(address.Host, address.Port);
                await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(Unfinished(nth)));
            }

            var answer = await host.SendAsync("GET", "/health/live");

            Assert.That((int)answer.StatusCode, Is.EqualTo(200));
        }
        finally
        {
            slow.ForEach(client => client.Dispose());
        }
    }

    /// <summary>Headers that go on, or a body that does not come.</summary>
    private static string Unfinished(int nth) =>
        nth % 2 == 0
            ? "GET /health/live HTTP/1.1\r\nHost: x\r\nX-Slow: "
            : $"POST {Pipelines} HTTP/1.1\r\nHost: x\r\nX-Admin-Key: {ApiHost.AdminKey}\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{{";

    private Task<HttpResponseMessage> ConfigureAsync(string name, string cron) =>
        host.SendAsync(
            "POST",
            Pipelines,
            ApiHost.Admin(),
            JsonContent.Create(
                new
                {
                    provider = "SYSTEM",
                    domain = "TEST",
                    pipeline_template = "probe",
                    pipeline_name = name,
                    schedule_cron = cron,
                }
            )
        );

    private Task<HttpResponseMessage> OnboardAsync() =>
        host.SendAsync(
            "POST",
            "/api/v1/customers/onboard",
            ApiHost.Admin(),
            JsonContent.Create(
                new
                {
                    customer_id = "acme",
                    company_name = "Acme",
                    admin_email = "a@example.com",
                    subscription_plan = "SCALE",
                }
            )
        );
}
