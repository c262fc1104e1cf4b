using System.Text;
using Waybill.SshKeys.Keys;
using Waybill.TestKit;

namespace Waybill.SshKeys.Tests.Keys;

/// <summary>Keys that we make for customers open in their programs with the passphrase, and with nothing else.</summary>
[Collection("key tools")]
public sealed class ProtectedKeyFileTests(KeyTools tools)
{
    private const string Comment = "10020, made by Example Telecom";

    public static readonly MatrixTheoryData<string, ProtectedKeyFormat> TypesAndFormats =
        new(["ed25519", "ecdsa256", "ecdsa384", "ecdsa521", "rsa3072", "rsa4096"], Enum.GetValues<ProtectedKeyFormat>());

    [Theory]
    [MemberData(nameof(TypesAndFormats))]
    public async Task Each_type_in_each_format_opens_with_the_passphrase_in_puttygen_and_ssh_keygen_and_fails_without(string type, ProtectedKeyFormat format)
    {
        using var key = Make(type);
        using var passphrase = KeyPassphrase.Generate();
        var line = HostKeyNotation.OpenSshLine(key.PublicKey);
        var name = $"protected-{type}-{format}";
        var file = await tools.WriteAsync(name, ProtectedKeyFile.Write(key, format, passphrase.Characters, Comment));
        var right = await tools.WriteAsync(name + ".right", passphrase.Characters.ToArray());
        var wrong = await tools.WriteAsync(name + ".wrong", "0000-0000-0000-0000-0000"u8.ToArray());

        // PuTTYgen opens every format, and writes what it opened for ssh-keygen to look at: public and private half belong together there too.
        var opened = tools.PathOf(name + ".opened");
        // It refuses to write the form that it has just read, so that openssh-key-v1 goes by way of a PPK.
        var isOpenSsh = format == ProtectedKeyFormat.OpenSsh;
        string[] convert = ["-O", isOpenSsh ? "private" : "private-openssh-new", "-o", opened, "--new-passphrase", "/dev/null"];
        await KeyTools.PuttygenAsync([file, "--old-passphrase", right, .. convert]);
        if (isOpenSsh)
        {
            await KeyTools.PuttygenAsync(opened, "-O", "private-openssh-new", "-o", opened);
        }

        Assert.Equal($"{line} {Comment}", (await KeyTools.SshKeygenAsync("-y", "-P", "", "-f", opened)).Trim());
        var data = await tools.WriteAsync(name + ".data", "data"u8.ToArray());
        await KeyTools.SshKeygenAsync("-q", "-Y", "sign", "-n", "file", "-f", opened, data);
        await KeyTools.SshKeygenWithInputAsync("data", "-Y", "check-novalidate", "-n", "file", "-s", data + ".sig", "-f", opened);

        File.Delete(opened);
        await FailsAsync("puttygen", [file, "--old-passphrase", wrong, .. convert]);
        await FailsAsync("puttygen", [file, "--old-passphrase", "/dev/null", .. convert]);
        Assert.False(File.Exists(opened));

        if (isOpenSsh)
        {
            Assert.Equal($"{line} {Comment}", (await KeyTools.SshKeygenAsync("-y", "-P", Encoding.ASCII.GetString(passphrase.Characters), "-f", file)).Trim());
            await FailsAsync("ssh-keygen", ["-y", "-P", "0000-0000-0000-0000-0000", "-f", file]);
            await FailsAsync("ssh-keygen", ["-y", "-P", "", "-f", file]);
        }
    }

    [Theory]
    [InlineData(ProtectedKeyFormat.OpenSsh, PublicKeyMistake.OpenSshPrivateKey)]
    [InlineData(ProtectedKeyFormat.Ppk3, PublicKeyMistake.PuttyPrivateKey)]
    [InlineData(ProtectedKeyFormat.Ppk2, PublicKeyMistake.PuttyPrivateKey)]
    public void A_file_that_we_wrote_and_a_customer_sends_back_is_known_by_its_fingerprint(ProtectedKeyFormat format, PublicKeyMistake mistake)
    {
        using var key = SshPrivateKeys.GenerateEcdsa(256);
        var reading = PublicKeyFile.Read(ProtectedKeyFile.Write(key, format, "correct horse"u8, Comment));
        Assert.Equal(mistake, reading.Mistake);
        Assert.Equal(KeyFingerprint.Sha256(key.PublicKey.Blob.Span), reading.PublicHalfFingerprint);
    }

