using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using Scheduler.Api.Settings;

namespace Scheduler.Api.Auth.Oidc;

/// <summary>
/// Decides whether a signed token is one of the account that may trigger: RS256 or ES256 by a key of the issuer, issuer,
/// audience, time (30 s of skew), and the account's verified e-mail, without which any account of the same issuer would do.
/// </summary>
internal sealed class TokenJudge : IDisposable
{
    private const int LongestToken = 8 * 1024;
    private static readonly TimeSpan Skew = TimeSpan.FromSeconds(30);
    private static readonly string[] Algorithms = [SecurityAlgorithms.RsaSha256, SecurityAlgorithms.EcdsaSha256];

    private readonly JsonWebTokenHandler handler = new()
    {
        MapInboundClaims = false,
        MaximumTokenSizeInBytes = LongestToken,
    };
    private readonly OidcOptions? options;
    private readonly TimeProvider time;
    private readonly KeyFetch? fetch;
    private readonly SigningKeys? keys;

    public TokenJudge(ApiOptions api, TimeProvider time)
    {
        this.time = time;
        options = api.Oidc;
        if (options is not null)
        {
            fetch = new KeyFetch(options);
            keys = new SigningKeys(fetch.FetchAsync, time);
        }
    }

    public async Task<TokenVerdict> JudgeAsync(PresentedToken presented, CancellationToken cancellationToken)
    {
        if (options is null || keys is null || Read(presented.Reveal()) is not { } token)
        {
            return TokenVerdict.Refused;
        }
        // What is wrong whoever signed it costs no fetch.
        if (
            !Algorithms.Contains(token.Alg)
            || string.IsNullOrEmpty(token.Kid)
            || !options.Issuers.Contains(token.Issuer)
        )
        {
            return TokenVerdict.Refused;
        }
        if (await keys.FindAsync(token.Kid, cancellationToken) is not { } signers)
        {
            return TokenVerdict.CannotTell;
        }
        var result = await handler.ValidateTokenAsync(token, Rules(options, signers));
        return result.IsValid && IsTheAccount(token, options) ? TokenVerdict.Accepted : TokenVerdict.Refused;
    }

    public void Dispose()
    {
        keys?.Dispose();
        fetch?.Dispose();
    }

    /// <summary>Null for what is no signed token at all; the library throws on some of it.</summary>
    private JsonWebToken? Read(string text)
    {
        if (text.Length > LongestToken || text.Count(character => character == '.') != 2)
        {
            return null;
        }
        try
        {
            return handler.ReadJsonWebToken(text);
        }
        catch (Exception malformed) when (malformed is ArgumentException or SecurityTokenException or FormatException)
        {
            return null;
        }
    }

    private TokenValidationParameters Rules(OidcOptions oidc, IReadOnlyList<SecurityKey> signers) =>
        new()
        {
            ValidAlgorithms = Algorithms,
            IssuerSigningKeys = signers,
            ValidIssuers = oidc.Issuers,
            ValidAudience = oidc.Audience,
            IgnoreTrailingSlashWhenValidatingAudience = false,
            RequireSignedTokens = true,
            RequireExpirationTime = true,
            // The process's clock, which tests set.
            LifetimeValidator = (from, to, _, _) => IsCurrent(from, to),
        };

    private bool IsCurrent(DateTime? from, DateTime? to)
    {
        var now = time.GetUtcNow().UtcDateTime;
        return to is { } end && end > now - Skew && (from is not { } start || start <= now + Skew);
    }

    private static bool IsTheAccount(JsonWebToken token, OidcOptions oidc) =>
        token.TryGetPayloadValue<string>("email", out var email)
        && string.Equals(email, oidc.ServiceAccount, StringComparison.OrdinalIgnoreCase)
        && token.TryGetPayloadValue<bool>("email_verified", out var isVerified)
        && isVerified;
}
