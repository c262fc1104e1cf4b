using System.Net;
using System.Text.Json;
using Waybill.Portal.Tests.Support;

namespace Waybill.Portal.Tests;

/// <summary>What the provider's people do with an account, and what a command then says of it.</summary>
public sealed class StaffAccountPageTests(PortalServer server)
{
    [Fact]
    public async Task An_account_is_added_found_by_words_suspended_resumed_and_closed()
    {
        const string Number = "71001";
        const string Page = "/staff/accounts/" + Number;
        using var visitor = await SignUp.WithAsync(server, "--provider", "administrator");
        await visitor.GetAsync("/staff/accounts");
        await visitor.PostAsync("/staff/accounts?handler=Add", ("number", "-1"), ("name", "Kept & shown"));
        Assert.Contains("'-1' is no account number", visitor.Page, StringComparison.Ordinal);
        Assert.Contains("value=\"Kept & shown\"", visitor.Page, StringComparison.Ordinal);
        var answer = await visitor.PostAsync("/staff/accounts?handler=Add", ("number", Number), ("name", "<script>alert(1)</script> Größe & Co"), ("region", "GB"), ("zone", "Europe/Vienna"));
        Assert.Equal((HttpStatusCode.Redirect, Page + "?done=AccountAdded"), (answer.Status, answer.Location));
        Assert.True(Directory.Exists(Path.Combine(server.Data, "vaults", Number, "cdr")), "the vault of the account has no folders");
        await visitor.GetAsync(answer.Location!);
        Assert.Contains("role=\"status\">The account is there.", visitor.Page, StringComparison.Ordinal);
        Assert.DoesNotContain("<script>alert", visitor.Source, StringComparison.Ordinal);
        Assert.Contains("<h1><script>alert(1)</script> Größe & Co</h1>", visitor.Page, StringComparison.Ordinal);
        foreach (var (words, isThere) in ((string, bool)[])[("größ ale", true), ("CO 71", true), (Number, true), ("größ nobody", false), ("<>", false)])
        {
            await visitor.GetAsync("/staff/accounts?q=" + Uri.EscapeDataString(words));
            Assert.Equal((words, isThere), (words, visitor.Source.Contains($"href=\"{Page}\"", StringComparison.Ordinal)));
        }

        await visitor.GetAsync(Page);
        await visitor.PostAsync(Page + "?handler=Suspend");
        Assert.Contains("The reason is empty.", visitor.Page, StringComparison.Ordinal);
        Assert.Equal("active", await StatusAsync(Number));
        Assert.Equal(Page + "?done=AccountSuspended", (await visitor.PostAsync(Page + "?handler=Suspend", ("reason", "not <paid>"))).Location);
        Assert.Equal("suspended", await StatusAsync(Number));
        await visitor.GetAsync(Page);
        Assert.Contains(": not <paid>", visitor.Page, StringComparison.Ordinal);
        await visitor.PostAsync(Page + "?handler=Resume");
        Assert.Equal("active", await StatusAsync(Number));
        await visitor.GetAsync(Page);
        await visitor.PostAsync(Page + "?handler=Change", ("name", "Kept & shown"), ("email", "no address"), ("language", "en"), ("zone", "Europe/Vienna"));
        Assert.Contains("'no address' is no e-mail address", visitor.Page, StringComparison.Ordinal);
        Assert.Contains("value=\"Kept & shown\"", visitor.Page, StringComparison.Ordinal);
        Assert.Equal(Page + "?done=AccountChanged", (await visitor.PostAsync(Page + "?handler=Change", ("name", "New Ltd"), ("email", "new@example.com"), ("language", "en"), ("zone", ""))).Location);
        await visitor.GetAsync(Page);
        Assert.Contains("<h1>New Ltd</h1>", visitor.Page, StringComparison.Ordinal);
        await visitor.PostAsync(Page + "?handler=Region", ("region", "A B"));
        Assert.Contains("'A B' is no region", visitor.Page, StringComparison.Ordinal);
        await visitor.PostAsync(Page + "?handler=Region", ("region", "AU"));
        await visitor.GetAsync(Page);
        await visitor.PostAsync(Page + "?handler=Files", ("files", "everything"));
        await visitor.GetAsync(Page);
        Assert.Equal(Page + "?done=AccountFiles", (await visitor.PostAsync(Page + "?handler=Files", ("files", "read"))).Location);
        var account = await server.JsonAsync("account", "show", Number);
        Assert.Equal("AU", account.GetProperty("account").GetProperty("region").GetString());
        Assert.Equal("new@example.com", account.GetProperty("account").GetProperty("email").GetString());
        Assert.Equal(JsonValueKind.Null, account.GetProperty("account").GetProperty("timeZone").ValueKind);
        var rows = await server.CommandAsync("audit", "search", "--action", "portal-files-set", "--account", Number);
        Assert.Contains("read", rows, StringComparison.Ordinal);
        await visitor.GetAsync(Page);
        await visitor.PostAsync(Page + "?handler=Close", ("reason", "gone"));
        Assert.Equal("closed", await StatusAsync(Number));
        await visitor.GetAsync(Page);
        Assert.DoesNotContain("handler=", visitor.Source.Replace("handler=EndView", "", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NotFound, (await visitor.GetAsync("/staff/accounts/nosuch")).Status);
    }

    [Fact]
    public async Task Support_looks_at_an_account_as_its_customer_with_a_reason_under_a_banner_until_it_ends_that()
    {
        const string Number = "71002";
        const string Page = "/staff/accounts/" + Number;
        await server.CommandAsync("account", "add", Number, "--name", "Seen Ltd");
        using var visitor = await SignUp.WithAsync(server, "--provider", "support");
        await visitor.GetAsync(Page);
        await visitor.PostAsync(Page + "?handler=View");
        Assert.Contains("The reason is empty.", visitor.Page, StringComparison.Ordinal);
        var before = visitor.Session;
        var answer = await visitor.PostAsync(Page + "?handler=View", ("reason", "case 4711"));
        Assert.Equal((HttpStatusCode.Redirect, "/account/" + Number), (answer.Status, answer.Location));
        var during = visitor.Session;
        Assert.NotEqual(before, during);
        await visitor.GetAsync(answer.Location!);
        Assert.Contains("You look at account 71002 as its customer, read-only, until ", visitor.Page, StringComparison.Ordinal);
        Assert.Contains("Seen Ltd", visitor.Page, StringComparison.Ordinal);

        // On every page: their own, those that anybody sees, and those that are refused meanwhile.
        foreach (var (path, status) in ((string, HttpStatusCode)[])[("/home", HttpStatusCode.OK), ("/guide", HttpStatusCode.OK), ("/staff/accounts", HttpStatusCode.Forbidden), ("/nothing", HttpStatusCode.NotFound)])
        {
            Assert.Equal((path, status), (path, (await visitor.GetAsync(path)).Status));
            Assert.True(visitor.Page.Contains("You look at account 71002", StringComparison.Ordinal) || status == HttpStatusCode.NotFound, path);
        }

        using var old = new Visitor(server) { Session = before };
        Assert.Equal(HttpStatusCode.Redirect, (await old.GetAsync("/home")).Status);
        await visitor.GetAsync("/guide");
        answer = await visitor.PostAsync("/home?handler=EndView");
        Assert.Equal((HttpStatusCode.Redirect, Page), (answer.Status, answer.Location));
        Assert.NotEqual(during, visitor.Session);
        await visitor.GetAsync(Page);
        Assert.DoesNotContain("as its customer, read-only", visitor.Page, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NotFound, (await visitor.GetAsync("/account/" + Number)).Status);
        var rows = await server.CommandAsync("audit", "search", "--account", Number);
        Assert.Matches("view-began(.|\n)*case 4711|case 4711(.|\n)*view-began", rows);
        Assert.Contains("view-ended", rows, StringComparison.Ordinal);
    }

    private async Task<string?> StatusAsync(string number) => (await server.JsonAsync("account", "show", number)).GetProperty("account").GetProperty("status").GetString();
}
