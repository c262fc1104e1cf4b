using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

using Waybill.SshKeys.Keys;
using Waybill.SshKeys.Wire;

namespace Waybill.SshKeys.Tests.Keys;

/// <summary>What people send in place of a public key, and what they are told: what it is, why it is refused, what to do next.</summary>
[Collection("key tools")]
public sealed class PublicKeyMistakeTests(KeyTools tools)
{
    private const string Base64 = "AAAAC3NzaC1lZDI1NTE5AAAAILxrGzJkawn65ukNbV+xrNDwA61pDGZKnVE4RKHygg+F";
    private const string HowTo = "In PuTTYgen, load your key and use \"Save public key\"; with OpenSSH, send the file that ends in .pub.";
    private const string Another = "Make an Ed25519 key, or an RSA key of 3,072 bits, and send its public half.";

    [Theory]
    [InlineData("")]
    [InlineData(" \r\n\t\n")]
    [InlineData("\uFEFF")]
    public void An_empty_file(string text) => AssertRefused(text, PublicKeyMistake.Empty, "The file is empty. Send the public key file itself. " + HowTo);

    [Fact]
    public void A_file_beyond_the_limit()
    {
        var reading = PublicKeyFile.Read(KeyTools.Bytes("ssh-ed25519 " + Base64 + new string('\n', PublicKeyFile.MaxFileLength)));
        Assert.Equal(PublicKeyMistake.TooLarge, reading.Mistake);
        Assert.Equal("The file is larger than 64 KiB, which no public key is. Send only the public key file. " + HowTo, reading.Message);
        Assert.True(PublicKeyFile.Read(KeyTools.Bytes(("ssh-ed25519 " + Base64).PadRight(PublicKeyFile.MaxFileLength))).IsKey);
    }

    [Theory]
    [InlineData("255044462d312e370a", PublicKeyMistake.Pdf, "This is a PDF document.")]
    [InlineData("504b0304140000000800", PublicKeyMistake.Archive, "This is a zip or other archive.")]
    [InlineData("1f8b080000000000", PublicKeyMistake.Archive, "This is a zip or other archive.")]
    [InlineData("504b03045b436f6e74656e745f54797065735d2e786d6c", PublicKeyMistake.OfficeDocument, "This is a Word or other office document.")]
    [InlineData("d0cf11e0a1b11ae10000", PublicKeyMistake.OfficeDocument, "This is a Word or other office document.")]
    [InlineData("89504e470d0a1a0a", PublicKeyMistake.Picture, "This is a picture.")]
    [InlineData("ffd8ffe000104a464946", PublicKeyMistake.Picture, "This is a picture.")]
    [InlineData("7b5c727466315c616e7369207d", PublicKeyMistake.Rtf, "This is a rich text (RTF) document.")]
    [InlineData("7f454c4602010100", PublicKeyMistake.NotText, "The file is not text, so it is not a public key.")]
    public void Files_of_other_programs(string hex, PublicKeyMistake mistake, string message)
    {
        var reading = PublicKeyFile.Read(Convert.FromHexString(hex));
        Assert.Equal(mistake, reading.Mistake);
        Assert.StartsWith(message, reading.Message);
        Assert.Contains(HowTo, reading.Message, StringComparison.Ordinal);
        Assert.False(reading.IsPrivate);
    }

    [Theory]
    [InlineData("<!DOCTYPE html><html><body>ssh-ed25519 {0}</body></html>")]
    [InlineData("<p>ssh-ed25519 {0}</p>")]
    public void A_web_page(string text) =>
        AssertRefused(text.Replace("{0}", Base64, StringComparison.Ordinal), PublicKeyMistake.Html, "This is a web page or an HTML mail. Send the key as a plain text file. " + HowTo);

    [Theory]
    [InlineData("Please set up our account.")]
    [InlineData("# ssh-ed25519 " + Base64)]
    public void A_text_without_a_key(string text) => AssertRefused(
        text, PublicKeyMistake.NoKey,
        "No public key was found in this text. A public key begins with ssh-ed25519, ssh-rsa or ecdsa-sha2-, or with \"---- BEGIN SSH2 PUBLIC KEY ----\". " + HowTo);

