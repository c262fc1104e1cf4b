using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Waybill.TestKit;

namespace Waybill.Interop.Tests.Ntsapi;

/// <summary>NTSAPI as the program serves it: whose numbers, whose password, who sees the session and who ends it.</summary>
[Collection(nameof(WithoutOtherTests))]
public sealed partial class NtsapiTests(NtsapiServer ntsapi) : IClassFixture<NtsapiServer>
{
    private const string NotYours = "4 This is not one of your numbers. A number that was ported in begins with P";

    private WaybillServer Server => ntsapi.Server;

    /// <summary>How each client of domain.md 1.5 ends its commands, through the life of a number.</summary>
    [Theory]
    [InlineData("A and B", "\r\n", false)]
    [InlineData("C", "", true)]
    [InlineData("D", "\n", false)]
    [InlineData("E", "\r", false)]
    [InlineData("F", "", false)]
    public async Task A_number_is_found_taken_pointed_and_given_back_by_each_client_s_way(string client, string end, bool isTls)
    {
        await using var line = isTls ? await ntsapi.ConnectAsync() : await ntsapi.ConnectPlainAsync();

        // Each writes back what it reads, whoever has numbers of the same range meanwhile.
        Assert.Equal("0 Access granted. Welcome (cl=500)", await line.AskAsync($"AUTH {WaybillServer.User} {Server.Password}", end));
        var allocated = await line.AskAsync("ALLO 01224______", end);
        Assert.Matches("^0 01224[0-9]{6} Allocated$", allocated);
        var number = allocated.Split(' ')[1];
        Assert.Equal("0 Number activated OK", await line.AskAsync($"ACTI {number}", end));
        Assert.Equal($"1 Number not activated: {number} is not free. Allocate another one and activate that at once.", await line.AskAsync($"ACTI {number}", end));
        Assert.Equal("0 Number updated OK", await line.AskAsync($"SET {number} 1 S:441224000000@sip.example", end));
        Assert.Equal("0 Number updated OK", await line.AskAsync($"SET {number} 2 01189999999", end));
        Assert.Equal("0 Number updated OK", await line.AskAsync($"ORDE {number} 1 0000", end));
        Assert.Matches($"^0 {number} Y 2[0-9]{{3}}-[0-9]{{2}}-[0-9]{{2}} S:441224000000@sip\\.example\\|441189999999\\|$", await line.AskAsync($"STAT {number}", end));
        Assert.Equal("0 Number updated OK", await line.AskAsync($"SPIN {number} 1234", end));
        Assert.Equal("0 Number updated OK", await line.AskAsync($"FEAT {number} D", end));
        Assert.Equal($"0 {number} D", await line.AskAsync($"FEAT {number}", end));
        Assert.Equal("0 Information updated", await line.AskAsync($"INFO {number} GEN Client {client}, 1 High St", end));
        Assert.StartsWith("4 A telephone number as target is ", await line.AskAsync($"SET {number} 3 12", end), StringComparison.Ordinal);
        Assert.Equal("0 Number deactivated OK", await line.AskAsync($"DEAC {number}", end));
        Assert.Matches($"^0 {number} N ", await line.AskAsync($"STAT {number}", end));
        Assert.Equal("0 Number reactivated OK", await line.AskAsync($"REAC {number}", end));
        Assert.Equal("0 Many thanks. Goodbye", await line.AskAsync("QUIT", end));
        Assert.Null(await line.ReadAsync());
    }

