using System.Text.Json;
using Waybill.Server.Tests.Support;

namespace Waybill.Server.Tests.CommandLine;

/// <summary><c>numbers</c>: ranges, whose a number is, what is set for it, and what happened.</summary>
public sealed class NumberTests(Template template)
{
    private const string First = "01224000000";

    [Fact]
    public async Task A_range_is_added_priced_and_listed()
    {
        using var data = await template.CopyAsync();
        Assert.Equal("(none)\n", await data.OutputAsync("numbers", "ranges"));
        Assert.Equal(
            "range 1: 100 numbers from 01224000000 to 01224000099 are free\n",
            await data.OutputAsync("numbers", "add-range", First, "+44 1224 000099", "--band", "G1", "--setup", "1.5", "--description", "Aberdeen"));
        Assert.Equal(
            "range 1 (01224000000 to 01224000099): band G2, setup 1.50, monthly 0.50, Aberdeen\n", await data.OutputAsync("numbers", "price", "1", "--band", "G2", "--monthly", "0.50"));
        Assert.Equal(
            """
            RANGE  FIRST        LAST         FREE  ACTIVE  QUARANTINED  PORTED IN  PORTED OUT  BAND  SETUP  MONTHLY  DESCRIPTION
            1      01224000000  01224000099  100   0       0            0          0           G2    1.50   0.50     Aberdeen

            """,
            await data.OutputAsync("numbers", "ranges"));
        Assert.Contains("01224000050 is here already", await data.RefusedAsync(1, "numbers", "add-range", "01224000050", "01224000150"), StringComparison.Ordinal);
        Assert.Contains("--setup: 'much' is not a price in pounds, as 1.50", await data.RefusedAsync(2, "numbers", "price", "1", "--setup", "much"), StringComparison.Ordinal);
        Assert.Contains("'12' is no telephone number", await data.RefusedAsync(2, "numbers", "add-range", "12", "13"), StringComparison.Ordinal);
        Assert.Contains("There is no range 7", await data.RefusedAsync(1, "numbers", "price", "7", "--band", "G2"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task How_many_numbers_an_account_has_and_may_have_is_shown_and_set()
    {
        using var data = await template.CopyAsync();
        await data.SetUpAsync("account", "add", "10042", "--name", "Example Ltd");
        const string Rest = ", those that it gave back counted while they are quarantined; they may not be pointed at telephone numbers\n";
        Assert.Equal("account 10042 has 0 of at most 10000 numbers" + Rest, await data.OutputAsync("numbers", "account", "10042"));
        Assert.Equal("account 10042 has 0 of at most 500 numbers (its own maximum)" + Rest, await data.OutputAsync("numbers", "account", "10042", "--max", "500"));
        await data.SetUpAsync("numbers", "add-range", First, "01224000001");
        await data.SetUpAsync("numbers", "activate", First, "--account", "10042");
        await data.SetUpAsync("numbers", "deactivate", First);
        var shown = await data.JsonAsync("numbers", "account", "10042", "--max", "default", "--set", "Numbers:MaxPerAccount=7");
        Assert.Equal((1, 7, false), (shown.GetProperty("numbers").GetInt32(), shown.GetProperty("maximum").GetInt32(), shown.GetProperty("ownMaximum").GetBoolean()));
        Assert.EndsWith("they may be pointed at telephone numbers (set for it)\n", await data.OutputAsync("numbers", "account", "10042", "--pstn", "yes"), StringComparison.Ordinal);
        Assert.EndsWith("they may not be pointed at telephone numbers (set for it)\n", await data.OutputAsync("numbers", "account", "10042", "--pstn", "no", "--set", "Numbers:PstnTargets=true"), StringComparison.Ordinal);
        Assert.EndsWith("they may be pointed at telephone numbers\n", await data.OutputAsync("numbers", "account", "10042", "--pstn", "default", "--set", "Numbers:PstnTargets=true"), StringComparison.Ordinal);
        Assert.Contains("--pstn: 'maybe' is not yes, no or default", await data.RefusedAsync(2, "numbers", "account", "10042", "--pstn", "maybe"), StringComparison.Ordinal);
        Assert.Contains("--max: 'many' is not a number, as 500 or default", await data.RefusedAsync(2, "numbers", "account", "10042", "--max", "many"), StringComparison.Ordinal);
        Assert.Contains("0 to 10000000 numbers", await data.RefusedAsync(2, "numbers", "account", "10042", "--max", "10000001"), StringComparison.Ordinal);
        Assert.Contains("There is no account nobody", await data.RefusedAsync(1, "numbers", "account", "nobody"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_of_ranges_is_imported_and_again_without_harm()
    {
        using var data = await template.CopyAsync();
        var file = data.Beside("ranges.csv");
        await File.WriteAllTextAsync(file, "first,last,band,monthly\n01224 000000,01224 000099,G1,0.50\n02079460000,02079460999,G2,\n");
        Assert.Equal("2 ranges with 1100 numbers added, 0 were there already\n", await data.OutputAsync("numbers", "import", file));
        Assert.Equal("0 ranges with 0 numbers added, 2 were there already\n", await data.OutputAsync("numbers", "import", file));
        Assert.Equal(["01224000000", "02079460000"], (await data.JsonAsync("numbers", "ranges")).EnumerateArray().Select(range => range.GetProperty("first").GetString()));
        await File.WriteAllTextAsync(file, "first,last\n01225000000,x\n");
        Assert.Contains("Line 2: 'x' is no telephone number", await data.RefusedAsync(2, "numbers", "import", file), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_number_is_found_activated_set_given_back_and_taken_again_and_its_history_tells()
    {
        using var data = await template.CopyAsync();
        await data.SetUpAsync("numbers", "add-range", First, "01224000009");
        Assert.Matches("^01224000000 is active: account 10020, until [0-9-]{10}\n$", await data.OutputAsync("numbers", "activate", First, "--account", "10020"));
        Assert.Contains("01224000000 is not free", await data.RefusedAsync(1, "numbers", "activate", First, "--account", "10020"), StringComparison.Ordinal);
        await data.SetUpAsync("numbers", "target", First, "1", "S:441224000000:secret@sip.example.com", "--periods", "1-5:0900-1730");
        await data.SetUpAsync("numbers", "target", First, "2", "F:fax@example.com");
        await data.SetUpAsync("numbers", "target", First, "2", "none");
        Assert.Equal("01224000000 is active: account 10020, ends after 2099-12-31\n", await data.OutputAsync("numbers", "term", First, "2099-12-31", "--ends"));
        Assert.Equal(
            "NUMBER       STATE   ACCOUNT  EXPIRES     TARGETS\n01224000000  active  10020    2099-12-31  S:441224000000:***@sip.example.com\n",
            await data.OutputAsync("numbers", "find", "01224______", "--state", "active"));
        Assert.Equal(9, (await data.JsonAsync("numbers", "find", "01224", "--state", "free")).GetArrayLength());
        Assert.Equal(3, (await data.JsonAsync("numbers", "find", "--limit", "3")).GetArrayLength());
        Assert.StartsWith("01224000000 is quarantined until ", await data.OutputAsync("numbers", "deactivate", First), StringComparison.Ordinal);
        Assert.StartsWith("01224000000 is active: account 10020, until ", await data.OutputAsync("numbers", "reactivate", First), StringComparison.Ordinal);
        var shown = await data.JsonAsync("numbers", "show", First);
        Assert.Equal(
            ["number", "state", "account", "formerAccount", "expires", "ends", "quarantinedUntil", "targets", "hasPin", "features", "information", "block", "range"],
            shown.GetProperty("number").EnumerateObject().Select(field => field.Name));
        Assert.Equal(
            ["number-reactivated", "number-deactivated", "number-term-set", "number-target-set", "number-target-set", "number-periods-set", "number-target-set", "number-activated", "number-range-added"],
            shown.GetProperty("history").EnumerateArray().Select(change => change.GetProperty("kind").GetString()));
        var text = await data.OutputAsync("numbers", "show", First);
        Assert.Contains("target 1     S:441224000000:***@sip.example.com at 1-5:0900-1730\n", text, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", text + shown.GetRawText(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Numbers_come_from_elsewhere_go_and_return()
    {
        using var data = await template.CopyAsync();
        await data.SetUpAsync("numbers", "add-range", First, "01224000009");
        Assert.Equal("2 numbers are account 10020's now, 0 were already\n", await data.OutputAsync("numbers", "port-in", "02079460000", "02079460001", "--account", "10020"));
        Assert.Equal("0 numbers are account 10020's now, 1 were already\n", await data.OutputAsync("numbers", "port-in", "02079460000", "--account", "10020"));
        Assert.Contains("01224000000 is free here", await data.RefusedAsync(1, "numbers", "port-in", First, "--account", "10020"), StringComparison.Ordinal);
        Assert.Equal("portedIn", (await data.JsonAsync("numbers", "show", "P2079460000")).GetProperty("number").GetProperty("state").GetString());
        await data.SetUpAsync("numbers", "activate", First, "--account", "10020");
        Assert.Equal("01224000000 is ported out\n", await data.OutputAsync("numbers", "port-out", First));
        Assert.StartsWith("01224000000 is quarantined until ", await data.OutputAsync("numbers", "return", First), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Emergency_records_are_listed_and_answered()
    {
        using var data = await template.CopyAsync();
        await data.SetUpAsync("numbers", "add-range", First, "01224000009");
        await data.SetUpAsync("numbers", "activate", First, "--account", "10020");
        Assert.Contains("There is no emergency record of 01224000000", await data.RefusedAsync(1, "numbers", "emergency", "show", First), StringComparison.Ordinal);
        Assert.Equal("(none)\n", await data.OutputAsync("numbers", "emergency", "list"));
        data.Sql("""INSERT INTO emergency_record VALUES (441224000000, '{"NAME":"Example Ltd","POSTCODE":"AB10 1AA"}', 3, NULL, 0, 'a test')""");
        Assert.Contains("01224000000  submitted  1970-01-01 00:00:00Z  Example Ltd  AB10 1AA\n", await data.OutputAsync("numbers", "emergency", "list"), StringComparison.Ordinal);
        Assert.Equal(
            "01224000000: rejected: no such street\nNAME         Example Ltd\nPOSTCODE     AB10 1AA\n",
            await data.OutputAsync("numbers", "emergency", "answer", First, "rejected", "--reason", "no such street"));
        Assert.Equal(JsonValueKind.Object, (await data.JsonAsync("numbers", "emergency", "show", First)).GetProperty("fields").ValueKind);
        await data.RefusedAsync(2, "numbers", "emergency", "answer", First, "rejected");
        await data.RefusedAsync(2, "numbers", "emergency", "answer", First, "none");
    }

    [Fact]
    public async Task What_makes_no_sense_is_refused()
    {
        using var data = await template.CopyAsync();
        await data.SetUpAsync("numbers", "add-range", First, "01224000009");
        await data.SetUpAsync("numbers", "activate", First, "--account", "10020");
        Assert.Contains("Say what to set: TARGET, --periods, or both", await data.RefusedAsync(2, "numbers", "target", First, "1"), StringComparison.Ordinal);
        Assert.Contains("There is no target type H", await data.RefusedAsync(2, "numbers", "target", First, "1", "H:x"), StringComparison.Ordinal);
        Assert.Contains("A number has the targets 1 to 3", await data.RefusedAsync(2, "numbers", "target", First, "4", "none"), StringComparison.Ordinal);
        Assert.Contains("is no day; write it as 2027-12-31", await data.RefusedAsync(2, "numbers", "term", First, "31/12/2027"), StringComparison.Ordinal);
        Assert.Contains("is no pattern of numbers", await data.RefusedAsync(2, "numbers", "find", "abc"), StringComparison.Ordinal);
        Assert.Contains("There is no account 99", await data.RefusedAsync(1, "numbers", "find", "--account", "99"), StringComparison.Ordinal);
        Assert.Contains("There is no number 01225000000", await data.RefusedAsync(1, "numbers", "show", "01225000000"), StringComparison.Ordinal);
        Assert.Contains(
            "cannot be pointed at telephone numbers", await data.RefusedAsync(1, "numbers", "target", First, "1", "441189999999"), StringComparison.Ordinal);
    }
}
