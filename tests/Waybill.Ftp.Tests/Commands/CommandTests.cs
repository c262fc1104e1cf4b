using System.Globalization;
using Waybill.Ftp.Commands;
using Waybill.Ftp.Hosting;
using Waybill.Ftp.Tests.Support;
using Waybill.Storage;
using Waybill.TestKit.Storage;

namespace Waybill.Ftp.Tests.Commands;

/// <summary>Each command: good, wrong, at the wrong time, refused.</summary>
public sealed class CommandTests
{
    /// <summary>A script, a line each: the command and the code of its one reply.</summary>
    [Theory]
    [InlineData("SYST 215", "NOOP 200", "PWD 257", "HELP 214", "HELP RETR 214", "HELP XYZ 502", "HELP SITE 502", "FEAT 211", "CLNT test 200", "STAT 211", "ABOR 225")]
    [InlineData("OPTS UTF8 ON 200", "OPTS UTF8 200", "OPTS UTF8 OFF 504", "OPTS MLST type;size; 200", "OPTS HASH SHA-512 200", "OPTS HASH 200", "OPTS HASH MD5 504", "OPTS NOTHING 501", "OPTS 501")]
    [InlineData("TYPE I 200", "TYPE A 200", "TYPE A N 200", "TYPE L 8 200", "TYPE E 504", "TYPE L 7 504", "TYPE A T 504", "TYPE X 501", "TYPE 501")]
    [InlineData("MODE S 200", "MODE B 504", "MODE Z 504", "MODE X 501", "STRU F 200", "STRU R 504", "STRU P 504", "STRU X 501")]
    [InlineData("USER other 503", "PASS x 503", "AUTH TLS 503", "HOST localhost 503", "ACCT x 202", "REIN 502", "SMNT / 502", "SITE CHMOD 600 a 502", "CCC 534", "ADAT x 502", "LANG en 502")]
    [InlineData("PBSZ 0 200", "PBSZ x 501", "PBSZ -1 501", "PROT P 200", "PROT C 534", "PROT S 536", "PROT E 536", "PROT X 504")]
    [InlineData("MKD d 257", "MKD d 550", "CWD d 250", "PWD 257", "CDUP 250", "CWD nothing 550", "CWD a 550", "CWD 501", "RMD d 250", "RMD d 550", "RMD a 550", "MKD 501", "XMKD e 257", "XCWD e 250", "XPWD 257", "XCUP 250", "XRMD e 250")]
    [InlineData("SIZE a 213", "SIZE / 550", "SIZE nothing 550", "SIZE 501", "MDTM a 213", "MDTM / 550", "MDTM nothing 550", "MDTM 20200101000000 a 550", "MLST a 250", "MLST 250", "MLST nothing 550")]
    [InlineData("MFMT 20200229123456 a 213", "MDTM a 213", "MFMT 20210229123456 a 501", "MFMT 2020 a 501", "MFMT 20200229123456 501", "MFMT 20200229123456 nothing 550", "MFMT 99991231235959 nothing 550")]
    [InlineData("MFF Modify=20200101000000;UNIX.mode=0600; a 213", "MFF Owner=x; a 501", "MFF Modify=1; a 501", "MFF a 501", "MFF UNIX.mode=9; a 501")]
    [InlineData("RNTO b 503", "RNFR nothing 550", "RNFR a 350", "RNTO b 250", "RNFR b 350", "NOOP 200", "RNTO a 250", "RNFR a 350", "PWD 257", "RNTO b 503", "RNFR a 350", "RNTO a 250")]
    [InlineData("REST 5 350", "REST -1 501", "REST +1 501", "REST x 501", "REST 9223372036854775807 350", "REST 9223372036854775808 501", "REST 501", "ALLO 5 200", "ALLO 5 R 7 200", "ALLO 5 R x 501", "ALLO 5 R -1 501", "ALLO 5 X 7 501", "ALLO x 501", "ALLO 501")]
    [InlineData("RETR a 425", "STOR b 425", "APPE b 425", "STOU 425", "LIST 425", "NLST 425", "MLSD 425", "RETR 501", "STOR 501", "APPE 501")]
    [InlineData("DELE nothing 550", "DELE a 250", "DELE a 550", "DELE 501", "DELE / 550")]
    [InlineData("EPSV 1 229", "EPSV 2 522", "EPSV 9 522", "EPSV x 501", "PASV 227", "EPSV 229", "PORT 127,0,0,1,200,1 502", "EPRT |1|127.0.0.1|6446| 502")]
    [InlineData("EPSV ALL 200", "PASV 501", "EPSV 229", "PORT 127,0,0,1,200,1 502")]
    [InlineData("DELE x\0y 550", "STOR x\0y 553", "MKD x\0y 550", "CWD x\0y 550")]
    [InlineData("HASH a 213", "HASH / 550", "HASH nothing 550", "XSHA256 a 250", "XSHA256 nothing 550")]
    [InlineData("STAT / 212", "STAT a 213", "STAT -la 212", "STAT nothing 550")]
    [InlineData("MKD .waybill-x 550", "STOR .waybill-x 553", "SIZE .waybill-x 550", "RNFR a 350", "RNTO .waybill-x 553", "CWD .waybill-x 550")]
    public async Task The_codes_of_a_session_are(params string[] script)
    {
        await using var harness = await FtpHarness.StartAsync();
        harness.Write("a", "content"u8);
        await using var client = await harness.LogInAsync();
        foreach (var line in script)
        {
            var cut = line.LastIndexOf(' ');
            var reply = await client.CommandAsync(line[..cut]);
            Assert.True(reply.Code.ToString(CultureInfo.InvariantCulture) == line[(cut + 1)..], $"{line[..cut]}: {reply}");
        }

        Assert.Equal(221, await client.SendAsync("QUIT"));
        Assert.Null(await client.TryReadReplyAsync());
    }

