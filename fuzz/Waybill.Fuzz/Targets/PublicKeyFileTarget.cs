using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Waybill.SshKeys.Keys;
using Waybill.TestKit;

namespace Waybill.Fuzz.Targets;

/// <summary>The files that customers send as their public key, and all that they send instead.</summary>
internal sealed class PublicKeyFileTarget : IFuzzTarget
{
    private static readonly SeededRandom Noise = new(2);

    public string Name => "public-key-file";

    public int Inputs => 12_800;

    public IReadOnlyCollection<string> Outcomes { get; } =
    [
        .. Enum.GetNames<PublicKeyFormat>().Where(name => name != nameof(PublicKeyFormat.None)).Select(name => "Key" + name),
        .. Enum.GetNames<PublicKeyMistake>().Where(name => name != nameof(PublicKeyMistake.None)),
    ];

    public IReadOnlyList<string> Dictionary { get; } =
    [
        "ssh-ed25519", "ssh-rsa", "sh-rsa", "ecdsa-sha2-nistp256", "ssh-dss", "command=\"x\"", "no-pty", "from=\"10.0.0.1\"", "restrict", "\\\r\n", "Comment: \"",
        "---- BEGIN SSH2 PUBLIC KEY ----", "---- END SSH2 PUBLIC KEY ----", "-----BEGIN PUBLIC KEY-----", "-----END PUBLIC KEY-----", "-----BEGIN RSA PUBLIC KEY-----",
        "-----BEGIN CERTIFICATE-----", "-----BEGIN OPENSSH PRIVATE KEY-----", "PuTTY-User-Key-File-3: ", "\u00EF\u00BB\u00BF", "=3D", "=\r\n", "> ", "AAAAB3NzaC1yc2E", "AAAAC3NzaC1lZDI1NTE5",
    ];

    public ValueTask<string> RunAsync(ReadOnlyMemory<byte> input)
    {
        var reading = PublicKeyFile.Read(input.Span);
        if (reading.IsKey)
        {
            var line = $"{reading.Key.KeyType} {Convert.ToBase64String(reading.Key.Blob.Span)} {reading.Comment}";
            var again = PublicKeyFile.Read(Encoding.UTF8.GetBytes(line));
            if (!again.IsKey || !again.Key.Blob.Span.SequenceEqual(reading.Key.Blob.Span))
            {
                throw new InvalidOperationException($"The line of an accepted key is not accepted: {again.Mistake}.");
            }

            if (reading.Comment is { } comment && (comment.Length > PublicKeyFile.MaxCommentLength || comment.Any(char.IsControl)))
            {
                throw new InvalidOperationException("A comment is too long or holds a control character.");
            }

            return ValueTask.FromResult("Key" + reading.Format);
        }

        return reading.Message.Length > 0 ? ValueTask.FromResult(reading.Mistake.ToString()) : throw new InvalidOperationException($"{reading.Mistake} has no words.");
    }

    public IEnumerable<(string Name, byte[] Input)> Record()
    {
        foreach (var (name, text) in Texts())
        {
            yield return (name, Encoding.UTF8.GetBytes(text));
        }

        yield return ("utf16", [0xFF, 0xFE, .. Encoding.Unicode.GetBytes(Line(FuzzKeys.Ed25519.PublicKey))]);
        yield return ("pdf", "%PDF-1.7\n%\u00E2\u00E3\n1 0 obj\n"u8.ToArray());
        yield return ("docx", [.. "PK\x03\x04"u8, .. new byte[26], .. "[Content_Types].xml"u8]);
        yield return ("zip", [.. "PK\x03\x04"u8, .. new byte[26], .. "id_rsa.pub"u8]);
        yield return ("png", [0x89, .. "PNG\r\n\x1A\n"u8, .. Noise.Bytes(40)]);
        yield return ("keystore", [0xFE, 0xED, 0xFE, 0xED, .. Noise.Bytes(40)]);
        yield return ("ssh1-private", "SSH PRIVATE KEY FILE FORMAT 1.1\n\0\0\0\0\0"u8.ToArray());
        yield return ("noise", [0, 1, 2, .. Noise.Bytes(200)]);
        yield return ("too-large", [.. Enumerable.Repeat((byte)'a', PublicKeyFile.MaxFileLength + 1)]);
    }

