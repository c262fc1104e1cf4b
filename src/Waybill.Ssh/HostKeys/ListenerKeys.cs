using Waybill.Ssh.Hosting;
using Waybill.Ssh.KeyExchange;
using Waybill.SshKeys.Keys;

namespace Waybill.Ssh.HostKeys;

/// <summary>
/// What a listener's host keys make of it: the options that name them, the offer, the announcement. A connection keeps those that it began with to its end:
/// PuTTY ends a session whose host key is another one in a later key exchange.
/// </summary>
internal sealed record ListenerKeys(SshServerOptions Options, AlgorithmOffer Offer, HostKeyAnnouncement Announcement)
{
    /// <summary>Host keys of one listener, used and announced: what a client has to verify, and the size of one message.</summary>
    public const int MaximumKeys = 16;

    /// <exception cref="PlatformNotSupportedException">The policy needs what this machine's OpenSSL lacks.</exception>
    /// <exception cref="InvalidOperationException">No host key fits the policy, or there are too many.</exception>
    public static ListenerKeys Require(SshServerOptions options)
    {
        var offer = AlgorithmOffer.Require(options);

        // Those that the policy has no use for are not announced either: a client would learn a key that this listener never shows.
        SshPrivateKey[] announced =
        [
            .. options.HostKeys.Concat(options.AnnouncedHostKeys)
                .DistinctBy(key => key.PublicKey)
                .Where(key => AlgorithmOffer.For(options.Policy, [key]).HostKeys.Count > 0),
        ];
        return announced.Length <= MaximumKeys
            ? new ListenerKeys(options, offer, new HostKeyAnnouncement(announced))
            : throw new InvalidOperationException($"There are more than {MaximumKeys} host keys; retire those that no customer needs any more.");
    }
}
