using System.Globalization;
using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using Waybill.Core;
using Waybill.Core.Logins;
using Waybill.Core.Onboarding;
using Waybill.Portal.Tests.Support;
using Waybill.TestKit;

namespace Waybill.Portal.Tests;

/// <summary>The pages of an account besides its files: logins and keys, people, receipts, retention, views, vendors.</summary>
public sealed partial class AccountPageTests(PortalServer server)
{
    private const string Script = "<script>alert(1)</script>";

    private static int _accounts;

    [Fact]
    public async Task A_key_is_added_replaced_by_another_and_dropped_when_that_one_was_used()
    {
        var account = await AccountAsync();
        var (old, fresh) = (await RequestKeys.MakeAsync(), await RequestKeys.MakeAsync());
        using var member = await SignUp.WithAsync(server, "--account", account, "--role", "member");
        var page = $"/account/{account}/logins/{account}";
        await member.GetAsync($"/account/{account}/logins");
        Assert.Contains($"href=\"{page}\"", member.Source, StringComparison.Ordinal);
        await member.GetAsync(page);
        Assert.Contains("nobody can log in", member.Page, StringComparison.Ordinal);
        await member.PostAsync(page + "?handler=Add", ("key", old.Line), ("label", Script), ("expires", "soon"));
        Assert.Contains("This is no day.", member.Page, StringComparison.Ordinal);
        Assert.Contains(old.Line, member.Page, StringComparison.Ordinal);
        await GoAsync(member, page + "?handler=Add", "The key is installed.", ("key", old.Line), ("label", Script), ("expires", "2099-12-31"));
        Assert.DoesNotContain(Script, member.Source, StringComparison.Ordinal);
        Assert.Contains(old.Fingerprint, member.Page, StringComparison.Ordinal);
        await GoAsync(member, page + "?handler=Add", "installed already", ("key", old.Line));
        await GoAsync(member, page + "?handler=Add", "The key is installed.", ("key", fresh.Line));
        Assert.Contains("The newest one has not logged in yet", member.Page, StringComparison.Ordinal);
        await member.PressAsync($"{page}?handler=DropOld&fingerprint={Uri.EscapeDataString(old.Fingerprint)}");
        Assert.Contains("has not logged in yet", member.Page, StringComparison.Ordinal);

        // It logs in, and the old one can go.
        await UsedAsync(fresh.Fingerprint);
        await member.GetAsync(page);
        Assert.Contains("from 192.0.2.7 with OpenSSH_10", member.Page, StringComparison.Ordinal);
        await GoAsync(member, page + "?handler=DropOld", "The old key is gone.", ("fingerprint", old.Fingerprint));
        var keys = (await server.JsonAsync("key", "list", account)).EnumerateArray().ToDictionary(static key => key.GetProperty("sha256").GetString()!);
        Assert.Contains(fresh.Fingerprint, keys[old.Fingerprint].GetProperty("revokedReason").GetString(), StringComparison.Ordinal);
        Assert.StartsWith("2100-01-01", keys[old.Fingerprint].GetProperty("expires").GetString(), StringComparison.Ordinal);

        await GoAsync(member, page + "?handler=Revoke", "The key is revoked.", ("fingerprint", fresh.Fingerprint), ("reason", "the laptop is gone"));
        Assert.Contains("the laptop is gone", member.Page, StringComparison.Ordinal);
        await member.PostAsync(page + "?handler=Add", ("key", fresh.Line));
        Assert.Contains("a revoked key does not come back", member.Page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_owner_changes_what_a_key_is_called_and_its_last_day()
    {
        var (account, other) = (await AccountAsync(), await AccountAsync());
        var keys = await RequestKeys.MakeAsync();
        using var owner = await SignUp.WithAsync(server, "--account", account, "--role", "owner");
        var page = $"/account/{account}/logins/{account}";
        await owner.GetAsync(page);
        await GoAsync(owner, page + "?handler=Add", "The key is installed.", ("key", keys.Line), ("label", "old name"), ("expires", "2098-05-31"));
        await owner.PostAsync(page + "?handler=Change", ("fingerprint", keys.Fingerprint), ("label", Script), ("expires", "soon"));
        Assert.Contains("This is no day.", owner.Page, StringComparison.Ordinal);
        Assert.Contains($"value=\"{Script}\"", owner.Page, StringComparison.Ordinal);
        Assert.DoesNotContain(Script, owner.Source, StringComparison.Ordinal);
        await owner.PostAsync(page + "?handler=Change", ("fingerprint", keys.Fingerprint), ("label", "night job"), ("expires", "2020-01-01"));
        Assert.Contains("is over already", owner.Page, StringComparison.Ordinal);
        Assert.Equal("old name", await LabelAsync());

        // The day that the form shows is the one that it was given, and leaving it leaves the hour.
        Assert.Contains("value=\"2098-05-31\"", (await owner.GetAsync(page)).Status == HttpStatusCode.OK ? owner.Page : "", StringComparison.Ordinal);
        await server.TamperAsync($"UPDATE login_key SET expires_at = expires_at - 3600000 WHERE sha256 = '{keys.Fingerprint}'");
        var end = (await KeyAsync()).GetProperty("expires").GetString();
        await GoAsync(owner, page + "?handler=Change", "The key is changed.", ("fingerprint", keys.Fingerprint), ("label", "night job"), ("expires", "2098-05-31"));
        Assert.Equal(("night job", end), (await LabelAsync(), (await KeyAsync()).GetProperty("expires").GetString()));
        await GoAsync(owner, page + "?handler=Change", "The key is changed.", ("fingerprint", keys.Fingerprint), ("label", ""), ("expires", ""));
        Assert.Equal(("", JsonValueKind.Null), (await LabelAsync(), (await KeyAsync()).GetProperty("expires").ValueKind));
        Assert.Contains(", never expires", (await server.JsonAsync("audit", "search", "--account", account, "--action", "key-changed"))[0].GetProperty("detail").GetString(), StringComparison.Ordinal);

        // A key of somebody else's login is none of this one.
        var theirs = await RequestKeys.MakeAsync();
        await server.CommandAsync("key", "add", other, server.Directory.Write(other + ".pub", theirs.Line + "\n"));
        await owner.PostAsync(page + "?handler=Change", ("fingerprint", theirs.Fingerprint), ("label", "mine"), ("expires", ""));
        Assert.Contains("There is no such key any more.", owner.Page, StringComparison.Ordinal);

        async Task<JsonElement> KeyAsync() => (await server.JsonAsync("key", "list", account))[0];
        async Task<string> LabelAsync() => (await KeyAsync()).GetProperty("label").GetString()!;
    }

    [Fact]
    public async Task Somebody_who_says_that_others_may_have_a_key_stops_it_for_good_and_the_provider_is_told()
    {
        var account = await AccountAsync();
        var keys = await RequestKeys.MakeAsync();
        using var owner = await SignUp.WithAsync(server, "--account", account, "--role", "owner");
        var page = $"/account/{account}/logins/{account}";
        await owner.GetAsync(page);
        await GoAsync(owner, page + "?handler=Add", "The key is installed.", ("key", keys.Line));
        await GoAsync(owner, page + "?handler=Lost", "The key is stopped", ("fingerprint", keys.Fingerprint), ("note", "it was in a mail"));
        await owner.PostAsync(page + "?handler=Add", ("key", keys.Line));
        Assert.Contains("reported lost", owner.Page, StringComparison.Ordinal);
        var row = Assert.Single((await server.JsonAsync("audit", "search", "--account", account, "--action", "key-reported-lost")).EnumerateArray());
        Assert.Contains("it was in a mail", row.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_private_key_that_reaches_the_server_is_refused_for_good_and_in_the_browser_it_is_not_sent()
    {
        var account = await AccountAsync();
        var keys = await RequestKeys.MakeAsync();
        using var owner = await SignUp.WithAsync(server, "--account", account, "--role", "owner");
        var page = $"/account/{account}/logins/{account}";
        await owner.GetAsync(page);
        await using (var browser = await Browser.StartAsync())
        {
            List<string> complaints = [];
            var window = await browser.OpenAsync(ColorScheme.Light, isPhone: true, complaints);
            await window.Context.AddCookiesAsync([new Microsoft.Playwright.Cookie { Name = Visitor.Cookie, Value = owner.Session!, Url = server.Url, Secure = true, HttpOnly = true }]);
            await window.GotoAsync(server.Url + page);
            var sent = Browser.RequestsOf(window);
            await window.Locator("#key").FillAsync(keys.Ppk);
            await window.Locator("[data-private-key]").WaitForAsync();
            await window.GetByRole(AriaRole.Button, new() { Name = "Add this key" }).ClickAsync();
            await window.Locator("[data-use-half]").ClickAsync();
            Assert.Empty(sent);
            await window.GetByRole(AriaRole.Button, new() { Name = "Add this key" }).ClickAsync();
            await window.GetByText("The key is installed.").WaitForAsync();
            Assert.Empty(complaints);
        }

        Assert.Equal(keys.Fingerprint, (await server.JsonAsync("key", "list", account))[0].GetProperty("sha256").GetString());
        var other = await RequestKeys.MakeAsync();
        await owner.PostAsync(page + "?handler=Add", ("key", other.Ppk));
        Assert.Contains("role=\"alert\"", owner.Source, StringComparison.Ordinal);
        Assert.DoesNotContain("Private-Lines", owner.Page, StringComparison.Ordinal);
        await owner.PostAsync(page + "?handler=Add", ("key", other.Line));
        Assert.Contains("A private key file that names this key as its public half reached us", owner.Page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Of_two_private_keys_sent_at_once_to_a_login_both_are_refused_for_good()
    {
        var account = await AccountAsync();
        using var owner = await SignUp.WithAsync(server, "--account", account, "--role", "owner");
        using var staff = await SignUp.WithAsync(server, "--provider", "administrator");
        foreach (var (visitor, page) in ((Visitor, string)[])[(owner, $"/account/{account}/logins/{account}"), (staff, $"/staff/logins/{account}")])
        {
            var (pasted, chosen) = (await RequestKeys.MakeAsync(), await RequestKeys.MakeAsync());
            await visitor.GetAsync(page);
            using (var form = new MultipartFormDataContent())
            {
                form.Add(new StringContent(visitor.Token), "__RequestVerificationToken");
                form.Add(new StringContent(pasted.Ppk), "key");
                form.Add(new StringContent(chosen.OpenSsh), "keyFile", "id_ed25519");
                Assert.Equal(HttpStatusCode.OK, (await visitor.SendFormAsync(page + "?handler=Add", form)).Status);
            }

            foreach (var key in (RequestKeys[])[pasted, chosen])
            {
                await visitor.PostAsync(page + "?handler=Add", ("key", key.Line));
                Assert.Contains(key == pasted ? "A private key file that names this key" : "The private half of this key reached us", visitor.Page, StringComparison.Ordinal);
            }
        }

        Assert.Empty((await server.JsonAsync("key", "list", account)).EnumerateArray());
    }

    [Fact]
    public async Task An_owner_sees_nothing_of_who_somebody_is_at_other_accounts_until_they_come()
    {
        var (account, other) = (await AccountAsync(), await AccountAsync());
        using var owner = await SignUp.WithAsync(server, "--account", account, "--role", "owner");
        using var guest = await SignUp.WithAsync(server, "--account", other, "--role", "member");
        var email = guest.Email;
        Assert.Equal(1, await server.TamperAsync($"UPDATE person SET name = 'Countess Elisabeth' WHERE email = '{email}'"));
        var people = $"/account/{account}/people";
        await owner.GetAsync(people);
        await owner.PostAsync(people + "?handler=Invite", ("name", "\u202e"), ("email", email), ("role", "member"));
        var known = Wrong(owner);
        await owner.PostAsync(people + "?handler=Invite", ("name", "\u202e"), ("email", "nobody." + email), ("role", "member"));
        Assert.Equal((true, known), (known.Length > 0, Wrong(owner)));
        await GoAsync(owner, people + "?handler=Invite", "", ("name", $"Betty {Script}"), ("email", email), ("role", "member"));

        // What the owner wrote, and no time at which that person was elsewhere.
        Assert.DoesNotContain(Script, owner.Source, StringComparison.Ordinal);
        await guest.GetAsync($"/account/{other}");
        await owner.GetAsync(people);
        Assert.Contains("Betty", Row(owner, email), StringComparison.Ordinal);
        Assert.Contains("never", Row(owner, email), StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("Elisabeth", owner.Page, StringComparison.Ordinal);

        // With the first page of the account that they open they are there.
        await guest.GetAsync($"/account/{account}");
        await owner.GetAsync(people);
        Assert.Contains("Countess Elisabeth", Row(owner, email), StringComparison.Ordinal);
        Assert.DoesNotContain("never", Row(owner, email), StringComparison.OrdinalIgnoreCase);

        static string Wrong(Visitor visitor) => Regex.Match(visitor.Page, "<p class=\"error\"[^>]*>([^<]*)</p>").Groups[1].Value;

        static string Row(Visitor visitor, string email) =>
            Regex.Matches(visitor.Page, "(?s)<tr>.*?</tr>").Select(static match => match.Value).Single(row => row.Contains("<br>" + email, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_private_key_is_refused_for_good_also_when_the_day_is_wrong_or_a_file_beside_it_too_large()
    {
        var account = await AccountAsync();
        var (first, second) = (await RequestKeys.MakeAsync(), await RequestKeys.MakeAsync());
        using var owner = await SignUp.WithAsync(server, "--account", account, "--role", "owner");
        var page = $"/account/{account}/logins/{account}";
        await owner.GetAsync(page);
        await owner.PostAsync(page + "?handler=Add", ("key", first.OpenSsh), ("expires", "soon"));
        using (var form = new MultipartFormDataContent())
        {
            form.Add(new StringContent(owner.Token), "__RequestVerificationToken");
            form.Add(new StringContent(second.OpenSsh), "key");
            form.Add(new ByteArrayContent(new byte[PortalLimits.KeyFile + 1]), "keyFile", "photo.jpg");
            await owner.SendFormAsync(page + "?handler=Add", form);
        }

        var burnt = await server.CommandAsync("audit", "search", "--action", "key-burnt");
        Assert.Contains(first.Fingerprint, burnt, StringComparison.Ordinal);
        Assert.Contains(second.Fingerprint, burnt, StringComparison.Ordinal);
        await owner.PostAsync(page + "?handler=Add", ("key", first.Line));
        Assert.Contains("The private half of this key reached us", owner.Page, StringComparison.Ordinal);
        Assert.DoesNotContain("a private key was sent to the portal", owner.Page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Whoever_watches_a_login_sees_what_came_in_words_of_their_own_and_nothing_of_other_logins()
    {
        var account = await AccountAsync();
        using var owner = await SignUp.WithAsync(server, "--account", account, "--role", "owner");
        var page = $"/account/{account}/logins/{account}/connection";
        await owner.GetAsync(page);
        Assert.Contains("No key can be used.", owner.Page, StringComparison.Ordinal);
        Assert.Contains("It has never got in.", owner.Page, StringComparison.Ordinal);

        // Watching, the page loads itself again, until the login got in.
        var since = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds() - 1;
        using (var watching = await owner.RawAsync(new HttpRequestMessage(HttpMethod.Get, $"{page}?since={since}")))
        {
            Assert.Equal(PortalLimits.WatchSeconds.ToString(CultureInfo.InvariantCulture), watching.Headers.GetValues("Refresh").Single());
            Assert.Contains("Nothing with this user name has come yet", WebUtility.HtmlDecode(await watching.Content.ReadAsStringAsync()), StringComparison.Ordinal);
        }

        using (var over = await owner.RawAsync(new HttpRequestMessage(HttpMethod.Get, $"{page}?since={since - (long)PortalLimits.Watching.TotalSeconds - 1}")))
        {
            Assert.False(over.Headers.Contains("Refresh"));
        }

        await owner.GetAsync($"/account/{account}/logins/{account}");
        await GoAsync(owner, $"/account/{account}/logins/{account}?handler=Add", "The key is installed.", ("key", (await RequestKeys.MakeAsync()).Line));
        await UsedAsync((await server.JsonAsync("key", "list", account))[0].GetProperty("sha256").GetString()!);
        using var seen = await owner.RawAsync(new HttpRequestMessage(HttpMethod.Get, $"{page}?since={since}"));
        Assert.False(seen.Headers.Contains("Refresh"));
        Assert.Contains("It got in:", await seen.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Logins_of_other_accounts_and_of_other_vendors_are_not_found()
    {
        var (account, other) = (await AccountAsync(), await AccountAsync());
        await server.CommandAsync("login", "add", "--kind", "vendor", "--account", account, "--vendor", "acme");
        using var owner = await SignUp.WithAsync(server, "--account", account, "--role", "owner");
        using var vendor = await SignUp.WithAsync(server, "--account", account, "--role", "vendor", "--vendor", "acme");
        foreach (var end in (string[])["", "/connection", "/pack"])
        {
            Assert.Equal(HttpStatusCode.NotFound, (await owner.GetAsync($"/account/{account}/logins/{other}{end}")).Status);
            Assert.Equal(HttpStatusCode.NotFound, (await vendor.GetAsync($"/account/{account}/logins/{account}{end}")).Status);
            Assert.Equal(HttpStatusCode.OK, (await vendor.GetAsync($"/account/{account}/logins/{account}-acme{end}")).Status);
            Assert.Equal(HttpStatusCode.OK, (await owner.GetAsync($"/account/{account}/logins/{account}-acme{end}")).Status);
        }

        await vendor.GetAsync($"/account/{account}/logins");
        Assert.DoesNotContain($"/logins/{account}\"", vendor.Source, StringComparison.Ordinal);
        Assert.Contains($"/logins/{account}-acme\"", vendor.Source, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_owner_invites_people_and_takes_their_roles_away_but_not_that_of_the_last_owner()
    {
        var account = await AccountAsync();
        using var owner = await SignUp.WithAsync(server, "--account", account, "--role", "owner");
        var page = $"/account/{account}/people";
        var email = $"new{account}@example.com";
        await owner.GetAsync(page);
        await owner.PostAsync(page + "?handler=Invite", ("name", Script), ("email", ""), ("role", "member"));
        Assert.Contains("Give the e-mail address.", owner.Page, StringComparison.Ordinal);
        await GoAsync(owner, page + "?handler=Invite", "The mail is on its way.", ("name", Script), ("email", email), ("role", "member"));
        Assert.DoesNotContain(Script, owner.Source, StringComparison.Ordinal);
        Assert.Contains(email, owner.Page, StringComparison.Ordinal);
        Assert.StartsWith("/l/", await MailBox.LinkAsync(server, email), StringComparison.Ordinal);
        await GoAsync(owner, page + "?handler=Remove", "The role is taken away.", ("email", email), ("role", "member"));
        Assert.DoesNotContain(email, owner.Page, StringComparison.Ordinal);
        var own = OwnEmail().Match(owner.Source).Groups[1].Value;
        await owner.PostAsync(page + "?handler=Remove", ("email", own), ("role", "owner"));
        Assert.Contains("the last owner of the account", owner.Page, StringComparison.Ordinal);
        await owner.PostAsync(page + "?handler=Invite", ("name", "Me"), ("email", own), ("role", "member"));
        Assert.Contains("is owner of " + account + " already", owner.Page, StringComparison.Ordinal);
        await owner.PostAsync(page + "?handler=Remove", ("email", "nobody@example.com"), ("role", "member"));
        Assert.Contains("Nobody with this address has this role", owner.Page, StringComparison.Ordinal);

        // Roles elsewhere are nobody's business.
        await server.CommandAsync("person", "grant", own, "--account", PortalServer.Account, "--role", "member");
        await owner.GetAsync(page);
        Assert.Single(OwnEmail().Matches(owner.Source));
    }

    [Fact]
    public async Task Receipts_are_shown_the_newest_first_and_all_of_them_as_a_table()
    {
        var account = await AccountAsync();
        var names = Enumerable.Range(0, PortalLimits.ListRows + 1).Select(i => server.Directory.Combine(string.Create(CultureInfo.InvariantCulture, $"{account}_{i:00}.csv"))).ToList();
        names.ForEach(name => File.WriteAllText(name, name));
        await server.CommandAsync(["publish", "--account", account, "--feed", "cdr", .. names]);
        using var member = await SignUp.WithAsync(server, "--account", account, "--role", "member");
        HashSet<string> seen = [];
        List<int> sizes = [];
        for (var address = $"/account/{account}/receipts"; address.Length > 0; address = Next().Match(member.Page).Groups[1].Value)
        {
            await member.GetAsync(address);
            var rows = Receipt().Matches(member.Source).Select(static match => match.Groups[1].Value).ToList();
            sizes.Add(rows.Count);
            seen.UnionWith(rows);
        }

        Assert.Equal([PortalLimits.ListRows, 1], sizes);
        Assert.Equal(PortalLimits.ListRows + 1, seen.Count);
        using (var fetched = await member.RawAsync(new HttpRequestMessage(HttpMethod.Get, seen.First())))
        {
            Assert.Equal(HttpStatusCode.OK, fetched.StatusCode);
        }

        await AccountFilePages.WaitAsync(async () => (await TableAsync(member, $"/account/{account}/receipts?handler=Csv&unfetched=true")).Length == PortalLimits.ListRows + 1);
        var all = await TableAsync(member, $"/account/{account}/receipts?handler=Csv");
        Assert.Equal(PortalLimits.ListRows + 2, all.Length);
        Assert.StartsWith("\"published\",\"publication\",\"account\"", all[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Retention_says_how_long_files_stay_and_what_goes_next()
    {
        var account = await AccountAsync();
        await server.CommandAsync("retention", "set", "--account", account, "--folder", "/cdr", "--months", "6");
        await server.TamperAsync($"""
            INSERT INTO file (account_id, path, size, arrived_at, login, protocol) SELECT id, '/cdr/{Script}.csv', 5, 1000000, 'billing', 'sftp' FROM account WHERE number = '{account}';
            INSERT INTO retention_mark (file_id, account_id, months, marked_at, due_at)
            SELECT f.id, f.account_id, 6, 2000000, 4102444800000 FROM file f JOIN account a ON a.id = f.account_id WHERE a.number = '{account}'
            """);
        using var member = await SignUp.WithAsync(server, "--account", account, "--role", "member");
        await member.GetAsync($"/account/{account}/retention");
        Assert.Contains("6 months after they came", member.Page, StringComparison.Ordinal);
        Assert.Contains("12 months after they came", member.Page, StringComparison.Ordinal);
        Assert.Contains($"/cdr/{Script}.csv", member.Page, StringComparison.Ordinal);
        Assert.Contains("2100-01-01", member.Page, StringComparison.Ordinal);
        Assert.DoesNotContain(Script, member.Source, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Whoever_of_the_provider_has_looked_stands_there_with_the_reason()
    {
        var account = await AccountAsync();
        using var staff = await SignUp.WithAsync(server, "--provider", "support");
        await staff.GetAsync($"/staff/accounts/{account}");
        await staff.PostAsync($"/staff/accounts/{account}?handler=View", ("reason", "case 4711 " + Script));
        Assert.Equal(HttpStatusCode.OK, (await staff.GetAsync($"/account/{account}/files/upload")).Status);
        Assert.DoesNotContain("data-upload", staff.Page, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Forbidden, (await staff.GetAsync($"/account/{account}/download/upload/x")).Status);
        Assert.Equal(HttpStatusCode.OK, (await staff.GetAsync($"/account/{account}/logins/{account}")).Status);
        Assert.DoesNotContain("handler=", staff.Source.Replace("handler=EndView", "", StringComparison.Ordinal), StringComparison.Ordinal);
        using var member = await SignUp.WithAsync(server, "--account", account, "--role", "member");
        await member.GetAsync($"/account/{account}/views");
        Assert.Contains("case 4711 " + Script, member.Page, StringComparison.Ordinal);
        Assert.DoesNotContain(Script, member.Source, StringComparison.Ordinal);
        Assert.Contains("Pat Doe", member.Page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_owner_asks_for_a_vendors_login_its_person_sends_the_key_and_an_approval_makes_it()
    {
        var account = await AccountAsync();
        using var owner = await SignUp.WithAsync(server, "--account", account, "--role", "owner");
        var page = $"/account/{account}/vendors";
        var email = $"vendor{account}@example.net";
        await owner.GetAsync(page);
        await owner.PostAsync(page + "?handler=Ask", ("vendor", "no-hyphen"), ("name", "Vic Vendor"), ("email", email));
        Assert.Contains("is no short name of a vendor", owner.Page, StringComparison.Ordinal);
        await GoAsync(owner, page + "?handler=Ask", "The link is on its way.", ("vendor", "acme"), ("name", "Vic Vendor"), ("email", email));

        // The vendor's person opens the link; whatever user name is sent along, it is the vendor's.
        var link = await MailBox.LinkAsync(server, email);
        var keys = await RequestKeys.MakeAsync();
        using var vic = new Visitor(server);
        await vic.GetAsync(link);
        Assert.Contains($"{account}-acme", vic.Page, StringComparison.Ordinal);
        await vic.PostAsync(link, ("firstName", "Vic"), ("email", email), ("company", "Acme"), ("userName", account + "_all"), ("key", keys.Line));
        var request = Assert.Single((await server.JsonAsync("request", "list", "--account", account)).EnumerateArray());
        var reference = request.GetProperty("reference").GetString()!;
        await owner.GetAsync(page);
        Assert.Contains("Waiting for the decision", owner.Page, StringComparison.Ordinal);

        // It makes no customer's login, who would see all.
        Assert.Contains("It gets no other name", await server.RefusedAsync("request", "approve", reference, "--user", account + "_all"), StringComparison.Ordinal);
        await server.CommandAsync("request", "approve", reference);
        var login = await server.JsonAsync("login", "show", account + "-acme");
        Assert.Equal("vendor", login.GetProperty("kind").GetString(), ignoreCase: true);
        Assert.True(Directory.Exists(Path.Combine(server.Data, "vaults", account, "vendors", "acme", "usage")));
        await owner.GetAsync(page);
        Assert.Contains($"{account}-acme", owner.Page, StringComparison.Ordinal);
        Assert.DoesNotContain("Waiting for the decision", owner.Page, StringComparison.Ordinal);
        await owner.PostAsync(page + "?handler=Ask", ("vendor", "acme"), ("name", "Vic Vendor"), ("email", email));
        Assert.Contains("has a vendor of this short name already", owner.Page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_account_may_have_so_many_vendors_invited_at_once()
    {
        var account = await AccountAsync();
        using var owner = await SignUp.WithAsync(server, "--account", account, "--role", "owner");
        var page = $"/account/{account}/vendors";
        for (var i = 0; i < OnboardingLimits.VendorInvitations; i++)
        {
            await owner.GetAsync(page);
            await GoAsync(owner, page + "?handler=Ask", "The link is on its way.", ("vendor", $"v{i}"), ("name", "Vic Vendor"), ("email", $"v{i}@example.net"));
        }

        await owner.PostAsync(page + "?handler=Ask", ("vendor", "more"), ("name", "Vic Vendor"), ("email", "more@example.net"));
        Assert.Contains("vendors were invited in the last days already", owner.Page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_vendors_person_adds_no_key_to_a_login_that_is_suspended_and_a_private_key_is_refused_for_good_all_the_same()
    {
        var account = await AccountAsync();
        var user = account + "-acme";
        await server.CommandAsync("login", "add", "--kind", "vendor", "--account", account, "--vendor", "acme");
        using var owner = await SignUp.WithAsync(server, "--account", account, "--role", "owner");
        using var vendor = await SignUp.WithAsync(server, "--account", account, "--role", "vendor", "--vendor", "acme");
        var (mine, leaked, owners) = (await RequestKeys.MakeAsync(), await RequestKeys.MakeAsync(), await RequestKeys.MakeAsync());
        var (page, vendors) = ($"/account/{account}/logins/{user}", $"/account/{account}/vendors");
        await owner.GetAsync(vendors);
        await GoAsync(owner, vendors + "?handler=Suspend", "The vendor is suspended.", ("login", user), ("reason", "the contract ended"));
        await vendor.GetAsync(page);
        await vendor.PostAsync(page + "?handler=Add", ("key", mine.Line));
        Assert.Contains("The login is suspended: no key is added or changed until it is resumed.", vendor.Page, StringComparison.Ordinal);
        await vendor.PostAsync(page + "?handler=Add", ("key", leaked.OpenSsh));
        Assert.Contains(leaked.Fingerprint, await server.CommandAsync("audit", "search", "--action", "key-burnt"), StringComparison.Ordinal);
        Assert.Empty((await server.JsonAsync("key", "list", user)).EnumerateArray());

        // The account itself may, since it is the one that resumes it.
        await owner.GetAsync(page);
        await GoAsync(owner, page + "?handler=Add", "The key is installed.", ("key", owners.Line));
        await vendor.GetAsync(page);
        await vendor.PostAsync(page + "?handler=Change", ("fingerprint", owners.Fingerprint), ("label", "mine"), ("expires", ""));
        Assert.Contains("no key is added or changed until it is resumed.", vendor.Page, StringComparison.Ordinal);
        await owner.GetAsync(vendors);
        await GoAsync(owner, vendors + "?handler=Resume", "The vendor is resumed.", ("login", user));
        await vendor.GetAsync(page);
        await GoAsync(vendor, page + "?handler=Add", "The key is installed.", ("key", mine.Line));
    }

    [Fact]
    public async Task An_owner_suspends_a_vendor_and_resumes_it_unless_the_provider_suspended_it()
    {
        var account = await AccountAsync();
        var user = account + "-acme";
        await server.CommandAsync("login", "add", "--kind", "vendor", "--account", account, "--vendor", "acme");
        for (var i = 0; i <= AccountVendors.FilesShown; i++)
        {
            await File.WriteAllTextAsync(Path.Combine(server.Data, "vaults", account, "vendors", "acme", "usage", string.Create(CultureInfo.InvariantCulture, $"day{i}.csv")), "x");
        }

        await server.CommandAsync("files", "scan", "--account", account);
        using var owner = await SignUp.WithAsync(server, "--account", account, "--role", "owner");
        var page = $"/account/{account}/vendors";
        await owner.GetAsync(page);
        Assert.Equal(AccountVendors.FilesShown, Receipt().Count(owner.Source));
        await GoAsync(owner, page + "?handler=Suspend", "The vendor is suspended.", ("login", user), ("reason", "the contract ended"));
        Assert.Equal("by the account: the contract ended", (await server.JsonAsync("login", "show", user)).GetProperty("statusReason").GetString());
        await GoAsync(owner, page + "?handler=Resume", "The vendor is resumed.", ("login", user));
        await server.CommandAsync("login", "suspend", user, "--reason", "abuse");
        await owner.GetAsync(page);
        Assert.Contains("Your provider has suspended this login", owner.Page, StringComparison.Ordinal);
        await owner.PressAsync($"{page}?handler=Resume&login={user}");
        Assert.Contains("Your provider has suspended this login. Ask", owner.Page, StringComparison.Ordinal);
        Assert.Equal("suspended", (await server.JsonAsync("login", "show", user)).GetProperty("status").GetString(), ignoreCase: true);

        // The provider's suspension counts over one by the account itself.
        await server.CommandAsync("login", "resume", user);
        await owner.GetAsync(page);
        await GoAsync(owner, page + "?handler=Suspend", "The vendor is suspended.", ("login", user), ("reason", "on leave"));
        using var support = await SignUp.WithAsync(server, "--provider", "support");
        await support.GetAsync("/staff/logins/" + user);
        await support.PostAsync($"/staff/logins/{user}?handler=Suspend", ("reason", "abuse"));
        Assert.Equal("abuse", (await server.JsonAsync("login", "show", user)).GetProperty("statusReason").GetString());
        Assert.Contains("abuse", await server.CommandAsync("audit", "search", "--action", "login-suspended", "--account", account), StringComparison.Ordinal);
        await owner.PressAsync($"{page}?handler=Resume&login={user}");
        Assert.Contains("Your provider has suspended this login. Ask", owner.Page, StringComparison.Ordinal);
        Assert.Equal("suspended", (await server.JsonAsync("login", "show", user)).GetProperty("status").GetString(), ignoreCase: true);
        await owner.PressAsync($"{page}?handler=Suspend&login={account}");
        Assert.Contains("There is no such vendor any more.", owner.Page, StringComparison.Ordinal);

        // The vendor's person is invited to the portal.
        await server.CommandAsync("login", "resume", user);
        await owner.GetAsync(page);
        await GoAsync(owner, page + "?handler=Invite", "The mail is on its way.", ("login", user), ("name", "Vic Vendor"), ("email", $"vic{account}@example.net"));
        Assert.Contains("vendor acme", (await server.CommandAsync("person", "show", $"vic{account}@example.net")), StringComparison.Ordinal);
    }

    private static async Task<string[]> TableAsync(Visitor visitor, string address)
    {
        using var answer = await visitor.RawAsync(new HttpRequestMessage(HttpMethod.Get, address));
        Assert.Equal("text/csv", answer.Content.Headers.ContentType!.MediaType);
        return (await answer.Content.ReadAsStringAsync()).Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
    }

    private static async Task GoAsync(Visitor visitor, string action, string notice, params (string Name, string Value)[] fields)
    {
        var answer = await visitor.PostAsync(action, fields);
        Assert.True(answer.Status == HttpStatusCode.Redirect, $"{action}: {answer} {Alert().Match(visitor.Page).Value}");
        await visitor.GetAsync(answer.Location!);
        Assert.Contains(notice, visitor.Page, StringComparison.Ordinal);
    }

    private async Task<string> AccountAsync()
    {
        var account = string.Create(CultureInfo.InvariantCulture, $"{75000 + Interlocked.Increment(ref _accounts)}");
        await server.CommandAsync("account", "add", account, "--name", "Pages Ltd");
        await server.CommandAsync("login", "add", account, "--account", account);
        return account;
    }

    private Task<int> UsedAsync(string fingerprint) => server.TamperAsync($"""
        UPDATE login_key SET last_used_at = added_at + 1000, last_used_from = '192.0.2.7', last_used_client = 'OpenSSH_10' WHERE sha256 = '{fingerprint}';
        UPDATE login SET last_login_at = (SELECT added_at + 1000 FROM login_key WHERE sha256 = '{fingerprint}') WHERE id = (SELECT login_id FROM login_key WHERE sha256 = '{fingerprint}')
        """);

    [GeneratedRegex("""rel="next" href="([^"]+)""")]
    private static partial Regex Next();

    [GeneratedRegex("""<a href="([^"]+/download/[^"]+)" download>""")]
    private static partial Regex Receipt();

    [GeneratedRegex("""name="email" value="(role\d+@example.com)""")]
    private static partial Regex OwnEmail();

    [GeneratedRegex("""(?s)(role="alert"|class="error").{0,300}""")]
    private static partial Regex Alert();
}
