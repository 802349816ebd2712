using Scheduler.Api.Auth;

namespace Scheduler.Api.Dashboard.Sessions;

/// <summary>
/// Endpoint metadata: the caller is known by the session's cookie and by nothing else. On every other endpoint the cookie counts for
/// nothing, so no page of another site can make a browser call the API with it.
/// </summary>
internal sealed record SessionAccess
{
    public static readonly SessionAccess Mark = new();
}

/// <summary>How the dashboard's endpoints say that they need a session.</summary>
internal static class SessionAccessExtensions
{
    public static TBuilder RequireSession<TBuilder>(this TBuilder builder)
        where TBuilder : IEndpointConventionBuilder =>
        builder
            .RequireAuthorization(policy => policy.AddRequirements(new KindRequirement(CallerKind.Admin)))
            .WithMetadata(new AccessDeclaration([CallerKind.Admin], null), SessionAccess.Mark);
}
