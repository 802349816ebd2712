using System.Buffers.Text;
using System.Net;
using System.Text;
using Microsoft.IdentityModel.Tokens;
using NUnit.Framework;
using Scheduler.Api.Auth;

namespace Scheduler.Tests.Api.Oidc;

/// <summary>The trigger with a signed token, against an issuer with keys of our own.</summary>
public sealed class OidcTests : IAsyncDisposable
{
    private const string Trigger = "/api/v1/scheduler/trigger";

    private KeyServer issuer = null!;
    private ApiHost host = null!;

    private static DateTimeOffset Now => TimeProvider.System.GetUtcNow();

    [SetUp]
    public async Task StartAsync()
    {
        issuer = await KeyServer.StartAsync();
        host = Host(issuer);
    }

    [TearDown]
    public async ValueTask DisposeAsync()
    {
        host.Dispose();
        await issuer.DisposeAsync();
    }

    [TestCase("https://accounts.google.com")]
    [TestCase("accounts.google.com")]
    public async Task A_token_of_the_account_triggers(string form)
    {
        var answer = await SendAsync(issuer.Token(Now, claims => claims["iss"] = form));

        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.OK));
    }

    [Test]
    public async Task The_keys_are_fetched_once_for_many_tokens()
    {
        for (var call = 0; call < 5; call++)
        {
            Assert.That((await SendAsync(issuer.Token(Now))).StatusCode, Is.EqualTo(HttpStatusCode.OK));
        }

        Assert.That(issuer.Fetches, Is.EqualTo(1));
    }

    [Test]
    public async Task A_token_opens_the_trigger_and_nothing_else()
    {
        var token = issuer.Token(Now);

        foreach (
            var (method, path) in new[]
            {
                ("GET", "/api/v1/scheduler/status"),
                ("POST", "/api/v1/scheduler/process-queue"),
            }
        )
        {
            var answer = await host.SendAsync(method, path, ("Authorization", $"Bearer {token}"));
            await answer.ShouldBeProblemAsync(401, "MISSING_API_KEY");
        }
    }

    [Test]
    public async Task A_key_beside_a_token_decides()
    {
        using var client = host.CreateClient();
        using var request = new HttpRequestMessage(HttpMethod.Post, Trigger);
        request.Headers.TryAddWithoutValidation("Authorization", "Bearer of-a-gateway");
        request.Headers.TryAddWithoutValidation(PresentedKey.AdminHeader, ApiHost.AdminKey);

        Assert.That((await client.SendAsync(request)).StatusCode, Is.EqualTo(HttpStatusCode.OK));
    }

    [TestCase("aud", "https://another.example.com")]
    [TestCase("aud", "https://scheduler.example.com/")]
    [TestCase("iss", "https://accounts.example.com")]
    [TestCase("iss", "http://accounts.google.com")]
    [TestCase("email", "other@project.iam.gserviceaccount.com")]
    [TestCase("email_verified", false)]
    [TestCase("email_verified", "yes")]
    public async Task A_wrong_claim_is_refused(string claim, object value)
    {
        var token = issuer.Token(Now, claims => claims[claim] = value);

        await ShouldBeRefusedAsync(token);
    }

    [TestCase("aud")]
    [TestCase("iss")]
    [TestCase("email")]
    [TestCase("email_verified")]
    [TestCase("exp")]
    public async Task A_missing_claim_is_refused(string claim)
    {
        await ShouldBeRefusedAsync(issuer.Token(Now, claims => claims.Remove(claim)));
    }

    [TestCase(-3600, -60, false)]
    [TestCase(-3600, -10, true)]
    [TestCase(60, 3600, false)]
    [TestCase(10, 3600, true)]
    public async Task Time_is_judged_with_a_little_skew(int from, int to, bool isGood)
    {
        var token = issuer.Token(
            Now,
            claims =>
            {
                claims["nbf"] = Now.AddSeconds(from).ToUnixTimeSeconds();
                claims["exp"] = Now.AddSeconds(to).ToUnixTimeSeconds();
            }
        );

        var answer = await SendAsync(token);

        Assert.That(answer.StatusCode, Is.EqualTo(isGood ? HttpStatusCode.OK : HttpStatusCode.Unauthorized));
    }

    [Test]
    public async Task A_token_without_a_signature_is_refused()
    {
        var payload = issuer.Token(Now).Split('.')[1];

        await ShouldBeRefusedAsync($"{Encode("""{"alg":"none","kid":"key-1"}""")}.{payload}.");
    }

    [Test]
    public async Task The_public_key_is_no_shared_secret()
    {
        var secret = Encoding.UTF8.GetBytes(issuer.Key("key-1").ExportSubjectPublicKeyInfoPem());
        var credentials = new SigningCredentials(
            new SymmetricSecurityKey(secret) { KeyId = "key-1" },
            SecurityAlgorithms.HmacSha256
        );

        await ShouldBeRefusedAsync(issuer.Token(Now, credentials: credentials));
    }

    [Test]
    public async Task A_key_of_somebody_else_under_a_known_id_is_refused()
    {
        using var other = System.Security.Cryptography.RSA.Create(2048);
        var credentials = new SigningCredentials(
            new RsaSecurityKey(other) { KeyId = "key-1" },
            SecurityAlgorithms.RsaSha256
        );

        await ShouldBeRefusedAsync(issuer.Token(Now, credentials: credentials));
    }

    [TestCase("""{"alg":"HS256","kid":"key-1"}""", "https://accounts.google.com", TestName = "Its algorithm")]
    [TestCase("""{"alg":"RS256"}""", "https://accounts.google.com", TestName = "No name of a key")]
    [TestCase("""{"alg":"RS256","kid":""}""", "https://accounts.google.com", TestName = "An empty name of a key")]
    [TestCase("""{"alg":"RS256","kid":"key-1"}""", "https://accounts.example.com", TestName = "Its issuer")]
    public async Task What_is_wrong_whoever_signed_it_costs_no_fetch(string header, string from)
    {
        var parts = issuer.Token(Now, claims => claims["iss"] = from).Split('.');

        await ShouldBeRefusedAsync($"{Encode(header)}.{parts[1]}.{parts[2]}");

        Assert.That(issuer.Fetches, Is.Zero);
    }

    [Test]
    public async Task What_is_no_token_is_refused_and_costs_no_fetch()
    {
        var token = issuer.Token(Now);
        var huge = string.Join('.', token.Split('.')[0], new string('A', 9_000), token.Split('.')[2]);

        foreach (
            var text in new[]
            {
                ".",
                "..",
                "a.b.c",
                token[..^200],
                token.Split('.')[0],
                token + ".x.y",
                huge,
                "%00.%00.%00",
            }
        )
        {
            await ShouldBeRefusedAsync(text);
        }

        Assert.That(
            issuer.Fetches,
            Is.LessThanOrEqualTo(1),
            "Only one that is cut within its signature is looked into."
        );
    }

    [Test]
    public async Task An_unknown_key_is_asked_for_once_a_minute_at_most()
    {
        await SendAsync(issuer.Token(Now));
        var old = issuer.Token(Now);
        issuer.Rotate("key-2");

        for (var call = 0; call < 5; call++)
        {
            await ShouldBeRefusedAsync(issuer.Token(Now));
        }

        Assert.That(issuer.Fetches, Is.EqualTo(1));
        Assert.That((await SendAsync(old)).StatusCode, Is.EqualTo(HttpStatusCode.OK));
    }

    [Test]
    public async Task While_the_issuer_does_not_answer_it_is_503_and_not_a_wrong_token()
    {
        issuer.IsDown = true;

        var answer = await SendAsync(issuer.Token(Now));

        await answer.ShouldBeProblemAsync(503, "TOKEN_KEYS_UNAVAILABLE");
        Assert.That(answer.Headers.RetryAfter, Is.Not.Null);
        await ShouldBeRefusedAsync("no.token.atall");
    }

    [Test]
    public async Task Without_the_settings_a_token_is_no_credential()
    {
        using var keyed = ApiHost.Production();

        var answer = await keyed.SendAsync("POST", Trigger, ("Authorization", $"Bearer {issuer.Token(Now)}"));

        await answer.ShouldBeProblemAsync(401, "MISSING_API_KEY");
    }

    [Test]
    public async Task No_part_of_a_token_reaches_a_log()
    {
        var good = issuer.Token(Now);
        var bad = issuer.Token(Now, claims => claims["email"] = "canary@example.com");
        await SendAsync(good);
        await SendAsync(bad);
        await SendAsync("canary.canary.canary");

        var text = string.Join("\n", host.Logs.Lines);
        foreach (var part in good.Split('.').Concat(bad.Split('.')[1..]).Append("canary"))
        {
            Assert.That(text, Does.Not.Contain(part));
        }
    }

    private async Task ShouldBeRefusedAsync(string token)
    {
        var problem = await (await SendAsync(token)).ShouldBeProblemAsync(401, "INVALID_TOKEN");
        Assert.That(problem.Detail, Is.EqualTo("The token is not valid here."));
    }

    private Task<HttpResponseMessage> SendAsync(string token) =>
        host.SendAsync("POST", Trigger, ("Authorization", $"Bearer {token}"));

    private static string Encode(string text) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(text));

    private static ApiHost Host(KeyServer issuer) =>
        ApiHost.Production(
            ("Scheduler:Oidc:Audience", KeyServer.Audience),
            ("Scheduler:Oidc:ServiceAccount", KeyServer.Account),
            ("Scheduler:Oidc:KeysUrl", new Uri(issuer.Address, "/certs").ToString())
        );
}
