using System.Buffers.Binary;
using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Text;

using Waybill.SshKeys.Keys;

namespace Waybill.SshKeys.Tests.Keys;

/// <summary>Someone sends a private key: they are told what that means, the key can be revoked, and nothing of it gets anywhere.</summary>
[Collection("key tools")]
public sealed class PrivateKeySentTests(KeyTools tools)
{
    private const string Compromised =
        " A private key must never leave your computer. It was not stored. Treat it as compromised: do not use it any more, make a new key pair, and send only "
        + "the public half. In PuTTYgen, load your key and use \"Save public key\"; with OpenSSH, send the file that ends in .pub.";

    private const string PuttyWords = "This is a PuTTY private key file (.ppk), not a public key." + Compromised;

    private const string OpenSshWords =
        "This is an OpenSSH private key, not a public key (in PuTTYgen, \"Conversions, Export OpenSSH key\" writes the private key)." + Compromised;

    private const string PemWords = "This is a private key in PEM or PKCS form, not a public key." + Compromised;

    [Theory]
    [InlineData("putty-rsa", "2")]
    [InlineData("putty-rsa", "3")]
    [InlineData("putty-ed25519", "2")]
    [InlineData("putty-ed25519", "3")]
    [InlineData("putty-ecdsa521", "3")]
    public async Task A_PPK(string name, string version)
    {
        var file = tools.PathOf($"{name}-{version}.ppk");
        await KeyTools.PuttygenAsync(tools.PathOf(name + ".ppk"), "-O", "private", "--reencrypt", "--ppk-param", "version=" + version, "-o", file);
        AssertPrivate(File.ReadAllBytes(file), PublicKeyMistake.PuttyPrivateKey, PuttyWords, name);

        // Version 1 differs in its first line and its MAC; PuTTYgen no longer writes it.
        var first = File.ReadAllText(file).Replace($"File-{version}:", "File-1:", StringComparison.Ordinal);
        AssertPrivate(KeyTools.Bytes(first), PublicKeyMistake.PuttyPrivateKey, PuttyWords, name);
    }

    [Fact]
    public async Task An_encrypted_PPK_still_names_the_key_to_revoke()
    {
        var passphrase = await tools.WriteAsync("passphrase", KeyTools.Bytes("correct horse"));
        await KeyTools.PuttygenAsync(tools.PathOf("putty-rsa.ppk"), "-P", "--new-passphrase", passphrase, "-o", tools.PathOf("locked.ppk"));
        AssertPrivate(tools.Read("locked.ppk"), PublicKeyMistake.PuttyPrivateKey, PuttyWords, "putty-rsa");
    }

    [Theory]
    [MemberData(nameof(KeyTools.Names), MemberType = typeof(KeyTools))]
    public async Task An_OpenSSH_private_key(string name)
    {
        AssertPrivate(tools.Read(name), PublicKeyMistake.OpenSshPrivateKey, OpenSshWords, name);

        var locked = await tools.WriteAsync($"{name}-locked", tools.Read(name));
        await KeyTools.SshKeygenAsync("-p", "-P", "", "-N", "correct horse", "-f", locked);
        AssertPrivate(File.ReadAllBytes(locked), PublicKeyMistake.OpenSshPrivateKey, OpenSshWords, name);
    }

    [Theory]
    [InlineData("rsa2048", "PEM")]
    [InlineData("rsa2048", "PKCS8")]
    [InlineData("ecdsa256", "PEM")]
    [InlineData("ecdsa256", "PKCS8")]
    [InlineData("ecdsa521", "PEM")]
    public async Task A_PEM_private_key(string name, string form)
    {
        var open = await tools.WriteAsync($"{name}-{form}", tools.Read(name));
        await KeyTools.SshKeygenAsync("-p", "-P", "", "-N", "", "-m", form, "-f", open);
        AssertPrivate(File.ReadAllBytes(open), PublicKeyMistake.PemPrivateKey, PemWords, name);

        // Without its first and last line it is a private key all the same.
        var bare = File.ReadAllLines(open)[1..^1];
        AssertPrivate(KeyTools.Bytes(string.Join('\n', bare)), PublicKeyMistake.PemPrivateKey, PemWords, name);

        var locked = await tools.WriteAsync($"{name}-{form}-locked", File.ReadAllBytes(open));
        await KeyTools.SshKeygenAsync("-p", "-P", "", "-N", "correct horse", "-m", form, "-f", locked);
        AssertPrivate(File.ReadAllBytes(locked), PublicKeyMistake.PemPrivateKey, PemWords, publicHalf: null);
    }

