using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;
using Waybill.Portal.Tests.Support;
using Waybill.TestKit;

namespace Waybill.Portal.Tests;

/// <summary>What the provider's people do with logins, keys and sessions, and what a command or a client then says of it.</summary>
public sealed partial class StaffLoginPageTests(PortalServer server)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task Keys_that_somebody_has_to_see_to_lead_to_their_logins()
    {
        using var visitor = await SignUp.WithAsync(server, "--provider", "administrator");
        var (shared, ending) = (await RequestKeys.MakeAsync(), await RequestKeys.MakeAsync());
        await server.CommandAsync("account", "add", "CARE", "--name", "Care Ltd");
        foreach (var (user, key, more) in ((string, RequestKeys, string[])[])
            [("CAREa", shared, []), ("CAREb", shared, []), ("CAREc", ending, ["--expires", TimeProvider.System.GetUtcNow().AddDays(5).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)])])
        {
            await server.CommandAsync("login", "add", user, "--account", "CARE");
            await server.CommandAsync(["key", "add", user, server.Directory.Write(user + ".pub", key.Line), .. more]);
        }

        // What is wrong is looked at now and then, and other tests have keys that expire.
        using var patience = new CancellationTokenSource(Patience);
        do
        {
            await Task.Delay(100, patience.Token);
            await visitor.GetAsync("/staff");
        }
        while (!Regex.IsMatch(visitor.Source, @"are installed on several logins[^<]*<p><a href=""/staff/keys"">") || !Regex.IsMatch(visitor.Source, @"within 7 days[^<]*<p><a href=""/staff/keys"">"));
        await visitor.GetAsync("/staff/keys");
        Assert.Matches(Regex.Escape(shared.Fingerprint) + @"</code>\s*on 2 logins:\s*<a href=""/staff/logins/CAREa"">CAREa</a>\s*<a href=""/staff/logins/CAREb"">", visitor.Page);
        Assert.Matches(@"<a href=""/staff/logins/CAREc"">CAREc</a>[^<]*<code class=""fingerprint"">" + Regex.Escape(ending.Fingerprint), visitor.Page);
        Assert.Single(Regex.Matches(visitor.Page, Regex.Escape(shared.Fingerprint)));

        // One of them reaches us.
        await visitor.GetAsync("/staff/logins/CAREa");
        await visitor.PostAsync("/staff/logins/CAREa?handler=Add", ("key", shared.OpenSsh));
        await visitor.GetAsync("/staff/keys");
        Assert.Equal(2, Regex.Count(visitor.Page, Regex.Escape(shared.Fingerprint)));
    }

    [Fact]
    public async Task A_login_is_added_found_bound_to_networks_suspended_and_removed()
    {
        await server.CommandAsync("account", "add", "72001", "--name", "Logins Ltd");
        const string Page = "/staff/logins/72001-acme";
        using var visitor = await SignUp.WithAsync(server, "--provider", "support");
        await visitor.GetAsync("/staff/logins");
        await visitor.PostAsync("/staff/logins?handler=Add", ("kind", "Vendor"), ("account", "72001"), ("vendor", "<b>"));
        Assert.Contains("role=\"alert\"", visitor.Source, StringComparison.Ordinal);
        Assert.DoesNotContain("<b>", visitor.Source, StringComparison.Ordinal);
        Assert.Contains("value=\"<b>\"", visitor.Page, StringComparison.Ordinal);
        Assert.Equal(Page + "?done=LoginAdded", (await visitor.PostAsync("/staff/logins?handler=Add", ("kind", "Vendor"), ("account", "72001"), ("vendor", "acme"))).Location);
        Assert.True(Directory.Exists(Path.Combine(server.Data, "vaults", "72001", "vendors", "acme")), "the vendor's client has no folder to begin in");
        foreach (var (beginning, isThere) in ((string, bool)[])[("72001-A", true), ("", true), ("2001", false), ("%", false)])
        {
            await visitor.GetAsync("/staff/logins?q=" + Uri.EscapeDataString(beginning));
            Assert.Equal((beginning, isThere), (beginning, visitor.Source.Contains($"href=\"{Page}\"", StringComparison.Ordinal)));
        }

        await visitor.GetAsync(Page);
        Assert.Contains("href=\"/staff/why?q=72001-acme\"", visitor.Source, StringComparison.Ordinal);
        await visitor.PostAsync(Page + "?handler=Networks", ("networks", "192.0.2.1/24"));
        Assert.Contains("has bits set behind its prefix", visitor.Page, StringComparison.Ordinal);
        Assert.Contains(">192.0.2.1/24</textarea>", visitor.Page, StringComparison.Ordinal);
        Assert.Equal(Page + "?done=LoginNetworks", (await visitor.PostAsync(Page + "?handler=Networks", ("networks", "192.0.2.0/24, 2001:db8::/32"))).Location);
        await visitor.GetAsync(Page);
        await visitor.PostAsync(Page + "?handler=Suspend", ("reason", "case 7"));
        var login = await server.JsonAsync("login", "show", "72001-acme");
        Assert.Equal(("suspended", "case 7"), (login.GetProperty("status").GetString(), login.GetProperty("statusReason").GetString()));
        Assert.Equal(["192.0.2.0/24", "2001:db8::/32"], login.GetProperty("allowFrom").EnumerateArray().Select(static each => each.GetString()));
        await visitor.GetAsync(Page);
        await visitor.PostAsync(Page + "?handler=Resume");
        await visitor.GetAsync(Page);
        Assert.Equal("/staff/logins?done=LoginRemoved", (await visitor.PostAsync(Page + "?handler=Remove")).Location);
        Assert.Contains("There is no login 72001-acme", await server.RefusedAsync("login", "show", "72001-acme"), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NotFound, (await visitor.GetAsync(Page)).Status);
    }

    [Fact]
    public async Task Of_many_revoked_keys_the_page_of_a_login_shows_the_latest()
    {
        await server.CommandAsync("account", "add", "72107", "--name", "Revoked Ltd");
        await server.CommandAsync("login", "add", "72107", "--account", "72107");
        await server.TamperAsync(FormattableString.Invariant($"""
            INSERT INTO login_key (login_id, type, blob, bits, sha256, md5, label, added_at, added_by, revoked_at, revoked_by, revoked_reason)
            WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < {PortalLimits.RevokedKeys})
            SELECT login.id, 'ssh-ed25519', x'00', 256, 'SHA256:' || i, i, 'number ' || i || '.', 1000, 'x', 2000 + i, 'x', 'replaced' FROM login, n WHERE user_name = '72107'
            """));
        using var visitor = await SignUp.WithAsync(server, "--provider", "support");
        await visitor.GetAsync("/staff/logins/72107");
        Assert.DoesNotContain("number 0.", visitor.Page, StringComparison.Ordinal);
        Assert.All(Enumerable.Range(1, PortalLimits.RevokedKeys), number => Assert.Contains($"number {number}.", visitor.Page, StringComparison.Ordinal));
        Assert.Contains("and 1 more", visitor.Page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_is_added_changed_revoked_and_reported_lost_and_a_private_one_is_refused_for_good()
    {
        await server.CommandAsync("account", "add", "72002", "--name", "Keys Ltd");
        await server.CommandAsync("account", "add", "72003", "--name", "Others Ltd");
        await server.CommandAsync("login", "add", "72002", "--account", "72002");
        await server.CommandAsync("login", "add", "72003", "--account", "72003");
        const string Page = "/staff/logins/72002";
        var (first, second, burnt) = (await RequestKeys.MakeAsync(), await RequestKeys.MakeAsync(), await RequestKeys.MakeAsync());
        using var directory = new TemporaryDirectory();
        await server.CommandAsync("key", "add", "72003", directory.Write("shared.pub", first.Line));
        await server.CommandAsync("key", "add", "72003", directory.Write("burnt.pub", burnt.Line));
        using var visitor = await SignUp.WithAsync(server, "--provider", "support");
        await visitor.GetAsync(Page);
        await visitor.PostAsync(Page + "?handler=Add");
        Assert.Contains("Give the public key", visitor.Page, StringComparison.Ordinal);

        // The private one: nothing of it is shown or kept, but that its public half is refused.
        await visitor.PostAsync(Page + "?handler=Add", ("key", burnt.OpenSsh), ("label", "mine"));
        Assert.Contains("private key", visitor.Page, StringComparison.Ordinal);
        Assert.Contains("installed for 72003", visitor.Page, StringComparison.Ordinal);
        Assert.DoesNotContain(burnt.OpenSsh.Split('\n')[2], visitor.Page, StringComparison.Ordinal);
        await visitor.PostAsync(Page + "?handler=Add", ("key", burnt.Line));
        Assert.Contains("a private key was sent to the portal", visitor.Page, StringComparison.Ordinal);
        Assert.Contains(burnt.Fingerprint, await server.CommandAsync("audit", "search", "--action", "key-burnt"), StringComparison.Ordinal);

        // The login that has it goes on working: its page says so until somebody decides.
        await visitor.GetAsync("/staff/logins/72003");
        Assert.Contains("Others may have the private half of this key (a private key was sent to the portal", visitor.Page, StringComparison.Ordinal);
        await visitor.GetAsync(Page);

        // Also when the day is wrong.
        var sent = await RequestKeys.MakeAsync();
        await visitor.GetAsync(Page);
        await visitor.PostAsync(Page + "?handler=Add", ("key", sent.OpenSsh), ("expires", "31.12.2099"));
        Assert.Contains(sent.Fingerprint, await server.CommandAsync("audit", "search", "--action", "key-burnt"), StringComparison.Ordinal);

        await visitor.GetAsync(Page);
        await visitor.PostAsync(Page + "?handler=Add", ("key", second.Line), ("expires", "31.12.2099"));
        Assert.Contains("That is no day.", visitor.Page, StringComparison.Ordinal);
        Assert.Equal(Page + "?done=KeyAdded", (await visitor.PostAsync(Page + "?handler=Add", ("key", second.Line), ("label", "<i>night</i>"), ("expires", "2099-12-31"))).Location);
        await visitor.GetAsync(Page);
        Assert.Equal(Page + "?done=KeyThere", (await visitor.PostAsync(Page + "?handler=Add", ("key", second.Line))).Location);
        await visitor.GetAsync(Page);
        await visitor.PostAsync(Page + "?handler=Add", ("key", first.Line), ("label", "first"));
        await visitor.GetAsync(Page);
        Assert.Contains("<i>night</i>", visitor.Page, StringComparison.Ordinal);
        Assert.DoesNotContain("<i>", visitor.Source, StringComparison.Ordinal);
        Assert.Contains("value=\"2099-12-31\"", visitor.Page, StringComparison.Ordinal);
        Assert.Contains("256 bits", visitor.Page, StringComparison.Ordinal);
        Assert.Matches(@"Other logins have this key too[^<]+<a href=""/staff/logins/72003"">", visitor.Source);

        await visitor.PostAsync(Page + "?handler=Change", ("key", second.Fingerprint), ("shown", "2099-12-31"), ("label", "day"), ("expires", "2001-01-01"));
        Assert.Contains("is over already", visitor.Page, StringComparison.Ordinal);
        Assert.Equal(Page + "?done=KeyChanged", (await visitor.PostAsync(Page + "?handler=Change", ("key", second.Fingerprint), ("shown", "2099-12-31"), ("label", "day"))).Location);
        var key = (await server.JsonAsync("key", "list", "72002")).EnumerateArray().Single(each => each.GetProperty("sha256").GetString() == second.Fingerprint);
        Assert.Equal(("day", "usable"), (key.GetProperty("label").GetString(), key.GetProperty("state").GetString()));

        await visitor.GetAsync(Page);
        await visitor.PostAsync(Page + "?handler=Revoke", ("key", second.Fingerprint));
        Assert.Contains("The reason is empty.", visitor.Page, StringComparison.Ordinal);
        await visitor.PostAsync(Page + "?handler=Revoke", ("key", second.Fingerprint), ("reason", "old"));
        await visitor.GetAsync(Page);
        Assert.Equal(Page + "?done=KeyLost", (await visitor.PostAsync(Page + "?handler=Lost", ("key", first.Fingerprint), ("reason", "laptop stolen"))).Location);
        await visitor.GetAsync(Page);
        Assert.Matches(@"It works still for:</strong>\s*<a href=""/staff/logins/72003"">", visitor.Source);
        var states = (await server.JsonAsync("key", "list", "72002")).EnumerateArray().Select(static each => each.GetProperty("state").GetString()).Order();
        Assert.Equal(["revoked: old", "revoked: reported lost: laptop stolen"], states);
    }

    [Fact]
    public async Task A_key_is_made_and_handed_over_by_codes_that_are_shown_once_and_a_passphrase_that_is_read_out()
    {
        await server.CommandAsync("account", "add", "72004", "--name", "Handover Ltd");
        await server.CommandAsync("login", "add", "72004", "--account", "72004");
        await server.CommandAsync("login", "add", "72004b", "--account", "72004");
        const string Page = "/staff/logins/72004/generate";
        using var visitor = await SignUp.WithAsync(server, "--provider", "support");
        await visitor.GetAsync(Page);
        await visitor.PostAsync(Page + "?handler=Begin", ("recipe", "ed25519"), ("format", "OpenSsh"), ("fileTo", "a@example.com"), ("passphraseTo", "A@example.com"));
        Assert.Contains("do not go to the same address", visitor.Page, StringComparison.Ordinal);
        Assert.Contains("value=\"a@example.com\"", visitor.Page, StringComparison.Ordinal);
        var answer = await visitor.PostAsync(Page + "?handler=Begin", ("recipe", "ed25519"), ("format", "OpenSsh"), ("fileTo", "a@example.com"), ("label", "laptop"));
        Assert.True(answer.IsNotStored);
        var code = Code().Match(visitor.Page).Groups[1].Value;
        Assert.Matches(@"^\d{4} \d{4}$", code);
        await visitor.GetAsync(Page);
        Assert.DoesNotContain(code, visitor.Page, StringComparison.Ordinal);
        var id = Assert.Single((await server.JsonAsync("key", "handovers", "list", "72004")).EnumerateArray()).GetProperty("id").GetInt64().ToString(CultureInfo.InvariantCulture);
        await visitor.PostAsync(Page + "?handler=ReadOut", ("id", id));
        var passphrase = Passphrase().Match(visitor.Page).Value;
        Assert.NotEmpty(passphrase);
        await visitor.GetAsync(Page);
        Assert.DoesNotContain(passphrase, visitor.Page, StringComparison.Ordinal);

        // A handover of another login is not found here.
        await visitor.GetAsync("/staff/logins/72004b/generate");
        Assert.Equal(HttpStatusCode.NotFound, (await visitor.PressAsync($"/staff/logins/72004b/generate?handler=ReadOut&id={id}")).Status);
        await visitor.GetAsync(Page);
        await visitor.PostAsync(Page + "?handler=Renew", ("id", id), ("part", "File"));
        Assert.NotEqual(code, Code().Match(visitor.Page).Groups[1].Value);
        await visitor.PostAsync(Page + "?handler=Cancel", ("id", id));
        Assert.Contains("The reason is empty.", visitor.Page, StringComparison.Ordinal);
        Assert.Equal(Page + "?done=HandoverCancelled", (await visitor.PostAsync(Page + "?handler=Cancel", ("id", id), ("reason", "wrong person"))).Location);
        Assert.StartsWith("revoked", Assert.Single((await server.JsonAsync("key", "list", "72004")).EnumerateArray()).GetProperty("state").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Sessions_of_clients_are_listed_and_ended_and_end_with_their_key()
    {
        await server.CommandAsync("account", "add", "72005", "--name", "Sessions Ltd");
        await server.CommandAsync("login", "add", "72005", "--account", "72005");
        using var directory = new TemporaryDirectory();
        var keys = await RequestKeys.MakeAsync();
        await server.CommandAsync("key", "add", "72005", directory.Write("key.pub", keys.Line));
        var file = directory.Write("key", keys.OpenSsh);
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        using var visitor = await SignUp.WithAsync(server, "--provider", "support");
        await visitor.GetAsync("/staff/sessions?q=72005");
        Assert.DoesNotContain("name=\"id\"", visitor.Source, StringComparison.Ordinal);
        await using (var client = await server.ConnectAsync("72005", file))
        {
            await visitor.GetAsync("/staff/sessions?q=72005");
            Assert.Contains(keys.Fingerprint, visitor.Page, StringComparison.Ordinal);
            var id = Id().Match(visitor.Source).Groups[1].Value;
            Assert.Equal("/staff/sessions?done=SessionEnded", (await visitor.PostAsync("/staff/sessions?handler=End", ("id", id))).Location);
            await client.WaitForExitAsync(Patience);
            Assert.Contains("72005", await server.CommandAsync("audit", "search", "--action", "session-kicked"), StringComparison.Ordinal);
            await visitor.GetAsync("/staff/sessions");
            await visitor.PressAsync($"/staff/sessions?handler=End&id={id}");
            Assert.Contains("There is no such session", visitor.Page, StringComparison.Ordinal);
        }

        await using (var client = await server.ConnectAsync("72005", file))
        {
            await visitor.GetAsync("/staff/logins/72005");
            await visitor.PostAsync("/staff/logins/72005?handler=Revoke", ("key", keys.Fingerprint), ("reason", "gone"));
            await client.WaitForExitAsync(Patience);
        }
    }

    [Fact]
    public async Task Support_ends_portal_sessions_of_customers_and_not_those_of_staff()
    {
        await server.CommandAsync("account", "add", "72006", "--name", "People Ltd");
        using var customer = await SignUp.WithAsync(server, "--account", "72006", "--role", "owner");
        using var administrator = await SignUp.WithAsync(server, "--provider", "administrator");
        using var support = await SignUp.WithAsync(server, "--provider", "support");
        Assert.Equal(HttpStatusCode.Forbidden, await EndAsync(support, await IdOfAsync(administrator)));
        Assert.Equal(HttpStatusCode.OK, (await administrator.GetAsync("/home")).Status);
        Assert.Equal(HttpStatusCode.Redirect, await EndAsync(support, await IdOfAsync(customer)));
        Assert.Equal(HttpStatusCode.Redirect, (await customer.GetAsync("/home")).Status);
        Assert.Equal(HttpStatusCode.Redirect, await EndAsync(administrator, await IdOfAsync(support)));
        Assert.Equal(HttpStatusCode.Redirect, (await support.GetAsync("/home")).Status);

        static async Task<HttpStatusCode> EndAsync(Visitor visitor, string id)
        {
            await visitor.GetAsync("/home");
            return (await visitor.PressAsync($"/staff/sessions/portal?handler=End&id={id}")).Status;
        }

        static async Task<string> IdOfAsync(Visitor visitor)
        {
            await visitor.GetAsync("/home");
            return Session().Match(visitor.Source).Groups[1].Value;
        }
    }

    [GeneratedRegex(@"<code data-copy>([^<]+)</code>")]
    private static partial Regex Code();

    [GeneratedRegex("[0-9a-z]{4}(-[0-9a-z]{4}){4}")]
    private static partial Regex Passphrase();

    [GeneratedRegex("""name="id" value="([^"]+)""")]
    private static partial Regex Id();

    [GeneratedRegex("""name="session" value="(\d+)""")]
    private static partial Regex Session();
}
