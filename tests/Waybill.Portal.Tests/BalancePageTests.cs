using System.Net;
using Waybill.Portal.Billing;
using Waybill.Portal.Tests.Support;

namespace Waybill.Portal.Tests;

/// <summary>Balances in the portal, and what a command then says of them.</summary>
public sealed class BalancePageTests(PortalServer server)
{
    [Fact]
    public async Task A_customer_sees_the_balance_its_curve_and_the_ledger_and_fetches_the_statement()
    {
        const string Number = "BAL1";
        await AccountAsync(Number);
        using var visitor = await SignUp.WithAsync(server, "--account", Number, "--role", "owner");
        await visitor.GetAsync($"/account/{Number}/balance");
        Assert.Contains("0.00 GBP", visitor.Page, StringComparison.Ordinal);
        Assert.Contains("There is no entry yet.", visitor.Page, StringComparison.Ordinal);
        Assert.DoesNotContain("<svg viewBox=\"0 0 640", visitor.Source, StringComparison.Ordinal);
        await PushAsync(Number, "1234567", "a payment <b>");
        await PushAsync(Number, "-67", "=calls");
        await PushAsync(Number, "50", "welcome", "--promo");
        await visitor.GetAsync($"/account/{Number}/balance");
        Assert.Contains("12,345.00 GBP", visitor.Page, StringComparison.Ordinal);
        Assert.Contains("a payment <b>", visitor.Page, StringComparison.Ordinal);
        Assert.DoesNotContain("payment <b>", visitor.Source, StringComparison.Ordinal);
        Assert.Contains("12,345.50 GBP on ", visitor.Page, StringComparison.Ordinal);
        Assert.Contains("<svg viewBox=\"0 0 640", visitor.Source, StringComparison.Ordinal);
        Assert.DoesNotContain("handler=Low", visitor.Source, StringComparison.Ordinal);
        using var statement = await visitor.RawAsync(new HttpRequestMessage(HttpMethod.Get, $"/account/{Number}/balance?handler=Csv"));
        Assert.Equal(("text/csv", $"attachment; filename=\"statement-{Number}.csv\""), (statement.Content.Headers.ContentType?.MediaType, statement.Content.Headers.ContentDisposition?.ToString()));
        var lines = (await statement.Content.ReadAsStringAsync()).Split("\r\n");
        Assert.Equal(5, lines.Length);
        Assert.Contains("\"'=calls\",\"funds\",-0.67,12345.00,0.00", lines[2], StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NotFound, (await visitor.GetAsync("/account/BAL2/balance")).Status);
    }

    [Fact]
    public async Task A_long_ledger_has_pages_and_a_statement_of_all()
    {
        const string Number = "BAL3";
        const int Entries = 1_001;
        await AccountAsync(Number);
        await server.CommandAsync("balance", "import", await TableAsync(Number, Entries));
        using var visitor = await SignUp.WithAsync(server, "--account", Number, "--role", "member");
        await visitor.GetAsync($"/account/{Number}/balance");
        Assert.Matches(@"\bentry 1001\b", visitor.Page);
        Assert.DoesNotMatch(@"\bentry 1\b", visitor.Page);
        Assert.Contains("?after=", visitor.Source, StringComparison.Ordinal);
        using var statement = await visitor.RawAsync(new HttpRequestMessage(HttpMethod.Get, $"/account/{Number}/balance?handler=Csv"));
        Assert.Equal(Entries + 2, (await statement.Content.ReadAsStringAsync()).Split("\r\n").Length);
    }

    [Fact]
    public async Task Billing_sets_the_mark_in_the_currency_and_support_only_looks()
    {
        const string Number = "BAL4";
        const string Page = $"/staff/accounts/{Number}/balance";
        await AccountAsync(Number);
        await PushAsync(Number, "900", "a payment");
        using var billing = await SignUp.WithAsync(server, "--provider", "billing");
        await billing.GetAsync(Page);
        foreach (var wrong in (string[])["ten", "10.001", "1e3", "99999999999999999999", "90071992547409.93"])
        {
            await billing.PostAsync(Page + "?handler=Low", ("mark", wrong));
            Assert.Contains("This is no mark.", billing.Page, StringComparison.Ordinal);
            Assert.Contains($"value=\"{wrong}\"", billing.Source, StringComparison.Ordinal);
        }

        foreach (var (mark, says) in ((string, string)[])[("10", "It is low: below 10.00 GBP"), ("90071992547409.92", "It is low: below 90,071,992,547,409.92 GBP"), ("-0.5", "below -0.50 GBP"), ("none", "never"), ("default", "never")])
        {
            Assert.Equal(Page + "?done=LowMark", (await billing.PostAsync(Page + "?handler=Low", ("mark", mark))).Location);
            await billing.GetAsync(Page + "?done=LowMark");
            Assert.Contains(says, billing.Page, StringComparison.Ordinal);
            Assert.Contains("The mark is set.", billing.Page, StringComparison.Ordinal);
        }

        using var statement = await billing.RawAsync(new HttpRequestMessage(HttpMethod.Get, Page + "?handler=Csv"));
        Assert.Equal("text/csv", statement.Content.Headers.ContentType?.MediaType);
        using var support = await SignUp.WithAsync(server, "--provider", "support");
        await support.GetAsync(Page);
        Assert.Contains("9.00 GBP", support.Page, StringComparison.Ordinal);
        Assert.DoesNotContain("handler=Low", support.Source, StringComparison.Ordinal);
    }

    [Fact]
    public void The_curve_is_drawn_in_steps_and_shows_what_is_owed_below_nothing()
    {
        Assert.Null(BalanceChart.Of([]));
        Assert.Null(BalanceChart.Of([new(new DateOnly(2026, 1, 1), 0, 0), new(new DateOnly(2026, 1, 2), 5, -5)]));
        var chart = BalanceChart.Of([new(new DateOnly(2026, 1, 1), 100, 0), new(new DateOnly(2026, 1, 2), -150, 50)])!;
        Assert.Equal(("M0 0H320V180H640", "M0 0H320V180H640V90H0Z", "90"), (chart.Line, chart.Area, chart.Zero));
        Assert.Equal((-100L, 100L), (chart.Lowest.Total, chart.Highest.Total));
    }

    private async Task AccountAsync(string number) => await server.CommandAsync("account", "add", number, "--name", "Balance Ltd");

    private async Task PushAsync(string account, string amount, string text, params string[] more) =>
        await server.CommandAsync(["balance", "push", account, amount, "--id", $"{account}-{Guid.NewGuid():N}", "--text", text, .. more]);

    private async Task<string> TableAsync(string account, int entries)
    {
        var file = Path.Combine(server.Data, $"{account}.csv");
        await File.WriteAllTextAsync(file, "id,account,amount,text,time\n" + string.Concat(Enumerable.Range(1, entries).Select(index =>
            FormattableString.Invariant($"{account}-{index},{account},1,entry {index},{new DateTime(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc).AddMinutes(index):yyyy-MM-dd'T'HH:mm:ss'Z'}\n"))));
        return file;
    }
}