    [Fact]
    public async Task DSA_in_PEM_is_private_too()
    {
        await KeyTools.SshKeygenAsync("-q", "-t", "dsa", "-m", "PEM", "-N", "", "-f", tools.PathOf("dsa-pem"));
        AssertPrivate(tools.Read("dsa-pem"), PublicKeyMistake.PemPrivateKey, PemWords, publicHalf: null);
    }

    [Fact]
    public async Task A_private_key_of_ssh_com()
    {
        await KeyTools.PuttygenAsync(tools.PathOf("putty-rsa.ppk"), "-O", "private-sshcom", "-o", tools.PathOf("sshcom"));
        AssertPrivate(
            tools.Read("sshcom"), PublicKeyMistake.SshComPrivateKey,
            "This is an ssh.com private key (SSH2 ENCRYPTED PRIVATE KEY), not a public key." + Compromised, publicHalf: null);
    }

    [Fact]
    public async Task A_private_key_of_SSH_1()
    {
        await tools.GeneratePuttyAsync("ssh1-private", "-t", "rsa1", "-b", "2048");
        AssertPrivate(
            tools.Read("ssh1-private"), PublicKeyMistake.Ssh1PrivateKey,
            "This is a private key of SSH protocol 1, which is obsolete, not a public key." + Compromised, publicHalf: null);
    }

    [Fact]
    public void A_PGP_private_key() => AssertPrivate(
        KeyTools.Bytes("-----BEGIN PGP PRIVATE KEY BLOCK-----\n\nlQOYBFRUAGoBCACuk6ze2V2pZtScf1Ul25N2CX19AeL7sVYwnyrTYuWdG2FmJx4x\n-----END PGP PRIVATE KEY BLOCK-----\n"),
        PublicKeyMistake.PgpPrivateKey,
        "This is a PGP private key. SFTP does not use PGP keys, and a private key must never leave your computer. It was not stored. Treat it as compromised: revoke it "
        + "where you use it. For SFTP, make a new SSH key pair, and send only the public half. In PuTTYgen, load your key and use \"Save public key\"; with OpenSSH, send "
        + "the file that ends in .pub.",
        publicHalf: null);

    [Fact]
    public void A_private_key_wins_over_the_public_key_beside_it() => AssertPrivate(
        [.. tools.Read("rsa2048.pub"), .. tools.Read("ed25519")], PublicKeyMistake.OpenSshPrivateKey, OpenSshWords, "ed25519");

    [Fact]
    public void A_private_key_is_known_without_its_first_line_and_in_a_quoted_mail()
    {
        var lines = tools.ReadText("ed25519").Split('\n');
        AssertPrivate(KeyTools.Bytes(string.Join('\n', lines[1..])), PublicKeyMistake.OpenSshPrivateKey, OpenSshWords, publicHalf: null);
        AssertPrivate(KeyTools.Bytes(string.Concat(lines.Select(line => "> " + line + "\r\n"))), PublicKeyMistake.OpenSshPrivateKey, OpenSshWords, "ed25519");
        AssertPrivate(KeyTools.Bytes(lines[1]), PublicKeyMistake.OpenSshPrivateKey, OpenSshWords, publicHalf: null);
    }

