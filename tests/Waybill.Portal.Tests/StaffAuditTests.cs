using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;
using Waybill.Portal.People;
using Waybill.Portal.Tests.Support;

namespace Waybill.Portal.Tests;

/// <summary>The audit and what is wrong now, as the provider's people see them.</summary>
public sealed partial class StaffAuditTests(PortalServer server)
{
    [Fact]
    public async Task The_audit_is_searched_paged_and_exported_as_the_command_does_it()
    {
        const string Formula = "=HYPERLINK(\"x\") <i>";
        await server.CommandAsync("login", "add", "audited", "--account", PortalServer.Account);
        for (var i = 0; i < 3; i++)
        {
            await server.CommandAsync("login", "suspend", "audited", "--reason", Formula);
            await server.CommandAsync("login", "resume", "audited");
        }

        using var visitor = await SignUp.WithAsync(server, "--provider", "auditor");
        await visitor.GetAsync("/staff/audit?action=login-suspended&q=" + Uri.EscapeDataString("=HYPERLINK"));
        Assert.Equal(3, Regex.Count(visitor.Page, "<code>login-suspended</code>"));
        Assert.Contains(Formula, visitor.Page, StringComparison.Ordinal);
        Assert.DoesNotContain("<i>", visitor.Source, StringComparison.Ordinal);

        // A file holds what the command writes.
        var href = Export().Match(visitor.Page).Groups[1].Value;
        await visitor.GetAsync(href);
        Assert.Equal(await server.CommandAsync("audit", "export", "=HYPERLINK", "--action", "login-suspended"), visitor.Source);
        Assert.Contains("\"'=HYPERLINK(", visitor.Source, StringComparison.Ordinal);

        // Both stand in the audit: who, and which rows.
        foreach (var actor in (string[])["person", "operator"])
        {
            Assert.Contains((await server.JsonAsync("audit", "search", "--action", "audit-exported")).EnumerateArray(), row =>
                row.GetProperty("actorKind").GetString() == actor && row.GetProperty("detail").GetString() == "text =HYPERLINK, action login-suspended");
        }

        // All rows there are, page after page.
        List<long> rows = [];
        for (var address = "/staff/audit"; address.Length > 0; address = Next().Match(visitor.Page).Groups[1].Value)
        {
            await visitor.GetAsync(address);
            rows.AddRange(Row().Matches(visitor.Page).Select(static match => long.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture)));
        }

        Assert.Equal(rows.OrderDescending(), rows);
        Assert.Equal(1, rows[^1]);
        Assert.Equal(rows[0], rows.Count);

        var today = TimeProvider.System.GetUtcNow();
        foreach (var (query, isAny) in ((string, bool)[])
            [
                ("actor=nobody", false), ("account=10042&action=login-added", true), ("account=nobody", false), ("from=2000-01-01", true), ("until=2000-01-01", false),
                ("from=2000-01-01&until=" + today.AddDays(2).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture), true), ("from=" + today.AddDays(2).ToString("yyyy-MM-dd'T'HH:mm", CultureInfo.InvariantCulture), false),
                ("action=initialised", true), ("action=%27", false), ("q=%00", false), ("after=x", true),
            ])
        {
            Assert.Equal(HttpStatusCode.OK, (await visitor.GetAsync("/staff/audit?" + query)).Status);
            Assert.True(isAny == Row().IsMatch(visitor.Page), query);
        }

        await visitor.GetAsync("/staff/audit?from=yesterday");
        Assert.Contains("""id="from-error">Write it as""", visitor.Source, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Redirect, (await visitor.GetAsync("/staff/audit/export?from=yesterday")).Status);
    }

    [Fact]
    public void So_many_exports_are_sent_at_once_and_no_more()
    {
        var turns = new ExportTurns();
        var taken = Enumerable.Range(0, PortalLimits.Exports).Select(_ => turns.TryTake()).ToList();
        Assert.All(taken, Assert.NotNull);
        Assert.Null(turns.TryTake());
        taken[0]!.Dispose();
        Assert.NotNull(turns.TryTake());
    }

    [Fact]
    public async Task What_is_wrong_now_is_told_with_the_page_that_mends_it()
    {
        await server.CommandAsync("request", "add", "--email", "now@example.com", "--name", "No W", "--company", "Interop Ltd", "--account", PortalServer.Account, "--key",
            server.Directory.Write("now.pub", (await RequestKeys.MakeAsync()).Line + "\n"));
        using var visitor = await SignUp.WithAsync(server, "--provider", "support");
        await visitor.GetAsync("/staff");
        Assert.Matches(@"<strong>requests</strong>: \d+ requests? for access waits? for a decision", visitor.Page);
        Assert.Contains("""<a href="/staff/requests?state=Open">Decide the requests</a>""", visitor.Page, StringComparison.Ordinal);
        Assert.Contains("Smtp:Host is not set", visitor.Page, StringComparison.Ordinal);
        Assert.Contains("none was ever made by waybill", visitor.Page, StringComparison.Ordinal);
        Assert.Contains("<strong>kernel</strong>", visitor.Page[visitor.Page.IndexOf("As it should be:", StringComparison.Ordinal)..], StringComparison.Ordinal);

        // What doctor says of the same.
        var doctor = await server.CommandAsync("doctor");
        foreach (var check in (string[])["requests", "backup", "Smtp"])
        {
            Assert.Contains($"warning  {check}: ", doctor, StringComparison.Ordinal);
        }

        // Billing may not see requests, and gets no link to them.
        using var billing = await SignUp.WithAsync(server, "--provider", "billing");
        await billing.GetAsync("/staff");
        Assert.DoesNotContain("/staff/requests", billing.Source, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Each_page_that_mends_something_is_there()
    {
        await using var portal = await RouteInventoryTests.OpenAsync();
        Assert.All(Pages.Staff.NowModel.Mending.Values, page => Assert.Contains(page.Path.Split('?')[0].Trim('/'), portal.Routes));
    }

    [GeneratedRegex("""href="(/staff/audit/export[^"]*)""")]
    private static partial Regex Export();

    [GeneratedRegex("""rel="next" href="([^"]+)""")]
    private static partial Regex Next();

    [GeneratedRegex("""<td class="number">(\d+)</td>""")]
    private static partial Regex Row();
}