    private static IEnumerable<(string Name, string Text)> Texts()
    {
        using var rsa = RSA.Create(2048);
        using var rsaKey = SshPrivateKeys.FromRsa(rsa.ExportParameters(true));
        using var dsaLike = RSA.Create(2048);
        var ed25519 = FuzzKeys.Ed25519.PublicKey;
        var base64 = Convert.ToBase64String(ed25519.Blob.Span);
        var rsaBase64 = Convert.ToBase64String(rsaKey.PublicKey.Blob.Span);
        yield return ("ed25519-line", Line(ed25519) + " someone@example.com\n");
        yield return ("rsa-line", Line(rsaKey.PublicKey) + " rsa-key-20240101\r\n");
        yield return ("p256-line", Line(FuzzKeys.All[1].Key.PublicKey));
        yield return ("p521-line", Line(FuzzKeys.All[3].Key.PublicKey) + " p521\n");
        yield return ("lost-letter", Line(ed25519)[1..]);
        yield return ("wrapped", $"ssh-rsa\n{Wrap(rsaBase64, 60)} mail\n");
        yield return ("bare", base64);
        yield return ("no-pty", "no-pty,no-port-forwarding " + Line(ed25519));
        yield return ("rfc4716", $"---- BEGIN SSH2 PUBLIC KEY ----\r\nComment: \"rsa-key\\\r\n continued\"\r\n{Wrap(rsaBase64, 70)}---- END SSH2 PUBLIC KEY ----\r\n");
        yield return ("spki", rsa.ExportSubjectPublicKeyInfoPem());
        yield return ("pkcs1", rsa.ExportRSAPublicKeyPem());
        yield return ("quoted-printable", $"ssh-ed25519 {base64[..30]}=\r\n{base64[30..].Replace("=", "=3D", StringComparison.Ordinal)} a=40b\r\n");
        yield return ("empty", "\n");
        yield return ("no-key", "Dear support,\nplease find our key attached.\n");
        yield return ("html", "<html><body>ssh-rsa</body></html>");
        yield return ("rtf", "{\\rtf1\\ansi ssh-rsa}");
        yield return ("ppk", $"PuTTY-User-Key-File-3: ssh-ed25519\r\nEncryption: none\r\nComment: x\r\nPublic-Lines: 2\r\n{base64[..64]}\r\n{base64[64..]}\r\nPrivate-Lines: 1\r\nAAAA\r\nPrivate-MAC: 00\r\n");
        yield return ("openssh-private", Encoding.ASCII.GetString(PrivateKeyFile.WriteOpenSsh(FuzzKeys.Ed25519, "c")));
        yield return ("pem-private", rsa.ExportPkcs8PrivateKeyPem());
        yield return ("ssh-com-private", "---- BEGIN SSH2 ENCRYPTED PRIVATE KEY ----\nP2/56wAAAi4AAAA3aWYtbW9kbntzaWdue3JzYS1wa2NzMS1zaGExfSxlbmNyeXB0e3JzYS\n---- END SSH2 ENCRYPTED PRIVATE KEY ----\n");
        yield return ("pgp-private", "-----BEGIN PGP PRIVATE KEY BLOCK-----\n\nlQ\n-----END PGP PRIVATE KEY BLOCK-----\n");
        yield return ("pgp", "-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nmQ\n-----END PGP PUBLIC KEY BLOCK-----\n");
        yield return ("ssh1-public", "2048 35 " + string.Concat(Enumerable.Range(0, 310).Select(i => (i % 10).ToString(CultureInfo.InvariantCulture))) + " old\n");
        yield return ("dss", Line("ssh-dss", new MessageBuilder().String("ssh-dss").Mpint(Noise.Bytes(128)).Mpint(Noise.Bytes(20)).Mpint(Noise.Bytes(128)).Mpint(Noise.Bytes(128))));
        yield return ("ed448", Line("ssh-ed448", new MessageBuilder().String("ssh-ed448").String(Noise.Bytes(57))));
        yield return ("sk", Line("sk-ssh-ed25519@openssh.com", new MessageBuilder().String("sk-ssh-ed25519@openssh.com").String(Noise.Bytes(32)).String("ssh:")));
        yield return ("certificate", Line("ssh-ed25519-cert-v01@openssh.com", new MessageBuilder().String("ssh-ed25519-cert-v01@openssh.com").String(Noise.Bytes(32)).String(Noise.Bytes(32))));
        yield return ("unknown-type", Line("ssh-new", new MessageBuilder().String("ssh-new").String(Noise.Bytes(32))));
        yield return ("x509", Certificate());
        yield return ("fingerprint", "256 SHA256:" + Convert.ToBase64String(Noise.Bytes(32)).TrimEnd('=') + " someone (ED25519)\n");
        yield return ("known-hosts", "sftp.example.com,192.0.2.1 " + Line(ed25519) + "\n");
        yield return ("several", Line(ed25519) + " one\n" + Line(rsaKey.PublicKey) + " two\n");
        yield return ("cut-off", Line(rsaKey.PublicKey)[..200]);
        yield return ("damaged", $"ssh-ed25519 {base64[..40]}!?{base64[40..]}");
        yield return ("left-over", Line("ssh-ed25519", new MessageBuilder().Raw(ed25519.Blob.Span).Raw(Noise.Bytes(9))));
        yield return ("mismatch", "ssh-rsa " + base64);
        yield return ("options", "from=\"10.0.0.0/8\",command=\"internal-sftp\" " + Line(ed25519));
        yield return ("text-in-front", "our key is " + Line(ed25519));
        yield return ("rsa-1024", Line("ssh-rsa", new MessageBuilder().String("ssh-rsa").Mpint([1, 0, 1]).Mpint([0xC1, .. Noise.Bytes(126), 1])));
        yield return ("rsa-16640", Line("ssh-rsa", new MessageBuilder().String("ssh-rsa").Mpint([1, 0, 1]).Mpint([0xC1, .. Noise.Bytes(2078), 1])));
        yield return ("rsa-even", Line("ssh-rsa", new MessageBuilder().String("ssh-rsa").Mpint([4]).Mpint([0xC1, .. Noise.Bytes(254), 1])));
        yield return ("off-curve", Line("ecdsa-sha2-nistp256", new MessageBuilder().String("ecdsa-sha2-nistp256").String("nistp256").String([4, .. Noise.Bytes(64)])));
    }

    private static string Line(SshPublicKey key) => $"{key.KeyType} {Convert.ToBase64String(key.Blob.Span)}";

    private static string Line(string type, MessageBuilder blob) => $"{type} {Convert.ToBase64String(blob.ToArray())} c\n";

    private static string Wrap(string base64, int width) => string.Concat(base64.Chunk(width).Select(chunk => new string(chunk) + "\r\n"));

    private static string Certificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var start = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
        using var certificate = new CertificateRequest("CN=fuzz", key, HashAlgorithmName.SHA256).CreateSelfSigned(start, start.AddYears(1));
        return certificate.ExportCertificatePem();
    }
}
