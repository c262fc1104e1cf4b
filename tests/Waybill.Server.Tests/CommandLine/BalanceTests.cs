using Waybill.Server.Tests.Support;

namespace Waybill.Server.Tests.CommandLine;

/// <summary><c>balance list | show | ledger | push | import | low</c>.</summary>
public sealed class BalanceTests(Template template)
{
    [Fact]
    public async Task Entries_are_pushed_once_shown_and_exported()
    {
        using var data = await template.CopyAsync();
        Assert.Equal("account 10020: funds 0.00 GBP, promotional funds 0.00 GBP\n", await data.OutputAsync("balance", "show", "10020"));
        string[] push = ["balance", "push", "10020", "1234567", "--id", "pay-1", "--text", "a payment", "--time", "2026-01-31"];
        Assert.Equal("1 booked, 0 were there already\naccount 10020: funds 12,345.67 GBP, promotional funds 0.00 GBP\n", await data.OutputAsync(push));
        Assert.StartsWith("0 booked, 1 were there already\n", await data.OutputAsync(push), StringComparison.Ordinal);
        Assert.Contains("says something else", await data.RefusedAsync(1, [.. push[..3], "5", .. push[4..]]), StringComparison.Ordinal);
        await data.SetUpAsync("balance", "push", "10020", "-67", "--id", "calls-1", "--text", "=calls", "--time", "2026-02-01", "--source", "run");
        var report = await data.JsonAsync("balance", "push", "10020", "50", "--id", "gift-1", "--text", "welcome", "--promo");
        Assert.Equal((1, 50), (report.GetProperty("added").GetInt32(), report.GetProperty("balances")[0].GetProperty("promo").GetInt64()));
        var lines = (await data.OutputAsync("balance", "ledger", "10020", "--csv")).Split("\r\n");
        Assert.Equal("2026-02-01T00:00:00.000Z,\"calls-1\",\"'=calls\",\"funds\",-0.67,12345.00,0.00,\"run\"", lines[2]);
        Assert.Equal("ledger-entry", (await data.AuditAsync("ledger-entry")).GetProperty("action").GetString());
    }

    [Fact]
    public async Task A_table_is_booked_whole_or_not_at_all()
    {
        using var data = await template.CopyAsync();
        var file = Write(data, "entries.csv", "id,account,amount,text\na,10020,100,one\nb,77,1,two\n");
        Assert.Contains("there is no account 77", await data.RefusedAsync(1, "balance", "import", file), StringComparison.Ordinal);
        Assert.Contains("12.34", await data.RefusedAsync(2, "balance", "import", Write(data, "bad.csv", "id,account,amount,text\na,10020,12.34,one\n")), StringComparison.Ordinal);
        Assert.Equal(
            "2 booked, 0 were there already\naccount 10020: funds 0.98 GBP, promotional funds 0.00 GBP\n",
            await data.OutputAsync("balance", "import", Write(data, "good.csv", "id;account;amount;text\r\na;10020;100;one\r\nb;10020;-2;two\r\n")));
        Assert.Equal("ACCOUNT  FUNDS     PROMOTIONAL  LOW BELOW  ENTRIES  CHANGED", (await data.OutputAsync("balance", "list")).Split('\n')[0].TrimEnd());
    }

    [Fact]
    public async Task The_mark_of_a_low_balance_is_the_accounts_own_or_the_configurations()
    {
        using var data = await template.CopyAsync();
        Assert.Equal("account 10020: funds 0.00 GBP, promotional funds 0.00 GBP; low, below 10.00 GBP\n", await data.OutputAsync("balance", "low", "10020", "1000"));
        Assert.Contains("10020", await data.OutputAsync("balance", "list", "--low"), StringComparison.Ordinal);
        Assert.DoesNotContain("below", await data.OutputAsync("balance", "low", "10020", "none"), StringComparison.Ordinal);
        await data.SetUpAsync("balance", "low", "10020", "default");
        Assert.Contains("told when below -5.0 EUR", await data.OutputAsync("balance", "show", "10020", "--set", "Billing:LowBalance=-50", "--set", "Billing:Currency=EUR", "--set", "Billing:Decimals=1"), StringComparison.Ordinal);
        Assert.Contains("write whole minor units", await data.RefusedAsync(2, "balance", "low", "10020", "ten"), StringComparison.Ordinal);
    }

    private static string Write(Data data, string name, string text)
    {
        File.WriteAllText(data.Beside(name), text);
        return data.Beside(name);
    }
}
