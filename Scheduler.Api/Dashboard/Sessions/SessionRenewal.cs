using NodaTime;

namespace Scheduler.Api.Dashboard.Sessions;

/// <summary>Keeps the session of an operator who does something; a page that looks for news by itself keeps none.</summary>
internal sealed class SessionRenewal(SessionTokens tokens, IClock clock) : IEndpointFilter
{
    public ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var http = context.HttpContext;
        var now = clock.GetCurrentInstant();
        if (
            http.Features.Get<OperatorSession>() is { } session
            && session.IsToBeRenewed(now)
            && !http.Request.Headers.ContainsKey(DashboardPaths.LiveHeader)
        )
        {
            SessionCookie.Write(http, tokens.Write(session with { SeenAt = now }));
        }
        return next(context);
    }
}
