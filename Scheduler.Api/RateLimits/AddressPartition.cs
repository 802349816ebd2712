using System.Net;
using System.Net.Sockets;

namespace Scheduler.Api.RateLimits;

/// <summary>The name under which an address is counted.</summary>
internal static class AddressPartition
{
    private const int NetworkBytes = 8;

    /// <summary>An IPv4 address itself; of an IPv6 address the first 64 bits, since one subscriber owns all that follow.</summary>
    public static string Of(IPAddress? address) =>
        address switch
        {
            null => "unknown",
            { IsIPv4MappedToIPv6: true } => address.MapToIPv4().ToString(),
            { AddressFamily: AddressFamily.InterNetworkV6 } => Convert.ToHexString(
                address.GetAddressBytes().AsSpan(0, NetworkBytes)
            ),
            _ => address.ToString(),
        };
}
