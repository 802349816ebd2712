namespace Scheduler.Core.Net;

/// <summary>Refuses a request whose URL no entry admits, before anything is resolved.</summary>
internal sealed class DestinationCheck(Func<Uri, AllowedHost?> find, HttpMessageHandler inner)
    : DelegatingHandler(inner)
{
    /// <exception cref="BlockedDestinationException">No entry admits the URL.</exception>
    public static AllowedHost Require(Func<Uri, AllowedHost?> find, Uri? address) =>
        (address is { IsAbsoluteUri: true } ? find(address) : null)
        ?? throw new BlockedDestinationException(
            $"The host {address?.IdnHost} (port {address?.Port}, {address?.Scheme}) is not among those the operator allows."
        );

    protected override Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request,
        CancellationToken cancellationToken
    )
    {
        Require(find, request.RequestUri);
        return base.SendAsync(request, cancellationToken);
    }
}
