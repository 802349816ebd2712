using System.Net;
using Scheduler.Core.Net;

namespace Scheduler.Core.Pipelines.Providers;

/// <summary>
/// Where a provider answers, by the deployment's settings alone: nothing that a customer or a response says changes it.
/// </summary>
public sealed class ProviderEndpoint
{
    private readonly AllowedHost host;

    private ProviderEndpoint(Uri address, bool isPrivate)
    {
        Address = address;
        host = new AllowedHost(address.IdnHost, address.Port, isPrivate);
    }

    /// <summary>Scheme, host, port, and a path that ends with a slash.</summary>
    public Uri Address { get; }

    /// <summary>A provider's public address, which must resolve to public addresses only.</summary>
    public static ProviderEndpoint Public(string address) => new(new Uri(address), isPrivate: false);

    /// <summary>
    /// Reads a setting. What the operator names may lie in an internal network (a private endpoint); without TLS it must be
    /// loopback.
    /// </summary>
    /// <returns>Null when the text fits, else what is wrong with it.</returns>
    public static string? TryParse(string text, out ProviderEndpoint? endpoint)
    {
        endpoint = null;
        if (OutboundUrl.TryParse(text.EndsWith('/') ? text : $"{text}/", out var url) is { } refusal)
        {
            return refusal;
        }
        if (url!.Address.Query.Length > 0)
        {
            return "must not have a query";
        }
        if (url.Address.Scheme == Uri.UriSchemeHttp && !IsLoopback(url.Address))
        {
            return "must be an https address, or http on loopback";
        }
        endpoint = new ProviderEndpoint(url.Address, isPrivate: true);
        return null;
    }

    /// <summary>A path below the address, with its query.</summary>
    public Uri At(string relative) => new(Address, relative);

    /// <summary>Whether a URL leads to this very scheme, host and port.</summary>
    public bool Holds(Uri url) => url.Scheme == Address.Scheme && host.Admits(url);

    /// <summary>The entry that admits a URL to be connected to, or null.</summary>
    internal AllowedHost? Find(Uri url) => Holds(url) ? host : null;

    private static bool IsLoopback(Uri address) =>
        address.Host == "localhost" || (IPAddress.TryParse(address.IdnHost, out var ip) && IPAddress.IsLoopback(ip));
}
