using System.Security.Cryptography;
using System.Text;
using Waybill.SshKeys.Keys;
using Waybill.TestKit;

namespace Waybill.Fuzz.Targets;

/// <summary>Host keys that an operator brings along.</summary>
internal sealed class PrivateKeyFileTarget : IFuzzTarget
{
    private static readonly SeededRandom Noise = new(3);

    public string Name => "private-key-file";

    public int Inputs => 6_400;

    public IReadOnlyCollection<string> Outcomes { get; } =
        ["Key", .. Enum.GetNames<PrivateKeyMistake>().Where(name => name != nameof(PrivateKeyMistake.None))];

    public IReadOnlyList<string> Dictionary { get; } =
    [
        "openssh-key-v1\0", "none", "aes256-ctr", "bcrypt", "ssh-ed25519", "ssh-rsa", "ecdsa-sha2-nistp256", "nistp256", "-----BEGIN OPENSSH PRIVATE KEY-----",
        "-----END OPENSSH PRIVATE KEY-----", "-----BEGIN RSA PRIVATE KEY-----", "-----BEGIN EC PRIVATE KEY-----", "-----BEGIN PRIVATE KEY-----",
        "Proc-Type: 4,ENCRYPTED\n", "DEK-Info: AES-128-CBC,00\n\n", "0\u0082",
    ];

    public ValueTask<string> RunAsync(ReadOnlyMemory<byte> input)
    {
        var reading = PrivateKeyFile.Read(input.Span);
        if (!reading.IsKey)
        {
            return reading.Message.Length > 0 ? ValueTask.FromResult(reading.Mistake.ToString()) : throw new InvalidOperationException($"{reading.Mistake} has no words.");
        }

        using var key = reading.Key;
        var algorithm = key.PublicKey.SignatureAlgorithms[0];
        // A host key that was changed on the way must not come to life: what it signs must verify.
        return key.PublicKey.Verify(algorithm, "probe"u8, key.Sign(algorithm, "probe"u8))
            ? ValueTask.FromResult("Key")
            : throw new InvalidOperationException("An accepted private key does not belong to its public half.");
    }

    public IEnumerable<(string Name, byte[] Input)> Record()
    {
        using var rsa = RSA.Create(2048);
        using var small = RSA.Create(1024);
        using var ec = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        using var rsaKey = SshPrivateKeys.FromRsa(rsa.ExportParameters(true));
        foreach (var (name, key) in FuzzKeys.All.Append(("rsa", rsaKey)))
        {
            yield return ("openssh-" + name, PrivateKeyFile.WriteOpenSsh(key, "comment"));
        }

        var ed25519 = Encoding.ASCII.GetString(PrivateKeyFile.WriteOpenSsh(FuzzKeys.Ed25519, "comment"));
        var texts = new Dictionary<string, string>
        {
            ["pkcs8-rsa"] = rsa.ExportPkcs8PrivateKeyPem(),
            ["pkcs1-rsa"] = rsa.ExportRSAPrivateKeyPem(),
            ["pkcs8-ec"] = ec.ExportPkcs8PrivateKeyPem(),
            ["sec1-ec"] = ec.ExportECPrivateKeyPem(),
            ["pkcs8-encrypted"] = rsa.ExportEncryptedPkcs8PrivateKeyPem("secret", new PbeParameters(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, 1000)),
            ["pkcs1-encrypted"] = rsa.ExportRSAPrivateKeyPem().Replace("KEY-----\n", "KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00112233445566778899AABBCCDDEEFF\n\n", StringComparison.Ordinal),
            ["rsa-1024"] = small.ExportRSAPrivateKeyPem(),
            ["rsa-16640"] = LongRsa(),
            ["public"] = rsa.ExportSubjectPublicKeyInfoPem(),
            ["public-line"] = $"ssh-ed25519 {Convert.ToBase64String(FuzzKeys.Ed25519.PublicKey.Blob.Span)}\n",
            ["ppk"] = "PuTTY-User-Key-File-2: ssh-rsa\r\nEncryption: none\r\nComment: x\r\nPublic-Lines: 0\r\nPrivate-Lines: 0\r\nPrivate-MAC: 00\r\n",
            ["dsa"] = "-----BEGIN DSA PRIVATE KEY-----\nMIIBuwIBAAKBgQ==\n-----END DSA PRIVATE KEY-----\n",
            ["several"] = ed25519 + ed25519,
            ["nothing"] = "no key here\n",
            ["openssh-encrypted"] = OpenSsh("aes256-ctr", "bcrypt"),
            ["openssh-dss"] = OpenSsh("none", "none"),
            ["damaged"] = ed25519.Replace("AAAA", "AAAB", StringComparison.Ordinal),
        };
        foreach (var (name, text) in texts)
        {
            yield return (name, Encoding.ASCII.GetBytes(text));
        }

        yield return ("too-large", [.. Enumerable.Repeat((byte)'a', PrivateKeyFile.MaxFileLength + 1)]);
    }

    private static string OpenSsh(string cipher, string kdf)
    {
        var blob = new MessageBuilder().String("ssh-dss").Mpint(Noise.Bytes(128)).Mpint(Noise.Bytes(20)).Mpint(Noise.Bytes(128)).Mpint(Noise.Bytes(128)).ToArray();
        var section = new MessageBuilder().UInt32(7).UInt32(7).Raw(blob).Mpint(Noise.Bytes(20)).String("c");
        for (byte pad = 1; section.Length % 8 != 0; pad++)
        {
            section.Byte(pad);
        }

        var options = kdf == "none" ? [] : new MessageBuilder().String(Noise.Bytes(16)).UInt32(16).ToArray();
        var file = new MessageBuilder().Raw("openssh-key-v1\0"u8).String(cipher).String(kdf).String(options).UInt32(1).String(blob).String(section.ToArray()).ToArray();
        return $"-----BEGIN OPENSSH PRIVATE KEY-----\n{string.Join('\n', Convert.ToBase64String(file).Chunk(70).Select(chunk => new string(chunk)))}\n-----END OPENSSH PRIVATE KEY-----\n";
    }

    private static string LongRsa()
    {
        var writer = new System.Formats.Asn1.AsnWriter(System.Formats.Asn1.AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            writer.WriteInteger(0);
            foreach (var length in (int[])[2080, 3, 2080, 1040, 1040, 1040, 1040, 1040])
            {
                writer.WriteIntegerUnsigned([0x41, .. Noise.Bytes(length - 2), 1]);
            }
        }

        return new string(PemEncoding.Write("RSA PRIVATE KEY", writer.Encode()));
    }
}