    [Fact]
    public async Task An_SSH_1_public_key()
    {
        await tools.GeneratePuttyAsync("ssh1", "-t", "rsa1", "-b", "2048");
        AssertRefused(
            await KeyTools.PuttygenAsync(tools.PathOf("ssh1"), "-O", "public"), PublicKeyMistake.Ssh1PublicKey,
            "This is a public key of SSH protocol 1 (three numbers), which is obsolete and insecure. In PuTTYgen choose EdDSA or RSA, not \"SSH-1 (RSA)\". " + Another);
    }

    [Fact]
    public async Task DSA_in_every_form()
    {
        const string Words = "This is a DSA key. DSA is too weak and SSH programs have given it up, so it is not accepted. " + Another;
        await KeyTools.SshKeygenAsync("-q", "-t", "dsa", "-N", "", "-f", tools.PathOf("dsa"));
        AssertRefused(tools.ReadText("dsa.pub"), PublicKeyMistake.Dsa, Words);
        AssertRefused(await KeyTools.SshKeygenAsync("-e", "-m", "RFC4716", "-f", tools.PathOf("dsa.pub")), PublicKeyMistake.Dsa, Words);
        AssertRefused(await KeyTools.SshKeygenAsync("-e", "-m", "PKCS8", "-f", tools.PathOf("dsa.pub")), PublicKeyMistake.Dsa, Words);
    }

    [Fact]
    public async Task Ed448()
    {
        await tools.GeneratePuttyAsync("ed448.ppk", "-t", "ed448");
        AssertRefused(
            await KeyTools.PuttygenAsync(tools.PathOf("ed448.ppk"), "-O", "public-openssh"), PublicKeyMistake.Ed448,
            "This is an Ed448 key, which this server does not support. " + Another);
    }

    [Theory]
    [InlineData("sk-ssh-ed25519@openssh.com")]
    [InlineData("sk-ecdsa-sha2-nistp256@openssh.com")]
    public void A_security_key(string type) => AssertRefused(
        Line(type, 60), PublicKeyMistake.SecurityKey,
        "This is the key of a FIDO security key (sk-...), which needs a person to touch it each time; this server does not support it. " + Another);

    [Theory]
    [InlineData("x25519-unknown@example.com")]
    [InlineData("ecdsa-sha2-nistp224")]
    [InlineData("ssh-mldsa44")]
    public void A_type_that_is_not_known(string type) => AssertRefused(
        Line(type, 60), PublicKeyMistake.UnsupportedType,
        "This is a key of a type that this server does not support. It takes ssh-ed25519, ssh-rsa (2,048 to 16,384 bits) and ecdsa-sha2-nistp256, -nistp384 and -nistp521. " + Another);

    [Fact]
    public async Task An_OpenSSH_certificate()
    {
        File.Copy(tools.PathOf("ed25519.pub"), tools.PathOf("certified.pub"), overwrite: true);
        await KeyTools.SshKeygenAsync("-q", "-s", tools.PathOf("ecdsa256"), "-I", "id", tools.PathOf("certified.pub"));
        AssertRefused(
            tools.ReadText("certified-cert.pub"), PublicKeyMistake.OpenSshCertificate,
            "This is an OpenSSH certificate (-cert), not a public key. This server takes plain keys: send the .pub file that the certificate was made from.");
    }

    [Fact]
    public void A_PGP_key() => AssertRefused(
        "-----BEGIN PGP PUBLIC KEY BLOCK-----\nVersion: GnuPG v2\n\nmQENBFRUAGoBCACuk6ze2V2pZtScf1Ul25N2CX19AeL7sVYwnyrTYuWdG2FmJx4x\n=5w5D\n-----END PGP PUBLIC KEY BLOCK-----\n", PublicKeyMistake.Pgp,
        "This is a PGP key or message. PGP keys do not work for SFTP; you need an SSH key pair. " + Another);

