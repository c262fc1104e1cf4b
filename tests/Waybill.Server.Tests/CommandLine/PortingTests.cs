using System.Text.Json;
using Waybill.Server.Tests.Support;

namespace Waybill.Server.Tests.CommandLine;

/// <summary><c>porting</c>, and <c>porting day</c>.</summary>
public sealed class PortingTests(Template template)
{
    [Fact]
    public async Task An_order_goes_from_the_draft_to_its_day()
    {
        using var data = await template.CopyAsync();
        var earliest = (await data.JsonAsync("porting", "earliest", "--line", "ddi", "--count", "10", "--postcode", "S1 1AA", "--range-holder", "true")).GetProperty("earliest").GetString()!;
        var order = Reference(await data.JsonAsync(
            "porting", "add", "10020", "--main", "01632 960000", "--numbers", "01632960000-01632960009", "--address", "1 High Street", "--postcode", "s11aa", "--losing-provider", "Other Telecom",
            "--losing-account", "A-1", "--line", "ddi", "--range-holder", "yes", "--signatory", "Ann Lee", "--wanted", earliest));
        Assert.Contains("The rule letter is broken", await data.RefusedAsync(1, "porting", "submit", order), StringComparison.Ordinal);
        var letter = data.Beside("letter.pdf");
        await File.WriteAllTextAsync(letter, "%PDF-1.7");
        Assert.Equal("letter.pdf", (await data.JsonAsync("porting", "letter", order, letter)).GetProperty("letters")[0].GetProperty("name").GetString());
        await data.SetUpAsync("porting", "submit", order);
        Assert.Contains(order, await data.OutputAsync("porting", "list", "--queue"), StringComparison.Ordinal);
        await data.SetUpAsync("porting", "take", order);
        Assert.Contains("rejected, 10 numbers; 02 Not known there.", await data.OutputAsync("porting", "reject", order, "--code", "02", "--reason", "Not known there."), StringComparison.Ordinal);
        await data.SetUpAsync("porting", "submit", order);
        await data.SetUpAsync("porting", "take", order);
        await data.SetUpAsync("porting", "accept", order, "--range-holder", "true");
        Assert.Contains($"scheduled, 10 numbers, on {earliest}", await data.OutputAsync("porting", "schedule", order, earliest), StringComparison.Ordinal);
        Assert.Contains("The rule on-the-day is broken", await data.RefusedAsync(1, "porting", "complete", order), StringComparison.Ordinal);
        var shown = await data.OutputAsync("porting", "show", order);
        Assert.Contains("01632960000-01632960009", shown, StringComparison.Ordinal);
        Assert.Contains(": Not known there.", shown, StringComparison.Ordinal);
        Assert.Contains("cancelled", await data.OutputAsync("porting", "cancel", order, "--reason", "no longer wanted"), StringComparison.Ordinal);
        Assert.Empty((await data.JsonAsync("porting", "list", "--queue")).EnumerateArray());
    }

    [Fact]
    public async Task A_table_makes_orders_and_days_are_set_and_listed()
    {
        using var data = await template.CopyAsync();
        var table = data.Beside("orders.csv");
        await File.WriteAllTextAsync(table, "main,numbers,line,postcode\n01632960000,01632960000,single,S1 1AA\n01632960001,nothing,single,S1 1AA\n");
        Assert.Contains("Line 3", await data.RefusedAsync(2, "porting", "import", "10020", table), StringComparison.Ordinal);
        await File.WriteAllTextAsync(table, "main,numbers,line,postcode\n01632960000,01632960000,single,S1 1AA\n");
        Assert.Contains("draft, 1 numbers", await data.OutputAsync("porting", "import", "10020", table), StringComparison.Ordinal);
        var second = (await data.JsonAsync("porting", "import", "10020", table))[0];
        Assert.Equal(2, second.GetProperty("tableLine").GetInt32());
        var refused = $"line 2, order {Reference(second)}: refused. The rule complete is broken:";
        Assert.StartsWith(refused, await data.OutputAsync("porting", "submit-table", second.GetProperty("table").GetString()!), StringComparison.Ordinal);
        Assert.Contains("There is no table", await data.RefusedAsync(1, "porting", "submit-table", "2222-2222"), StringComparison.Ordinal);
        var letter = data.Beside("letter.pdf");
        await File.WriteAllTextAsync(letter, "%PDF-1.7");
        var reference = second.GetProperty("table").GetString()!;
        Assert.Equal($"table {reference}: the letter is with 1 drafts of 1 orders\n", await data.OutputAsync("porting", "letter-table", reference, letter));
        Assert.Equal("letter.pdf", (await data.JsonAsync("porting", "letter-table", reference, letter))[0].GetProperty("letters")[1].GetProperty("name").GetString());
        Assert.Contains("There is no table", await data.RefusedAsync(1, "porting", "letter-table", "2222-2222", letter), StringComparison.Ordinal);
        Assert.Equal("2032-05-10 is a holiday: wedding\n", await data.OutputAsync("porting", "day", "set", "2032-05-10", "--nation", "scotland", "--name", "wedding"));
        Assert.Contains("2032-05-10  scotland  holiday", await data.OutputAsync("porting", "day", "list"), StringComparison.Ordinal);
        Assert.Contains("2032-05-10", await data.OutputAsync("porting", "day", "holidays", "scotland", "2032"), StringComparison.Ordinal);
        Assert.DoesNotContain("2032-05-10", await data.OutputAsync("porting", "day", "holidays", "england", "2032"), StringComparison.Ordinal);
        await data.SetUpAsync("porting", "day", "remove", "2032-05-10", "--nation", "scotland");
        Assert.Contains("no such day", await data.RefusedAsync(1, "porting", "day", "remove", "2032-05-10"), StringComparison.Ordinal);
        Assert.Contains("is no day", await data.RefusedAsync(2, "porting", "day", "set", "soon", "--name", "x"), StringComparison.Ordinal);
        Assert.Contains("no calendar of the year", await data.RefusedAsync(1, "porting", "day", "holidays", "england", "0"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Lead_times_of_the_configuration_count_from_their_day_on()
    {
        using var data = await template.CopyAsync();
        Assert.Equal(20, await DaysAsync());
        Assert.Equal(5, await DaysAsync("--set", """Porting:LeadTimes=[{"From":"2020-01-01","MultiLarge":"3/5/1"}]"""));
        Assert.Equal(20, await DaysAsync("--set", """Porting:LeadTimes=[{"From":"2999-01-01","MultiLarge":"3/5/1"}]"""));
        Assert.Equal(13, await DaysAsync("--set", """Porting:LeadTimes=[{"From":"2020-01-01","MediumUpTo":151}]"""));

        async Task<int> DaysAsync(params string[] set) =>
            (await data.JsonAsync(["porting", "earliest", "--line", "multi", "--count", "151", .. set])).GetProperty("workingDays").GetInt32();
    }

    private static string Reference(JsonElement order) => order.GetProperty("order").GetString()!;
}
