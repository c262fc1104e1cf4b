using System.Text.Json;
using Waybill.Server.Tests.Support;

namespace Waybill.Server.Tests.CommandLine;

/// <summary><c>inbound</c> and <c>arrival</c>, beside a server and without one.</summary>
public sealed class InboundTests(Template template)
{
    [Fact]
    public async Task What_a_customer_delivers_is_listed_claimed_and_confirmed_or_rejected()
    {
        using var data = await template.CopyAsync();
        await using var server = await RunningServer.StartAsync(data);
        using var key = data.LoadKey();
        await using (var client = await server.LogInAsync(key))
        {
            await using var sftp = await RunningServer.OpenSftpAsync(client);
            await sftp.PutAsync("/upload/a.csv", "a"u8.ToArray());
            await sftp.PutAsync("/upload/b.csv", "b"u8.ToArray());
            Assert.Empty((await data.JsonAsync("inbound", "list")).GetProperty("items").EnumerateArray());
            await client.DisconnectAsync();
        }

        var items = await WaitForAsync(data, 2);
        var (first, second) = (Number(items[0]), Number(items[1]));
        Assert.Equal("/upload/a.csv", items[0].GetProperty("path").GetString());
        Assert.Contains($"file {first} is yours", await data.OutputAsync("inbound", "claim", first, "--as", "billing"), StringComparison.Ordinal);
        Assert.Contains("claimed by billing", await data.RefusedAsync(1, "inbound", "claim", first, "--as", "other"), StringComparison.Ordinal);
        Assert.Contains("Claim it first", await data.RefusedAsync(1, "inbound", "confirm", second, "--as", "billing"), StringComparison.Ordinal);
        Assert.Equal("/processed/a.csv", (await data.JsonAsync("inbound", "confirm", first, "--as", "billing")).GetProperty("path").GetString());
        Assert.Contains("is processed", await data.OutputAsync("inbound", "confirm", first, "--as", "billing"), StringComparison.Ordinal);

        await data.SetUpAsync("inbound", "claim", second, "--as", "billing", "--lease", "1");
        await File.WriteAllTextAsync(data.Beside("report"), "Wrong month.");
        Assert.Equal("rejected", (await data.JsonAsync("inbound", "reject", second, "--as", "billing", "--report", "@" + data.Beside("report"))).GetProperty("state").GetString());
        Assert.Contains("Wrong month.", await File.ReadAllTextAsync(data.Combine("vaults", "10020", "rejected", "b.csv.report.txt")), StringComparison.Ordinal);
        Assert.Empty((await data.JsonAsync("inbound", "list")).GetProperty("items").EnumerateArray());
        Assert.Equal(2, (await data.JsonAsync("inbound", "list", "--all", "--account", "10020")).GetProperty("items").GetArrayLength());
        Assert.Contains("/rejected/b.csv", await data.OutputAsync("inbound", "list", "--state", "rejected"), StringComparison.Ordinal);

        await using (var again = await server.LogInAsync(key))
        {
            await using var sftp = await RunningServer.OpenSftpAsync(again);
            Assert.Equal("a"u8.ToArray(), await sftp.GetAsync("/processed/a.csv"));
            Assert.False((await sftp.RemoveAsync("/processed/a.csv")).IsOk);
            Assert.False((await sftp.RenameAsync("/rejected/b.csv", "/upload/b.csv")).IsOk);
        }
    }