    [Fact]
    public void A_damaged_private_key_is_private()
    {
        var file = tools.ReadText("rsa2048");
        AssertPrivate(KeyTools.Bytes(file[..200]), PublicKeyMistake.OpenSshPrivateKey, OpenSshWords, publicHalf: null);
        AssertPrivate(KeyTools.Bytes(file.Replace("AAAA", "?A!A", StringComparison.Ordinal)), PublicKeyMistake.OpenSshPrivateKey, OpenSshWords, publicHalf: null);
    }

    [Theory]
    [InlineData("ed25519")]
    [InlineData("rsa2048")]
    [InlineData("ecdsa256")]
    [InlineData("putty-ed25519.ppk")]
    [InlineData("putty-rsa.ppk")]
    [InlineData("putty-ecdsa521.ppk")]
    public async Task Only_a_private_half_that_lies_open_proves_the_public_one(string name)
    {
        Assert.True(PublicKeyFile.Read(tools.Read(name)).IsPublicHalfProven);
        var locked = await tools.WriteAsync("locked-half", tools.Read(name));
        if (name.EndsWith(".ppk", StringComparison.Ordinal))
        {
            await KeyTools.PuttygenAsync(locked, "-P", "--new-passphrase", await tools.WriteAsync("passphrase", KeyTools.Bytes("correct horse")), "-o", locked);
        }
        else
        {
            await KeyTools.SshKeygenAsync("-p", "-P", "", "-N", "correct horse", "-f", locked);
        }

        var reading = PublicKeyFile.Read(File.ReadAllBytes(locked));
        Assert.NotNull(reading.PublicHalfFingerprint);
        Assert.False(reading.IsPublicHalfProven);
    }

    /// <summary>Anybody has the public key of another, and can write a private key file around it.</summary>
    [Theory]
    [InlineData("ed25519", "ed25519", "256")]
    [InlineData("rsa2048", "rsa", "2048")]
    [InlineData("ecdsa256", "ecdsa", "256")]
    public async Task A_private_key_around_the_public_key_of_another_names_nobodys_key(string name, string type, string bits)
    {
        var (own, theirs) = (tools.PathOf("forger"), tools.BlobOf(name));
        File.Delete(own);
        await KeyTools.SshKeygenAsync("-q", "-t", type, "-b", bits, "-N", "", "-f", own);
        var mine = Convert.FromBase64String(File.ReadAllText(own + ".pub").Split(' ')[1]);

        // Only the stated public half of openssh-key-v1, which lies in front of the private one.
        var file = Convert.FromBase64String(string.Concat(File.ReadAllLines(own)[1..^1]));
        AssertDamaged(Armor(Replace(file, mine, theirs)), PublicKeyMistake.OpenSshPrivateKey, OpenSshWords);

        var ppk = tools.PathOf("forger.ppk");
        await KeyTools.PuttygenAsync(own, "-O", "private", "-o", ppk);
        AssertDamaged(Forge(File.ReadAllText(ppk), theirs), PublicKeyMistake.PuttyPrivateKey, PuttyWords);
        AssertDamaged(
            Forge(File.ReadAllText(ppk), theirs, "Private-Lines: 1\nAAAA\n"), PublicKeyMistake.PuttyPrivateKey, PuttyWords);
    }

    [Fact]
    public void An_RSA_key_whose_factors_are_one_and_the_modulus_of_another_proves_nothing()
    {
        using var rsa = RSA.Create();
        rsa.ImportFromPem(PemOf("rsa2048"));
        var theirs = rsa.ExportParameters(includePrivateParameters: false);
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            writer.WriteInteger(0);
            writer.WriteIntegerUnsigned(theirs.Modulus);
            writer.WriteIntegerUnsigned(theirs.Exponent);
            writer.WriteInteger(3);
            writer.WriteIntegerUnsigned(theirs.Modulus);
            for (var i = 0; i < 4; i++)
            {
                writer.WriteInteger(1);
            }
        }

