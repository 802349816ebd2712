using Microsoft.Extensions.DependencyInjection;
using NUnit.Framework;
using Scheduler.Core.Contracts;
using Scheduler.Core.Security;

namespace Scheduler.Tests.Api;

/// <summary>Keys and teams as a customer's backend calls them.</summary>
public sealed class KeyAndTeamEndpointTests : IDisposable
{
    private readonly ApiHost host = ApiHost.WithStoredKeys();

    public void Dispose() => host.Dispose();

    [Test]
    public async Task A_key_is_rotated_by_making_another_and_ending_the_first()
    {
        var customer = await host.OnboardAsync("acme");
        var first = ApiHost.Customer(customer.ApiKey);

        var made = await (
            await host.CallAsync("POST", "acme/api-keys", first, """{"key_name":"next"}""")
        ).ReadAsync<CreatedApiKeyResponse>(201);
        var second = ApiHost.Customer(made.ApiKey);
        await (await host.CallAsync("GET", "acme", first)).ReadAsync<CustomerResponse>();
        await (await host.CallAsync("GET", "acme", second)).ReadAsync<CustomerResponse>();
        var ended = await host.CallAsync("DELETE", $"acme/api-keys/{customer.ApiKeyId}", second);
        var old = await host.CallAsync("GET", "acme", first);
        var last = await host.CallAsync("DELETE", $"acme/api-keys/{made.ApiKeyId}", second);

        Assert.That((await ended.ReadAsync<ApiKeyResponse>()).IsActive, Is.False);
        await old.ShouldBeProblemAsync(401, "INVALID_API_KEY");
        await last.ShouldBeProblemAsync(409, "CONFLICT");
    }

    [Test]
    public async Task A_list_of_keys_says_when_each_was_used()
    {
        var owner = ApiHost.Customer((await host.OnboardAsync("acme")).ApiKey);
        await CreateAsync(owner, """{"key_name":"unused"}""");

        await host.Services.GetRequiredService<KeyUses>().WriteAsync(default);

        var keys = await (await host.CallAsync("GET", "acme/api-keys", owner)).ReadAsync<ApiKeyResponse[]>();
        Assert.That(
            keys.Where(key => key.LastUsedAt is null).Select(key => key.KeyName),
            Is.EqualTo((string[])["unused"])
        );
    }

    [Test]
    public async Task A_list_of_keys_goes_on_from_page_to_page_and_shows_no_hash()
    {
        var customer = await host.OnboardAsync("acme");
        var key = ApiHost.Customer(customer.ApiKey);
        await host.CallAsync("POST", "acme/api-keys", key, """{"key_name":"second"}""");

        var page = await host.CallAsync("GET", "acme/api-keys?limit=1", key);
        var next = page.Headers.GetValues("Link").Single().Split('<', '>')[1];
        var rest = await host.SendAsync("GET", next, key);

        var text = await page.Content.ReadAsStringAsync();
        using (Assert.EnterMultipleScope())
        {
            Assert.That((await rest.ReadAsync<ApiKeyResponse[]>()).Single().KeyName, Is.EqualTo("second"));
            Assert.That(text, Does.Not.Contain("hash").And.Not.Contain(customer.ApiKey));
        }
        await (await host.CallAsync("GET", "acme/api-keys?cursor=x", key)).ShouldBeProblemAsync(400, "INVALID_QUERY");
    }

    [TestCase("""{"key_name":"k","scopes":["pipelines:drop"]}""", 422)]
    [TestCase("""{"key_name":"k","scopes":[]}""", 422)]
    [TestCase("""{"key_name":"k","expires_at":"2020-01-01T00:00:00Z"}""", 422)]
    [TestCase("""{"key_name":"k","member_id":"nobody"}""", 422)]
    [TestCase("""{"key_name":"k","rate_limit_tier":"UNLIMITED"}""", 403)]
    public async Task A_key_is_not_made_so(string body, int status)
    {
        var customer = await host.OnboardAsync("acme");

        var response = await host.CallAsync("POST", "acme/api-keys", ApiHost.Customer(customer.ApiKey), body);

        await response.ShouldBeProblemAsync(status, status == 422 ? "VALIDATION_FAILED" : "FORBIDDEN");
    }

