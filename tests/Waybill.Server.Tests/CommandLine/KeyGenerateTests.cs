using System.Text;
using System.Text.RegularExpressions;
using Waybill.Server.Tests.Support;

namespace Waybill.Server.Tests.CommandLine;

/// <summary>A key for a customer who cannot make one.</summary>
public sealed partial class KeyGenerateTests(Template template)
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    [Fact]
    public async Task Two_files_are_written_the_key_is_installed_and_the_passphrase_is_printed_once_and_is_in_no_file()
    {
        using var data = await template.CopyAsync();
        var folder = data.Beside("out");
        var outcome = await data.RunAsync("key", "generate", Template.User, "--out", folder, "--label", "handed over", "--expires", "2099-12-31");
        Assert.True(outcome.ExitCode == 0, outcome.ToString());
        Assert.Equal([$"waybill-{Template.User}", $"waybill-{Template.User}.pub"], Directory.GetFiles(folder).Select(Path.GetFileName).Order());
        Assert.All(Directory.GetFiles(folder), file => Assert.Equal(OwnerOnly, File.GetUnixFileMode(file)));

        var passphrase = Assert.Single(Passphrase().Matches(outcome.Output + outcome.ErrorOutput)).Groups[1].Value;
        Assert.True(passphrase.Length >= 16 && Regex.IsMatch(passphrase, "^[A-Za-z0-9_.-]+$"), passphrase);
        Assert.DoesNotContain(
            Directory.EnumerateFiles(data.Root, "*", SearchOption.AllDirectories).Concat(Directory.GetFiles(folder)),
            file => Encoding.Latin1.GetString(File.ReadAllBytes(file)).Contains(passphrase, StringComparison.Ordinal));

        var listed = (await data.JsonAsync("key", "list", Template.User)).EnumerateArray().Single(key => key.GetProperty("label").GetString() == "handed over");
        Assert.Equal("2100-01-01T00:00:00+00:00", listed.GetProperty("expires").GetString());
        Assert.Contains(listed.GetProperty("sha256").GetString()!, await Tool.RequireAsync("ssh-keygen", "-l", "-f", Path.Combine(folder, $"waybill-{Template.User}.pub")), StringComparison.Ordinal);
        Assert.StartsWith(
            (await File.ReadAllTextAsync(Path.Combine(folder, $"waybill-{Template.User}.pub"))).Trim(),
            await Tool.RequireAsync("ssh-keygen", "-y", "-P", passphrase, "-f", Path.Combine(folder, $"waybill-{Template.User}")), StringComparison.Ordinal);
        var row = await data.AuditAsync("key-generated");
        Assert.Equal(Template.User, row.GetProperty("subject").GetString());
        Assert.EndsWith(", OpenSSH", row.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nothing_is_overwritten_and_a_key_that_cannot_be_written_is_not_installed()
    {
        using var data = await template.CopyAsync();
        var folder = Directory.CreateDirectory(data.Beside("out")).FullName;
        var there = Path.Combine(folder, $"waybill-{Template.User}.pub");
        await File.WriteAllTextAsync(there, "mine");
        Assert.Contains("nothing is overwritten", await data.RefusedAsync(1, "key", "generate", Template.User, "--out", folder), StringComparison.Ordinal);
        Assert.Equal("mine", await File.ReadAllTextAsync(there));
        Assert.Equal([there], Directory.GetFiles(folder));

        await data.RefusedAsync(1, "key", "generate", Template.User, "--out", there);
        await data.RefusedAsync(1, "key", "generate", "nobody", "--out", data.Beside("other"));
        await data.RefusedAsync(2, "key", "generate", Template.User, "--out", data.Beside("other"), "--expires", "2020-01-01");
        Assert.Equal(1, (await data.JsonAsync("key", "list", Template.User)).GetArrayLength());
        Assert.True(!Directory.Exists(data.Beside("other")) || Directory.GetFiles(data.Beside("other")).Length == 0);
    }

    [Theory]
    [InlineData("--type", "dsa")]
    [InlineData("--format", "pem")]
    [InlineData("--bits", "1024", "--type", "rsa")]
    [InlineData("--bits", "384")]
    public async Task Other_types_formats_and_sizes_are_wrong_usage(params string[] words)
    {
        using var data = await template.CopyAsync();
        await data.RefusedAsync(2, ["key", "generate", Template.User, "--out", data.Beside("out"), .. words]);
        Assert.False(Directory.Exists(data.Beside("out")));
    }

    [Theory]
    [InlineData("ed25519", "ppk", ".ppk")]
    [InlineData("rsa", "ppk2", ".ppk")]
    [InlineData("ecdsa", "ppk", ".ppk")]
    public async Task PuTTYgen_opens_what_was_made_for_it(string type, string format, string extension)
    {
        using var data = await template.CopyAsync();
        var folder = data.Beside("out");
        var made = await data.JsonAsync("key", "generate", Template.User, "--out", folder, "--type", type, "--format", format);
        var file = made.GetProperty("privateKeyFile").GetString()!;
        Assert.Equal(Path.Combine(folder, $"waybill-{Template.User}{extension}"), file);
        var passphrase = data.Beside("passphrase");
        await File.WriteAllTextAsync(passphrase, made.GetProperty("passphrase").GetString());
        await Tool.RequireAsync("puttygen", file, "--old-passphrase", passphrase, "-O", "private-openssh-new", "--new-passphrase", "/dev/null", "-o", data.Beside("opened"));
        Assert.Contains(
            made.GetProperty("sha256").GetString()!, await Tool.RequireAsync("ssh-keygen", "-l", "-f", data.Beside("opened")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Doctor_says_whether_PPK_files_can_be_written()
    {
        using var data = await template.CopyAsync();
        var findings = await data.RunAsync("doctor", "--json");
        Assert.Contains("\"check\": \"libargon2\"", findings.Output, StringComparison.Ordinal);
    }

    [GeneratedRegex("^passphrase: (.*)$", RegexOptions.Multiline)]
    private static partial Regex Passphrase();
}
