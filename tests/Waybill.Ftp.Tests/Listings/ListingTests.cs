using System.Text.RegularExpressions;
using Waybill.Ftp.Commands;
using Waybill.Ftp.Listings;
using Waybill.Ftp.Tests.Support;
using Waybill.Storage;
using Waybill.TestKit;
using Waybill.TestKit.Storage;

namespace Waybill.Ftp.Tests.Listings;

public sealed class ListingTests
{
    [Fact]
    public async Task LIST_has_one_format_whatever_options_clients_send()
    {
        await using var harness = await FtpHarness.StartAsync();
        harness.Write("a file", "content"u8);
        Directory.CreateDirectory(harness.PathOf("d"));
        await using var client = await harness.LogInAsync();
        var plain = await client.GetTextAsync("LIST");
        Assert.Matches(@"(?m)^-rw-r--r--    1 00012345 group           7 [A-Z][a-z]{2} [ 123]\d [ \d][\d:]{4} a file\r\n", plain);
        Assert.Matches(@"(?m)^drwxr-xr-x ", plain);
        foreach (var command in (string[])["LIST -l", "LIST -al ", "LIST -la /", "LIST .", "LIST -1 -F"])
        {
            Assert.Equal(plain, Regex.Replace(await client.GetTextAsync(command), @"(?m)^.* \.{1,2}\r\n", ""));
        }

        Assert.Contains(" .\r\n", await client.GetTextAsync("LIST -a"), StringComparison.Ordinal);
        Assert.Contains(" a file\r\n", await client.GetTextAsync("LIST a file"), StringComparison.Ordinal);
        Assert.Equal("", await client.GetTextAsync("LIST d"));
        using var data = await client.PassiveAsync();
        Assert.Equal(550, await client.SendAsync("LIST nothing"));
    }

    [Fact]
    public async Task A_pattern_of_the_last_name_lists_what_is_of_it()
    {
        await using var harness = await FtpHarness.StartAsync(rules: new FolderRules().With("/d/secret.csv", FileRights.None));
        Directory.CreateDirectory(harness.PathOf("d"));
        foreach (var name in (string[])["d/a.csv", "d/bü.csv", "d/c.txt", "d/.hidden.csv", "d/secret.csv", "x*.csv", "xy.csv"])
        {
            harness.Write(name, "1"u8);
        }

        await using var client = await harness.LogInAsync();
        Assert.Equal(["d/a.csv", "d/bü.csv"], Sorted(await client.GetTextAsync("NLST d/*.csv")));
        Assert.Equal(["/d/a.csv", "/d/c.txt"], Sorted(await client.GetTextAsync("NLST /d/[ac].???")));
        Assert.Equal("x*.csv\r\n", await client.GetTextAsync("NLST x*.csv"));
        Assert.Equal(250, await client.SendAsync("CWD d"));
        Assert.Equal(["a.csv", "bü.csv"], Sorted(await client.GetTextAsync("NLST *.csv")));
        Assert.Equal("", await client.GetTextAsync("NLST *.zip"));
        Assert.Equal(["a.csv", "bü.csv"], Sorted(await client.GetTextAsync("LIST -l *.csv")).Select(static line => line[(line.LastIndexOf(' ') + 1)..]));
        using var data = await client.PassiveAsync();
        foreach (var command in (string[])["NLST ../*/a.csv", "LIST nothing/*", "NLST */", "MLSD *"])
        {
            Assert.Equal((command, 550), (command, await client.SendAsync(command)));
        }
    }

    [Fact]
    public async Task NLST_gives_names_as_they_can_be_sent_back()
    {
        await using var harness = await FtpHarness.StartAsync();
        Directory.CreateDirectory(harness.PathOf("d"));
        harness.Write("d/x", "1"u8);
        await using var client = await harness.LogInAsync();
        Assert.Equal("d\r\n", await client.GetTextAsync("NLST"));
        Assert.Equal("d/x\r\n", await client.GetTextAsync("NLST d"));
        Assert.Equal("/d/x\r\n", await client.GetTextAsync("NLST /d/"));
        Assert.Equal("d/x\r\n", await client.GetTextAsync("NLST d/x"));
    }

    [Fact]
    public async Task MLSD_and_MLST_give_the_facts_that_are_wanted()
    {
        await using var harness = await FtpHarness.StartAsync(rules: new FolderRules().With("/d", FileRights.ReadOnly));
        Directory.CreateDirectory(harness.PathOf("d"));
        harness.Write("d/x y", "1234567"u8);
        File.SetLastWriteTimeUtc(harness.PathOf("d/x y"), new DateTime(2024, 2, 29, 12, 34, 56, DateTimeKind.Utc));
        await using var client = await harness.LogInAsync();
        var lines = (await client.GetTextAsync("MLSD d")).Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        Assert.Contains("type=file;size=7;modify=20240229123456;perm=r;UNIX.mode=0644; x y", lines);
        Assert.Contains(lines, line => line.StartsWith("type=cdir;", StringComparison.Ordinal) && line.EndsWith("perm=el;UNIX.mode=0755; .", StringComparison.Ordinal));
        Assert.Contains(lines, line => line.StartsWith("type=pdir;", StringComparison.Ordinal) && line.EndsWith(" ..", StringComparison.Ordinal));
        Assert.Equal(3, lines.Length);
        Assert.Equal(" type=file;size=7;modify=20240229123456;perm=r;UNIX.mode=0644; /d/x y", (await client.CommandAsync("MLST d/x y")).Lines[1]);

        Assert.Equal("200 MLST OPTS size;", (await client.CommandAsync("OPTS MLST SIZE;unknown;")).Text);
        Assert.Contains(" MLST type;size*;modify;perm;UNIX.mode;", (await client.CommandAsync("FEAT")).Lines);
        Assert.Equal(" size=7; /d/x y", (await client.CommandAsync("MLST d/x y")).Lines[1]);
        Assert.Equal("200 MLST OPTS ", (await client.CommandAsync("OPTS MLST")).Text);
        Assert.Equal("  /d/x y", (await client.CommandAsync("MLST d/x y")).Lines[1]);
        using var data = await client.PassiveAsync();
        Assert.Equal(501, await client.SendAsync("MLSD d/x y"));
    }