    [Fact]
    public async Task Every_verb_is_answered_once_before_TLS_and_only_the_harmless_ones_do_anything()
    {
        string[] harmless = ["AUTH", "HOST", "QUIT", "FEAT", "OPTS", "CLNT", "SYST", "HELP", "NOOP", "ACCT"];
        await using var harness = await FtpHarness.StartAsync();
        foreach (var row in FtpCommands.All.Where(row => row.Verb is not ("AUTH" or "QUIT")))
        {
            await using var client = await harness.ConnectAsync();
            var reply = await client.CommandAsync(row.Verb + " x");
            Assert.True(reply.Code is 500 or 501 or 502 or 503 or 504 or 530 or 533 || harmless.Contains(row.Verb), $"{row.Verb}: {reply}");
            Assert.Equal(215, await client.SendAsync("SYST"));
        }

        Assert.Empty(harness.Attempts);
    }

    [Fact]
    public async Task Every_verb_that_needs_a_login_is_refused_without_one()
    {
        await using var harness = await FtpHarness.StartAsync();
        await using var client = await harness.ConnectWithTlsAsync();
        foreach (var row in FtpCommands.All.Where(row => row.Phase == FtpPhase.LoggedIn))
        {
            Assert.Equal(530, await client.SendAsync(row.Verb + " x"));
        }
    }

    [Fact]
    public async Task What_FEAT_says_follows_from_the_options()
    {
        await using var harness = await FtpHarness.StartAsync(FtpHarness.DefaultOptions with { AllowActive = true });
        await using var client = await harness.ConnectAsync();
        var lines = (await client.CommandAsync("FEAT")).Lines;
        foreach (var feature in (string[])[" AUTH TLS", " PBSZ", " PROT", " UTF8", " REST STREAM", " SIZE", " MDTM", " MFMT", " EPSV", " EPRT", " HOST", " CLNT", " MLST type*;size*;modify*;perm*;UNIX.mode*;", " HASH SHA-256*;SHA-512"])
        {
            Assert.Contains(feature, lines);
        }

        Assert.Contains("PORT", (await client.CommandAsync("HELP")).Text, StringComparison.Ordinal);
        Assert.Equal("214 EPRT |protocol|address|port|", (await client.CommandAsync("HELP EPRT")).Text);
    }

    [Fact]
    public async Task Active_mode_that_is_off_stands_neither_in_FEAT_nor_in_HELP()
    {
        await using var harness = await FtpHarness.StartAsync();
        await using var client = await harness.LogInAsync();
        Assert.DoesNotContain("EPRT", (await client.CommandAsync("FEAT")).Text, StringComparison.Ordinal);
        var help = (await client.CommandAsync("HELP")).Text;
        Assert.Contains("EPSV", help, StringComparison.Ordinal);
        Assert.DoesNotMatch("PORT|EPRT", help);
        Assert.Equal(502, await client.SendAsync("HELP PORT"));
        Assert.Equal(502, await client.SendAsync("HELP EPRT"));
    }

