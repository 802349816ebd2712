using Microsoft.AspNetCore.Http.Extensions;

namespace Scheduler.Api.Dashboard.Sessions;

/// <summary>What a page answers to who has no session: the way to the sign-in, and back to the page afterwards.</summary>
internal static class SignInFirst
{
    public static Task AnswerAsync(HttpContext context)
    {
        if (context.Request.Headers.ContainsKey(DashboardPaths.LiveHeader))
        {
            // The page itself is still there, and says so.
            context.Response.StatusCode = StatusCodes.Status401Unauthorized;
            context.Response.ContentType = "text/plain";
            return Task.CompletedTask;
        }
        var to = context.Request.Path + context.Request.QueryString;
        context.Response.StatusCode = StatusCodes.Status303SeeOther;
        context.Response.Headers.Location = UriHelper.BuildRelative(
            context.Request.PathBase,
            DashboardPaths.SignIn,
            new QueryBuilder { { "to", to } }.ToQueryString()
        );
        return Task.CompletedTask;
    }
}
