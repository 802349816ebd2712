using System.Net;

namespace Scheduler.Core.Net;

/// <summary>
/// The one URL that a deployment's setting has this product call, and what its host may resolve to: public addresses, on port 443 or
/// 8443 over TLS; with the prefix <c>private:</c> internal ones too, on any port; without TLS loopback only.
/// </summary>
public sealed class OutboundTarget
{
    private const string PrivatePrefix = "private:";
    private static readonly int[] PublicPorts = [443, 8443];

    private readonly AllowedHost host;

    private OutboundTarget(Uri address, AllowedHost host) => (Address, this.host) = (address, host);

    /// <summary>The whole URL, which may hold a secret. Not for messages or logs.</summary>
    public Uri Address { get; }

    /// <summary>Null when the text fits, else what is wrong with it; the text itself is not repeated.</summary>
    public static string? TryParse(string text, out OutboundTarget? target)
    {
        target = null;
        var isPrivate = text.StartsWith(PrivatePrefix, StringComparison.OrdinalIgnoreCase);
        if (OutboundUrl.TryParse(isPrivate ? text[PrivatePrefix.Length..] : text, out var url) is { } refusal)
        {
            return refusal;
        }
        var address = url!.Address;
        var isPlain = address.Scheme == Uri.UriSchemeHttp;
        if (isPlain && !IsLoopback(url.Host))
        {
            return "must be an https address, or http on loopback";
        }
        var entry = new AllowedHost(url.Host, address.Port, isPrivate || isPlain);
        if (IPAddress.TryParse(url.Host, out var literal) && !entry.Admits(AddressRules.ReachOf(literal)))
        {
            return $"has an address that is not public; write {PrivatePrefix} before it if it is meant";
        }
        if (!entry.IsPrivate && !PublicPorts.Contains(address.Port))
        {
            return $"must use port {string.Join(" or ", PublicPorts)}; write {PrivatePrefix} before it for a host of your own";
        }
        target = new OutboundTarget(address, entry);
        return null;
    }

    /// <summary>The entry that admits a URL to be connected to, or null.</summary>
    internal AllowedHost? Find(Uri url) => url.Scheme == Address.Scheme && host.Admits(url) ? host : null;

    private static bool IsLoopback(string host) =>
        host == "localhost" || (IPAddress.TryParse(host, out var ip) && IPAddress.IsLoopback(ip));
}
