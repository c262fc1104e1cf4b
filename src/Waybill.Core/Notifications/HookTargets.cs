using System.Net;
using System.Net.Sockets;

namespace Waybill.Core.Notifications;

/// <summary>
/// Where web hooks may go. Who can name a URL must not reach what only this machine or its network can (server-side request forgery: cloud metadata, admin
/// pages). Judged by the address that is connected to, not by the name, which may answer differently the second time.
/// </summary>
internal sealed class HookTargets(IReadOnlyList<IPNetwork> allowed)
{
    private const int LongestUrl = 2_048;

    private static readonly IPNetwork[] NotPublic =
    [
        .. ((string[])[
            "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16",
            "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/3",

            // Of IPv6 only 2000::/3 is public, and of that not what carries an IPv4 address inside: Teredo and 6to4; nor the documentation's.
            "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20"]).Select(IPNetwork.Parse),
    ];

    private static readonly IPNetwork GlobalIPv6 = IPNetwork.Parse("2000::/3");

    /// <summary>What is wrong with a URL, before any name is looked up; or null.</summary>
    public Problem? Check(string url)
    {
        if (url.Length > LongestUrl || url.Any(char.IsControl) || !Uri.TryCreate(url, UriKind.Absolute, out var uri) || uri.Scheme is not ("https" or "http") || uri.Host.Length == 0)
        {
            return Problem.Invalid($"'{Words.Show(url)}' is no address of a web hook. Write it as https://example.com/waybill, at most {LongestUrl} characters.");
        }

        if (uri.UserInfo.Length > 0 || uri.Fragment.Length > 0)
        {
            return Problem.Invalid("A web hook's address holds neither a user and password nor a # part. Leave them out: calls are signed with the secret.");
        }

        var address = IPAddress.TryParse(uri.Host.Trim('[', ']'), out var literal) ? literal : null;
        if (address is not null && !IsAllowed(address))
        {
            return Refusal(uri.Host);
        }

        // A name may lead into one of the networks: that is seen when it is called.
        var mayBePlain = address is null ? allowed.Count > 0 : MayBePlain(address);
        return uri.Scheme == Uri.UriSchemeHttps || mayBePlain ? null : PlainRefusal;
    }

    public bool IsAllowed(IPAddress address)
    {
        var real = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        return allowed.Any(network => network.Contains(real))
            || (!NotPublic.Any(network => network.Contains(real)) && (real.AddressFamily == AddressFamily.InterNetwork || GlobalIPv6.Contains(real)));
    }

    private static Problem PlainRefusal => Problem.Refused(
        "A call by http:// can be read on its way, with the names of accounts and files. Use https://; http:// is for receivers in one of the Notifications:HookNetworks only.");

    public static Problem Refusal(string host) => Problem.Refused(
        $"{Words.Show(host)} is on this machine or in a network that is not public. Add the network to Notifications:HookNetworks if web hooks may go there.");

    /// <summary>Whether unencrypted calls may go there: only where the operator has named the network.</summary>
    private bool MayBePlain(IPAddress address) => allowed.Any(network => network.Contains(address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address));

    /// <summary>Connects to the first address of a host that is allowed and answers.</summary>
    public async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var host = context.DnsEndPoint.Host;
        var addresses = IPAddress.TryParse(host, out var literal) ? [literal] : await Dns.GetHostAddressesAsync(host, cancellationToken).ConfigureAwait(false);
        var usable = addresses.Where(IsAllowed).ToArray();
        if (usable.Length == 0)
        {
            throw new HookRefusedException(Refusal(host).Message);
        }

        if (context.InitialRequestMessage.RequestUri is not { Scheme: "https" })
        {
            usable = [.. usable.Where(MayBePlain)];
            if (usable.Length == 0)
            {
                throw new HookRefusedException(PlainRefusal.Message);
            }
        }

        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(usable, context.DnsEndPoint.Port, cancellationToken).ConfigureAwait(false);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}

/// <summary>The address that a name led to may not be called.</summary>
internal sealed class HookRefusedException(string message) : IOException(message);
