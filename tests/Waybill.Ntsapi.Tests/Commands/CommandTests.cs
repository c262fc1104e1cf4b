using Waybill.Ntsapi.Commands;
using Waybill.Ntsapi.Hosting;
using Waybill.Ntsapi.Numbers;
using Waybill.Ntsapi.Tests.Support;
using Waybill.TestKit.Ntsapi;

namespace Waybill.Ntsapi.Tests.Commands;

/// <summary>What each command says, word for word.</summary>
public sealed class CommandTests
{
    private const string Number = MemoryNumbers.Prefix + "000";
    private const string NotYours = "4 This is not one of your numbers. A number that was ported in begins with P";

    [Fact]
    public async Task A_number_is_found_activated_pointed_shown_given_back_and_taken_again()
    {
        await using var harness = await NtsapiHarness.StartAsync(NtsapiHarness.Tls);
        await using var client = await harness.ConnectAsync();
        await AssertAsync(client,
        [
            ($"AUTH {NtsapiHarness.User} {NtsapiHarness.Password}", "0 Access granted. Welcome (cl=500)"),
            ("ALLO 01224______", $"0 {Number} Allocated"),
            ($"ACTI {Number}", "0 Number activated OK"),
            ($"SET {Number} 1 S:441224000000@sip.example", "0 Number updated OK"),
            ($"STAT {Number}", $"0 {Number} Y 2026-12-31 S:441224000000@sip.example||"),
            ($"SET {Number} 3 441189999999", "0 Number updated OK"),
            ($"STAT {Number}", $"0 {Number} Y 2026-12-31 S:441224000000@sip.example||441189999999"),
            ($"SET {Number} 1 -", "0 Number updated OK"),
            ($"STAT {Number}", $"0 {Number} Y 2026-12-31 ||441189999999"),
            ($"INFO {Number} GEN Example Ltd, 1 High St, AB10 1AA", "0 Information updated"),
            ($"ORDE {Number} 1 0000", "0 Number updated OK"),
            ($"SPIN {Number} 1234", "0 Number updated OK"),
            ($"DEAC {Number}", "0 Number deactivated OK"),
            ($"STAT {Number}", $"0 {Number} N 2026-12-31 ||441189999999"),
            ($"REAC {Number}", "0 Number reactivated OK"),
            ("QUIT", "0 Many thanks. Goodbye"),
        ]);
        Assert.Null(await client.TryReadAsync());
        Assert.Contains($"GEN {Number} Example Ltd, 1 High St, AB10 1AA", harness.Numbers.Calls);
        Assert.Contains($"ORDE {Number} 1 0000", harness.Numbers.Calls);
        var report = await harness.ReportAsync();
        Assert.Equal((NtsapiEndReason.ClientClosed, true, NtsapiHarness.User), (report.Reason, report.LoggedIn, report.User));
        Assert.Contains(new NtsapiCommandCount("STAT", 4), report.Commands);
    }

    [Fact]
    public async Task What_is_not_there_or_not_possible_begins_with_the_words_that_clients_know()
    {
        await using var harness = await NtsapiHarness.StartAsync();
        await using var client = await harness.LogInAsync();
        await AssertAsync(client,
        [
            ("ALLO 0161_______", "1 No number found for allocation"),
            ($"ACTI {MemoryNumbers.Others}", "1 Number not activated: somebody was quicker, ask for another one"),
            ("ACTI 01610000000", "1 Number not activated"),
            ("ALTEN 0161_______", "1 No range found for allocation"),
            ("ALIST 0161 5", "1 No range found for allocation"),
            ("BLKACTI 0161 5", "1 No range found for allocation"),
            ("BLKINFO 01224000000", "1 Account not ACTIve"),
            ("BLKDEAC 01224000000", "1 Account not ACTIve"),
            ("BLKREAC 01224000000", "1 Account not ACTIve"),
            ("REAC 01224000001", NotYours),
            ("DEAC 01224000001", NotYours),
            ($"STAT {MemoryNumbers.Others}", NotYours),
            ("STAT 01610000000", NotYours),
            ($"SET {MemoryNumbers.Others} 1 S:a@b", NotYours),
            ($"FEAT {MemoryNumbers.Others}", NotYours),
            ($"INFO {MemoryNumbers.Others} 999 DATA", NotYours),
            ($"INFO {MemoryNumbers.Others} 999 STATUS", NotYours),
            ($"INFO {MemoryNumbers.Others} 999 VALIDATE", NotYours),
        ]);
    }

