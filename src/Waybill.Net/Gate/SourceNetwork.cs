using System.Net;
using System.Net.Sockets;

namespace Waybill.Net.Gate;

/// <summary>What counts as one source: an IPv4 address, or the /64 of an IPv6 address (one customer has a whole /64, and so has one attacker).</summary>
/// <param name="Address">The address, or the first one of the /64. IPv4-mapped addresses are IPv4.</param>
public readonly record struct SourceNetwork(IPAddress Address)
{
    /// <summary>The source that <paramref name="address"/> belongs to.</summary>
    public static SourceNetwork Of(IPAddress address)
    {
        ArgumentNullException.ThrowIfNull(address);
        if (address.IsIPv4MappedToIPv6)
        {
            return new(address.MapToIPv4());
        }

        if (address.AddressFamily != AddressFamily.InterNetworkV6)
        {
            return new(address);
        }

        var bytes = address.GetAddressBytes();
        bytes.AsSpan(8).Clear();
        return new(new IPAddress(bytes));
    }

    /// <summary>As text: <c>192.0.2.1</c> or <c>2001:db8::/64</c>.</summary>
    public override string ToString() => Address.AddressFamily == AddressFamily.InterNetworkV6 ? $"{Address}/64" : Address.ToString();
}
