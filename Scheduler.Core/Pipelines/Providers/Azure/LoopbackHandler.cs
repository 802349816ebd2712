namespace Scheduler.Core.Pipelines.Providers.Azure;

/// <summary>
/// The library takes an authority with https only. Where the deployment has set one on loopback without TLS, the library's
/// calls to exactly that host and port go there.
/// </summary>
internal sealed class LoopbackHandler(ProviderEndpoint authority, HttpMessageHandler inner) : DelegatingHandler(inner)
{
    public static Uri Secure(Uri address) => new UriBuilder(address) { Scheme = Uri.UriSchemeHttps }.Uri;

    protected override Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request,
        CancellationToken cancellationToken
    )
    {
        var address = authority.Address;
        if (
            address.Scheme == Uri.UriSchemeHttp
            && request.RequestUri is { } uri
            && (uri.Host, uri.Port) == (address.Host, address.Port)
        )
        {
            request.RequestUri = new UriBuilder(uri) { Scheme = Uri.UriSchemeHttp }.Uri;
        }
        return base.SendAsync(request, cancellationToken);
    }
}