    [Theory]
    [InlineData(ProtectedKeyFormat.OpenSsh)]
    [InlineData(ProtectedKeyFormat.Ppk3)]
    [InlineData(ProtectedKeyFormat.Ppk2)]
    public void The_same_key_is_never_written_the_same_way_twice_and_never_in_the_clear(ProtectedKeyFormat format)
    {
        using var key = SshPrivateKeys.GenerateEd25519();
        Span<byte> seed = stackalloc byte[32];
        key.CopySeedTo(seed);
        var files = new List<string>();
        for (var i = 0; i < 2; i++)
        {
            using var passphrase = KeyPassphrase.Generate();
            var file = ProtectedKeyFile.Write(key, format, passphrase.Characters, Comment);
            files.Add(Encoding.ASCII.GetString(file));
            Assert.True(file.AsSpan().IndexOf(passphrase.Characters) < 0);
            var bytes = Convert.FromBase64String(string.Concat(files[^1].Split(['\r', '\n']).Where(line => !line.Contains(':') && !line.Contains('-')
                && !(format != ProtectedKeyFormat.OpenSsh && line.StartsWith("AAAA", StringComparison.Ordinal))).SkipWhile(line => line.Length == 0)
                .Where(line => format == ProtectedKeyFormat.OpenSsh || line.Length == 64)));
            Assert.True(bytes.AsSpan().IndexOf(seed) < 0);
        }

        Assert.NotEqual(files[0], files[1]);
    }

    [Fact]
    public void Lines_end_and_break_as_the_programs_write_them()
    {
        using var key = SshPrivateKeys.GenerateRsa(3072);
        var three = Encoding.ASCII.GetString(ProtectedKeyFile.Write(key, ProtectedKeyFormat.Ppk3, "x"u8, Comment));
        var two = Encoding.ASCII.GetString(ProtectedKeyFile.Write(key, ProtectedKeyFormat.Ppk2, "x"u8, Comment));
        Assert.DoesNotContain('\r', three);
        Assert.Equal(two.Count(c => c == '\n'), two.Split("\r\n").Length - 1);
        Assert.All((three + two).Split('\n'), line => Assert.True(line.TrimEnd('\r').Length <= 79));
        Assert.StartsWith($"PuTTY-User-Key-File-3: ssh-rsa\nEncryption: aes256-cbc\nComment: {Comment}\nPublic-Lines: ", three, StringComparison.Ordinal);
        Assert.Contains("\nKey-Derivation: Argon2id\nArgon2-Memory: 8192\nArgon2-Passes: 21\nArgon2-Parallelism: 1\nArgon2-Salt: ", three, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("two\nlines")]
    [InlineData("K\u00FCche")]
    [InlineData("tab\t")]
    public void A_comment_that_one_of_the_formats_cannot_hold_is_refused(string comment)
    {
        using var key = SshPrivateKeys.GenerateEd25519();
        Assert.False(ProtectedKeyFile.IsComment(comment));
        Assert.Throws<ArgumentException>(() => ProtectedKeyFile.Write(key, ProtectedKeyFormat.Ppk2, "x"u8, comment));
        Assert.Throws<ArgumentOutOfRangeException>(() => ProtectedKeyFile.Write(key, ProtectedKeyFormat.Ppk2, [], "comment"));
    }

    [Fact]
    public void A_passphrase_has_a_hundred_bits_and_can_be_said_on_the_telephone()
    {
        var seen = new HashSet<string>();
        for (var i = 0; i < 2000; i++)
        {
            using var passphrase = KeyPassphrase.Generate();
            var text = Encoding.ASCII.GetString(passphrase.Characters);
            Assert.Matches("^([0-9a-hjkmnp-tv-z]{4}-){4}[0-9a-hjkmnp-tv-z]{4}$", text);
            Assert.True(seen.Add(text));
            foreach (var c in text)
            {
                seen.Add(c.ToString());
            }
        }

        Assert.Equal(100, KeyPassphrase.Bits);
        Assert.Equal(32 + 1, seen.Count(text => text.Length == 1));

        var gone = KeyPassphrase.Generate();
        gone.Dispose();
        Assert.False(gone.Characters.ContainsAnyExcept((byte)0));
    }

    internal static SshPrivateKey Make(string type) => type switch
    {
        "ed25519" => SshPrivateKeys.GenerateEd25519(),
        _ when type.StartsWith("ecdsa", StringComparison.Ordinal) => SshPrivateKeys.GenerateEcdsa(int.Parse(type["ecdsa".Length..], null)),
        _ => SshPrivateKeys.GenerateRsa(int.Parse(type["rsa".Length..], null)),
    };

    private static async Task FailsAsync(string program, string[] arguments)
    {
        var outcome = await ExternalProcess.RunAsync(program, arguments, "\n");
        Assert.True(outcome.ExitCode != 0, $"{program} {string.Join(' ', arguments)}: {outcome}");
    }
}
