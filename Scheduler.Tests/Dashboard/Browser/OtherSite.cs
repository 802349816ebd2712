using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Scheduler.Tests.Dashboard.Browser;

/// <summary>A web site with a page that is a frame around whatever address it is asked for; it goes by two names.</summary>
internal sealed class OtherSite : IAsyncDisposable
{
    private readonly WebApplication application;

    private OtherSite(WebApplication application) => this.application = application;

    /// <summary>The origin that the settings name.</summary>
    public string Named => $"http://localhost:{Port}";

    /// <summary>One that they do not, of the same host as the API: what browsers keep from other hosts comes here too.</summary>
    public string Unnamed => $"http://127.0.0.1:{Port}";

    private int Port => new Uri(application.Urls.Single()).Port;

    public static async Task<OtherSite> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var application = builder.Build();
        application.MapGet(
            "/",
            (Uri inner) =>
                Results.Content(
                    $"<!DOCTYPE html><title>Another site</title><link rel=\"icon\" href=\"data:,\"><iframe width=\"900\" height=\"700\" src=\"{inner.AbsoluteUri.Replace("&", "&amp;", StringComparison.Ordinal)}\"></iframe>",
                    "text/html"
                )
        );
        await application.StartAsync();
        return new OtherSite(application);
    }

    /// <summary>The address, under one of the names, of the page around that one.</summary>
    public static string Around(string origin, Uri inner) =>
        $"{origin}/?inner={Uri.EscapeDataString(inner.AbsoluteUri)}";

    public ValueTask DisposeAsync() => application.DisposeAsync();
}