    [Test]
    public async Task A_key_gives_no_more_than_it_has()
    {
        var owner = ApiHost.Customer((await host.OnboardAsync("acme")).ApiKey);
        var keeper = await CreateAsync(owner, """{"key_name":"keeper","scopes":["keys:*","runs:read"]}""");

        var more = await host.CallAsync("POST", "acme/api-keys", keeper, """{"key_name":"k","scopes":["*"]}""");
        var less = await host.CallAsync("POST", "acme/api-keys", keeper, """{"key_name":"k","scopes":["runs:read"]}""");
        var other = await host.CallAsync("GET", "acme/team", keeper);
        var member = await host.CallAsync("PUT", "acme/team/x", keeper, """{"role":"OWNER"}""");
        var elsewhere = await host.CallAsync("PUT", "other/team/x", keeper, """{"role":"OWNER"}""");

        await more.ShouldBeProblemAsync(403, "FORBIDDEN");
        await less.ReadAsync<CreatedApiKeyResponse>(201);
        await other.ShouldBeProblemAsync(403, "MISSING_SCOPE");
        var needed = await member.ShouldBeProblemAsync(403, "MISSING_SCOPE");
        Assert.That(needed.Detail, Is.EqualTo("This call needs the scope team:write."));
        var mismatch = await elsewhere.ShouldBeProblemAsync(403, "CUSTOMER_MISMATCH");
        Assert.That(mismatch.Detail, Does.Not.Contain("needs the scope"));
    }

    [Test]
    public async Task The_plans_number_of_keys_is_the_most()
    {
        var owner = ApiHost.Customer((await host.OnboardAsync("acme")).ApiKey);
        for (var number = 2; number <= 20; number++)
        {
            await CreateAsync(owner, """{"key_name":"k"}""");
        }

        var response = await host.CallAsync("POST", "acme/api-keys", owner, """{"key_name":"k"}""");

        await response.ShouldBeProblemAsync(409, "KEY_LIMIT");
    }

    [TestCase("OWNER", "team", 200)]
    [TestCase("ADMIN", "team", 200)]
    [TestCase("COLLABORATOR", "usage", 200)]
    [TestCase("COLLABORATOR", "team", 403)]
    [TestCase("VIEWER", "usage", 200)]
    [TestCase("VIEWER", "api-keys", 403)]
    public async Task A_members_key_does_what_the_role_allows(string role, string path, int status)
    {
        var owner = ApiHost.Customer((await host.OnboardAsync("acme")).ApiKey);
        var (_, key) = await JoinAsync(owner, role);

        Assert.That((int)(await host.CallAsync("GET", $"acme/{path}", key)).StatusCode, Is.EqualTo(status));
    }

    [Test]
    public async Task An_invitation_is_accepted_with_its_token_alone_and_ends_with_the_member()
    {
        var owner = ApiHost.Customer((await host.OnboardAsync("acme")).ApiKey);
        var (memberId, key) = await JoinAsync(owner, "ADMIN");
        await (await host.CallAsync("GET", "acme/team", key)).ReadAsync<TeamMemberResponse[]>();

        var removed = await host.CallAsync("DELETE", $"acme/team/{memberId}", owner);
        var after = await host.CallAsync("GET", "acme/team", key);

        Assert.That((await removed.ReadAsync<TeamMemberResponse>()).Status, Is.EqualTo(MemberStatus.Removed));
        await after.ShouldBeProblemAsync(401, "INVALID_API_KEY");
    }

    [Test]
    public async Task What_an_admin_makes_stays_below_the_owners()
    {
        var customer = await host.OnboardAsync("acme");
        var owner = ApiHost.Customer(customer.ApiKey);
        var (memberId, admin) = await JoinAsync(owner, "ADMIN");
        var founder = (
            await (await host.CallAsync("GET", "acme/team", owner)).ReadAsync<TeamMemberResponse[]>()
        ).Single(member => member.Role == TeamRole.Owner);

        var made = await (
            await host.CallAsync("POST", "acme/api-keys", admin, """{"key_name":"k"}""")
        ).ReadAsync<CreatedApiKeyResponse>(201);
        var forOwner = await host.CallAsync(
            "POST",
            "acme/api-keys",
            admin,
            $$"""{"key_name":"k","member_id":"{{founder.MemberId}}"}"""
        );
        var promoted = await host.CallAsync("PUT", $"acme/team/{memberId}", admin, """{"role":"OWNER"}""");
        var removed = await host.CallAsync("DELETE", $"acme/team/{founder.MemberId}", admin);

        Assert.That(made.MemberId, Is.EqualTo(memberId));
        await forOwner.ShouldBeProblemAsync(403, "FORBIDDEN");
        await promoted.ShouldBeProblemAsync(403, "FORBIDDEN");
        await removed.ShouldBeProblemAsync(403, "FORBIDDEN");
        await (
            await host.CallAsync("PUT", $"acme/team/{founder.MemberId}", owner, """{"role":"VIEWER"}""")
        ).ShouldBeProblemAsync(409, "CONFLICT");
    }

