using System.Security.Claims;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;
using NodaTime;
using Scheduler.Api.Auth.Oidc;
using Scheduler.Api.Dashboard.Sessions;
using Scheduler.Api.Errors;
using Scheduler.Api.RateLimits;
using Scheduler.Api.Settings;
using Scheduler.Core.Security;

namespace Scheduler.Api.Auth;

/// <summary>
/// Recognises the caller by one of the three key headers, where the endpoint takes one by a signed token, and on the dashboard's pages
/// by the session.
/// </summary>
/// <remarks>
/// A scheme for all three, because two of them on one request are refused. What is refused here only matters where the
/// endpoint asks for a caller; <see cref="AccessResultHandler"/> then answers it.
/// </remarks>
internal sealed class KeyAuthentication(
    IOptionsMonitor<AuthenticationSchemeOptions> schemeOptions,
    ILoggerFactory loggers,
    UrlEncoder encoder,
    ApiOptions options,
    IApiKeyDirectory directory,
    UnknownKeyLimiter unknownKeys,
    TokenJudge tokens,
    KeyUses uses,
    SessionTokens sessions,
    IClock clock
) : AuthenticationHandler<AuthenticationSchemeOptions>(schemeOptions, loggers, encoder)
{
    public const string SchemeName = "Keys";

    private static readonly KeyRefusal Unknown = new(ErrorCode.InvalidApiKey, "The key is not valid.");

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync() =>
        Context.GetEndpoint()?.Metadata.GetMetadata<SessionAccess>() is not null ? Session() : await KeyAsync();

    /// <summary>A page of the dashboard: the session's cookie alone counts.</summary>
    private AuthenticateResult Session()
    {
        if (
            SessionCookie.Read(Request) is not { } cookie
            || sessions.Read(cookie, clock.GetCurrentInstant()) is not { } session
        )
        {
            return AuthenticateResult.NoResult();
        }
        Context.Features.Set(session);
        return Accept(new CurrentCaller { Kind = CallerKind.Admin, KeyId = session.KeyId });
    }

    private async Task<AuthenticateResult> KeyAsync() =>
        PresentedKey.Read(Request.Headers) switch
        {
            PresentedKey.One { Kind: CallerKind.Admin, Value: var key } => Machine(
                CallerKind.Admin,
                "admin",
                options.AdminKeys.PlaceOf(key)
            ),
            PresentedKey.One { Kind: CallerKind.Worker, Value: var key } => Machine(
                CallerKind.Worker,
                "worker",
                options.WorkerKeys.PlaceOf(key)
            ),
            PresentedKey.One { Value: var key } => await CustomerAsync(key),
            PresentedKey.Several => Refuse(
                new(ErrorCode.InvalidApiKey, "Send one key: X-Admin-Key, X-Worker-Key or X-API-Key, once.")
            ),
            _ => await TokenAsync(),
        };

    /// <summary>
    /// Only where the endpoint takes tokens: elsewhere the header belongs to a gateway in front, which may well have sent one.
    /// </summary>
    private async Task<AuthenticateResult> TokenAsync()
    {
        var takesTokens =
            Context.GetEndpoint()?.Metadata.GetMetadata<AccessDeclaration>()?.Kinds.Contains(CallerKind.Trigger)
            == true;
        if (!takesTokens || options.Oidc is not { } oidc || PresentedToken.Read(Request.Headers) is not { } token)
        {
            return AuthenticateResult.NoResult();
        }
        return await tokens.JudgeAsync(token, Context.RequestAborted) switch
        {
            TokenVerdict.Accepted => Accept(
                new CurrentCaller { Kind = CallerKind.Trigger, KeyId = $"oidc:{oidc.ServiceAccount}" }
            ),
            TokenVerdict.CannotTell => Refuse(
                new(ErrorCode.TokenKeysUnavailable, "The issuer's keys cannot be fetched. Try again, or send a key.")
            ),
            _ => Refuse(new(ErrorCode.InvalidToken, "The token is not valid here.")),
        };
    }

    private AuthenticateResult Machine(CallerKind kind, string role, int place) =>
        place == 0 ? Refuse(Unknown) : Accept(new CurrentCaller { Kind = kind, KeyId = $"{role}:{place}" });

    private async Task<AuthenticateResult> CustomerAsync(string presented)
    {
        if (!ApiKey.TryParse(presented, out var key))
        {
            return Refuse(Unknown);
        }
        if (unknownKeys.WaitFor(Context, key.Hash) is { } wait)
        {
            return Refuse(new(ErrorCode.RateLimited, "Too many unknown keys came from this address.", wait));
        }
        var identity = await directory.FindAsync(key.Hash, Context.RequestAborted);
        // The name within the key is checked too: the hash alone decides whose it is, but both must say the same.
        if (identity is null || identity.CustomerId != key.CustomerId)
        {
            unknownKeys.Count(Context);
            return Refuse(Unknown);
        }
        unknownKeys.Known(key.Hash);
        if (identity.Key == KeyStanding.Active)
        {
            uses.Note(identity.ApiKeyId);
        }
        return identity.Key switch
        {
            KeyStanding.Active => Accept(
                new CurrentCaller
                {
                    Kind = CallerKind.Customer,
                    KeyId = identity.ApiKeyId,
                    Identity = identity,
                }
            ),
            KeyStanding.Expired => Refuse(new(ErrorCode.ExpiredApiKey, "The key has expired.")),
            _ => Refuse(Unknown),
        };
    }

    private AuthenticateResult Accept(CurrentCaller caller)
    {
        Context.Features.Set(caller);
        var identity = new ClaimsIdentity([new Claim(ClaimTypes.NameIdentifier, caller.KeyId)], SchemeName);
        return AuthenticateResult.Success(new AuthenticationTicket(new ClaimsPrincipal(identity), SchemeName));
    }

    private AuthenticateResult Refuse(KeyRefusal refusal)
    {
        Context.Features.Set(refusal);
        return AuthenticateResult.Fail(refusal.Detail);
    }
}
