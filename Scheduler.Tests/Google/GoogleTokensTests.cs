using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using Google.Apis.Auth.OAuth2;
using NUnit.Framework;
using Scheduler.Core.Google;
using WireMock.RequestBuilders;
using WireMock.ResponseBuilders;
using WireMock.Server;

namespace Scheduler.Tests.Google;

/// <summary>The tokens of a service account, whose token server stands here.</summary>
internal sealed class GoogleTokensTests : IDisposable
{
    private readonly WireMockServer server = WireMockServer.Start();
    private readonly GoogleTokens tokens;
    private int fetched;
    private int looks;
    private bool isMissing;

    public GoogleTokensTests()
    {
        server
            .Given(Request.Create().UsingPost().WithPath("/token"))
            .RespondWith(
                Response
                    .Create()
                    .WithHeader("Content-Type", "application/json")
                    .WithBody(_ =>
                        $$"""{"access_token":"token-{{Interlocked.Increment(
                            ref fetched
                        ).ToString(CultureInfo.InvariantCulture)}}","expires_in":3600,"token_type":"Bearer"}"""
                    )
            );
        tokens = new GoogleTokens(GoogleTokens.BigQueryScope, FindAsync);
    }

    public void Dispose() => server.Dispose();

    [Test]
    public async Task One_token_serves_many_calls()
    {
        var first = await tokens.GetAsync(default);
        var second = await tokens.GetAsync(default);

        Assert.That((first, second, fetched, looks), Is.EqualTo(("token-1", "token-1", 1, 1)));
    }

    [Test]
    public async Task A_dropped_token_is_not_handed_out_again()
    {
        var refused = await tokens.GetAsync(default);

        tokens.Drop(refused);

        Assert.That(await tokens.GetAsync(default), Is.EqualTo("token-2"));
        Assert.That(await tokens.GetAsync(default), Is.EqualTo("token-2"));
        Assert.That(fetched, Is.EqualTo(2));
    }

    [Test]
    public async Task Calls_that_drop_the_same_token_at_once_fetch_one_fresh_one()
    {
        var refused = await tokens.GetAsync(default);

        var fresh = await Task.WhenAll(
            Enumerable
                .Range(0, 20)
                .Select(_ =>
                    Task.Run(async () =>
                    {
                        tokens.Drop(refused);
                        return await tokens.GetAsync(default);
                    })
                )
        );

        Assert.That(fresh, Is.All.EqualTo("token-2"));
        Assert.That(fetched, Is.EqualTo(2));
    }

    [Test]
    public async Task A_refusal_that_comes_late_does_not_drop_the_token_that_came_after()
    {
        var refused = await tokens.GetAsync(default);
        tokens.Drop(refused);
        await tokens.GetAsync(default);

        tokens.Drop(refused);

        Assert.That(await tokens.GetAsync(default), Is.EqualTo("token-2"));
    }

    [Test]
    public async Task Credentials_that_were_missing_are_looked_for_again()
    {
        isMissing = true;
        Assert.That(async () => await tokens.GetAsync(default), Throws.InvalidOperationException);

        isMissing = false;

        Assert.That(await tokens.GetAsync(default), Is.EqualTo("token-1"));
    }

    private Task<GoogleCredential> FindAsync()
    {
        looks++;
        if (isMissing)
        {
            throw new InvalidOperationException("There are none.");
        }
        using var key = RSA.Create(2048);
        var account = new Dictionary<string, string>
        {
            ["type"] = "service_account",
            ["project_id"] = "test-project",
            ["private_key_id"] = "1",
            ["private_key"] = key.ExportPkcs8PrivateKeyPem(),
            ["client_email"] = "scheduler@test-project.iam.gserviceaccount.com",
            ["client_id"] = "1",
            ["token_uri"] = $"{server.Url}/token",
        };
        return Task.FromResult(
            CredentialFactory.FromJson<ServiceAccountCredential>(JsonSerializer.Serialize(account)).ToGoogleCredential()
        );
    }
}
