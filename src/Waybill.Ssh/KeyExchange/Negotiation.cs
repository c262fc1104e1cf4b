using System.Diagnostics.CodeAnalysis;
using Waybill.SshKeys.Crypto;
using Waybill.SshKeys.Keys;
using Waybill.Ssh.Hosting;
using Waybill.Ssh.Transport;

namespace Waybill.Ssh.KeyExchange;

/// <summary>The outcome of RFC 4253 section 7.1. A MAC is null where the cipher authenticates by itself: then the MAC lists are not looked at.</summary>
internal sealed record Negotiation(
    string KeyAgreement, string HostKey, string CipherToServer, string CipherToClient, string? MacToServer, string? MacToClient)
{
    private const string None = "none";
    private const string Macs = "MACs";
    private const int LongestShownList = 1000;

    /// <summary>RFC 4253 section 7.1: the guess is right if both sides' first key exchange method and first host key algorithm agree.</summary>
    public static bool GuessIsRight(KexInit client, AlgorithmOffer offer) =>
        client.KeyAgreements.BeginsWith(offer.KeyAgreements[0]) && client.HostKeys.BeginsWith(offer.HostKeys[0]);

    /// <summary>Negotiates; <paramref name="missing"/> is the first category in which nothing is in common.</summary>
    public static bool TryNegotiate(
        KexInit client, AlgorithmOffer offer, [NotNullWhen(true)] out Negotiation? negotiation, [NotNullWhen(false)] out MissingAlgorithm? missing)
    {
        negotiation = null;
        missing = null;
        if (client.KeyAgreements.FirstAlsoIn(offer.KeyAgreements) is not { } keyAgreement)
        {
            missing = new("key exchange methods", client.KeyAgreements, offer.KeyAgreements);
        }
        else if (client.HostKeys.FirstAlsoIn(offer.HostKeys) is not { } hostKey)
        {
            missing = new("host key algorithms", client.HostKeys, offer.HostKeys);
        }
        else if (client.CiphersToServer.FirstAlsoIn(offer.Ciphers) is not { } cipherToServer)
        {
            missing = new("ciphers", client.CiphersToServer, offer.Ciphers);
        }
        else if (client.CiphersToClient.FirstAlsoIn(offer.Ciphers) is not { } cipherToClient)
        {
            missing = new("ciphers", client.CiphersToClient, offer.Ciphers);
        }
        else if (Mac(cipherToServer, client.MacsToServer, offer) is not { } macToServer)
        {
            missing = new(Macs, client.MacsToServer, offer.Macs);
        }
        else if (Mac(cipherToClient, client.MacsToClient, offer) is not { } macToClient)
        {
            missing = new(Macs, client.MacsToClient, offer.Macs);
        }
        else if (!client.CompressionToServer.Has(None) || !client.CompressionToClient.Has(None))
        {
            missing = new("compression methods", client.CompressionToServer, [None]);
        }
        else
        {
            negotiation = new(
                keyAgreement, hostKey, cipherToServer, cipherToClient, macToServer.Length == 0 ? null : macToServer, macToClient.Length == 0 ? null : macToClient);
        }

        return negotiation is not null;
    }

    /// <summary>For support staff: what the client offered, what we offer, and which policy would let it in.</summary>
    public static string Explain(MissingAlgorithm missing, KexInit client, string software, SshPolicy present, IReadOnlyList<SshPrivateKey> hostKeys)
    {
        var offered = PeerBytes.Show(missing.Offered.Bytes.Span, LongestShownList);
        var isPlainMac = missing.Category == Macs && missing.Accepted.All(name => name.Contains("-etm@", StringComparison.Ordinal));
        var words = $"{(software.Length == 0 ? "the client" : ClientNames.Of(software))} offered {(isPlainMac ? "no encrypt-then-MAC" : $"no {missing.Category} of this listener")}, "
            + $"only {(offered.Length == 0 ? "(none)" : offered)}; this listener has {string.Join(',', missing.Accepted)}; ";
        foreach (var (policy, name) in new[] { (SshPolicy.Modern, "modern"), (SshPolicy.Compat, "compat") })
        {
            if (policy != present && TryNegotiate(client, AlgorithmOffer.For(policy, hostKeys), out _, out _))
            {
                return $"{words}policy `{name}` would let it in";
            }
        }

        return $"{words}no policy would let it in: it needs a newer version of the program";
    }

    public override string ToString() =>
        string.Join(' ', new[] { KeyAgreement, HostKey, CipherToServer, MacToServer }.Where(name => name is not null))
        + (CipherToClient == CipherToServer && MacToClient == MacToServer ? "" : $" (to client: {CipherToClient} {MacToClient})");

    /// <summary>The MAC; empty for an AEAD cipher.</summary>
    private static string? Mac(string cipher, NameList client, AlgorithmOffer offer) => PacketCiphers.IsAead(cipher) ? "" : client.FirstAlsoIn(offer.Macs);
}

/// <summary>A category of algorithms in which nothing is in common.</summary>
internal sealed record MissingAlgorithm(string Category, NameList Offered, IReadOnlyList<string> Accepted);
