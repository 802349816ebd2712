using Microsoft.Data.Sqlite;
using NUnit.Framework;
using Scheduler.Core.Contracts;

namespace Scheduler.Tests.Api;

/// <summary>Profile, subscription, validation and usage as a customer's backend calls them.</summary>
public sealed class CustomerEndpointTests : IDisposable
{
    private readonly ApiHost host = ApiHost.WithStoredKeys();

    public void Dispose() => host.Dispose();

    [Test]
    public async Task A_customer_reads_and_changes_its_profile()
    {
        var key = await KeyAsync("acme");

        var changed = await host.CallAsync(
            "PUT",
            "acme",
            key,
            """{"company_name":"Acme SE","timezone":"Europe/Berlin","notes":"x"}"""
        );
        var profile = await (await host.CallAsync("GET", "acme", key)).ReadAsync<CustomerResponse>();

        using (Assert.EnterMultipleScope())
        {
            Assert.That(profile, Is.EqualTo(await changed.ReadAsync<CustomerResponse>()));
            Assert.That(profile.CompanyName, Is.EqualTo("Acme SE"));
            Assert.That(profile.Timezone, Is.EqualTo("Europe/Berlin"));
            Assert.That(profile.AdminEmail, Is.EqualTo("owner@example.com"));
        }
    }

    [TestCase("""{"status":"SUSPENDED"}""", 403, "FORBIDDEN")]
    [TestCase("""{"timezone":"Mars/Base"}""", 400, "INVALID_TIMEZONE")]
    [TestCase("""{"billing_email":"nobody"}""", 422, "VALIDATION_FAILED")]
    [TestCase("""{"subscription_plan":"SCALE"}""", 422, "VALIDATION_FAILED")]
    public async Task A_profile_is_not_changed_so(string body, int status, string code)
    {
        var key = await KeyAsync("acme");

        await (await host.CallAsync("PUT", "acme", key, body)).ShouldBeProblemAsync(status, code);
    }

    [TestCase("GET", "")]
    [TestCase("PUT", "")]
    [TestCase("GET", "/subscription")]
    [TestCase("PUT", "/subscription")]
    [TestCase("GET", "/api-keys")]
    [TestCase("POST", "/api-keys")]
    [TestCase("DELETE", "/api-keys/x")]
    [TestCase("GET", "/team")]
    [TestCase("POST", "/team")]
    [TestCase("PUT", "/team/x")]
    [TestCase("DELETE", "/team/x")]
    [TestCase("POST", "/validate")]
    [TestCase("GET", "/usage")]
    public async Task Another_customers_key_learns_nothing(string method, string path)
    {
        var key = await KeyAsync("acme");
        await host.OnboardAsync("bolt");

        var there = await host.CallAsync(method, $"bolt{path}", key, "{}");
        var notThere = await host.CallAsync(method, $"nobody{path}", key, "{}");
        var withoutKey = await host.CallAsync(method, $"bolt{path}", null, "{}");

        if (path is not ("/team/x" or "/team" or "/api-keys") || method is not "POST")
        {
            var (one, other) = (
                await there.ShouldBeProblemAsync(403, "CUSTOMER_MISMATCH"),
                await notThere.ShouldBeProblemAsync(403, "CUSTOMER_MISMATCH")
            );
            Assert.That(one with { RequestId = "" }, Is.EqualTo(other with { RequestId = "" }));
        }
        await withoutKey.ShouldBeProblemAsync(401, "MISSING_API_KEY");
    }

    [Test]
    public async Task Suspended_customers_are_refused_with_the_very_next_call()
    {
        var key = await KeyAsync("acme");
        await (await host.CallAsync("GET", "acme", key)).ReadAsync<CustomerResponse>();

        await host.CallAsync("PUT", "acme", ApiHost.Admin(), """{"status":"SUSPENDED"}""");
        var suspended = await host.CallAsync("GET", "acme", key);
        await host.CallAsync("PUT", "acme", ApiHost.Admin(), """{"status":"ACTIVE"}""");
        var back = await host.CallAsync("GET", "acme", key);
        var wrong = await host.CallAsync("PUT", "acme", ApiHost.Admin(), """{"status":"TRIAL"}""");

        await suspended.ShouldBeProblemAsync(403, "CUSTOMER_SUSPENDED");
        await back.ReadAsync<CustomerResponse>();
        await wrong.ShouldBeProblemAsync(409, "CONFLICT");
    }

    [Test]
    public async Task Who_is_over_its_trial_reaches_its_subscription_alone()
    {
        var key = await KeyAsync("acme");
        var ended = """{"status":"TRIAL","trial_end_date":"2020-01-01"}""";
        await (
            await host.CallAsync("PUT", "acme/subscription", ApiHost.Admin(), ended)
        ).ReadAsync<SubscriptionResponse>();

        await (await host.CallAsync("GET", "acme", key)).ShouldBeProblemAsync(402, "TRIAL_ENDED");
        var bought = await host.CallAsync("PUT", "acme/subscription", key, """{"plan_name":"SCALE"}""");

        Assert.That(
            (await bought.ReadAsync<SubscriptionResponse>()).Current.Status,
            Is.EqualTo(SubscriptionStatus.Active)
        );
        await (await host.CallAsync("GET", "acme", key)).ReadAsync<CustomerResponse>();
    }

