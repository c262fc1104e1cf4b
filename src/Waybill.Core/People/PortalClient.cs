using System.Net;
using System.Net.Sockets;
using Waybill.Core.Audit;

namespace Waybill.Core.People;

/// <summary>Where a request to the portal comes from.</summary>
/// <param name="Address">The address.</param>
/// <param name="UserAgent">What the browser says it is; anything, or nothing.</param>
public sealed record PortalClient(IPAddress Address, string? UserAgent)
{
    private const int Ipv6Host = 8;

    /// <summary>What tries are counted for: an IPv4 address, or the /64 of an IPv6 one, of which a customer has all.</summary>
    public string Source
    {
        get
        {
            var address = Address.IsIPv4MappedToIPv6 ? Address.MapToIPv4() : Address;
            if (address.AddressFamily != AddressFamily.InterNetworkV6)
            {
                return address.ToString();
            }

            var bytes = address.GetAddressBytes();
            bytes.AsSpan(Ipv6Host).Clear();
            return $"{new IPAddress(bytes)}/64";
        }
    }

    /// <summary>The address as the audit has it.</summary>
    public string Text => (Address.IsIPv4MappedToIPv6 ? Address.MapToIPv4() : Address).ToString();

    /// <summary>What the browser says, bounded and without control characters.</summary>
    internal string Agent => AuditText.Clean(UserAgent ?? "", SessionLimits.Agent, doubleBackslash: false)!;
}
