using Microsoft.Extensions.Options;
using Scheduler.Core.Net;
using Scheduler.Core.Pipelines.Extract;
using Scheduler.Core.Pipelines.Providers.Limits;

namespace Scheduler.Core.Pipelines.Providers.Http;

/// <summary>Opens the way to a provider for one run. Every adapter's calls go through it.</summary>
/// <param name="random">Makes a source of chance for each session: System.Random is not thread-safe.</param>
public sealed class ProviderHttp(
    GuardedHttp http,
    ProviderLimits limits,
    IOptions<ProviderOptions> options,
    TimeProvider timeProvider,
    Func<Random> random
)
{
    // A token and what is said about it; real ones have a few kilobytes.
    private const int MostBytesOfToken = 1 << 20;

    public ProviderOptions Options => options.Value;

    /// <summary>A session that ends with the run.</summary>
    public ProviderSession Open(ProviderProfile profile, ExtractRequest request) =>
        new(profile, Handler(profile.Endpoint, profile.Wrap), limits, options.Value, request, timeProvider, random());

    /// <summary>
    /// The way to one endpoint for a library with HTTP of its own: no redirects, no proxy, no other host, a bounded answer.
    /// </summary>
    public HttpMessageHandler ForLibrary(ProviderEndpoint endpoint) =>
        new BoundedHandler(Handler(endpoint), MostBytesOfToken);

    private HttpMessageHandler Handler(
        ProviderEndpoint endpoint,
        Func<HttpMessageHandler, HttpMessageHandler>? wrap = null
    )
    {
        var guarded = http.CreateHandler(endpoint.Find);
        return wrap is null ? guarded : wrap(guarded);
    }
}
