using System.Text;

using Waybill.SshKeys.Keys;

namespace Waybill.SshKeys.Tests.Keys;

/// <summary>Host keys of other servers are imported, and what we write OpenSSH and PuTTY read.</summary>
[Collection("key tools")]
public sealed class PrivateKeyFileTests(KeyTools tools)
{
    [Theory]
    [MemberData(nameof(KeyTools.Names), MemberType = typeof(KeyTools))]
    public void OpenSSH_keys_are_read(string name)
    {
        var reading = PrivateKeyFile.Read(tools.Read(name));
        AssertKey(reading, name);
        Assert.Equal(name.StartsWith("putty", StringComparison.Ordinal) ? "made by PuTTYgen" : $"{name} of a test", reading.Comment);
    }

    [Theory]
    [InlineData("rsa2048", "PEM")]
    [InlineData("rsa3072", "PKCS8")]
    [InlineData("ecdsa256", "PEM")]
    [InlineData("ecdsa384", "PKCS8")]
    [InlineData("ecdsa521", "PEM")]
    [InlineData("ecdsa521", "PKCS8")]
    public async Task PEM_keys_are_read(string name, string form)
    {
        var file = await tools.WriteAsync($"host-{name}-{form}", tools.Read(name));
        await KeyTools.SshKeygenAsync("-p", "-P", "", "-N", "", "-m", form, "-f", file);
        AssertKey(PrivateKeyFile.Read(File.ReadAllBytes(file)), name);

        await KeyTools.SshKeygenAsync("-p", "-P", "", "-N", "correct horse", "-m", form, "-f", file);
        AssertRefused(File.ReadAllBytes(file), PrivateKeyMistake.Encrypted);
    }

    [Fact]
    public void The_PKCS8_example_of_RFC_8410_is_read()
    {
        var reading = PrivateKeyFile.Read("-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC\n-----END PRIVATE KEY-----\n"u8);
        Assert.True(reading.IsKey, reading.Message);
        using var key = reading.Key;
        Assert.Equal("19bf44096984cdfe8541bac167dc3b96c85086aa30b6b6cb0c5c38ad703166e1", Convert.ToHexStringLower(key.PublicKey.Blob.Span[^32..]));
    }

    [Theory]
    [MemberData(nameof(KeyTools.Names), MemberType = typeof(KeyTools))]
    public async Task What_we_write_ssh_keygen_and_puttygen_read(string name)
    {
        using var key = PrivateKeyFile.Read(tools.Read(name)).Key!;
        var bytes = PrivateKeyFile.WriteOpenSsh(key, "K\u00FCche");
        var file = await tools.WriteAsync($"written-{name}", bytes);

        Assert.Equal(HostKeyNotation.OpenSshLine(key.PublicKey, "K\u00FCche"), (await KeyTools.SshKeygenAsync("-y", "-f", file)).Trim());
        Assert.StartsWith(KeyFingerprint.OpenSsh(key.PublicKey) + " ", await KeyTools.SshKeygenAsync("-l", "-f", file));
        Assert.StartsWith(KeyFingerprint.Putty(key.PublicKey), await KeyTools.PuttygenAsync("-l", file));
        AssertKey(PrivateKeyFile.Read(bytes), name);
        Assert.All(Encoding.UTF8.GetString(bytes).Split('\n'), line => Assert.True(line.Length <= 70));

        // The program signs with it: the secret numbers are whole too.
        var data = await tools.WriteAsync($"data-{name}", "data"u8.ToArray());
        await KeyTools.SshKeygenAsync("-q", "-Y", "sign", "-n", "file", "-f", file, data);
        await KeyTools.SshKeygenWithInputAsync("data", "-Y", "check-novalidate", "-n", "file", "-s", data + ".sig", "-f", file);
    }

    [Fact]
    public async Task New_keys_are_written_so_that_ssh_keygen_reads_them()
    {
        foreach (var make in (Func<SshPrivateKey>[])[
            SshPrivateKeys.GenerateEd25519, () => SshPrivateKeys.GenerateRsa(2048), () => SshPrivateKeys.GenerateEcdsa(256), () => SshPrivateKeys.GenerateEcdsa(521)])
        {
            for (var comment = 0; comment < 8; comment++)
            {
                // Every length of padding.
                using var key = make();
                var file = await tools.WriteAsync("new", PrivateKeyFile.WriteOpenSsh(key, new string('x', comment)));
                Assert.StartsWith(HostKeyNotation.OpenSshLine(key.PublicKey), await KeyTools.SshKeygenAsync("-y", "-f", file));
                File.Delete(file);
            }
        }
    }

