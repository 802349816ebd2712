using System.Security.Cryptography;
using System.Text;
using NodaTime;
using Scheduler.Api.Auth;
using Scheduler.Api.Dashboard.Pages;
using Scheduler.Api.Hosting;
using Scheduler.Api.RateLimits;
using Scheduler.Api.Settings;
using Scheduler.Core.Audit;
using Scheduler.Core.Identifiers;
using Scheduler.Core.Storage;

namespace Scheduler.Api.Dashboard.Sessions;

/// <summary>The way in, by an admin key, and out.</summary>
internal static class SignInEndpoints
{
    public static void MapSignIn(this IEndpointRouteBuilder app)
    {
        var group = app.MapGroup(DashboardPaths.SignIn)
            .AllowAnonymous()
            .LimitOpenCalls()
            .WithMetadata(ContentPolicy.Dashboard)
            .ExcludeFromDescription();
        group.MapGet("", Show).WithMetadata(new AccessDeclaration([], null));
        // Not open: it takes the key itself. Refusals are counted like those of any other call that takes one.
        group.MapPost("", SignInAsync).WithMetadata(new AccessDeclaration([CallerKind.Admin], null));
    }

    public static IResult SignOut(HttpContext http)
    {
        SessionCookie.Remove(http);
        return new SeeOther(DashboardPaths.SignIn);
    }

    private static PageResult<SignInPage> Show(string? to) => new(new SignInModel(DashboardPaths.Own(to)));

    private static async Task<IResult> SignInAsync(
        HttpContext http,
        ApiOptions options,
        SessionTokens tokens,
        UnknownKeyLimiter unknownKeys,
        AuditStore audit,
        IIdSource ids,
        IClock clock,
        CancellationToken cancellation
    )
    {
        if (!FormGuard.IsFromHere(http.Request) || await FormGuard.ReadAsync(http) is not { } form)
        {
            return Refuse(null, "The form is not one of this page.", StatusCodes.Status403Forbidden);
        }
        var key = form["key"].ToString().Trim();
        var to = DashboardPaths.Own(form["to"]);
        var hash = Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(key)));
        if (unknownKeys.WaitFor(http, hash) is not null)
        {
            return Refuse(
                to,
                "Too many wrong keys came from this address. Wait a minute.",
                StatusCodes.Status429TooManyRequests
            );
        }
        var place = options.AdminKeys.PlaceOf(key);
        if (place == 0)
        {
            unknownKeys.Count(http);
            return Refuse(to, "That is not the admin key.", StatusCodes.Status401Unauthorized);
        }
        var now = clock.GetCurrentInstant();
        var session = new OperatorSession(ids.NewNonce(), place, now, now);
        await audit.RecordAsync(
            new AuditStamp(ids.NewId(now), new Actor(ActorKind.Admin, session.KeyId, http.TraceIdentifier)),
            "dashboard.sign_in",
            "dashboard",
            "{}",
            now,
            cancellation
        );
        SessionCookie.Write(http, tokens.Write(session));
        return new SeeOther(to);
    }

    private static PageResult<SignInPage> Refuse(string? to, string fault, int status) =>
        new(new SignInModel(DashboardPaths.Own(to)) { Fault = fault }, status);
}