    [Fact]
    public void An_X509_certificate_or_request()
    {
        const string Words = "This is an X.509 certificate or a request for one (as for TLS), not an SSH public key. " + HowTo;
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=example", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(50));
        AssertRefused(certificate.ExportCertificatePem(), PublicKeyMistake.X509, Words);
        AssertRefused(certificate.ExportCertificatePem() + "\n" + certificate.ExportCertificatePem(), PublicKeyMistake.X509, Words);
        AssertRefused(request.CreateSigningRequestPem(), PublicKeyMistake.X509, Words);
        Assert.Equal(PublicKeyMistake.X509, PublicKeyFile.Read(certificate.RawData).Mistake);

        var store = PublicKeyFile.Read(certificate.Export(X509ContentType.Pkcs12, "password"));
        Assert.Equal(PublicKeyMistake.KeyStore, store.Mistake);
        Assert.True(store.IsPrivate);
        Assert.StartsWith("This is a key store (PKCS#12, .pfx, .p12 or .jks), which holds a private key, not a public key. A private key must never leave", store.Message);
    }

    [Theory]
    [InlineData("256 SHA256:VThZiFM7Ip1QVDbzMItSdUWtZJYuQZg9WgZ99eW1Qs8 bob@example.com (ED25519)")]
    [InlineData("ssh-ed25519 255 SHA256:VThZiFM7Ip1QVDbzMItSdUWtZJYuQZg9WgZ99eW1Qs8")]
    [InlineData("ssh-rsa 2048 64:73:64:5e:c4:4d:5c:ac:a6:85:cc:e2:dd:a0:d3:16")]
    [InlineData("Our key is MD5:64:73:64:5E:C4:4D:5C:AC:A6:85:CC:E2:DD:A0:D3:16.")]
    public void A_fingerprint(string text) => AssertRefused(
        text, PublicKeyMistake.Fingerprint,
        "This is only the fingerprint of a key: a short check value from which the key cannot be had. Send the public key itself. " + HowTo);

    [Theory]
    [InlineData("sftp.example.com ssh-ed25519 {0}")]
    [InlineData("sftp.example.com,192.0.2.1 ssh-ed25519 {0}")]
    [InlineData("[sftp.example.com]:2222 ssh-ed25519 {0} comment")]
    [InlineData("|1|JfKTdBh7rNbXkVAQCRp4OQoPfmI=|USECr3SWf1JUPsms5AqfD5QfxkM= ssh-ed25519 {0}")]
    [InlineData("@revoked *.example.com ssh-ed25519 {0}")]
    public void A_line_of_known_hosts(string text) => AssertRefused(
        text.Replace("{0}", Base64, StringComparison.Ordinal), PublicKeyMistake.KnownHostsLine,
        "This is a line of a known_hosts file: the key of a server, not your own key. Send the public half of your own key pair. " + HowTo);

    [Fact]
    public void Several_keys()
    {
        var words = "There is more than one key in this file, and only you can know which one is meant. Send only the key that you will connect with, or each key "
            + $"in a file of its own. Found: {KeyFingerprint.Putty(tools.KeyOf("rsa2048"))}, {KeyFingerprint.Putty(tools.KeyOf("ed25519"))}.";
        AssertRefused(tools.ReadText("rsa2048.pub") + tools.ReadText("ed25519.pub"), PublicKeyMistake.SeveralKeys, words);

        // Line ends lost in a web form.
        AssertRefused((tools.ReadText("rsa2048.pub") + tools.ReadText("ed25519.pub")).Replace('\n', ' '), PublicKeyMistake.SeveralKeys, words.Replace(
            KeyFingerprint.Putty(tools.KeyOf("ed25519")), "one that cannot be used", StringComparison.Ordinal));
    }

    [Fact]
    public void More_keys_than_are_counted()
    {
        var text = string.Concat(Enumerable.Range(0, 40).Select(i => Line("ssh-ed25519", 32, (byte)i) + "\n"));
        Assert.EndsWith(" and perhaps more.", PublicKeyFile.Read(KeyTools.Bytes(text)).Message);
    }