    [Fact]
    public async Task A_name_with_a_line_break_is_left_out_and_breaks_nothing()
    {
        await using var harness = await FtpHarness.StartAsync();
        harness.Write("good", "1"u8);
        harness.Write("bad\r\n-rw-r--r-- 1 x y 5 Jan 1 00:00 forged", "1"u8);
        await using var client = await harness.LogInAsync();
        foreach (var command in (string[])["LIST", "NLST", "MLSD"])
        {
            var text = await client.GetTextAsync(command);
            Assert.DoesNotContain("forged", text, StringComparison.Ordinal);
            Assert.Contains("good\r\n", text, StringComparison.Ordinal);
        }

        Assert.Equal(2, (await client.CommandAsync("STAT /")).Lines.Count(line => line.StartsWith("212", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_hundred_thousand_entries_stream()
    {
        const int Count = 100_000;
        await using var harness = await FtpHarness.StartAsync();
        harness.Store = () => new StoreResult<IFileStore>(StoreError.None, new LongDirectoryStore(Count, 20));
        await using var client = await harness.LogInAsync();
        foreach (var command in (string[])["LIST", "MLSD", "NLST"])
        {
            var text = await client.GetTextAsync(command);
            Assert.Equal(Count, text.Count(c => c == '\n'));
            Assert.EndsWith(LongDirectoryStore.NameOf(Count - 1, 20) + "\r\n", text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task STAT_lists_up_to_its_limit_and_says_so()
    {
        await using var harness = await FtpHarness.StartAsync();
        harness.Store = () => new StoreResult<IFileStore>(StoreError.None, new LongDirectoryStore(StatCommand.Entries + 1, 20));
        await using var client = await harness.LogInAsync();
        var reply = await client.CommandAsync("STAT /");
        Assert.Equal(StatCommand.Entries + 2, reply.Lines.Count);
        Assert.Equal("212 There is more; use LIST.", reply.Lines[^1]);
    }

    [Theory]
    [InlineData("20240229123456", 1709210096L)]
    [InlineData("20240229123456.789", 1709210096L)]
    [InlineData("19700101000000", 0L)]
    [InlineData("20161231235960", 1483228799L)]
    [InlineData("00010101000000", -62135596800L)]
    public void Times_are_read(string text, long seconds)
    {
        Assert.True(FtpTime.TryParse(System.Text.Encoding.ASCII.GetBytes(text), out var read));
        Assert.Equal(seconds, read);
    }

    [Theory]
    [InlineData("")]
    [InlineData("2024022912345")]
    [InlineData("20230229123456")]
    [InlineData("20240229123456.")]
    [InlineData("20240229123456.x")]
    [InlineData("20240229243456")]
    [InlineData("00000101000000")]
    [InlineData("2024022912345x")]
    [InlineData("-0240229123456")]
    public void What_is_no_time_is_refused(string text) => Assert.False(FtpTime.TryParse(System.Text.Encoding.ASCII.GetBytes(text), out _));

    [Theory]
    [InlineData("", false, "")]
    [InlineData("-la", true, "")]
    [InlineData("-l x", false, "x")]
    [InlineData("-a -l  x y", true, "x y")]
    [InlineData("-aL", true, "")]
    [InlineData("x -a", false, "x -a")]
    [InlineData("./-a", false, "./-a")]
    [InlineData("-2026-11.csv", false, "-2026-11.csv")]
    [InlineData("-- x", false, "-- x")]
    public void Options_are_passed_over(string argument, bool all, string path)
    {
        Assert.Equal(all, ListOptions.Read(System.Text.Encoding.UTF8.GetBytes(argument), out var left).All);
        Assert.Equal(path, System.Text.Encoding.UTF8.GetString(left));
    }

    [Fact]
    public async Task Eight_options_are_passed_over_and_what_stands_behind_them_is_a_path()
    {
        await using var harness = await FtpHarness.StartAsync();
        harness.Write("-x", []);
        harness.Write("b", []);
        await using var client = await harness.LogInAsync();
        Assert.Equal(["-x", "b"], Sorted(await client.GetTextAsync("NLST -a -a -a -a -a -a -a -x")));
        Assert.Equal(["-x"], Sorted(await client.GetTextAsync("NLST -a -a -a -a -a -a -a -a -x")));
    }

    private static IEnumerable<string> Sorted(string lines) => lines.Split("\r\n", StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal);

    [Fact]
    public void No_entry_is_longer_than_the_room_for_a_line()
    {
        var attributes = new Storage.FileAttributes(FileKind.File, 0x1FF, long.MaxValue, 0, long.MaxValue, 0, 0, uint.MaxValue);
        var name = new byte[4 * VaultPath.MaximumNameLength];
        Array.Fill(name, (byte)'x');
        var target = new byte[ListingLine.Longest];
        IListingFormat[] formats = [new UnixListing(new string('ü', 64), 0, true), new NameListing(new byte[VaultPath.MaximumLength]), new FactListing(new Facts(), new FolderRules())];
        Assert.All(formats, format => Assert.InRange(format.Write(target, VaultPath.Root, new DirectoryEntry(name, attributes)), name.Length, target.Length));
    }
}