    [Fact]
    public async Task What_stands_behind_a_number_is_looked_at()
    {
        await using var harness = await NtsapiHarness.StartAsync();
        await using var client = await harness.LogInAsync();
        await client.AskAsync($"ACTI {Number}");
        const string Set = "4 It is written SET number index target";
        await AssertAsync(client,
        [
            ($"SET {Number} 0 S:a@b", Set), ($"SET {Number} 4 S:a@b", Set), ($"SET {Number} 11 S:a@b", Set), ($"SET {Number} 1 S:a|b@c", Set), ($"SET {Number} 1 nonsense", "4 This is no target"),
            ($"ORDE {Number} 4 0000", "4 It is written ORDE number index periods"),
            ($"FEAT {Number} d", "4 It is written FEAT number [letter [Y|N]]"), ($"FEAT {Number} D X", "4 It is written FEAT number [letter [Y|N]]"), ($"FEAT {Number} X", "4 There is no such feature"),
            ($"INFO {Number} NAME Smith", "4 It is written INFO number GEN text, or number 999 verb [value]"),
            ("ALIST 01224 0", "4 It is written ALIST pattern quantity"), ("ALIST 01224 -1", "4 It is written ALIST pattern quantity"), ("BLKACTI 01224 x", "4 It is written BLKACTI pattern quantity"),
        ]);
    }

    [Fact]
    public async Task A_number_that_was_ported_in_takes_what_it_may()
    {
        await using var harness = await NtsapiHarness.StartAsync();
        await using var client = await harness.LogInAsync();
        await AssertAsync(client,
        [
            ("SET P2012345678 1 S:442012345678@sip.example", "0 Number updated OK"),
            ("ORDE P2012345678 1 0000", "0 Number updated OK"),
            ("STAT P2012345678", "0 P2012345678 Y 2026-12-31 S:442012345678@sip.example||"),
            ("STAT 02012345678", NotYours),
            ("INFO P2012345678 999 CREATE", "0 Information updated"),
            ("INFO P2012345678 GEN text", "4 A number that begins with P was ported in. Only STAT, SET, ORDE and INFO 999 take it"),
        ]);
    }

    [Fact]
    public async Task Features_are_shown_and_turned_on_and_off()
    {
        await using var harness = await NtsapiHarness.StartAsync();
        await using var client = await harness.LogInAsync();
        await client.AskAsync($"ACTI {Number}");
        await AssertAsync(client,
        [
            ($"FEAT {Number}", $"0 {Number} -"), ($"FEAT {Number} J", "0 Number updated OK"), ($"FEAT {Number} D Y", "0 Number updated OK"), ($"FEAT {Number}", $"0 {Number} DJ"),
            ($"FEAT {Number} J N", "0 Number updated OK"), ($"FEAT {Number}", $"0 {Number} D"),
        ]);
    }

    [Fact]
    public async Task The_emergency_record_has_its_verbs()
    {
        await using var harness = await NtsapiHarness.StartAsync();
        await using var client = await harness.LogInAsync();
        await client.AskAsync($"ACTI {Number}");
        var info = $"INFO {Number} 999";
        await AssertAsync(client,
        [
            ($"{info} DATA", "9 No record found"), ($"{info} VALIDATE", "9 No record found"), ($"{info} NAME Smith", "1 There is no record. Send CREATE first"),
            ($"{info} CREATE", "0 Information updated"), ($"{info} VALIDATE", "4 The record has no POSTCODE"),
            ($"{info} NAME Smith and Sons", "0 Information updated"), ($"{info} POSTCODE AB10 1AA", "0 Information updated"), ($"{info} TITLE", "0 Information updated"),
            ($"{info} VALIDATE", "0 Information Valid"), ($"{info} NONSENSE", "4 The verbs of INFO 999 are CREATE DATA STATUS VALIDATE TITLE FORENAME NAME HONOURS BUSSUFFIX PREMISES THOROUGHFARE LOCALITY POSTCODE"),
            ($"{info} CREATE x", "4 The verbs of INFO 999 are CREATE DATA STATUS VALIDATE TITLE FORENAME NAME HONOURS BUSSUFFIX PREMISES THOROUGHFARE LOCALITY POSTCODE"),
        ]);
        Assert.Equal("0 TITLE ", await client.AskAsync($"{info} DATA"));
        Assert.Equal(["0 NAME Smith and Sons", "0 POSTCODE AB10 1AA", "1 End of data"], [await client.ReadAsync(), await client.ReadAsync(), await client.ReadAsync()]);
        harness.Numbers.EmergencyValidation = EmergencyValidation.Parsed;
        Assert.Equal("1 Parsed OK. Check later for status.", await client.AskAsync($"{info} VALIDATE"));
        foreach (var state in (EmergencyState[])[new(0, "Accepted"), new(6, "Submitted - awaiting manual processing"), new(9, "No record found")])
        {
            harness.Numbers.EmergencyState = state;
            Assert.Equal($"{state.Digit} {state.Words}", await client.AskAsync($"{info} STATUS"));
        }
    }