    [Theory]
    [InlineData("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAILxrGzJkawn65ukNbV+xrNDwA61pDGZKnVE4RKHygg")]
    [InlineData("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAILxr bob@example.com")]
    [InlineData("ssh-ed25519 AAAAC3NzaC")]
    [InlineData("ssh-ed25519")]
    [InlineData("---- BEGIN SSH2 PUBLIC KEY ----\nComment: \"x\"\nAAAAC3NzaC1lZDI1NTE5AAAAILxr")]
    [InlineData("-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7")]
    public void A_key_that_is_cut_off(string text) => AssertRefused(
        text, PublicKeyMistake.CutOff, "The key is cut off: its end is missing. Copy the whole text again, or better, send the public key file itself. " + HowTo);

    [Theory]
    [InlineData("ssh-ed25519 " + Base64 + "AAAA bob")]
    [InlineData("ssh-ed25519 AAAC3NzaC1lZDI1NTE5AAAAILxrGzJkawn65ukNbV+xrNDwA61pDGZKnVE4RKHygg+F")]
    [InlineData("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAILxrGzJkawn6\u00DFukNbV+xrNDwA61pDGZKnVE4RKHygg+F")]
    [InlineData("---- BEGIN SSH2 PUBLIC KEY ----\nAAAAC3NzaC1lZDI1NTE5AAAAILxrGzJkawn65ukNbV+xrNDwA61p.GZKnVE4RKHygg+F\n---- END SSH2 PUBLIC KEY ----")]
    [InlineData("-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7\n-----END PUBLIC KEY-----")]
    public void A_key_that_is_damaged(string text) => AssertRefused(
        text, PublicKeyMistake.Damaged, "The key is damaged: characters were lost, added or changed on the way. Send the public key file itself, as an attachment. " + HowTo);

    [Theory]
    [InlineData("ssh-rsa")]
    [InlineData("ecdsa-sha2-nistp256")]
    public void A_type_word_that_names_another_type(string word) => AssertRefused(
        $"{word} {Base64} bob", PublicKeyMistake.TypeMismatch,
        $"The line begins with {word}, but the key in it is of type ssh-ed25519. Two keys may have been mixed up. If this is the right key, send this line: ssh-ed25519 {Base64} bob");

    [Theory]
    [InlineData("from=\"192.0.2.0/24, 198.51.100.1\",no-pty", "from, no-pty")]
    [InlineData("no-pty,command=\"echo \\\"hi\\\", there\"", "no-pty, command")]
    [InlineData("expiry-time=\"20300101\"", "expiry-time")]
    [InlineData("cert-authority", "cert-authority")]
    [InlineData("frobnicate=\"secret words\"", "one that is unknown")]
    public void Options_that_bind_the_key(string options, string names) => AssertRefused(
        $"{options} ssh-ed25519 {Base64} bob", PublicKeyMistake.Options,
        $"The key has options in front of it ({names}). This server does not apply options from a key file, and without them the key would be able to do more than you "
        + "asked for. Ask for the limits you need (such as allowed networks or an expiry date) in words, and send the key without options: "
        + $"ssh-ed25519 {Base64} bob");

    [Theory]
    [InlineData("My key: ssh-ed25519")]
    [InlineData("Key:")]
    [InlineData("the key is")]
    public void Other_text_in_front_of_the_key(string front) => AssertRefused(
        $"{front} {Base64}", PublicKeyMistake.TextInFront,
        $"There is other text in front of the key on its line, so it is not certain what was meant. If this is your key, send only this line: ssh-ed25519 {Base64}");

    [Theory]
    [InlineData(1024, PublicKeyMistake.RsaTooShort, "This RSA key is too short: RSA keys must have 2,048 to 16,384 bits.")]
    [InlineData(2047, PublicKeyMistake.RsaTooShort, "This RSA key is too short: RSA keys must have 2,048 to 16,384 bits.")]
    [InlineData(16385, PublicKeyMistake.RsaTooLong, "This RSA key is too long: RSA keys must have 2,048 to 16,384 bits.")]
    public void RSA_of_a_length_that_is_refused(int bits, PublicKeyMistake mistake, string words) => AssertRefused(RsaLine(bits, 65537), mistake, words + " " + Another);

