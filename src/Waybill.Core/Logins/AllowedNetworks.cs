using System.Net;
using System.Net.Sockets;

namespace Waybill.Core.Logins;

/// <summary>The networks that a login may come from; none means anywhere.</summary>
public sealed class AllowedNetworks
{
    /// <summary>The most networks of one login.</summary>
    public const int MaximumCount = 64;

    private readonly IPNetwork[] _networks;

    private AllowedNetworks(IPNetwork[] networks) => _networks = networks;

    /// <summary>No restriction.</summary>
    public static AllowedNetworks Anywhere { get; } = new([]);

    /// <summary>The networks, in canonical form.</summary>
    public IReadOnlyList<IPNetwork> Networks => _networks;

    /// <summary>Reads networks as people write them. Host bits that are set are refused, since nobody can tell which network was meant.</summary>
    public static Result<AllowedNetworks> Parse(IReadOnlyList<string> texts)
    {
        if (texts.Count > MaximumCount)
        {
            return Problem.LimitReached($"A login can have at most {MaximumCount} allowed networks. Put neighbours together into larger ones.");
        }

        var networks = new IPNetwork[texts.Count];
        for (var i = 0; i < texts.Count; i++)
        {
            var result = ParseOne(texts[i]);
            if (!result.Succeeded)
            {
                return result.Problem;
            }

            networks[i] = result.Value;
        }

        return networks.Length == 0 ? Anywhere : new AllowedNetworks([.. networks.Distinct()]);
    }

    /// <summary>Whether a client at this address may log in. An IPv4 address that came through an IPv6 socket is an IPv4 address.</summary>
    public bool Allows(IPAddress address)
    {
        ArgumentNullException.ThrowIfNull(address);
        if (_networks.Length == 0)
        {
            return true;
        }

        var plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        foreach (var network in _networks)
        {
            if (network.BaseAddress.AddressFamily == plain.AddressFamily && network.Contains(plain))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The networks, separated by spaces.</summary>
    public override string ToString() => string.Join(' ', _networks);

    internal static AllowedNetworks FromColumn(string text) => text.Length == 0
        ? Anywhere
        : Parse(text.Split(' ')) is { Succeeded: true } result
            ? result.Value
            : throw new Database.DatabaseException(Problem.Unusable("The database holds a login with unreadable allowed networks. Run `waybill doctor`."));

    private static Result<IPNetwork> ParseOne(string text)
    {
        var slash = text.IndexOf('/');
        var addressText = slash < 0 ? text : text[..slash];

        // IPAddress takes 10.1 and 0x0a.0.0.1 and 012.0.0.1 for addresses; people who write those mean something else.
        if (!IPAddress.TryParse(addressText, out var address)
            || (address.AddressFamily == AddressFamily.InterNetwork && address.ToString() != addressText)
            || addressText.Contains('%'))
        {
            return Bad(text);
        }

        var bits = address.AddressFamily == AddressFamily.InterNetwork ? 32 : 128;
        var prefix = bits;
        if (slash >= 0 && !(int.TryParse(text.AsSpan(slash + 1), System.Globalization.NumberStyles.None, null, out prefix) && prefix <= bits))
        {
            return Bad(text);
        }

        if (address.IsIPv4MappedToIPv6)
        {
            return Problem.Invalid($"'{Words.Show(text)}' is an IPv4 network in IPv6 notation. Write it as IPv4, such as 192.0.2.0/24.");
        }

        var bytes = address.GetAddressBytes();
        for (var i = 0; i < bytes.Length; i++)
        {
            bytes[i] &= (byte)(0xff << Math.Clamp(((i + 1) * 8) - prefix, 0, 8));
        }

        var network = new IPAddress(bytes);
        return network.Equals(address)
            ? new IPNetwork(network, prefix)
            : Problem.Invalid($"'{Words.Show(text)}' has bits set behind its prefix. Write {network}/{prefix} for the network, or {address} for the one address.");
    }

    private static Problem Bad(string text) => Problem.Invalid($"'{Words.Show(text)}' is no network. Give one as 192.0.2.0/24, 192.0.2.7 or 2001:db8::/32.");
}