    [Fact]
    public async Task A_login_that_may_only_look_is_told_so_also_in_a_session_that_lives()
    {
        const string Looks = "4 This login may look at numbers and not change them. Use another login of the account, or have the account's owner or the provider allow it.";
        const string Nothing = "4 This login may not use numbers. Use another login of the account, or have the account's owner or the provider allow it.";
        await Server.CommandAsync("account", "add", "40002", "--name", "Desk");
        var password = await ntsapi.AddLoginAsync("40002", "40002");
        await ntsapi.AddRangeAsync("01464300000", "01464300019");
        await Server.CommandAsync("numbers", "activate", "01464300000", "--account", "40002");
        await using var line = await ntsapi.LogInAsync("40002", password);
        Assert.Equal("0 Number updated OK", await line.AskAsync("SET 01464300000 1 S:44@sip.example"));
        Assert.Equal("login 40002 may look at numbers and not change them", (await Server.CommandAsync("login", "numbers", "40002", "look")).Output.Trim());
        foreach (var command in (string[])
        [
            "ACTI 01464300001", "DEAC 01464300000", "REAC 01464300000", "SET 01464300000 1 -", "ORDE 01464300000 1 0000", "SPIN 01464300000 1234", "FEAT 01464300000 D", "INFO 01464300000 GEN desk",
            "INFO 01464300000 999 CREATE", "INFO 01464300000 999 NAME Smith", "INFO 01464300000 999 VALIDATE", "BLKACTI 014643 2", "BLKDEAC 01464300000", "BLKREAC 01464300000",
        ])
        {
            Assert.Equal(Looks, await line.AskAsync(command));
        }

        Assert.Matches(@"^0 01464300000 Y [0-9-]{10} S:44@sip\.example\|\|$", await line.AskAsync("STAT 01464300000"));
        Assert.Equal("0 01464300000 -", await line.AskAsync("FEAT 01464300000"));
        Assert.Equal("9 No record found", await line.AskAsync("INFO 01464300000 999 STATUS"));
        Assert.Equal("1 Account not ACTIve", await line.AskAsync("BLKINFO 01464300000"));
        Assert.Matches("^0 014643000[0-9]{2} Allocated$", await line.AskAsync("ALLO 014643"));
        await Server.CommandAsync("login", "numbers", "40002", "none");
        foreach (var command in (string[])["STAT 01464300000", "ALLO 014643", "ALTEN 014643", "ALIST 014643 2", "BLKINFO 01464300000", "INFO 01464300000 999 STATUS", "INFO 01464300000 999 DATA", "ACTI 01464300001"])
        {
            Assert.Equal(Nothing, await line.AskAsync(command));
        }

        await Server.CommandAsync("login", "numbers", "40002", "change");
        Assert.Equal("0 Number updated OK", await line.AskAsync("SET 01464300000 1 -"));
    }

