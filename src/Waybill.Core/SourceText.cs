using System.Net;
using System.Net.Sockets;

namespace Waybill.Core;

/// <summary>What tries and penalties are counted for, as the connection gate names it: an IPv4 address, or the /64 of an IPv6 one, of which a customer has all.</summary>
internal static class SourceText
{
    private const int Ipv6Host = 8;

    private const string Network = "/64";

    /// <summary>The source of an address.</summary>
    public static string Of(IPAddress address)
    {
        var plain = Plain(address);
        if (plain.AddressFamily != AddressFamily.InterNetworkV6)
        {
            return plain.ToString();
        }

        var bytes = plain.GetAddressBytes();
        bytes.AsSpan(Ipv6Host).Clear();
        return $"{new IPAddress(bytes)}{Network}";
    }

    /// <summary>The source that a person names: by an address of it, or as it is shown. Null if it is neither.</summary>
    public static string? Parse(string text)
    {
        var address = text.EndsWith(Network, StringComparison.Ordinal) && text.Contains(':', StringComparison.Ordinal) ? text[..^Network.Length] : text;

        // .NET takes 192.0.2 for 192.0.0.2: who has forgotten a number would name somebody else.
        return IPAddress.TryParse(address, out var parsed) && (parsed.AddressFamily == AddressFamily.InterNetworkV6 || parsed.ToString() == address) ? Of(parsed) : null;
    }

    /// <summary>An IPv4 address that came through an IPv6 socket is an IPv4 address.</summary>
    public static IPAddress Plain(IPAddress address) => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
}
