using System.Net;

namespace Scheduler.Core.Net;

/// <summary>
/// Which addresses this product's outgoing connections may reach. Judges the address itself, never its text, so every
/// way to write an address leads to the same verdict.
/// </summary>
public static class AddressRules
{
    // From the special-purpose registries of IANA (RFC 6890 and its updates). The first row that fits decides.
    private static readonly (IPNetwork Network, AddressReach Reach)[] Table =
    [
        // Metadata and platform services of clouds that hide among internal or public addresses.
        Row("100.100.100.200/32", AddressReach.Never), // Alibaba Cloud
        Row("168.63.129.16/32", AddressReach.Never), // Azure
        Row("fd00:ec2::/32", AddressReach.Never), // AWS
        Row("fd20:ce::254/128", AddressReach.Never), // Google Cloud
        Row("10.0.0.0/8", AddressReach.Internal),
        Row("100.64.0.0/10", AddressReach.Internal), // carrier-grade NAT
        Row("127.0.0.0/8", AddressReach.Internal), // loopback
        Row("172.16.0.0/12", AddressReach.Internal),
        Row("192.168.0.0/16", AddressReach.Internal),
        Row("0.0.0.0/8", AddressReach.Never), // this host
        Row("169.254.0.0/16", AddressReach.Never), // link-local, most metadata services
        Row("192.0.0.0/24", AddressReach.Never), // protocol assignments, Oracle Cloud's metadata
        Row("192.0.2.0/24", AddressReach.Never), // documentation
        Row("192.88.99.0/24", AddressReach.Never), // 6to4 relays
        Row("198.18.0.0/15", AddressReach.Never), // benchmarks
        Row("198.51.100.0/24", AddressReach.Never), // documentation
        Row("203.0.113.0/24", AddressReach.Never), // documentation
        Row("224.0.0.0/4", AddressReach.Never), // multicast
        Row("240.0.0.0/4", AddressReach.Never), // reserved, broadcast
        Row("0.0.0.0/0", AddressReach.Public),
        Row("::1/128", AddressReach.Internal), // loopback
        Row("fc00::/7", AddressReach.Internal), // unique local
        Row("2001::/23", AddressReach.Never), // protocol assignments, Teredo, ORCHID, benchmarks
        Row("2001:db8::/32", AddressReach.Never), // documentation
        Row("2002::/16", AddressReach.Never), // 6to4
        Row("3fff::/20", AddressReach.Never), // documentation
        Row("2000::/3", AddressReach.Public), // global unicast
        // Unspecified, IPv4-compatible, link-local, site-local, multicast, discard, and all that is not assigned.
        Row("::/0", AddressReach.Never),
    ];

    // Beside the mapped form, the IPv6 forms that a translator turns into the IPv4 address of their last 32 bits.
    private static readonly IPNetwork[] CarriesIPv4 =
    [
        IPNetwork.Parse("::ffff:0:0:0/96"), // translated
        IPNetwork.Parse("64:ff9b::/96"), // NAT64
    ];

    public static AddressReach ReachOf(IPAddress address)
    {
        var judged = Carried(address);
        return Array
            .Find(
                Table,
                row => row.Network.BaseAddress.AddressFamily == judged.AddressFamily && row.Network.Contains(judged)
            )
            .Reach;
    }

    private static IPAddress Carried(IPAddress address)
    {
        // First, as IPNetwork itself takes the mapped form for neither family.
        if (address.IsIPv4MappedToIPv6)
        {
            return address.MapToIPv4();
        }
        return Array.Exists(CarriesIPv4, network => network.Contains(address))
            ? new IPAddress(address.GetAddressBytes()[12..])
            : address;
    }

    private static (IPNetwork, AddressReach) Row(string network, AddressReach reach) =>
        (IPNetwork.Parse(network), reach);
}