    [Fact]
    public async Task An_account_is_told_what_it_may_not_when_it_has_as_many_numbers_as_it_may_and_of_telephone_numbers_as_targets()
    {
        await Server.CommandAsync("account", "add", "40001", "--name", "Small");
        var password = await ntsapi.AddLoginAsync("40001", "40001");
        Assert.Contains("0 of at most 2 numbers (its own maximum)", (await Server.CommandAsync("numbers", "account", "40001", "--max", "2")).Output, StringComparison.Ordinal);
        await ntsapi.AddRangeAsync("01464200000", "01464200009");
        await using var line = await ntsapi.LogInAsync("40001", password);
        Assert.Equal(
            "1 Account 40001 has 0 of at most 2 numbers, those counted that it gave back and that are still in quarantine. 3 more are too many; ask the provider.",
            await line.AskAsync("BLKACTI 014642 3"));
        var block = (await line.AskAsync("BLKACTI 014642 2")).Split(' ');
        Assert.Equal(("0", 3), (block[0], block.Length));
        Assert.Equal(
            "1 Numbers of account 40001 cannot be pointed at telephone numbers, since such calls are charged. Use a SIP target, or ask the provider to allow it.",
            await line.AskAsync($"SET {block[2]} 1 01189999999"));
        Assert.Equal("0 Number deactivated OK", await line.AskAsync($"DEAC {block[2]}"));
        const string Full = "1 Number not activated: Account 40001 has 2 of at most 2 numbers, those counted that it gave back and that are still in quarantine. One more is too many; ask the provider.";
        var free = (await line.AskAsync("ALLO 014642")).Split(' ')[1];
        Assert.Equal(Full, await line.AskAsync($"ACTI {free}"));
        Assert.Equal("0 Number reactivated OK", await line.AskAsync($"REAC {block[2]}"));
        Assert.Equal(Full, await line.AskAsync($"ACTI {free}"));

        // Staff give it more.
        await Server.CommandAsync("numbers", "activate", free, "--account", "40001");
        Assert.StartsWith($"0 {free} Y ", await line.AskAsync($"STAT {free}"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_emergency_record_is_written_sent_on_and_told_by_its_digits()
    {
        await using var line = await ntsapi.LogInAsync(WaybillServer.User, Server.Password);
        const string Number = "01224001999";
        Assert.Equal("0 Number activated OK", await line.AskAsync($"ACTI {Number}"));
        Assert.Equal("9 No record found", await line.AskAsync($"INFO {Number} 999 STATUS"));
        Assert.Equal("9 No record found", await line.AskAsync($"INFO {Number} 999 VALIDATE"));
        Assert.Equal("9 No record found", await line.AskAsync($"INFO {Number} 999 DATA"));
        Assert.Equal("1 There is no emergency record of this number. Send CREATE first", await line.AskAsync($"INFO {Number} 999 NAME Smith"));
        Assert.Equal("0 Information updated", await line.AskAsync($"INFO {Number} 999 CREATE"));
        Assert.Equal("0 Information updated", await line.AskAsync($"INFO {Number} 999 NAME Smith & Sons"));
        Assert.Equal("1 Info received", await line.AskAsync($"INFO {Number} 999 STATUS"));
        Assert.Equal($"4 The emergency record of {Number} has no POSTCODE. Give it, then validate again.", await line.AskAsync($"INFO {Number} 999 VALIDATE"));
        Assert.StartsWith("4 'nowhere' is no postcode", await line.AskAsync($"INFO {Number} 999 POSTCODE nowhere"), StringComparison.Ordinal);
        Assert.Equal("0 Information updated", await line.AskAsync($"INFO {Number} 999 POSTCODE ab10 1aa"));
        Assert.Equal("0 NAME Smith & Sons", await line.AskAsync($"INFO {Number} 999 DATA"));
        Assert.Equal("0 POSTCODE AB10 1AA", await line.ReadAsync());
        Assert.Equal("1 End of data", await line.ReadAsync());
        Assert.Equal("1 Parsed OK. Check later for status.", await line.AskAsync($"INFO {Number} 999 VALIDATE"));
        Assert.Equal("3 Info submitted", await line.AskAsync($"INFO {Number} 999 STATUS"));
        await Server.CommandAsync("numbers", "emergency", "answer", Number, "rejected", "--reason", "No such street");
        Assert.Equal("8 Rejected", await line.AskAsync($"INFO {Number} 999 STATUS"));
        await Server.CommandAsync("numbers", "emergency", "answer", Number, "accepted");
        Assert.Equal("0 Accepted", await line.AskAsync($"INFO {Number} 999 STATUS"));
        Assert.Equal("0 Information Valid", await line.AskAsync($"INFO {Number} 999 VALIDATE"));
    }

    [Fact]
    public async Task Blocks_and_rows_of_ten_are_found_taken_and_given_back()
    {
        await ntsapi.AddRangeAsync("01463200000", "01463200099");
        await using var line = await ntsapi.LogInAsync(WaybillServer.User, Server.Password);
        Assert.Matches("^0 014632000[0-9]_ Allocated$", await line.AskAsync("ALTEN 01463"));
        Assert.Equal("4 A block has 2 to 1000 numbers. Ask for so many.", await line.AskAsync("BLKACTI 0146320002_ 1"));
        Assert.Equal("0 01463200020 01463200029", await line.AskAsync("BLKACTI 0146320002_ 10"));
        Assert.Equal("0 01463200020 10", await line.AskAsync("BLKINFO 01463200025"));
        Assert.Equal("1 No range found for allocation", await line.AskAsync("ALTEN 0146320002_"));
        Assert.Equal("1 No number found for allocation", await line.AskAsync("ALLO 0146320002_"));
        Assert.StartsWith("4 ", await line.AskAsync("BLKDEAC 01463200025"), StringComparison.Ordinal);
        Assert.Equal("0 Block deactivated OK", await line.AskAsync("BLKDEAC 01463200020"));
        Assert.Matches("^0 01463200029 N ", await line.AskAsync("STAT 01463200029"));
        Assert.Equal("0 Block reactivated OK", await line.AskAsync("BLKREAC 01463200020"));
        Assert.Matches("^0 01463200029 Y ", await line.AskAsync("STAT 01463200029"));
        await line.WriteAsync("ALIST 01463 1000\n");
        List<string> listed = [];
        while (await line.ReadAsync() is ['0', ' ', .. var number])
        {
            listed.Add(number);
        }

        Assert.Equal(90, listed.Distinct().Count());
        Assert.DoesNotContain(listed, static number => number.StartsWith("0146320002", StringComparison.Ordinal));
        Assert.Equal(NotYours, await line.AskAsync("STAT 01463200090"));
        Assert.Equal("1 Account not ACTIve", await line.AskAsync($"BLKINFO {(await line.AskAsync("ALLO 0146320009_")).Split(' ')[1]}"));
    }

    [Fact]
    public async Task Blocks_that_change_too_fast_are_refused_with_how_long_to_wait_and_all_else_goes_on()
    {
        await Server.CommandAsync("account", "add", "40003", "--name", "Quick");
        var password = await ntsapi.AddLoginAsync("40003", "40003");
        await ntsapi.AddRangeAsync("01468200000", "01468200999");
        await using var line = await ntsapi.LogInAsync("40003", password);
        Assert.Equal("1 No range found for allocation", await line.AskAsync("ALTEN 0146820___5"));
        Assert.Equal("0 01468200000 01468200999", await line.AskAsync("BLKACTI 01468 1000"));
        Assert.Equal("0 Block deactivated OK", await line.AskAsync("BLKDEAC 01468200000"));
        Assert.Matches(
            "^7 Account 40003 changes blocks too fast: 2000 numbers at once, and then 100 a second. Nothing was done; try again in ([1-9]|10) s\\.$", await line.AskAsync("BLKREAC 01468200000"));
        Assert.Matches("^0 01468200000 N ", await line.AskAsync("STAT 01468200000"));
        Assert.Equal("0 Number reactivated OK", await line.AskAsync("REAC 01468200000"));
    }

    [Fact]
    public async Task A_number_that_was_ported_in_is_named_with_P_and_has_targets_and_an_emergency_record()
    {
        await Server.CommandAsync("numbers", "port-in", "02012345678", "--account", WaybillServer.User);
        await using var line = await ntsapi.LogInAsync(WaybillServer.User, Server.Password);
        Assert.Equal("0 Number updated OK", await line.AskAsync("SET P2012345678 1 S:a@sip.example"));
        Assert.Equal("0 Number updated OK", await line.AskAsync("ORDE P2012345678 1 1-5:0900-1730"));
        Assert.Matches("^0 P2012345678 Y 9999-12-31 S:a@sip\\.example\\|\\|$", await line.AskAsync("STAT P2012345678"));
        Assert.Matches("^0 02012345678 Y ", await line.AskAsync("STAT 02012345678"));
        Assert.Equal("0 Information updated", await line.AskAsync("INFO P2012345678 999 CREATE"));
        Assert.Equal("1 Info received", await line.AskAsync("INFO P2012345678 999 STATUS"));
        foreach (var command in (string[])["DEAC P2012345678", "REAC P2012345678", "SPIN P2012345678 1234", "FEAT P2012345678"])
        {
            Assert.StartsWith("4 ", await line.AskAsync(command), StringComparison.Ordinal);
        }

        Assert.StartsWith("1 02012345678 was ported in", await line.AskAsync("DEAC 02012345678"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_number_whose_term_the_provider_ended_is_refused_with_a_1_until_the_provider_gives_it_again()
    {
        const string Number = "01469200000";
        await ntsapi.AddRangeAsync(Number, Number);
        await using var line = await ntsapi.LogInAsync(WaybillServer.User, Server.Password);
        Assert.Equal("0 Number activated OK", await line.AskAsync($"ACTI {Number}"));
        await Server.CommandAsync("numbers", "term", Number, "2099-12-31", "--ends");
        Assert.Equal("0 Number deactivated OK", await line.AskAsync($"DEAC {Number}"));
        Assert.Equal($"1 The provider has ended the term of {Number}. Ask it for the number.", await line.AskAsync($"REAC {Number}"));
        Assert.Equal($"1 {Number} is not active: it is quarantined. Reactivate it first (REAC).", await line.AskAsync($"SPIN {Number} 1234"));
        await Server.CommandAsync("numbers", "reactivate", Number);
        Assert.Matches($"^0 {Number} Y ", await line.AskAsync($"STAT {Number}"));
    }

    [Fact]
    public async Task Numbers_of_another_account_are_told_and_changed_as_numbers_that_are_not_there()
    {
        await Server.CommandAsync("account", "add", "10021", "--name", "Other Telecom");
        var password = await ntsapi.AddLoginAsync("10021", "10021");
        await using var mine = await ntsapi.LogInAsync(WaybillServer.User, Server.Password);
        const string Number = "01224002000";
        Assert.Equal("0 Number activated OK", await mine.AskAsync($"ACTI {Number}"));
        await using var theirs = await ntsapi.LogInAsync("10021", password);
        foreach (var command in (string[])["STAT {0}", "SET {0} 1 S:a@b.example", "ORDE {0} 1 0000", "DEAC {0}", "REAC {0}", "SPIN {0} 1234", "FEAT {0}", "FEAT {0} D", "INFO {0} GEN x", "INFO {0} 999 CREATE", "INFO {0} 999 DATA", "INFO {0} 999 STATUS", "INFO {0} 999 NAME x"])
        {
            foreach (var number in (string[])[Number, "02079460000", "00000000000"])
            {
                Assert.Equal(NotYours, await theirs.AskAsync(string.Format(CultureInfo.InvariantCulture, command, number)));
            }
        }

        Assert.Equal("0 01224002010 01224002019", await mine.AskAsync("BLKACTI 0122400201_ 10"));
        foreach (var number in (string[])["01224002010", "01224002015", "02079460000", "00000000000"])
        {
            foreach (var verb in (string[])["BLKINFO", "BLKDEAC", "BLKREAC"])
            {
                Assert.Equal("1 Account not ACTIve", await theirs.AskAsync($"{verb} {number}"));
            }
        }

        Assert.Equal("1 No range found for allocation", await theirs.AskAsync("BLKACTI 0122400201_ 10"));
        Assert.Equal("0 01224002010 10", await mine.AskAsync("BLKINFO 01224002015"));
        Assert.Matches("^0 01224002019 Y ", await mine.AskAsync("STAT 01224002019"));
        Assert.StartsWith("1 Number not activated", await theirs.AskAsync($"ACTI {Number}"), StringComparison.Ordinal);
        Assert.Matches($"^0 {Number} Y [-0-9]+ \\|\\|$", await mine.AskAsync($"STAT {Number}"));
        Assert.Equal(NotYours, await mine.AskAsync($"STAT P{Number[1..]}"));
    }

    [Fact]
    public async Task A_session_is_listed_and_ended_by_staff_and_by_a_password_that_is_removed()
    {
        var password = await ntsapi.AddLoginAsync("32001");
        await using var first = await ntsapi.LogInAsync("32001", password);
        var session = JsonDocument.Parse((await Server.CommandAsync("sessions", "--json")).Output).RootElement.EnumerateArray().Single(static each => each.GetProperty("user").GetString() == "32001");
        Assert.Equal(("ntsapi", "password"), (session.GetProperty("protocol").GetString(), session.GetProperty("key").GetString()));
        Assert.StartsWith("TLSv1.3 ", session.GetProperty("algorithms").GetString(), StringComparison.Ordinal);
        await Server.CommandAsync("sessions", "kick", session.GetProperty("id").GetString()!);
        Assert.Equal("4 The provider has ended your session", await first.ReadAsync());
        Assert.Null(await first.ReadAsync());

        await using var second = await ntsapi.LogInAsync("32001", password);
        await Server.CommandAsync("password", "remove", "32001");
        Assert.Equal("4 The provider has ended your session", await second.ReadAsync());
        await FtpsTests.WaitForAsync(async () => !(await Server.CommandAsync("sessions", "--json")).Output.Contains("\"32001\"", StringComparison.Ordinal));

        // The row follows the session within a moment.
        await FtpsTests.WaitForAsync(async () => Regex.Count((await Server.CommandAsync("audit", "search", "--action", "connection-ended")).Output, "32001.*Kicked") == 2);
    }

    [Fact]
    public async Task Wrong_passwords_are_counted_together_with_those_of_FTPS_and_nobody_learns_who_exists()
    {
        var password = await ntsapi.AddLoginAsync("32002");
        var curl = new Clients.FtpsCurl(Server) { User = "32002", Password = "seven green tortoises" };
        for (var i = 0; i < 2; i++)
        {
            await Assert.ThrowsAsync<InvalidOperationException>(() => curl.ListAsync("/"));
        }

        await using (var line = await ntsapi.ConnectAsync())
        {
            Assert.Equal("4 User name or password is wrong", await line.AskAsync("AUTH nobody-has-it seven green tortoises"));
            Assert.Equal("4 User name or password is wrong", await line.AskAsync("AUTH 32002 seven green tortoises"));
            Assert.Equal("4 User name or password is wrong", await line.AskAsync("AUTH 32002 seven blue tortoises"));
            Assert.Null(await line.ReadAsync());
        }

        await using (var line = await ntsapi.ConnectAsync())
        {
            Assert.Equal("4 User name or password is wrong", await line.AskAsync("AUTH 32002 seven red tortoises"));
            Assert.Equal("4 Too many wrong passwords came from your address. Try again later.", await line.AskAsync($"AUTH 32002 {password}"));
            Assert.Null(await line.ReadAsync());
        }

        await Assert.ThrowsAsync<InvalidOperationException>(() => new Clients.FtpsCurl(Server) { User = "32002", Password = password }.ListAsync("/"));
        await FtpsTests.WaitForAsync(async () => (await Server.CommandAsync("why", "32002")).Output.Contains("an NTSAPI program gave a password for `32002`, which was not looked at after wrong ones", StringComparison.Ordinal));
        await Server.CommandAsync("password", "unlock", "32002");
        await using var right = await ntsapi.LogInAsync("32002", password);
        Assert.DoesNotContain("tortoises", (await Server.CommandAsync("audit", "search")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_comes_without_TLS_is_listed_and_from_the_day_on_only_TLS_gets_in()
    {
        var password = await ntsapi.AddLoginAsync("32003");
        await using (var plain = await ntsapi.ConnectPlainAsync())
        {
            Assert.StartsWith("0 Access granted", await plain.AskAsync($"AUTH 32003 {password}"), StringComparison.Ordinal);
        }

        await FtpsTests.WaitForAsync(async () => (await Server.CommandAsync("login", "plain")).Output.Contains("32003", StringComparison.Ordinal));
        await using (var before = await ntsapi.ConnectPlainAsync())
        {
            Assert.StartsWith("0 Access granted", await before.AskAsync($"AUTH 32003 {password}"), StringComparison.Ordinal);
            await Server.CommandAsync("login", "ftp", "32003", "--tls-from", "2026-01-01");
            Assert.Equal("4 Your login must use TLS since 2026-01-01 00:00 UTC. Connect to the port for TLS", await before.ReadAsync());
            Assert.Null(await before.ReadAsync());
        }

        await using (var plain = await ntsapi.ConnectPlainAsync())
        {
            Assert.Equal("4 This login must use TLS.", await plain.AskAsync($"AUTH 32003 {password}"));
            Assert.Null(await plain.ReadAsync());
        }

        await using var tls = await ntsapi.LogInAsync("32003", password);
        await FtpsTests.WaitForAsync(async () => (await Server.CommandAsync("audit", "search", "--action", "login-refused")).Output.Contains("an NTSAPI program gave a password for `32003` without TLS", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_vendor_s_login_is_told_that_it_has_no_numbers()
    {
        await Server.CommandAsync("login", "add", "10020-rating", "--account", WaybillServer.User, "--vendor", "rating");
        var password = (await Server.CommandAsync("password", "generate", "10020-rating")).Output.Trim();
        await using var line = await ntsapi.ConnectAsync();
        Assert.Equal("4 This login has no numbers. Use one of the customer's own.", await line.AskAsync($"AUTH 10020-rating {password}"));
        Assert.Null(await line.ReadAsync());
    }

    [Fact]
    public async Task Whoever_speaks_something_else_is_named_for_support()
    {
        var outcome = await ExternalProcess.RunAsync("curl", ["-q", "-sS", "--max-time", "20", $"http://{NtsapiServer.PlainAddress}:{ntsapi.Port}/"]);
        Assert.NotEqual(0, outcome.ExitCode);
        outcome = await ExternalProcess.RunAsync("curl", ["-q", "-sS", "--max-time", "20", "--cacert", Server.Root, $"https://localhost:{ntsapi.Port}/"]);
        Assert.NotEqual(0, outcome.ExitCode);
        await FtpsTests.WaitForAsync(async () => Regex.Count((await Server.CommandAsync("audit", "search", "--action", "login-refused")).Output, "something else than NTSAPI came|did not come to terms over TLS") >= 2);
    }
}
