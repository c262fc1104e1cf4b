using System.Security.Cryptography;
using Waybill.SshKeys.Keys;
using Waybill.TestKit;

namespace Waybill.Fuzz.Targets;

/// <summary>Public key blobs, as they come in USERAUTH_REQUEST and in key files.</summary>
internal sealed class KeyBlobTarget : IFuzzTarget
{
    private static readonly SeededRandom Noise = new(1);

    public string Name => "key-blob";

    public int Inputs => 24_000;

    public IReadOnlyCollection<string> Outcomes { get; } = [.. Enum.GetNames<PublicKeyError>()];

    public IReadOnlyList<string> Dictionary { get; } =
    [
        "ssh-ed25519", "ssh-rsa", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521", "nistp256", "nistp384", "nistp521", "ssh-dss",
        "ssh-ed448", "sk-ssh-ed25519@openssh.com", "ssh-ed25519-cert-v01@openssh.com", "rsa-sha2-512", "ssh-rsa-cert-v01@openssh.com",
    ];

    public ValueTask<string> RunAsync(ReadOnlyMemory<byte> input)
    {
        var error = SshPublicKeys.TryParse(input.Span, out var key);
        if ((error == PublicKeyError.None) != (key is not null))
        {
            throw new InvalidOperationException($"The outcome {error} came with {(key is null ? "no" : "a")} key.");
        }

        // One key must have one blob: else revoking by fingerprint could be got around with a second spelling.
        if (key is not null && !key.Blob.Span.SequenceEqual(input.Span))
        {
            throw new InvalidOperationException("An accepted key's blob differs from what was sent.");
        }

        return ValueTask.FromResult(error.ToString());
    }

    public IEnumerable<(string Name, byte[] Input)> Record()
    {
        foreach (var (name, key) in FuzzKeys.All)
        {
            yield return (name, key.PublicKey.Blob.ToArray());
        }

        foreach (var exponent in (byte[][])[[3], [37], [1, 0, 1], [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF]])
        {
            yield return ($"rsa-e{Convert.ToHexStringLower(exponent)}", Rsa(exponent, 2048));
        }

        yield return ("rsa-even-e", Rsa([4], 2048));
        yield return ("rsa-e1", Rsa([1], 2048));
        yield return ("rsa-long-e", Rsa([1, 0, 0, 0, 0, 0, 0, 0, 1], 2048));
        yield return ("rsa-1024", Rsa([1, 0, 1], 1024));
        yield return ("rsa-16384", Rsa([1, 0, 1], 16384));
        yield return ("rsa-16392", Rsa([1, 0, 1], 16392));
        yield return ("dss", new MessageBuilder().String("ssh-dss").Mpint(Noise.Bytes(128)).Mpint(Noise.Bytes(20)).Mpint(Noise.Bytes(128)).Mpint(Noise.Bytes(128)).ToArray());
        yield return ("sk", new MessageBuilder().String("sk-ssh-ed25519@openssh.com").String(Noise.Bytes(32)).String("ssh:").ToArray());
        yield return ("p256-off-curve", Point("nistp256", "nistp256", [4, .. Noise.Bytes(64)]));
        yield return ("p256-other-curve", Point("nistp256", "nistp384", [4, .. Noise.Bytes(64)]));
        yield return ("p384-compressed", Point("nistp384", "nistp384", [2, .. Noise.Bytes(48)]));
        yield return ("ed25519-short", new MessageBuilder().String("ssh-ed25519").String(Noise.Bytes(31)).ToArray());
    }

    private static byte[] Rsa(byte[] exponent, int bits)
    {
        var modulus = Noise.Bytes(bits / 8);
        modulus[0] |= 0x80;
        modulus[^1] |= 1;
        return new MessageBuilder().String("ssh-rsa").Mpint(exponent).Mpint(modulus).ToArray();
    }

    private static byte[] Point(string type, string curve, byte[] point) =>
        new MessageBuilder().String("ecdsa-sha2-" + type).String(curve).String(point).ToArray();
}
