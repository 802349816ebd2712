using Microsoft.AspNetCore.Http.Features;

namespace Scheduler.Api.Hosting;

/// <summary>
/// Forgets the media type of a body that is not there: <c>curl -d ''</c> and others send one, and routing would refuse
/// the call for it.
/// </summary>
internal static class EmptyBodies
{
    public static IApplicationBuilder UseEmptyBodies(this IApplicationBuilder app) =>
        app.Use(
            static (context, next) =>
            {
                var canHaveBody = context.Features.Get<IHttpRequestBodyDetectionFeature>()?.CanHaveBody ?? true;
                if (context.Request.ContentLength == 0 || !canHaveBody)
                {
                    context.Request.ContentType = null;
                }
                return next(context);
            }
        );
}