    [Test]
    public async Task A_team_has_as_many_as_the_plan_allows_and_nobody_twice()
    {
        var owner = ApiHost.Customer((await host.OnboardAsync("acme")).ApiKey);
        await InviteAsync(owner, "bo@example.com", "VIEWER");

        var twice = await host.CallAsync("POST", "acme/team", owner, """{"email":"Bo@example.com","role":"ADMIN"}""");
        var third = await host.CallAsync("POST", "acme/team", owner, """{"email":"cy@example.com","role":"ADMIN"}""");

        await twice.ShouldBeProblemAsync(409, "ALREADY_EXISTS");
        await third.ShouldBeProblemAsync(409, "TEAM_LIMIT");
    }

    [Test]
    public async Task A_wrong_token_and_a_missing_key_open_nothing()
    {
        var owner = ApiHost.Customer((await host.OnboardAsync("acme")).ApiKey);
        var invitation = await InviteAsync(owner, "bo@example.com", "VIEWER");

        var wrong = await host.CallAsync(
            "PUT",
            $"acme/team/{invitation.MemberId}",
            null,
            """{"invitation_token":"x"}"""
        );
        var nobody = await host.CallAsync("PUT", "nobody/team/x", null, """{"invitation_token":"x"}""");
        var withRole = await host.CallAsync(
            "PUT",
            $"acme/team/{invitation.MemberId}",
            null,
            $$"""{"invitation_token":"{{invitation.InvitationToken}}","role":"OWNER"}"""
        );
        var wrongKey = await host.CallAsync(
            "PUT",
            $"acme/team/{invitation.MemberId}",
            ApiHost.Customer("acme_api_" + new string('x', 32)),
            """{"role":"OWNER"}"""
        );
        var withoutKey = await host.CallAsync("PUT", $"acme/team/{invitation.MemberId}", null, """{"role":"OWNER"}""");

        var one = await wrong.ShouldBeProblemAsync(403, "FORBIDDEN");
        var other = await nobody.ShouldBeProblemAsync(403, "FORBIDDEN");
        Assert.That(one with { RequestId = "" }, Is.EqualTo(other with { RequestId = "" }));
        await withRole.ShouldBeProblemAsync(422, "VALIDATION_FAILED");
        await wrongKey.ShouldBeProblemAsync(401, "INVALID_API_KEY");
        await withoutKey.ShouldBeProblemAsync(401, "MISSING_API_KEY");
        Assert.That(host.Logs.ToString(), Does.Not.Contain(invitation.InvitationToken));
    }

    private async Task<(string MemberId, (string, string) Key)> JoinAsync((string, string) owner, string role)
    {
        var invitation = await InviteAsync(owner, "bo@example.com", role);
        var body = $$"""{"invitation_token":"{{invitation.InvitationToken}}","full_name":"Bo"}""";
        var path = $"acme/team/{invitation.MemberId}";
        await (await host.CallAsync("PUT", path, null, body)).ReadAsync<TeamMemberResponse>();
        await (await host.CallAsync("PUT", path, null, body)).ShouldBeProblemAsync(403, "FORBIDDEN");
        return (
            invitation.MemberId,
            await CreateAsync(owner, $$"""{"key_name":"bo's","member_id":"{{invitation.MemberId}}"}""")
        );
    }

    private async Task<InvitedMemberResponse> InviteAsync((string, string) owner, string email, string role) =>
        await (
            await host.CallAsync("POST", "acme/team", owner, $$"""{"email":"{{email}}","role":"{{role}}"}""")
        ).ReadAsync<InvitedMemberResponse>(201);

    private async Task<(string, string)> CreateAsync((string, string) owner, string body) =>
        ApiHost.Customer(
            (
                await (await host.CallAsync("POST", "acme/api-keys", owner, body)).ReadAsync<CreatedApiKeyResponse>(201)
            ).ApiKey
        );
}
