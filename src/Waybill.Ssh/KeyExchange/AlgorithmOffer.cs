using Waybill.SshKeys.Keys;
using Waybill.Ssh.Hosting;

namespace Waybill.Ssh.KeyExchange;

/// <summary>What this server offers in its KEXINIT. Immutable; one for a listener, shared by its connections.</summary>
internal sealed record AlgorithmOffer(
    IReadOnlyList<string> KeyAgreements, IReadOnlyList<string> HostKeys, IReadOnlyList<string> Ciphers, IReadOnlyList<string> Macs)
{
    /// <summary>
    /// The key exchange algorithms, the public key algorithms for user authentication aside: those of RFC 8308's server-sig-algs are the same under every
    /// policy, since a customer's key was checked when it was installed.
    /// </summary>
    public static IReadOnlyList<string> UserKeyAlgorithms { get; } =
        ["ssh-ed25519", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521", "rsa-sha2-512", "rsa-sha2-256"];

    /// <summary>The policies: a row for each algorithm, in the order of the offer, with the policies that have it.</summary>
    private static readonly (string Name, Kind Kind, Policies In)[] Table =
    [
        ("mlkem768x25519-sha256", Kind.KeyAgreement, Policies.All),
        ("curve25519-sha256", Kind.KeyAgreement, Policies.Modern | Policies.Compat),
        ("curve25519-sha256@libssh.org", Kind.KeyAgreement, Policies.Modern | Policies.Compat),
        ("diffie-hellman-group16-sha512", Kind.KeyAgreement, Policies.Modern | Policies.Compat),
        ("ecdh-sha2-nistp256", Kind.KeyAgreement, Policies.Compat),
        ("ecdh-sha2-nistp384", Kind.KeyAgreement, Policies.Compat),
        ("ecdh-sha2-nistp521", Kind.KeyAgreement, Policies.Compat),
        ("diffie-hellman-group14-sha256", Kind.KeyAgreement, Policies.Compat),
        ("ssh-ed25519", Kind.HostKey, Policies.All),
        ("rsa-sha2-512", Kind.HostKey, Policies.All),
        ("rsa-sha2-256", Kind.HostKey, Policies.All),
        ("ecdsa-sha2-nistp256", Kind.HostKey, Policies.Compat),
        ("aes256-gcm@openssh.com", Kind.Cipher, Policies.All),
        ("aes128-gcm@openssh.com", Kind.Cipher, Policies.All),
        ("chacha20-poly1305@openssh.com", Kind.Cipher, Policies.All),
        ("aes256-ctr", Kind.Cipher, Policies.All),
        ("aes192-ctr", Kind.Cipher, Policies.All),
        ("aes128-ctr", Kind.Cipher, Policies.All),
        ("hmac-sha2-256-etm@openssh.com", Kind.Mac, Policies.All),
        ("hmac-sha2-512-etm@openssh.com", Kind.Mac, Policies.All),
        ("hmac-sha2-256", Kind.Mac, Policies.Compat),
        ("hmac-sha2-512", Kind.Mac, Policies.Compat),
    ];

    private enum Kind
    {
        KeyAgreement,
        HostKey,
        Cipher,
        Mac,
    }

    [Flags]
    private enum Policies
    {
        Modern = 1,
        PostQuantum = 2,
        Compat = 4,
        All = Modern | PostQuantum | Compat,
    }

    /// <summary>The offer of a policy with these host keys on this machine; its lists may be empty (see <see cref="Require"/>).</summary>
    public static AlgorithmOffer For(SshPolicy policy, IReadOnlyList<SshPrivateKey> hostKeys)
    {
        var bit = policy switch
        {
            SshPolicy.PostQuantum => Policies.PostQuantum,
            SshPolicy.Compat => Policies.Compat,
            _ => Policies.Modern,
        };
        string[] Rows(Kind kind) => [.. Table.Where(row => row.Kind == kind && row.In.HasFlag(bit)).Select(row => row.Name)];

        var allowed = Rows(Kind.HostKey);
        return new AlgorithmOffer(
            [.. Rows(Kind.KeyAgreement).Where(name => SshKeys.Crypto.KeyAgreements.Find(name) is { IsSupported: true })],
            [.. hostKeys.SelectMany(key => allowed.Intersect(key.PublicKey.SignatureAlgorithms)).Distinct()],
            Rows(Kind.Cipher),
            Rows(Kind.Mac));
    }

    /// <summary>The same, or an error that tells the operator what to change: asked when a listener starts.</summary>
    public static AlgorithmOffer Require(SshServerOptions options)
    {
        var offer = For(options.Policy, options.HostKeys);
        if (offer.KeyAgreements.Count == 0)
        {
            throw new PlatformNotSupportedException(
                "The policy pq needs ML-KEM, which this machine's OpenSSL does not have (3.5 or later does). Choose the policy modern.");
        }

        return offer.HostKeys.Count > 0
            ? offer
            : throw new InvalidOperationException("None of the host keys can be used under this policy; an Ed25519 host key can be, under every policy.");
    }

    /// <summary>Cipher steering: for a client that knows AES-GCM, which is several times cheaper here than what it would pick first.</summary>
    public AlgorithmOffer SteeredTo(KexInit client)
    {
        var gcm = Ciphers.Where(cipher => cipher.EndsWith("-gcm@openssh.com", StringComparison.Ordinal)).ToArray();
        return Array.Exists(gcm, client.CiphersToServer.Has) && Array.Exists(gcm, client.CiphersToClient.Has) ? this with { Ciphers = gcm } : this;
    }
}
