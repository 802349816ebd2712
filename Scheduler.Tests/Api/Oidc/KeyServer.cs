using System.Security.Cryptography;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Scheduler.Tests.Api.Oidc;

/// <summary>An issuer on loopback: its keys, and tokens signed with them.</summary>
internal sealed class KeyServer : IAsyncDisposable
{
    public const string Audience = "https://scheduler.example.com";
    public const string Account = "cron@project.iam.gserviceaccount.com";
    public const string Issuer = "https://accounts.google.com";

    private readonly WebApplication app;
    private readonly Dictionary<string, RSA> keys = [];
    private int fetches;

    private KeyServer(WebApplication app) => this.app = app;

    public Uri Address => new(app.Urls.Single());

    public int Fetches => fetches;

    public bool IsDown { get; set; }

    public static async Task<KeyServer> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        var server = new KeyServer(builder.Build());
        server.app.MapGet("/certs", server.Certs);
        await server.app.StartAsync();
        server.Rotate("key-1");
        return server;
    }

    /// <summary>From now on this is the issuer's only key.</summary>
    public void Rotate(string keyId)
    {
        keys.Clear();
        keys[keyId] = RSA.Create(2048);
    }

    public RSA Key(string keyId) => keys[keyId];

    /// <summary>A token as Cloud Scheduler sends it, unless the change says otherwise.</summary>
    public string Token(
        DateTimeOffset now,
        Action<Dictionary<string, object>>? change = null,
        SigningCredentials? credentials = null
    )
    {
        var (keyId, key) = keys.Single();
        var claims = new Dictionary<string, object>
        {
            ["iss"] = Issuer,
            ["aud"] = Audience,
            ["sub"] = "1234567890",
            ["email"] = Account,
            ["email_verified"] = true,
            ["iat"] = now.ToUnixTimeSeconds(),
            ["exp"] = now.AddHours(1).ToUnixTimeSeconds(),
        };
        change?.Invoke(claims);
        var header = new Dictionary<string, object>();
        return new JsonWebTokenHandler { SetDefaultTimesOnTokenCreation = false }.CreateToken(
            System.Text.Json.JsonSerializer.Serialize(claims),
            credentials
                ?? new SigningCredentials(new RsaSecurityKey(key) { KeyId = keyId }, SecurityAlgorithms.RsaSha256),
            header
        );
    }

    public async ValueTask DisposeAsync() => await app.DisposeAsync();

    private IResult Certs()
    {
        Interlocked.Increment(ref fetches);
        if (IsDown)
        {
            return Results.StatusCode(503);
        }
        var set = keys.Select(pair =>
        {
            var key = pair.Value.ExportParameters(includePrivateParameters: false);
            return new
            {
                kty = "RSA",
                alg = "RS256",
                use = "sig",
                kid = pair.Key,
                n = Base64UrlEncoder.Encode(key.Modulus),
                e = Base64UrlEncoder.Encode(key.Exponent),
            };
        });
        return Results.Json(new { keys = set });
    }
}