        var pem = "-----BEGIN RSA PRIVATE KEY-----\n" + Convert.ToBase64String(writer.Encode(), Base64FormattingOptions.InsertLineBreaks) + "\n-----END RSA PRIVATE KEY-----\n";
        AssertDamaged(KeyTools.Bytes(pem), PublicKeyMistake.PemPrivateKey, PemWords);
    }

    private string PemOf(string name)
    {
        using var key = PrivateKeyFile.Read(tools.Read(name)).Key;
        using var rsa = RSA.Create(((RsaPrivateKey)key!).ExportParameters());
        return rsa.ExportRSAPrivateKeyPem();
    }

    private static void AssertDamaged(byte[] file, PublicKeyMistake mistake, string message)
    {
        var reading = PublicKeyFile.Read(file);
        Assert.Equal((mistake, message + " It is damaged besides: the public half that it states is not that of its private half."), (reading.Mistake, reading.Message));
        Assert.True(reading.IsPrivate);
        Assert.Null(reading.PublicHalfFingerprint);
        Assert.False(reading.IsPublicHalfProven);
    }

    private static byte[] Replace(byte[] file, byte[] old, byte[] with)
    {
        var at = file.AsSpan().IndexOf(old);
        Assert.True(at > 0, "the file states its public half");
        byte[] length = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(length, with.Length);
        return [.. file[..(at - 4)], .. length, .. with, .. file[(at + old.Length)..]];
    }

    private static byte[] Armor(byte[] bytes) => KeyTools.Bytes(
        "-----BEGIN OPENSSH PRIVATE KEY-----\n" + Convert.ToBase64String(bytes, Base64FormattingOptions.InsertLineBreaks).ReplaceLineEndings("\n") + "\n-----END OPENSSH PRIVATE KEY-----\n");

    /// <summary>A PPK with another public half, and with another private one where it is given.</summary>
    private static byte[] Forge(string ppk, byte[] theirs, string? secret = null)
    {
        var lines = Convert.ToBase64String(theirs).Chunk(64).Select(static line => new string(line)).ToList();
        var start = ppk.IndexOf("Public-Lines:", StringComparison.Ordinal);
        var end = ppk.IndexOf("Private-Lines:", StringComparison.Ordinal);
        var mac = ppk.IndexOf("Private-MAC:", StringComparison.Ordinal);
        return KeyTools.Bytes(ppk[..start] + $"Public-Lines: {lines.Count}\n{string.Join('\n', lines)}\n" + (secret ?? ppk[end..mac]) + ppk[mac..]);
    }

    private void AssertPrivate(byte[] file, PublicKeyMistake mistake, string message, string? publicHalf)
    {
        var fingerprint = publicHalf is null ? null : KeyFingerprint.Sha256(tools.BlobOf(publicHalf));
        var text = Encoding.UTF8.GetString(file);
        foreach (var form in (byte[][])[file, [.. Encoding.Unicode.GetPreamble(), .. Encoding.Unicode.GetBytes(text)], KeyTools.Bytes(text.ReplaceLineEndings("\r\n"))])
        {
            var reading = PublicKeyFile.Read(form);
            Assert.Equal((mistake, message), (reading.Mistake, reading.Message));
            Assert.True(reading.IsPrivate);
            Assert.Null(reading.Key);
            Assert.Equal(fingerprint, reading.PublicHalfFingerprint);
            AssertHoldsNothingOf(text, reading);
            if (mistake == PublicKeyMistake.Ssh1PrivateKey)
            {
                break; // a binary file, which no text encoding carries
            }
        }
    }

    /// <summary>No eight characters of the file's base64 or hex are in anything that the reading holds.</summary>
    private static void AssertHoldsNothingOf(string file, PublicKeyReading reading)
    {
        var words = string.Join('\n', reading.Message, reading.Note, reading.Comment, reading.ToString());
        foreach (var line in file.Split('\n').Select(line => line.Trim()).Where(line => line.IndexOfAny([' ', '-', ':']) < 0))
        {
            for (var i = 0; i + 8 <= line.Length; i++)
            {
                Assert.DoesNotContain(line.Substring(i, 8), words, StringComparison.Ordinal);
            }
        }
    }
}
