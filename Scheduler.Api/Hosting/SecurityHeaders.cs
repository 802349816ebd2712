namespace Scheduler.Api.Hosting;

/// <summary>Headers that keep browsers from guessing, framing and storing.</summary>
internal static class SecurityHeaders
{
    public static IApplicationBuilder UseSecurityHeaders(this IApplicationBuilder app) =>
        app.Use(
            static (context, next) =>
            {
                context.Response.OnStarting(static state => Set((HttpContext)state), context);
                return next(context);
            }
        );

    private static Task Set(HttpContext context)
    {
        var headers = context.Response.Headers;
        headers.XContentTypeOptions = "nosniff";
        var policy = context.GetEndpoint()?.Metadata.GetMetadata<ContentPolicy>();
        headers["Referrer-Policy"] = policy?.Referrer ?? ContentPolicy.NoReferrer;
        headers.ContentSecurityPolicy = policy?.Value ?? ContentPolicy.Nothing;
        if (headers.CacheControl.Count == 0)
        {
            headers.CacheControl = "no-store";
        }
        return Task.CompletedTask;
    }
}