    [Theory]
    [InlineData("00010101000000", "19011213204552")]
    [InlineData("99991231235959", "24460510223855")]
    [InlineData("20200229123456", "20200229123456")]
    public async Task MFMT_and_MFF_tell_the_time_that_was_set_and_not_the_one_that_was_asked_for(string asked, string held)
    {
        await using var harness = await FtpHarness.StartAsync();
        var store = new MemoryFileStore();
        store.AddFile("/a", "content"u8);
        harness.Store = () => new StoreResult<IFileStore>(StoreError.None, new ClampingStore(store));
        await using var client = await harness.LogInAsync();
        Assert.Equal($"213 Modify={held}; /a", (await client.CommandAsync($"MFMT {asked} a")).Text);
        Assert.Equal($"213 {held}", (await client.CommandAsync("MDTM a")).Text);
        Assert.Equal($"213 Modify={held};UNIX.mode=0604; /a", (await client.CommandAsync($"MFF modify={asked};UNIX.mode=4604; a")).Text);
        Assert.Equal("213 UNIX.mode=0007; /a", (await client.CommandAsync("MFF UNIX.mode=7; a")).Text);
    }

    [Theory]
    [InlineData("00010101000000")]
    [InlineData("19691231235959")]
    [InlineData("21060207062816")]
    [InlineData("99991231235959")]
    public async Task The_real_store_says_the_same_time_wherever_it_is_asked(string asked)
    {
        await using var harness = await FtpHarness.StartAsync();
        harness.Write("a", "content"u8);
        await using var client = await harness.LogInAsync();
        var set = (await client.CommandAsync($"MFMT {asked} a")).Text;
        var held = (await client.CommandAsync("MDTM a")).Text["213 ".Length..];
        Assert.Equal($"213 Modify={held}; /a", set);
        Assert.Contains($"modify={held};", await client.GetTextAsync("MLSD"), StringComparison.Ordinal);
        var day = DateTime.ParseExact(held, "yyyyMMddHHmmss", CultureInfo.InvariantCulture);
        Assert.Contains(string.Create(CultureInfo.InvariantCulture, $" {day:MMM} {day.Day,2} {day.Year,5} a\r\n"), await client.GetTextAsync("LIST"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Names_are_answered_in_quotation_marks_that_are_doubled_within()
    {
        await using var harness = await FtpHarness.StartAsync();
        await using var client = await harness.LogInAsync();
        Assert.Equal("257 \"/a\"\"b ü\" was made.", (await client.CommandAsync("MKD a\"b ü")).Text);
        Assert.Equal(250, await client.SendAsync("CWD a\"b ü"));
        Assert.StartsWith("257 \"/a\"\"b ü\" ", (await client.CommandAsync("PWD")).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Blanks_at_the_beginning_and_end_of_a_name_are_of_the_name()
    {
        await using var harness = await FtpHarness.StartAsync();
        await using var client = await harness.LogInAsync();
        Assert.Equal(257, await client.SendAsync("MKD  x "));
        Assert.Equal([" x "], harness.Names());
    }

    [Fact]
    public async Task A_login_may_do_what_its_rights_say_and_is_told_where_it_may()
    {
        var rules = new FolderRules(FileRights.List).With("/in", FileRights.ReadOnly).With("/upload", FileRights.List | FileRights.Create).With("/secret", FileRights.None);
        await using var harness = await FtpHarness.StartAsync(rules: rules);
        foreach (var folder in (string[])["in", "upload", "secret"])
        {
            Directory.CreateDirectory(harness.PathOf(folder));
            harness.Write(folder + "/a", "content"u8);
        }

        await using var client = await harness.LogInAsync();
        (string Command, int Code)[] refused =
        [
            ("DELE in/a", 550), ("RNFR in/a", 550), ("MKD in/x", 550), ("RMD in", 550), ("MFMT 20200101000000 in/a", 550), ("MKD x", 550), ("CWD secret", 550), ("SIZE secret/a", 550),
            ("HASH upload/a", 550), ("MLST secret", 550), ("STAT secret", 550),
        ];
        foreach (var (command, code) in refused)
        {
            Assert.Equal((command, code), (command, await client.SendAsync(command)));
        }

        using (await client.PassiveAsync())
        {
            foreach (var command in (string[])["STOR in/a", "STOR in/x", "STOR upload/a", "APPE upload/a", "RETR upload/a", "RETR secret/a", "LIST secret", "MLSD secret"])
            {
                Assert.Equal((command, 550), (command, await client.SendAsync(command)));
            }

            Assert.Contains("put it into /upload", (await client.CommandAsync("STOR x")).Text, StringComparison.Ordinal);
        }

        Assert.Equal(["in", "upload"], (await client.GetTextAsync("NLST")).Split("\r\n", StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal));
        Assert.All(harness.Journal.Events, row => Assert.Equal(StoreError.PermissionDenied, row.Outcome));
        Assert.Equal(16, harness.Journal.Events.Count);
    }

    [Fact]
    public async Task In_a_drop_box_a_client_sees_and_may_stamp_its_own_fresh_files_only()
    {
        await using var harness = await FtpHarness.StartAsync(rules: new FolderRules(FileRights.List).With("/drop", FileRights.Create));
        Directory.CreateDirectory(harness.PathOf("drop"));
        harness.Write("drop/theirs", "theirs"u8);
        await using var client = await harness.LogInAsync();
        Assert.Equal(250, await client.SendAsync("CWD drop"));
        Assert.Equal(550, await client.SendAsync("SIZE theirs"));
        Assert.Equal(226, (await client.PutAsync("STOR mine", "mine"u8.ToArray())).Code);
        Assert.Equal("213 4", (await client.CommandAsync("SIZE mine")).Text);
        Assert.Equal(213, await client.SendAsync("MFMT 20200101000000 mine"));
        Assert.Equal("213 20200101000000", (await client.CommandAsync("MDTM mine")).Text);
        Assert.Equal(550, await client.SendAsync("MFMT 20200101000000 theirs"));
    }

    [Fact]
    public async Task A_rename_replaces_where_the_login_may_overwrite_and_nowhere_else()
    {
        await using var harness = await FtpHarness.StartAsync(rules: new FolderRules().With("/keep", FileRights.All & ~FileRights.Overwrite));
        Directory.CreateDirectory(harness.PathOf("keep"));
        foreach (var name in (string[])["a", "b", "c", "keep/d"])
        {
            harness.Write(name, System.Text.Encoding.ASCII.GetBytes(name));
        }

        await using var client = await harness.LogInAsync();
        Assert.Equal(350, await client.SendAsync("RNFR a"));
        Assert.Equal(250, await client.SendAsync("RNTO b"));
        Assert.Equal("a"u8.ToArray(), harness.Content("b"));
        Assert.Equal(350, await client.SendAsync("RNFR c"));
        Assert.Equal(550, await client.SendAsync("RNTO keep/d"));
        Assert.Equal("keep/d"u8.ToArray(), harness.Content("keep/d"));
    }

    [Fact]
    public async Task What_cannot_be_recorded_is_not_confirmed()
    {
        await using var harness = await FtpHarness.StartAsync();
        harness.Write("a", "old"u8);
        await using var client = await harness.LogInAsync();
        harness.Journal.Fails = StoreError.InputOutput;
        Assert.Equal(451, (await client.PutAsync("STOR a", "new"u8.ToArray())).Code);
        Assert.Equal("old"u8.ToArray(), harness.Content("a"));
        Assert.Equal(451, await client.SendAsync("MKD d"));
        Assert.Equal(451, await client.SendAsync("DELE a"));
    }

    /// <summary>Keeps times as an ext4 with inodes of 256 bytes does.</summary>
    private sealed class ClampingStore(IFileStore inner) : DelegatingStore(inner)
    {
        public override ValueTask<StoreError> SetAttributesAsync(VaultPath path, AttributeChanges changes, bool followLink) =>
            base.SetAttributesAsync(path, changes with { ModificationTime = changes.ModificationTime is { } time ? Math.Clamp(time, -2_147_483_648, 15_032_385_535) : null }, followLink);
    }
}
