using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;
using Waybill.Portal.Tests.Support;
using Waybill.TestKit;

namespace Waybill.Portal.Tests;

/// <summary>Receipts, held files, feeds and retention, as the provider's people see and decide them.</summary>
public sealed partial class StaffFilesPageTests(PortalServer server)
{
    [Fact]
    public async Task Receipts_are_listed_newest_first_and_held_sets_released_and_discarded()
    {
        await server.CommandAsync("account", "add", "74001", "--name", "Files Ltd");
        using var directory = new TemporaryDirectory();
        var (first, hostile) = (directory.Write("june.csv", "one"), directory.Write("<b>july.csv", "two"));
        await server.CommandAsync("publish", "--account", "74001", "--feed", "cdr", first);
        await server.CommandAsync("publish", "--account", "74001", "--feed", "cdr", hostile);
        File.WriteAllText(first, "another");
        Assert.Contains("held", await HeldAsync(first), StringComparison.Ordinal);
        Assert.Contains("held", await HeldAsync(hostile), StringComparison.Ordinal);

        using var visitor = await SignUp.WithAsync(server, "--provider", "billing");
        await visitor.GetAsync("/staff/receipts?account=74001&feed=cdr&unfetched=true");
        Assert.Equal(["/cdr/<b>july.csv", "/cdr/june.csv"], Paths().Matches(visitor.Page).Select(static match => match.Groups[1].Value));
        Assert.DoesNotContain("<b>", visitor.Source, StringComparison.Ordinal);
        foreach (var receipt in (await server.JsonAsync("receipts", "list", "--account", "74001")).EnumerateArray())
        {
            // As the command and the API say it.
            Assert.Contains($"<td class=\"number\">{receipt.GetProperty("publication").GetInt64()}</td>", visitor.Source, StringComparison.Ordinal);
            Assert.Contains($"<td>{receipt.GetProperty("publisher").GetString()}</td>", visitor.Source, StringComparison.Ordinal);
        }

        await visitor.GetAsync("/staff/receipts?account=nosuch");
        Assert.Contains("There is no account nosuch", visitor.Page, StringComparison.Ordinal);

        await visitor.GetAsync("/staff/held?account=74001");
        Assert.Contains("a file of that name is there", visitor.Page, StringComparison.Ordinal);
        Assert.DoesNotContain("<b>", visitor.Source, StringComparison.Ordinal);
        var ids = Ids().Matches(visitor.Source).Select(static match => match.Groups[1].Value).Distinct().ToList();
        Assert.Equal(2, ids.Count);
        await visitor.PostAsync("/staff/held?handler=Discard", ("id", ids[1]));
        Assert.Contains("The reason is empty.", visitor.Page, StringComparison.Ordinal);
        Assert.Equal("/staff/held?done=HeldDiscarded", (await visitor.PostAsync("/staff/held?handler=Discard", ("id", ids[1]), ("reason", "twice"))).Location);
        await visitor.GetAsync("/staff/held");
        Assert.Equal("/staff/held?done=HeldReleased", (await visitor.PostAsync("/staff/held?handler=Release", ("id", ids[0]))).Location);
        Assert.Equal("another", await File.ReadAllTextAsync(Path.Combine(server.Data, "vaults", "74001", "cdr", "june.csv")));
        Assert.Empty((await server.JsonAsync("held", "list", "--account", "74001")).EnumerateArray());
        await visitor.GetAsync("/staff/held");
        await visitor.PressAsync("/staff/held?handler=Release&id=" + ids[0]);
        Assert.Contains("is neither held nor recalled", visitor.Page, StringComparison.Ordinal);
        await server.CommandAsync("recall", "--account", "74001", "--reason", "wrong month", "/cdr/june.csv");
        await visitor.GetAsync("/staff/held?recalled=true&account=74001");
        Assert.Contains("wrong month", visitor.Page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Of_a_large_held_set_the_page_shows_so_many_files()
    {
        await server.CommandAsync("account", "add", "74004", "--name", "Held Ltd");
        using var directory = new TemporaryDirectory();
        var files = Enumerable.Range(0, PortalLimits.SetFiles + 1).Select(number => directory.Write(string.Create(CultureInfo.InvariantCulture, $"{number:00}.csv"), "one")).ToArray();
        string[] publish = ["publish", "--account", "74004", "--feed", "cdr", .. files];
        await server.CommandAsync(publish);
        foreach (var file in files)
        {
            await File.WriteAllTextAsync(file, "two");
        }

        Assert.Contains("held", await server.RefusedAsync(publish), StringComparison.Ordinal);
        using var visitor = await SignUp.WithAsync(server, "--provider", "billing");
        await visitor.GetAsync("/staff/held?account=74004");
        Assert.Equal(PortalLimits.SetFiles, Paths().Count(visitor.Page));
        Assert.Contains("and 1 more", visitor.Page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Subscriptions_and_expectations_of_an_account_are_set_and_removed()
    {
        await server.CommandAsync("account", "add", "74002", "--name", "Feeds Ltd");
        const string Page = "/staff/feeds?account=74002";
        using var visitor = await SignUp.WithAsync(server, "--provider", "billing");
        await visitor.GetAsync(Page);
        Assert.Contains("Everything: it never chose.", visitor.Page, StringComparison.Ordinal);
        await visitor.PostAsync(Page + "&handler=Subscribe", ("feeds", "cdr"), ("fileTypes", "pdf"));
        Assert.Contains("None of these feeds carries pdf", visitor.Page, StringComparison.Ordinal);
        var answer = await visitor.PostAsync(Page + "&handler=Subscribe", ("feeds", "cdr"), ("feeds", "invoice"), ("fileTypes", "csv"));
        Assert.Equal((HttpStatusCode.Redirect, Page + "&done=Subscribed"), (answer.Status, answer.Location));
        Assert.Equal(["cdr/csv", "invoice/csv"], (await server.JsonAsync("subscription", "list", "74002")).EnumerateArray().Select(static each => $"{each.GetProperty("feed")}/{each.GetProperty("fileType")}"));
        await visitor.GetAsync(answer.Location!);
        Assert.Contains("It is set what the account gets.", visitor.Page, StringComparison.Ordinal);
        await visitor.PostAsync(Page + "&handler=Expect", ("feed", "sir"), ("by", "6 o'clock"));
        Assert.Contains("That is no time of the day.", visitor.Page, StringComparison.Ordinal);
        Assert.Equal(Page + "&done=Expected", (await visitor.PostAsync(Page + "&handler=Expect", ("feed", "sir"), ("by", "06:00"), ("days", "mon-fri"), ("pattern", "*.csv"), ("unfetched", "3"))).Location);
        var expectation = Assert.Single((await server.JsonAsync("expectation", "list", "--account", "74002")).EnumerateArray());
        Assert.Equal(("/data/sir", "06:00", "mon-fri", 3), (expectation.GetProperty("folder").GetString(), expectation.GetProperty("by").GetString(), expectation.GetProperty("days").GetString(), expectation.GetProperty("unfetchedAfter").GetInt32()));
        await visitor.GetAsync("/staff/feeds");
        Assert.Contains("/data/sir/*.csv", visitor.Page, StringComparison.Ordinal);
        await visitor.GetAsync(Page);
        await visitor.PostAsync(Page + "&handler=Remove", ("id", expectation.GetProperty("id").GetInt64().ToString(CultureInfo.InvariantCulture)));
        Assert.Empty((await server.JsonAsync("expectation", "list", "--account", "74002")).EnumerateArray());
        await visitor.GetAsync("/staff/feeds?account=nosuch");
        Assert.Contains("There is no such account.", visitor.Page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_plan_of_retention_names_what_goes_and_holds_and_policies_are_set_and_ended()
    {
        await server.CommandAsync("account", "add", "74003", "--name", "Old Ltd");
        using var directory = new TemporaryDirectory();
        await server.CommandAsync("publish", "--account", "74003", "--feed", "cdr", directory.Write("<i>old.csv", "old"));
        Assert.Equal(1, await server.TamperAsync("UPDATE file SET arrived_at = arrived_at - 500 * 86400000 WHERE account_id = (SELECT id FROM account WHERE number = '74003')"));

        const string Page = "/staff/retention?account=74003";
        using var visitor = await SignUp.WithAsync(server, "--provider", "administrator");
        await visitor.GetAsync(Page);
        Assert.DoesNotContain("old.csv", visitor.Page, StringComparison.Ordinal);
        Assert.Equal(Page + "&done=RetainPlanned", (await visitor.PostAsync(Page + "&handler=Plan")).Location);
        await visitor.GetAsync(Page);
        Assert.Contains("/cdr/<i>old.csv", visitor.Page, StringComparison.Ordinal);
        Assert.DoesNotContain("<i>", visitor.Source, StringComparison.Ordinal);
        await visitor.GetAsync("/staff/retention");
        Assert.Equal("/staff/retention?done=RetainPlanned", (await visitor.PostAsync("/staff/retention?handler=Plan")).Location);
        await visitor.GetAsync("/staff/retention");
        Assert.Contains($"href=\"{Page}\">74003</a>", visitor.Source, StringComparison.Ordinal);

        await visitor.PostAsync("/staff/retention?handler=Hold", ("account", "74003"), ("path", "/cdr"));
        Assert.Contains("The reason is empty.", visitor.Page, StringComparison.Ordinal);
        Assert.Equal("/staff/retention?done=HoldSet", (await visitor.PostAsync("/staff/retention?handler=Hold", ("account", "74003"), ("path", "/cdr"), ("reason", "case <7>"))).Location);
        await visitor.GetAsync(Page);
        await visitor.PostAsync(Page + "&handler=Plan");
        await visitor.GetAsync(Page);
        Assert.Contains("case <7>", visitor.Page, StringComparison.Ordinal);
        Assert.DoesNotContain("<bdi>/cdr/<i>old.csv", visitor.Page, StringComparison.Ordinal);
        await visitor.PostAsync("/staff/retention?handler=Unhold", ("account", "74003"), ("path", "/cdr"));
        Assert.Contains("The reason is empty.", visitor.Page, StringComparison.Ordinal);
        await visitor.PostAsync("/staff/retention?handler=Unhold", ("account", "74003"), ("path", "/cdr"), ("reason", "closed"));
        Assert.Empty((await server.JsonAsync("hold", "list", "--account", "74003")).EnumerateArray());

        await visitor.GetAsync("/staff/retention");
        await visitor.PostAsync("/staff/retention?handler=Policy", ("months", "84"));
        Assert.Contains("A policy is for an account, a folder or both.", visitor.Page, StringComparison.Ordinal);
        Assert.Equal("/staff/retention?done=PolicySet", (await visitor.PostAsync("/staff/retention?handler=Policy", ("account", "74003"), ("folder", "/cdr"), ("months", "84"))).Location);
        await visitor.GetAsync(Page);
        Assert.Contains("84 months", visitor.Page, StringComparison.Ordinal);
        Assert.Contains("84", await server.CommandAsync("retention", "policies"), StringComparison.Ordinal);
        await visitor.PostAsync("/staff/retention?handler=Unpolicy", ("account", "74003"), ("folder", "/cdr"));
        await visitor.GetAsync(Page);
        Assert.DoesNotContain("84 months", visitor.Page, StringComparison.Ordinal);
        await visitor.GetAsync("/staff/retention?account=nosuch");
        Assert.Contains("There is no such account.", visitor.Page, StringComparison.Ordinal);
    }

    private async Task<string> HeldAsync(string file) => await server.RefusedAsync("publish", "--account", "74001", "--feed", "cdr", file);

    [GeneratedRegex("<bdi>(/.*?)</bdi>")]
    private static partial Regex Paths();

    [GeneratedRegex("""name="id" value="(\d+)""")]
    private static partial Regex Ids();
}