    [Fact]
    public async Task What_waited_when_the_server_was_killed_is_judged_after_its_restart()
    {
        using var data = await template.CopyAsync();
        await data.SetUpAsync("arrival", "set", "10020", "--name", "*.csv", "--header", "a;b", "--columns", "2", "--min-size", "1", "--max-size", "1000");
        await using (var server = await RunningServer.StartAsync(data))
        {
            using var key = data.LoadKey();
            await using var client = await server.LogInAsync(key);
            await using var sftp = await RunningServer.OpenSftpAsync(client);
            await sftp.PutAsync("/upload/x.csv", "wrong\n"u8.ToArray());
            server.Kill();
        }

        Assert.True(File.Exists(data.Combine("vaults", "10020", "upload", "x.csv")));
        await using var next = await RunningServer.StartAsync(data);
        var rejected = await data.AuditAsync("file-rejected");
        Assert.Equal("/upload/x.csv", rejected.GetProperty("subject").GetString());
        Assert.Contains("expected: a;b", await File.ReadAllTextAsync(data.Combine("vaults", "10020", "rejected", "x.csv.report.txt")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Rules_are_set_listed_and_removed_and_a_wrong_one_is_wrong_usage()
    {
        using var data = await template.CopyAsync();
        Assert.Contains("at most 10 bytes", await data.OutputAsync("arrival", "set", "10020", "--folder", "/vendors/acme", "--name", "*.csv", "--max-size", "10"), StringComparison.Ordinal);
        Assert.Equal("*.csv", Assert.Single((await data.JsonAsync("arrival", "list", "10020")).EnumerateArray()).GetProperty("pattern").GetString());
        Assert.Contains("/vendors/acme", await data.OutputAsync("arrival", "list", "10020"), StringComparison.Ordinal);
        Assert.Contains("is no folder", await data.RefusedAsync(2, "arrival", "set", "10020", "--folder", "upload"), StringComparison.Ordinal);
        Assert.Contains("no account", await data.RefusedAsync(1, "arrival", "set", "4711"), StringComparison.Ordinal);
        await data.SetUpAsync("arrival", "remove", "10020", "--folder", "/vendors/acme", "--name", "*.csv");
        Assert.Contains("has no rule", await data.RefusedAsync(1, "arrival", "remove", "10020", "--folder", "/vendors/acme", "--name", "*.csv"), StringComparison.Ordinal);
        Assert.Contains("no delivered file 4711", await data.RefusedAsync(1, "inbound", "claim", "4711"), StringComparison.Ordinal);
        Assert.Contains("Inbound:QuietSeconds", await data.RefusedAsync(1, "inbound", "list", "--set", "Inbound:QuietSeconds=4000"), StringComparison.Ordinal);
        Assert.Contains(
            "Inbound:TemporarySuffixes", await data.RefusedAsync(1, "inbound", "list", "--set", "Inbound:TemporarySuffixes=" + string.Join(',', Enumerable.Range(0, 33).Select(i => $".{i}"))),
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task With_the_collect_right_a_customers_delete_goes_to_the_archive(bool byLayout)
    {
        using var data = await template.CopyAsync();
        if (byLayout)
        {
            await File.WriteAllTextAsync(
                data.Combine("waybill.json"), """{ "Layout": { "Folders": [ { "Path": "/cdr", "Customer": "collect" }, { "Path": "/upload", "Customer": "deliver" } ] } }""");
        }
        else
        {
            Assert.Contains("/cdr of account 10020 may be tidied up by 10020", await data.OutputAsync("collect", "grant", "10020", "--login", "10020", "--folder", "/cdr"), StringComparison.Ordinal);
            Assert.Equal("/cdr", (await data.JsonAsync("collect", "list", "10020"))[0].GetProperty("folder").GetString());
        }

        await File.WriteAllTextAsync(data.Combine("vaults", "10020", "cdr", "a.csv"), "content");
        await using var server = await RunningServer.StartAsync(data);
        using var key = data.LoadKey();
        await using var client = await server.LogInAsync(key);
        await using var sftp = await RunningServer.OpenSftpAsync(client);
        await sftp.PutAsync("/upload/fake.csv", "fake"u8.ToArray());
        Assert.False((await sftp.RenameAsync("/upload/fake.csv", "/cdr/fake.csv")).IsOk);
        Assert.True((await sftp.RemoveAsync("/cdr/a.csv")).IsOk);

        Assert.Equal("/cdr/a.csv", (await data.AuditAsync("archive")).GetProperty("subject").GetString());
        var archived = Assert.Single(Directory.EnumerateFiles(data.Combine("archive", "10020"), "*", SearchOption.AllDirectories));
        Assert.EndsWith("/cdr/a.csv", archived, StringComparison.Ordinal);
        Assert.Equal("content", await File.ReadAllTextAsync(archived));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(data.Combine("archive")));
    }

    private static string Number(JsonElement file) => file.GetProperty("id").GetInt64().ToString(System.Globalization.CultureInfo.InvariantCulture);

    private static async Task<List<JsonElement>> WaitForAsync(Data data, int count)
    {
        for (var tries = 0; ; tries++)
        {
            List<JsonElement> items = [.. (await data.LookAsync("inbound", "list")).GetProperty("items").EnumerateArray()];
            if (items.Count == count)
            {
                return items;
            }

            Assert.True(tries < 1_200, $"{items.Count} files are offered");
            await Task.Delay(100);
        }
    }
}
