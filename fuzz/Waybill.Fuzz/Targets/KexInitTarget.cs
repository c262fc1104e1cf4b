using Waybill.Ssh.Hosting;
using Waybill.Ssh.KeyExchange;
using Waybill.TestKit.Ssh;

namespace Waybill.Fuzz.Targets;

/// <summary>The client's KEXINIT, and the negotiation with what it holds.</summary>
internal sealed class KexInitTarget : IFuzzTarget
{
    private static readonly string[] Categories = ["key exchange methods", "host key algorithms", "ciphers", "MACs", "compression methods"];

    private readonly AlgorithmOffer _modern = AlgorithmOffer.For(SshPolicy.Modern, [FuzzKeys.Ed25519]);
    private readonly AlgorithmOffer _compat = AlgorithmOffer.For(SshPolicy.Compat, [FuzzKeys.Ed25519]);

    public string Name => "kexinit";

    public int Inputs => 16_000;

    public IReadOnlyCollection<string> Outcomes { get; } = 
    [
        nameof(KexInitError.TooLong), nameof(KexInitError.CutShort), nameof(KexInitError.LeftOver), "Negotiated", "NegotiatedGuessRight",
        .. Categories.Select(category => "No " + category),
    ];

    public IReadOnlyList<string> Dictionary { get; } =
    [
        .. new RawKexInit().KeyExchange, .. RawAlgorithms.Ciphers, .. RawAlgorithms.Macs, "ssh-ed25519", "rsa-sha2-512", "none", "zlib@openssh.com",
        "curve25519-sha256,", ",aes256-ctr", "kex-strict-s-v00@openssh.com", "ext-info-s", "\u001b[31m",
    ];

    public ValueTask<string> RunAsync(ReadOnlyMemory<byte> input)
    {
        var error = KexInit.Parse(input.Span, out var kexInit);
        if (kexInit is null)
        {
            return ValueTask.FromResult(error.ToString());
        }

        if (kexInit.Describe().Any(line => line.Any(char.IsControl)))
        {
            throw new InvalidOperationException("A list shown in the report holds control characters.");
        }

        var accepted = Negotiation.TryNegotiate(kexInit, _compat, out var chosen, out var missing);
        if (Negotiation.TryNegotiate(kexInit, _modern, out _, out _) && !accepted)
        {
            throw new InvalidOperationException("Policy compat refuses what modern accepts.");
        }

        if (!accepted)
        {
            return Negotiation.Explain(missing!, kexInit, "fuzz", SshPolicy.Modern, [FuzzKeys.Ed25519]).Any(char.IsControl)
                ? throw new InvalidOperationException("An explanation holds control characters.")
                : ValueTask.FromResult("No " + missing!.Category);
        }

        foreach (var name in (string?[])[chosen!.KeyAgreement, chosen.HostKey, chosen.CipherToServer, chosen.MacToClient])
        {
            if (name is not null && (RawAlgorithms.IsMarker(name) || name == "none"))
            {
                throw new InvalidOperationException($"{name} was negotiated.");
            }
        }

        return ValueTask.FromResult(Negotiation.GuessIsRight(kexInit, _compat) ? "NegotiatedGuessRight" : "Negotiated");
    }

    public IEnumerable<(string Name, byte[] Input)> Record()
    {
        var ours = new RawKexInit { Cookie = new byte[16] };
        var offers = new Dictionary<string, RawKexInit>
        {
            ["test-kit"] = ours,
            ["guess"] = ours with { KeyExchange = [_compat.KeyAgreements[0], "ext-info-c"], HostKey = [_compat.HostKeys[0]], FirstKexPacketFollows = true },
            ["openssh-9.2"] = ours with
            {
                KeyExchange =
                [
                    "sntrup761x25519-sha512@openssh.com", "curve25519-sha256", "curve25519-sha256@libssh.org", "ecdh-sha2-nistp256", "ecdh-sha2-nistp384",
                    "ecdh-sha2-nistp521", "diffie-hellman-group-exchange-sha256", "diffie-hellman-group16-sha512", "diffie-hellman-group18-sha512",
                    "diffie-hellman-group14-sha256", "ext-info-c", RawKexInit.StrictClient,
                ],
                CipherToServer = ["chacha20-poly1305@openssh.com", "aes128-ctr", "aes192-ctr", "aes256-ctr", "aes128-gcm@openssh.com", "aes256-gcm@openssh.com"],
                CompressionToServer = ["none", "zlib@openssh.com", "zlib"],
            },
            ["libssh2-1.10"] = ours with
            {
                KeyExchange = ["ecdh-sha2-nistp256", "diffie-hellman-group-exchange-sha256", "diffie-hellman-group14-sha1"],
                HostKey = ["ssh-ed25519", "ssh-rsa", "ssh-dss"],
                CipherToServer = ["aes256-ctr", "aes128-ctr", "aes256-cbc", "3des-cbc"],
                CipherToClient = ["aes256-ctr", "aes128-ctr", "aes256-cbc", "3des-cbc"],
                MacToServer = ["hmac-sha2-256", "hmac-sha2-512", "hmac-sha1"],
                MacToClient = ["hmac-sha2-256", "hmac-sha2-512", "hmac-sha1"],
            },
            ["no-kex"] = ours with { KeyExchange = ["diffie-hellman-group1-sha1", "ext-info-c"] },
            ["no-host-key"] = ours with { HostKey = ["ssh-dss"] },
            ["no-cipher"] = ours with { CipherToClient = ["3des-cbc"] },
            ["no-mac"] = ours with { CipherToServer = ["aes256-ctr"], MacToServer = ["hmac-md5"] },
            ["no-compression"] = ours with { CompressionToServer = ["zlib"] },
            ["empty"] = ours with { KeyExchange = [], HostKey = [], CipherToServer = [], CipherToClient = [] },
        };
        return offers.Select(pair => (pair.Key, pair.Value.ToPayload())).Concat(
        [
            ("cut", ours.ToPayload()[..^1]),
            ("left-over", [.. ours.ToPayload(), 0]),
            ("too-long", (ours with { HostKey = [new string('a', KexInit.Longest)] }).ToPayload()),
        ]);
    }
}
