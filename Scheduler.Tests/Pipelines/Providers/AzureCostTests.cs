using NUnit.Framework;
using Scheduler.Core.Retry;
using Scheduler.Tests.Pipelines.Providers.Servers;

namespace Scheduler.Tests.Pipelines.Providers;

[TestFixture]
internal sealed class AzureCostTests : IDisposable
{
    private const string Window = """{"from":"2026-10-30","to":"2026-10-31"}""";
    private readonly ProviderWorld world = new();

    public AzureCostTests() => world.Azure.SetCosts((new(2026, 10, 30), "Storage", "10"));

    public void Dispose() => world.Dispose();

    [TestCase("http://{other}/x?$skiptoken=1")]
    [TestCase("http://localhost:{port}@{other}/x")]
    [TestCase("https://localhost:{port}/x")]
    [TestCase("//{other}/x")]
    [TestCase("/relative")]
    [TestCase("file:///etc/passwd")]
    public async Task A_next_link_that_leads_elsewhere_is_refused_and_no_token_goes_there(string link)
    {
        using var other = new OpenAiServer();
        world.Azure.ForeignLink = link.Replace("{other}", other.Endpoint.Address.Authority, StringComparison.Ordinal)
            .Replace("{port}", $"{world.Azure.Endpoint.Address.Port}", StringComparison.Ordinal);

        var failed = PipelineBench.Failed(await world.RunAsync("AZURE", Window));

        using (Assert.EnterMultipleScope())
        {
            Assert.That(failed.ErrorType, Is.EqualTo(ErrorType.SchemaDrift));
            Assert.That(failed.Message, Does.Contain("nextLink").And.Not.Contain(other.Endpoint.Address.Authority));
            Assert.That(other.AllCalls, Is.Empty);
            Assert.That(world.Azure.Calls, Has.Count.EqualTo(1));
        }
    }

    [Test]
    public async Task A_wrong_secret_fails_at_the_authority_and_is_not_shown()
    {
        world.Secrets["AZURE"] =
            $$"""{"tenant_id":"{{AzureServer.Tenant}}","client_id":"{{AzureServer.Client}}","client_secret":"canary-wrong"}""";

        var failed = PipelineBench.Failed(await world.RunAsync("AZURE", Window));

        Assert.That(failed.ErrorType, Is.EqualTo(ErrorType.AuthenticationFailed));
        Assert.That(failed.Message, Does.Contain("401").And.Not.Contain("canary").And.Not.Contain("AADSTS"));
        Assert.That(world.Azure.Calls, Is.Empty);
    }

    [TestCase("../evil")]
    [TestCase("a/b")]
    [TestCase("")]
    public async Task A_tenant_that_is_none_cannot_bend_the_authority_s_path(string tenant)
    {
        world.Secrets["AZURE"] =
            $$"""{"tenant_id":"{{tenant}}","client_id":"{{AzureServer.Client}}","client_secret":"canary"}""";

        var failed = PipelineBench.Failed(await world.RunAsync("AZURE", Window));

        Assert.That((failed.ErrorType, world.Azure.AllCalls.Count), Is.EqualTo((ErrorType.InvalidConfiguration, 0)));
    }

    [TestCase("subscriptions/00000000-0000-0000-0000-000000000000", true)]
    [TestCase("subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/rg-1.a", true)]
    [TestCase("providers/Microsoft.Management/managementGroups/root", true)]
    [TestCase("providers/Microsoft.Billing/billingAccounts/12345:6789", true)]
    [TestCase("providers/Microsoft.Billing/billingAccounts/1/billingProfiles/2/invoiceSections/3", true)]
    [TestCase("subscriptions/1", false)]
    [TestCase("/subscriptions/00000000-0000-0000-0000-000000000000", false)]
    [TestCase("subscriptions/00000000-0000-0000-0000-000000000000/../..", false)]
    [TestCase("subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/..", false)]
    [TestCase("subscriptions/00000000-0000-0000-0000-000000000000?x=1", false)]
    [TestCase("providers/Microsoft.Billing/billingAccounts/a@evil.example", false)]
    public async Task Only_scopes_of_a_known_form_are_asked_for(string scope, bool isOne)
    {
        world.Azure.HasNothing = true;
        var item = await world.ItemAsync("AZURE", $$"""{"scope":"{{scope}}"}""");

        var result = await world.Bench.RunAsync(item);

        Assert.That(world.Azure.Calls.Count, isOne ? Is.Positive : Is.Zero);
        if (!isOne)
        {
            Assert.That(PipelineBench.Failed(result).Message, Does.Contain("scope must be a scope"));
        }
    }

    [TestCase("2026-11-10", "2026-10-01")]
    [TestCase("2026-11-11", "2026-11-04")]
    public async Task Until_the_10th_the_whole_month_before_is_read_again(string today, string from)
    {
        world.Bench.Time.SetUtcNow(DateTimeOffset.Parse($"{today}T12:00:00Z", null));
        var item = await world.ItemAsync("AZURE");
        var now = NodaTime.Instant.FromDateTimeOffset(world.Bench.Time.GetUtcNow());

        PipelineBench.Completed(
            await world.Bench.RunAsync(
                item with
                {
                    DataIntervalStart = now - NodaTime.Duration.FromDays(1),
                    DataIntervalEnd = now,
                }
            )
        );

        Assert.That(
            await world.Bench.QueryAsync("select window_from, window_to from x_meta_pipeline_runs"),
            Is.EqualTo([$"{from}|{today}"])
        );
    }

    [Test]
    public async Task Actual_and_amortized_cost_meet_in_one_line()
    {
        PipelineBench.Completed(await world.RunAsync("AZURE", Window));

        Assert.That(
            await world.Bench.QueryAsync(
                "select usage_date, sub_account_id, service_name, billed_cost, effective_cost, billing_currency from cost_daily"
            ),
            Is.EqualTo(["2026-10-30|00000000-0000-0000-0000-000000000000|Storage|10|10|EUR"])
        );
        Assert.That(
            world.Azure.Calls.Select(call =>
                System.Text.Json.Nodes.JsonNode.Parse(call.Body!)!["type"]!.GetValue<string>()
            ),
            Is.EqualTo(["ActualCost", "AmortizedCost"])
        );
    }
}
