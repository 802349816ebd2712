namespace Scheduler.Core.Net;

/// <summary>One destination that the operator allows.</summary>
/// <param name="Host">Lower-case ASCII name or IP address, compared exactly.</param>
/// <param name="Port">Null is the scheme's own port.</param>
/// <param name="IsPrivate">Whether it may lie in an internal network and be called without TLS.</param>
public sealed record AllowedHost(string Host, int? Port, bool IsPrivate)
{
    public bool Admits(Uri address) =>
        (address.Scheme == Uri.UriSchemeHttps || (IsPrivate && address.Scheme == Uri.UriSchemeHttp))
        && string.Equals(address.IdnHost, Host, StringComparison.OrdinalIgnoreCase)
        && address.Port == (Port ?? (address.Scheme == Uri.UriSchemeHttps ? 443 : 80));

    public bool Admits(AddressReach reach) =>
        reach == AddressReach.Public || (IsPrivate && reach == AddressReach.Internal);
}