    [Fact]
    public async Task Lists_end_with_a_line_that_does_not_begin_with_0_and_come_in_one_write()
    {
        await using var harness = await NtsapiHarness.StartAsync(NtsapiHarness.Tls);
        await using var client = await harness.LogInAsync();
        await client.WriteAsync("ALIST 01224 3\n");
        Assert.Equal("0 01224000000\n0 01224000001\n0 01224000002\n1 End of list\n", await client.ReadOnceAsync());
        Assert.Equal("0 0122400000_ Allocated", await client.AskAsync("ALTEN 01224______"));
        Assert.Empty(harness.Numbers.Active);
    }

    [Fact]
    public async Task Blocks_are_taken_shown_given_back_and_taken_again()
    {
        await using var harness = await NtsapiHarness.StartAsync();
        await using var client = await harness.LogInAsync();
        await AssertAsync(client,
        [
            ("BLKACTI 0122400001_ 1", "4 A block has 2 to 1000 numbers. Ask for so many."), ("BLKACTI 0122400001_ 10", "0 01224000010 01224000019"), ("BLKINFO 01224000015", "0 01224000010 10"), ("STAT 01224000019", "0 01224000019 Y 2026-12-31 ||"),
            ("BLKDEAC 01224000010", "0 Block deactivated OK"), ("STAT 01224000019", "0 01224000019 N 2026-12-31 ||"), ("BLKREAC 01224000010", "0 Block reactivated OK"),
        ]);
        Assert.Equal(10, harness.Numbers.Active.Count);
    }

    [Fact]
    public async Task Help_names_every_command_and_how_it_is_used()
    {
        await using var harness = await NtsapiHarness.StartAsync();
        await using var client = await harness.ConnectAsync();
        var help = await client.AskAsync("help");
        Assert.StartsWith("0 Commands: AUTH HELP QUIT ALLO ", help, StringComparison.Ordinal);
        Assert.Contains("Log in first: AUTH user password", help, StringComparison.Ordinal);
        foreach (var row in NtsapiCommands.All)
        {
            Assert.Contains($" {row.Verb}", help, StringComparison.Ordinal);
            Assert.Equal($"0 {$"{row.Verb} {row.Usage}".TrimEnd()}: {row.Help}", await client.AskAsync($"HELP {row.Verb}"));
        }

        Assert.Equal("4 Unknown command. HELP lists those that there are", await client.AskAsync("HELP XYZZY"));
    }

    [Fact]
    public async Task A_server_that_cannot_now_says_so_and_the_session_goes_on()
    {
        await using var harness = await NtsapiHarness.StartAsync();
        await using var client = await harness.LogInAsync();
        harness.Numbers.Next = new NumberAnswer(NumberResult.Unavailable);
        Assert.Equal("5 The server cannot do this at the moment. Try again in a minute.", await client.AskAsync("ALLO 01224______"));
        harness.Numbers.Next = new NumberAnswer(NumberResult.TooFast, "Too fast; wait 3 s.");
        Assert.Equal("7 Too fast; wait 3 s.", await client.AskAsync("BLKDEAC 01224000000"));
        harness.Numbers.Fails = new InvalidOperationException("a defect");
        harness.ExpectedErrors = 1;
        Assert.Equal("5 The server cannot do this at the moment. Try again in a minute.", await client.AskAsync("ALLO 01224______"));
        Assert.Equal("0 01224000000 Allocated", await client.AskAsync("ALLO 01224______"));
    }

    /// <summary>Also those whose other refusals have a digit of their own.</summary>
    [Theory]
    [InlineData("ALLO 01224______")]
    [InlineData("ALIST 01224 2")]
    [InlineData("ALTEN 01224")]
    [InlineData("ACTI 01224000000")]
    [InlineData("STAT 01224000000")]
    [InlineData("FEAT 01224000000")]
    [InlineData("BLKACTI 01224 2")]
    [InlineData("BLKINFO 01224000000")]
    [InlineData("BLKDEAC 01224000000")]
    [InlineData("INFO 01224000000 999 STATUS")]
    [InlineData("INFO 01224000000 999 DATA")]
    [InlineData("INFO 01224000000 999 VALIDATE")]
    public async Task What_a_login_may_not_is_a_4_whatever_it_is(string command)
    {
        await using var harness = await NtsapiHarness.StartAsync();
        await using var client = await harness.LogInAsync();
        harness.Numbers.Next = new NumberAnswer(NumberResult.Forbidden, "This login may not");
        Assert.Equal("4 This login may not", await client.AskAsync(command));
    }

    private static async Task AssertAsync(NtsapiClient client, IEnumerable<(string Command, string Reply)> dialogue)
    {
        foreach (var (command, reply) in dialogue)
        {
            Assert.Equal((command, reply), (command, await client.AskAsync(command)));
        }
    }
}
