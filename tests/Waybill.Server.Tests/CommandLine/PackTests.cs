using System.IO.Compression;
using Waybill.Server.Tests.Support;

namespace Waybill.Server.Tests.CommandLine;

/// <summary>Connection packs from the command line.</summary>
public sealed class PackTests(Template template)
{
    private const string Public = """Ssh:Public=[{"Host":"sftp.example.com","Port":2222,"Region":"GB"},{"Host":"sftp.example.com.au","Port":22,"Region":"AU","Policy":"compat"}]""";

    [Fact]
    public async Task A_pack_goes_into_an_archive_or_a_folder_and_overwrites_nothing()
    {
        using var data = await template.CopyAsync();
        var zip = data.Beside("pack.zip");
        Assert.Equal(zip, (await data.OutputAsync("pack", "10020", "--out", zip, "--set", Public)).Trim());
        using (var archive = ZipFile.OpenRead(zip))
        {
            Assert.Contains(archive.Entries, entry => entry.Name == "waybill-10020-guide.html");
        }

        Assert.Contains("is there already", await data.RefusedAsync(1, "pack", "10020", "--out", zip, "--set", Public), StringComparison.Ordinal);
        var folder = Directory.CreateDirectory(data.Beside("folder")).FullName;
        var written = (await data.JsonAsync("pack", "10020", "--out", folder, "--set", Public)).GetProperty("written").EnumerateArray().Select(file => file.GetString()!).ToList();
        Assert.Equal(written.Order(), Directory.GetFiles(folder).Order());
        Assert.Equal(12, written.Count);
        Assert.Contains("remove the older pack", await data.RefusedAsync(1, "pack", "10020", "--out", folder, "--set", Public), StringComparison.Ordinal);
        Assert.Contains("neither a folder nor the name of a .zip file", await data.RefusedAsync(1, "pack", "10020", "--out", data.Beside("none"), "--set", Public), StringComparison.Ordinal);
        Assert.Contains("sftp.example.com:2222, 3 host keys, 12 files", (await data.AuditAsync("pack-made")).GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_file_is_printed_as_it_is()
    {
        using var data = await template.CopyAsync();
        var known = await data.OutputAsync("pack", "10020", "--file", "known_hosts", "--set", Public, "--set", "Provider:Name=Example");
        Assert.Equal(await data.OutputAsync("hostkey", "show", "--known-hosts", "--set", Public), known);
        Assert.Contains("""IdentityFile "/home/acme/key" """.TrimEnd(), await data.OutputAsync("pack", "10020", "--file", "conf", "--key-file", "/home/acme/key", "--set", Public), StringComparison.Ordinal);
        Assert.StartsWith("[Sessions\\Example%20files%2010020]\r\n", await data.OutputAsync("pack", "10020", "--file", "waybill-10020-winscp.ini", "--set", Public, "--set", "Provider:Name=Example"), StringComparison.Ordinal);
        Assert.Contains("it has README.txt, guide.html", await data.RefusedAsync(1, "pack", "10020", "--file", "nothing", "--set", Public), StringComparison.Ordinal);
        Assert.Contains("exclude each other", await data.RefusedAsync(2, "pack", "10020", "--file", "conf", "--out", "x.zip"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_link_to_the_page_with_the_pack_is_printed_and_recorded_without_its_token()
    {
        using var data = await template.CopyAsync();
        string[] settings = ["--set", Public, "--set", "Portal:PublicUrl=https://files.example.com/"];
        var lines = (await data.OutputAsync(["pack", "10020", "--link", .. settings])).Split('\n');
        Assert.Matches("^https://files\\.example\\.com/l/[A-Za-z0-9_-]{43}$", lines[0]);
        Assert.Contains("14 days", lines[1], StringComparison.Ordinal);
        Assert.DoesNotContain(lines[0][^43..], (await data.AuditAsync("pack-linked")).GetRawText(), StringComparison.Ordinal);
        Assert.Equal(14, (await data.JsonAsync(["pack", "10020", "--link", .. settings])).GetProperty("days").GetInt32());
        Assert.Contains("portal is off", await data.RefusedAsync(1, ["pack", "10020", "--link", .. settings, "--set", "Portal:Listen=[]"]), StringComparison.Ordinal);
        Assert.Contains("Set Ssh:Public", await data.RefusedAsync(1, "pack", "10020", "--link"), StringComparison.Ordinal);
        Assert.Contains("asks where the key lies", await data.RefusedAsync(2, "pack", "10020", "--link", "--file", "conf"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_account_s_region_chooses_the_host_and_each_host_has_the_policy_of_its_listener()
    {
        using var data = await template.CopyAsync();
        var shown = await data.JsonAsync("pack", "10020", "--set", Public);
        Assert.Equal(["modern", "compat"], shown.GetProperty("endpoints").EnumerateArray().Select(host => host.GetProperty("policy").GetString()));
        Assert.Contains("is told the host names of region AU", await data.OutputAsync("account", "region", "10020", "AU"), StringComparison.Ordinal);
        Assert.Contains("region   AU\n", await data.OutputAsync("account", "show", "10020"), StringComparison.Ordinal);
        Assert.StartsWith("host      sftp.example.com.au port 22 (AU)\nuser      10020\n", await data.OutputAsync("pack", "10020", "--set", Public), StringComparison.Ordinal);
        var ports = (await data.JsonAsync("pack", "10020", "--set", """Ssh:Public=[{"Host":"h","Port":2201},{"Host":"h","Port":2202}]""", "--set", "Ssh:Listen=127.0.0.1:2201", "--set", "Ssh:ListenCompat=127.0.0.1:2202"))
            .GetProperty("endpoints").EnumerateArray().Select(host => host.GetProperty("policy").GetString());
        Assert.Equal(["modern", "compat"], ports);
        Assert.Equal("postQuantum", (await data.JsonAsync("pack", "10020", "--set", """Ssh:Public=[{"Host":"h","Port":22}]""", "--set", "Ssh:Policy=pq")).GetProperty("endpoints")[0].GetProperty("policy").GetString());
        Assert.Contains("is told all host names", await data.OutputAsync("account", "region", "10020"), StringComparison.Ordinal);
        Assert.Equal("GB", (await data.JsonAsync("account", "add", "10030", "--name", "X", "--region", "GB")).GetProperty("region").GetString());
    }

    [Fact]
    public async Task What_is_missing_is_said_with_what_to_do()
    {
        using var data = await template.CopyAsync();
        Assert.Contains("Set Ssh:Public", await data.RefusedAsync(1, "pack", "10020"), StringComparison.Ordinal);
        Assert.Contains("no login nobody", await data.RefusedAsync(1, "pack", "nobody", "--set", Public), StringComparison.Ordinal);
        Assert.Contains("no whole path", await data.RefusedAsync(2, "pack", "10020", "--key-file", "id", "--set", Public), StringComparison.Ordinal);
        Assert.Contains("'soft' is not known; modern, pq or compat", await data.RefusedAsync(1, "pack", "10020", "--set", """Ssh:Public=[{"Host":"h","Policy":"soft"}]"""), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_that_is_announced_is_in_the_pack_and_one_that_is_prepared_or_retired_is_not()
    {
        using var data = await template.CopyAsync();
        async Task<IReadOnlyList<(string Type, bool InUse)>> KeysAsync() =>
            [.. (await data.JsonAsync("pack", "10020", "--set", Public)).GetProperty("hostKeys").EnumerateArray().Select(key => (key.GetProperty("type").GetString()!, key.GetProperty("inUse").GetBoolean()))];
        (string, bool)[] used = [("ssh-ed25519", true), ("ssh-rsa", true), ("ecdsa-sha2-nistp256", true)];
        await data.SetUpAsync("hostkey", "add");
        Assert.Equal(used, await KeysAsync());
        await data.SetUpAsync("hostkey", "announce");
        Assert.Equal([.. used, ("ssh-ed25519", false)], await KeysAsync());
        var old = (await data.JsonAsync("hostkey", "show"))[0].GetProperty("sha256").GetString()!;
        await data.SetUpAsync("hostkey", "retire", old, "--yes");
        Assert.Equal(used, await KeysAsync());
    }
}