    [Theory]
    [InlineData("ed25519")]
    [InlineData("rsa2048")]
    [InlineData("ecdsa521")]
    public void No_changed_byte_passes_as_the_key(string name)
    {
        var lines = tools.ReadText(name).TrimEnd().Split('\n');
        var bytes = Convert.FromBase64String(string.Concat(lines[1..^1]));
        var step = Math.Max(1, bytes.Length / 150);
        for (var i = 0; i < bytes.Length; i += step)
        {
            bytes[i] ^= 1;
            var reading = PrivateKeyFile.Read(KeyTools.Bytes($"{lines[0]}\n{Convert.ToBase64String(bytes)}\n{lines[^1]}\n"));
            bytes[i] ^= 1;

            // What may change without harm: the check integers both alike are not hit by one bit; the comment; RSA's coefficient, which is computed anew.
            if (reading.IsKey)
            {
                Assert.Equal(tools.BlobOf(name), reading.Key.PublicKey.Blob.ToArray());
                reading.Key.Dispose();
            }
            else
            {
                Assert.NotEqual(PrivateKeyMistake.None, reading.Mistake);
            }
        }
    }

    [Fact]
    public void Truncation_at_any_point_is_refused()
    {
        var lines = tools.ReadText("ed25519").TrimEnd().Split('\n');
        var bytes = Convert.FromBase64String(string.Concat(lines[1..^1]));
        for (var length = 0; length < bytes.Length; length++)
        {
            var reading = PrivateKeyFile.Read(KeyTools.Bytes($"{lines[0]}\n{Convert.ToBase64String(bytes.AsSpan(0, length))}\n{lines[^1]}\n"));
            Assert.False(reading.IsKey, $"{length} of {bytes.Length} bytes");
        }
    }

    [Fact]
    public async Task Other_files_are_refused_in_words()
    {
        AssertRefused(tools.Read("ed25519.pub"), PrivateKeyMistake.PublicKey);
        AssertRefused(KeyTools.Bytes("hello"), PrivateKeyMistake.NotAPrivateKey);
        AssertRefused([], PrivateKeyMistake.NotAPrivateKey);
        AssertRefused([0x7F, (byte)'E', (byte)'L', (byte)'F', 2, 1], PrivateKeyMistake.NotAPrivateKey);
        AssertRefused(new byte[PrivateKeyFile.MaxFileLength + 1], PrivateKeyMistake.TooLarge);
        AssertRefused([.. tools.Read("ed25519"), .. tools.Read("rsa2048")], PrivateKeyMistake.SeveralKeys);
        AssertRefused(tools.Read("putty-rsa.ppk"), PrivateKeyMistake.UnsupportedForm);
        AssertRefused(KeyTools.Bytes(tools.ReadText("ed25519")[..150]), PrivateKeyMistake.Damaged);

        var locked = await tools.WriteAsync("host-locked", tools.Read("ed25519"));
        await KeyTools.SshKeygenAsync("-p", "-P", "", "-N", "correct horse", "-f", locked);
        AssertRefused(File.ReadAllBytes(locked), PrivateKeyMistake.Encrypted);

        foreach (var form in (string[])["RFC4716", "PEM", "PKCS8"])
        {
            var name = "host-dsa-" + form;
            await KeyTools.SshKeygenAsync("-q", "-t", "dsa", "-m", form, "-N", "", "-f", tools.PathOf(name));
            AssertRefused(tools.Read(name), PrivateKeyMistake.UnsupportedType);
        }

        await KeyTools.SshKeygenAsync("-q", "-t", "rsa", "-b", "1024", "-N", "", "-f", tools.PathOf("host-short"));
        AssertRefused(tools.Read("host-short"), PrivateKeyMistake.RsaTooShort);
        Assert.Contains("ssh-keygen -p", PrivateKeyFile.Read(File.ReadAllBytes(locked)).Message, StringComparison.Ordinal);
    }

    private static void AssertRefused(byte[] file, PrivateKeyMistake mistake)
    {
        var reading = PrivateKeyFile.Read(file);
        Assert.Equal(mistake, reading.Mistake);
        Assert.Null(reading.Key);
        Assert.EndsWith(".", reading.Message);
    }

    private void AssertKey(PrivateKeyReading reading, string name)
    {
        Assert.True(reading.IsKey, $"{reading.Mistake}: {reading.Message}");
        using var key = reading.Key;
        Assert.Equal(tools.BlobOf(name), key.PublicKey.Blob.ToArray());
        var algorithm = key.PublicKey.SignatureAlgorithms[0];
        Assert.True(tools.KeyOf(name).Verify(algorithm, "data"u8, key.Sign(algorithm, "data"u8)));
    }
}
