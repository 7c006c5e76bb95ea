using System.Net;
using System.Net.Sockets;

namespace Twinrunner.Registry.Hosts;

/// <summary>Which addresses belong to the public internet (IANA's special-purpose registries say which don't).</summary>
internal static class AddressRanges
{
    private static readonly IPNetwork[] SpecialIPv4 =
    [
        .. new[]
        {
            "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24",
            "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
        }.Select(IPNetwork.Parse),
    ];

    private static readonly IPNetwork GlobalIPv6 = IPNetwork.Parse("2000::/3");

    // Documentation, and what carries an IPv4 address inside: Teredo and 6to4.
    private static readonly IPNetwork[] SpecialIPv6 = [.. new[] { "2001:db8::/32", "2001::/32", "2002::/16", "3fff::/20" }.Select(IPNetwork.Parse)];

    public static bool IsPublic(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6)
            address = address.MapToIPv4();
        return address.AddressFamily == AddressFamily.InterNetwork
            ? !Array.Exists(SpecialIPv4, range => range.Contains(address))
            : GlobalIPv6.Contains(address) && !Array.Exists(SpecialIPv6, range => range.Contains(address));
    }
}
