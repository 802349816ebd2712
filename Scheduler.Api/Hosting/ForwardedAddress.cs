using Microsoft.AspNetCore.HttpOverrides;
using Scheduler.Api.Settings;

namespace Scheduler.Api.Hosting;

/// <summary>Takes the caller's address from X-Forwarded-For where the operator says how many proxies write it.</summary>
internal static class ForwardedAddress
{
    public static void UseForwardedAddress(this WebApplication app, ApiOptions options)
    {
        if (options.TrustedProxies == 0)
        {
            return;
        }
        var forwarded = new ForwardedHeadersOptions
        {
            ForwardedHeaders = ForwardedHeaders.XForwardedFor,
            ForwardLimit = options.TrustedProxies,
        };
        // The number of proxies is known, their addresses are not: a platform's front end has many.
        forwarded.KnownIPNetworks.Clear();
        forwarded.KnownProxies.Clear();
        app.UseForwardedHeaders(forwarded);
    }
}