    [Theory]
    [InlineData(2048)]
    [InlineData(16384)]
    public void RSA_at_the_limits_is_accepted(int bits) => Assert.Equal(bits, PublicKeyFile.Read(KeyTools.Bytes(RsaLine(bits, 37))).Key!.Bits);

    [Fact]
    public void RSA_numbers_that_no_key_has() => AssertRefused(
        RsaLine(2048, 4), PublicKeyMistake.BadNumber,
        "The numbers of this RSA key are not those of a sound key (an even number, or an exponent that is not between 3 and 2^64 - 1). The key is damaged or its program is faulty. " + Another);

    [Fact]
    public void A_point_that_is_not_on_its_curve()
    {
        const string Words = "The point of this ECDSA or Ed25519 key is not on its curve, or one that anybody can sign for. The key is damaged or its program is faulty. " + Another;
        var point = new byte[65];
        point[0] = 4;
        point[64] = 1;
        AssertRefused(
            "ecdsa-sha2-nistp256 " + Convert.ToBase64String(KeyBlob.FromEcdsa("nistp256", point)), PublicKeyMistake.BadPoint, Words);

        // y = 2 and y = p are no points; y = 1 with the sign bit would be -0.
        AssertRefused(Ed25519Line([2, .. new byte[31]]), PublicKeyMistake.BadPoint, Words);
        AssertRefused(Ed25519Line([0xED, .. Enumerable.Repeat((byte)0xFF, 30), 0x7F]), PublicKeyMistake.BadPoint, Words);
        AssertRefused(Ed25519Line([1, .. new byte[30], 0x80]), PublicKeyMistake.BadPoint, Words);
    }

    [Fact]
    public void Every_mistake_has_words_of_its_own()
    {
        var withFacts = new[] { PublicKeyMistake.None, PublicKeyMistake.TypeMismatch, PublicKeyMistake.Options, PublicKeyMistake.TextInFront, PublicKeyMistake.SeveralKeys };
        var messages = Enum.GetValues<PublicKeyMistake>().Except(withFacts).Select(PublicKeyMessages.Of).ToList();
        Assert.Equal(messages.Count, messages.Distinct().Count());
        Assert.All(messages, message => Assert.Matches("^(This|The|No) .*[.]$", message));
    }

    private static void AssertRefused(string text, PublicKeyMistake mistake, string message)
    {
        var utf16 = PublicKeyFile.Read([.. Encoding.Unicode.GetPreamble(), .. Encoding.Unicode.GetBytes(text)]);
        var reading = PublicKeyFile.Read(KeyTools.Bytes(text));
        Assert.Equal((mistake, message), (reading.Mistake, reading.Message));
        Assert.Equal((mistake, message), (utf16.Mistake, utf16.Message));
        Assert.False(reading.IsKey);
        Assert.False(reading.IsPrivate);
        Assert.Null(reading.Key);
    }

    private static string Ed25519Line(byte[] key) => "ssh-ed25519 " + Convert.ToBase64String(KeyBlob.FromEd25519(key));

    private static string Line(string type, int rest, byte value = 7)
    {
        var blob = new byte[4 + type.Length + 4 + rest];
        var writer = new SshWriter(blob);
        writer.WriteString(type);
        writer.WriteString(Enumerable.Repeat(value, rest).ToArray());
        return $"{type} {Convert.ToBase64String(blob)}";
    }

    private static string RsaLine(int bits, uint exponent)
    {
        var modulus = new byte[(bits + 7) / 8];
        RandomNumberGenerator.Fill(modulus);
        modulus[0] = (byte)(1 << ((bits - 1) % 8));
        modulus[^1] |= 1;
        return "ssh-rsa " + Convert.ToBase64String(KeyBlob.FromRsa(modulus, [(byte)(exponent >> 16), (byte)(exponent >> 8), (byte)exponent]));
    }
}