    [Test]
    public async Task The_plan_is_the_customers_choice_and_the_limits_are_not()
    {
        var key = await KeyAsync("acme");

        var own = await host.CallAsync("PUT", "acme/subscription", key, """{"max_providers":9}""");
        var given = await host.CallAsync("PUT", "acme/subscription", ApiHost.Admin(), """{"max_providers":-1}""");
        var over = await host.CallAsync("PUT", "acme/subscription", ApiHost.Admin(), """{"max_team_members":0}""");
        var shown = await (await host.CallAsync("GET", "acme/subscription", key)).ReadAsync<SubscriptionResponse>();

        await own.ShouldBeProblemAsync(403, "FORBIDDEN");
        await given.ReadAsync<SubscriptionResponse>();
        await over.ShouldBeProblemAsync(409, "CONFLICT");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(shown.Current.MaxProviders, Is.Null);
            Assert.That(shown.History, Has.Count.EqualTo(1));
            Assert.That(shown.MaxApiKeys, Is.EqualTo(20));
        }
    }

    [Test]
    public async Task A_recheck_needs_the_right_to_change_credentials()
    {
        var owner = await KeyAsync("acme");
        var made = await (
            await host.CallAsync("POST", "acme/api-keys", owner, """{"key_name":"p","scopes":["pipelines:*"]}""")
        ).ReadAsync<CreatedApiKeyResponse>(201);
        var key = ApiHost.Customer(made.ApiKey);

        var plain = await host.CallAsync("POST", "acme/validate", key);
        var live = await host.CallAsync("POST", "acme/validate?live=true", key);

        Assert.That((int)plain.StatusCode, Is.EqualTo(200));
        await live.ShouldBeProblemAsync(403, "MISSING_SCOPE");
    }

    [Test]
    public async Task Validation_tells_everything_that_stands_in_the_way()
    {
        var key = await KeyAsync("acme");

        var open = await (await host.CallAsync("POST", "acme/validate?live=true", key)).ReadAsync<ValidateResponse>();
        await host.CallAsync("PUT", "acme", ApiHost.Admin(), """{"status":"SUSPENDED"}""");
        var suspended = await (
            await host.CallAsync("POST", "acme/validate", ApiHost.Admin())
        ).ReadAsync<ValidateResponse>();

        using (Assert.EnterMultipleScope())
        {
            Assert.That(open.SubscriptionValid, Is.True);
            Assert.That(
                open.QuotaRemaining,
                Is.EqualTo(
                    new QuotaRemaining
                    {
                        Daily = 6,
                        Monthly = 180,
                        Concurrent = 1,
                    }
                )
            );
            Assert.That(open.CanRunPipeline, Is.False);
            Assert.That(open.CredentialsToRecheck, Is.Zero);
            Assert.That(open.ValidationErrors, Is.EqualTo(["There is no usable credential."]));
            Assert.That(suspended.SubscriptionValid, Is.False);
            Assert.That(suspended.ValidationErrors[0], Is.EqualTo("The customer is SUSPENDED."));
        }
    }

    [Test]
    public async Task Usage_shows_the_month_and_refuses_what_is_none()
    {
        var key = await KeyAsync("acme");

        var usage = await (await host.CallAsync("GET", "acme/usage", key)).ReadAsync<UsageResponse>();
        var wrong = await host.CallAsync("GET", "acme/usage?month=2026-13", key);

        await wrong.ShouldBeProblemAsync(400, "INVALID_QUERY");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(usage.Days, Has.Count.EqualTo(usage.Today.Day));
            Assert.That(usage.Limits.Daily, Is.EqualTo(6));
            Assert.That(usage.Remaining.Monthly, Is.EqualTo(180));
            Assert.That(usage.Trend.ChangePercent, Is.Null);
        }
    }

    [TestCase("GET", "nobody")]
    [TestCase("GET", "nobody/subscription")]
    [TestCase("GET", "nobody/api-keys")]
    [TestCase("GET", "nobody/team")]
    [TestCase("POST", "nobody/validate")]
    [TestCase("GET", "nobody/usage")]
    [TestCase("DELETE", "nobody/team/x")]
    [TestCase("DELETE", "nobody/api-keys/x")]
    public async Task To_an_admin_a_customer_that_is_not_there_is_404(string method, string path) =>
        await (await host.CallAsync(method, path, ApiHost.Admin())).ShouldBeProblemAsync(404, "NOT_FOUND");

    [Test]
    public async Task Changes_are_in_the_trail_with_the_key_that_made_them()
    {
        var customer = await host.OnboardAsync("acme");
        await host.CallAsync("PUT", "acme", ApiHost.Customer(customer.ApiKey), """{"notes":"x"}""");
        await host.CallAsync("PUT", "acme/subscription", ApiHost.Admin(), """{"plan_name":"SCALE"}""");

        Assert.That(
            await ActionsAsync(),
            Is.EqualTo([
                "customer.onboard admin:1",
                $"customer.update {customer.ApiKeyId}",
                "subscription.change admin:1",
            ])
        );
    }

    private async Task<(string, string)> KeyAsync(string customerId) =>
        ApiHost.Customer((await host.OnboardAsync(customerId)).ApiKey);

    private async Task<List<string>> ActionsAsync()
    {
        await using var connection = new SqliteConnection(
            $"Data Source={Path.Combine(host.Folder, "scheduler.db")};Pooling=false"
        );
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = "select action || ' ' || key_id from scheduler_audit_entries order by audit_id";
        await using var reader = await command.ExecuteReaderAsync();
        var actions = new List<string>();
        while (await reader.ReadAsync())
        {
            actions.Add(reader.GetString(0));
        }
        return actions;
    }
}
