using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using Waybill.Core.Tests.Notifications;
using Waybill.Portal.Tests.Support;
using Waybill.TestKit;

namespace Waybill.Portal.Tests;

/// <summary>Every page with something on it, in Chromium, in all of its looks. A page of the inventory that is shown nowhere fails.</summary>
public sealed partial class EveryPageTests
{
    private const string Account = "/account/10042";
    private const string Password = "seven green lanterns";

    /// <summary>Addresses that are no page to look at here, and why.</summary>
    private static readonly Dictionary<string, string> Elsewhere = new()
    {
        ["theme"] = "takes a form and leads back",
        ["sign-out"] = "takes a form and leads to the landing page",
        ["staff/audit/export"] = "sends a file",
        ["account/{account}/download/{**file}"] = "sends a file",
        ["account/{account}/porting/{order}/letters/{letter}"] = "sends a file",
        ["staff/porting/{order}/letters/{letter}"] = "sends a file",
        ["problem"] = "stands in the place of another page: not-found and forbidden",
        ["healthz"] = "a word for monitors",
        ["readyz"] = "a word for monitors",
        ["assets/{name}"] = "sends a file",
        ["tls/{file}"] = "sends a file",
        ["v1/openapi.json"] = "for programs",
        ["links/key-file/{token}"] = "each of its states: " + nameof(KeyHandoverPageTests),
        ["links/key-passphrase/{token}"] = "each of its states: " + nameof(KeyHandoverPageTests),
    };

    private readonly HashSet<string> _shown = [];
    private PortalServer _server = null!;
    private SmtpServer _smtp = null!;
    private IPage _page = null!;
    private string _order = "";
    private string _table = "";

    [Fact]
    public async Task Every_page_can_be_used_by_everybody_in_light_and_dark_on_desktop_and_phone()
    {
        await using var smtp = _smtp = await SmtpServer.StartAsync();
        await using var server = _server = await RetentionLinkTests.NoticedAsync(smtp);
        using var owner = await SignUp.WithAsync(server, "--account", "10042", "--role", "owner");
        var reference = await PrepareAsync(owner);
        await using var browser = await Browser.StartAsync();
        List<string> complaints = [];
        _page = await browser.OpenAsync(ColorScheme.Light, isPhone: false, complaints);
        await PublicPagesAsync();
        await LinksAsync();
        await RequestAsync();
        await SignUpAsync();
        await StaffPagesAsync(reference);
        await SignInAgainAsync();
        await OwnerPagesAsync(owner);

        Assert.Equal(RouteInventoryTests.Who.Keys.Order(), _shown.Concat(Elsewhere.Keys).Order());

        // The page that is refused.
        Assert.Equal(1, complaints.RemoveAll(static text => text.StartsWith("Failed to load resource: the server responded with a status of 403", StringComparison.Ordinal)));
        Assert.Empty(complaints);
    }

    private async Task PublicPagesAsync()
    {
        await ShowAllAsync(("landing", "/"), ("guide", "/guide"), ("host-keys", "/host-keys"), ("certificates", "/certificates"), ("request-key", "/request/key"), ("sign-in", "/sign-in"), ("forgotten", "/forgotten"), ("not-found", "/nothing"));
        await ShowAsync("request", "/request");
        await _page.GetByRole(AriaRole.Button, new() { Name = "I have no key yet" }).ClickAsync();
        await LookAsync("request-make-key");
        await _page.Locator("#key").FillAsync((await RequestKeys.MakeAsync()).Ppk);
        await _page.Locator("[data-half]").WaitForAsync();
        await LookAsync("request-private-key");
    }

    /// <summary>Behind links that came by mail, or were handed over.</summary>
    private async Task LinksAsync()
    {
        var pack = new Uri((await _server.JsonAsync("pack", "10042", "--link")).GetProperty("link").GetString()!).PathAndQuery;
        await _page.GotoAsync(_server.Url + pack);
        await Looks.CheckAsync(_page, "pack-closed", opened: false);
        await ShowAsync("pack", pack, "links/pack/{token}/{file?}");
        await ShowAsync("pack-guide", pack + "/waybill-10042-guide.html", "links/pack/{token}/{file?}");
        var password = new Uri((await _server.JsonAsync("password", "link", "10042b")).GetProperty("link").GetString()!).PathAndQuery;
        await ShowAsync("login-password", password, "links/login-password/{token}");
        await ShowAsync("retention", await MailedAsync("files@interop.example"), "links/retention/{token}");
        await ShowAsync("request-answer", await MailedAsync("asked@interop.example"), "links/request-answer/{token}");
        await ShowAsync("request-invitation", await MailedAsync("invited@interop.example"), "links/request-invitation/{token}");
    }

    /// <summary>Somebody asks for access, as far as the confirmed address.</summary>
    private async Task RequestAsync()
    {
        await _page.GotoAsync(_server.Url + "/request");
        await _page.EvaluateAsync("() => { document.querySelector('form.request').noValidate = true; }");
        await _page.GetByRole(AriaRole.Button, new() { Name = "Send the request" }).ClickAsync();
        await _page.GetByText("mend what is marked").WaitForAsync();
        await LookAsync("request-wrong");
        foreach (var (field, value) in ((string, string)[])
            [("firstName", "Ann"), ("lastName", "Example"), ("email", "newcomer@interop.example"), ("company", "Interop Ltd"), ("account", "10042"), ("key", (await RequestKeys.MakeAsync()).Line)])
        {
            await _page.Locator("#" + field).FillAsync(value);
        }

        await _page.GetByRole(AriaRole.Button, new() { Name = "Send the request" }).ClickAsync();
        await _page.GetByRole(AriaRole.Heading, new() { Name = "We have your request" }).WaitForAsync();
        await LookAsync("request-taken");
        await ShowAsync("request-confirm", await MailedAsync("newcomer@interop.example"), "links/request-confirm/{token}");
        await _page.GetByRole(AriaRole.Button, new() { Name = "Yes, that is my request" }).ClickAsync();
        await _page.GetByRole(AriaRole.Heading, new() { Name = "Your address is confirmed" }).WaitForAsync();
        await LookAsync("request-confirmed");
    }

    /// <summary>Somebody signs up, as far as the own page.</summary>
    private async Task SignUpAsync()
    {
        var added = await _server.JsonAsync("person", "add", "clerk@example.com", "--name", "Ann Elisabeth Lee", "--provider", "administrator");
        await ShowAsync("sign-up", new Uri(added.GetProperty("signUpLink").GetString()!).PathAndQuery, "links/person-sign-up/{token}");
        var goOn = _page.GetByRole(AriaRole.Button, new() { Name = "Go on to the authenticator" });
        await goOn.ClickAsync();
        await _page.GetByText("The password has 0 characters").WaitForAsync();
        await LookAsync("sign-up-wrong");
        await _page.GetByLabel("New password").FillAsync(Password);
        await _page.GetByLabel("The same again").FillAsync(Password);
        await goOn.ClickAsync();
        await _page.GetByRole(AriaRole.Button, new() { Name = "Sign up" }).WaitForAsync();
        await LookAsync("sign-up-authenticator");
        await _page.GetByLabel("Code", new() { Exact = true }).FillAsync(OneTimeCode.Of(await _page.Locator("code[data-copy]").InnerTextAsync()));
        await _page.GetByRole(AriaRole.Button, new() { Name = "Sign up" }).ClickAsync();
        await _page.GetByRole(AriaRole.Link, new() { Name = "I have kept them" }).WaitForAsync();
        await LookAsync("recovery-codes");
        await _page.GetByRole(AriaRole.Link, new() { Name = "I have kept them" }).ClickAsync();
        await _page.GetByRole(AriaRole.Heading, new() { Name = "Where you are signed in" }).WaitForAsync();
        await LookAsync("home");
    }

    private async Task StaffPagesAsync(string reference)
    {
        await ShowAllAsync(
            ("staff-now", "/staff"), ("staff-requests", "/staff/requests"), ("staff-request", "/staff/requests/" + reference), ("staff-invite", "/staff/requests/invite"),
            ("staff-mail", "/staff/requests/mail"), ("staff-why", "/staff/why?q=10042"), ("staff-notifications", "/staff/notifications"), ("staff-audit", "/staff/audit"),
            ("staff-accounts", "/staff/accounts"), ("staff-account", "/staff/accounts/10042"), ("staff-publish", "/staff/accounts/10042/publish"), ("staff-logins", "/staff/logins"), ("staff-login", "/staff/logins/10042c"), ("staff-keys", "/staff/keys"),
            ("staff-generate", "/staff/logins/10042c/generate"), ("staff-password", "/staff/logins/10042b/password"), ("staff-people", "/staff/people"), ("staff-person", "/staff/people/staff.pages%40example.com"));

        // Opened late and looked at first: a login without a channel is ended after three minutes.
        await using var session = await _server.ConnectAsync("10042b", _server.Directory.Combine("session.key"));
        foreach (var (name, path, words) in ((string, string, string)[])
            [
                ("sessions", "sessions", "10042b"), ("sessions-portal", "sessions/portal", "Ann Elisabeth Lee"), ("feeds", "feeds?account=10042", "/cdr/*.csv"), ("receipts", "receipts", "june.csv"),
                ("deliveries", "accounts/10042/deliveries", "usage_*.csv"), ("balance", "accounts/10042/balance", "12.34 GBP"), ("porting", "porting?state=all", "Other Telecom"),
                ("porting-order", "porting/" + _order, "letter.pdf"), ("porting-days", "porting-days", "Boxing Day"), ("published", "accounts/10042/published", "june.csv"),
                ("numbers", "numbers?q=01224", "S:441224000000:***@sip.example.com"), ("number-ranges", "numbers/ranges", "Aberdeen"), ("number-emergency", "numbers/emergency", "AB10 1AA"),
                ("number", "numbers/01224000000", "target set"), ("account-numbers", "accounts/10042/numbers", "How many it may take by itself"), ("number-free", "numbers/01224000001", "Give it to the account"),
                ("held", "held", "a file of that name is there"), ("recalled", "held?recalled=true&account=10042", "wrong month"), ("retention", "retention?account=10042", "case 4711"),
            ])
        {
            await ShowAsync("staff-" + name, "/staff/" + path);
            Assert.Contains(words, await _page.Locator("main").InnerTextAsync(), StringComparison.Ordinal);
        }

        await _page.GotoAsync(_server.Url + "/staff/accounts/10042");
        await _page.GetByLabel("Reason, for the audit").First.FillAsync("case 4711");
        await _page.GetByRole(AriaRole.Button, new() { Name = "Look as the customer" }).ClickAsync();
        await _page.GetByText("You look at account 10042 as its customer").WaitForAsync();
        await LookAsync("viewed");
        await _page.GetByRole(AriaRole.Button, new() { Name = "End the view" }).ClickAsync();
        await _page.GetByRole(AriaRole.Button, new() { Name = "Look as the customer" }).WaitForAsync();
        await _page.GetByRole(AriaRole.Button, new() { Name = "Sign out" }).ClickAsync();
        await _page.GetByRole(AriaRole.Link, new() { Name = "Sign in" }).WaitForAsync();
    }

    private async Task SignInAgainAsync()
    {
        await _page.GotoAsync(_server.Url + "/forgotten");
        await _page.GetByLabel("E-mail address").FillAsync("clerk@example.com");
        await _page.Locator("main form button").ClickAsync();
        await _page.GetByText("a link is on its way").WaitForAsync();
        await LookAsync("forgotten-asked");
        await ShowAsync("person-reset", await MailedAsync("clerk@example.com"), "links/person-reset/{token}");
        await _page.GotoAsync(_server.Url + "/sign-in");
        await _page.GetByLabel("E-mail address").FillAsync("clerk@example.com");
        await _page.GetByLabel("Password", new() { Exact = true }).FillAsync(Password);
        await _page.GetByRole(AriaRole.Button, new() { Name = "Continue" }).ClickAsync();
        await _page.GetByRole(AriaRole.Heading, new() { Name = "Enter your code" }).WaitForAsync();
        await LookAsync("sign-in-code");
    }

    private async Task OwnerPagesAsync(Visitor owner)
    {
        await _page.Context.AddCookiesAsync([new Microsoft.Playwright.Cookie { Name = Visitor.Cookie, Value = owner.Session!, Url = _server.Url, Secure = true, HttpOnly = true }]);
        foreach (var (name, path, words) in ((string, string, string)[])
            [
                ("account", "", "june.csv"), ("account-files", "/files", "upload"), ("account-folder", "/files/upload", "a name that is rather long"), ("account-upload", "/upload/upload", ""),
                ("account-logins", "/logins", "10042b"), ("account-login", "/logins/10042", "SHA256:"), ("account-connection", "/logins/10042/connection", ""), ("account-pack", "/logins/10042/pack", ""),
                ("account-vendors", "/vendors", "usage.csv"), ("account-people", "/people", "Maximiliane"), ("account-receipts", "/receipts", "june.csv"), ("account-retention", "/retention", "/cdr/never fetched.csv"),
                ("account-views", "/views", "case 4711"), ("account-balance", "/balance", "12.34 GBP"), ("account-porting", "/porting", "Other Telecom"),
                ("account-porting-new", "/porting/new", "Main billing number"), ("account-porting-order", "/porting/" + _order, "letter.pdf"),
                ("account-porting-table", "/porting?table=" + _table, "One letter of authority for this table"), ("account-numbers", "/numbers", "01224000000"), ("account-number", "/numbers/01224000000", "submitted"),
            ])
        {
            await ShowAsync(name, Account + path);
            Assert.Contains(words, await _page.Locator("main").InnerTextAsync(), StringComparison.Ordinal);
        }

        await _page.GotoAsync($"{_server.Url}{Account}/files/upload");
        await _page.GetByRole(AriaRole.Link, new() { NameRegex = new("^Details of") }).ClickAsync();
        await _page.GetByRole(AriaRole.Heading, new() { Name = "Rename" }).WaitForAsync();
        await LookAsync("account-file");
        await ShowAllAsync([.. ((string[])["password", "authenticator", "codes", "passkeys", "confirm"]).Select(static name => ("home-" + name, "/home/" + name))]);

        // The provider's pages are none of a customer's.
        Assert.Equal(403, (await _page.GotoAsync(_server.Url + "/staff"))!.Status);
        await LookAsync("forbidden");
    }

    /// <summary>Something to be seen on each page; the reference of a request that can be decided.</summary>
    private async Task<string> PrepareAsync(Visitor owner)
    {
        var (first, second) = (await RequestKeys.MakeAsync(), await RequestKeys.MakeAsync());
        var key = _server.Directory.Write("session.key", first.OpenSsh);
        File.SetUnixFileMode(key, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        await _server.CommandAsync("login", "add", "10042", "--account", "10042");
        await _server.CommandAsync("login", "add", "10042b", "--account", "10042");
        await _server.CommandAsync("key", "add", "10042b", _server.Directory.Write("first.pub", first.Line));
        await _server.CommandAsync("login", "add", "10042c", "--account", "10042");
        await _server.CommandAsync("key", "add", "10042c", _server.Directory.Write("again.pub", first.Line), "--label", "night run", "--expires", "2099-12-31");
        await _server.CommandAsync("key", "add", "10042c", _server.Directory.Write("second.pub", second.Line));
        await _server.CommandAsync("key", "revoke", "10042c", second.Fingerprint, "--reason", "replaced");
        await _server.CommandAsync("login", "add", "10042-acme", "--account", "10042", "--vendor", "acme");
        await _server.CommandAsync("person", "add", "staff.pages@example.com", "--name", "Maximiliane Featherstonehaugh", "--account", "10042", "--role", "owner");
        await _server.CommandAsync("subscription", "set", "10042", "--feed", "cdr");
        await _server.CommandAsync("balance", "push", "10042", "1434", "--id", "pay-1", "--text", "a payment");
        await _server.CommandAsync("balance", "push", "10042", "-200", "--id", "calls-1", "--text", "calls");
        _order = (await _server.JsonAsync("porting", "add", "10042", "--main", "01632 960000", "--numbers", "01632960000-01632960009", "--line", "ddi", "--losing-provider", "Other Telecom")).GetProperty("order").GetString()!;
        await File.WriteAllTextAsync(Path.Combine(_server.Data, "letter.pdf"), "%PDF-1.7");
        await _server.CommandAsync("porting", "letter", _order, Path.Combine(_server.Data, "letter.pdf"));
        await File.WriteAllTextAsync(Path.Combine(_server.Data, "orders.csv"), "main,numbers,line,postcode\n01632960100,01632960100,single,S1 1AA\n");
        _table = (await _server.JsonAsync("porting", "import", "10042", Path.Combine(_server.Data, "orders.csv")))[0].GetProperty("table").GetString()!;
        await _server.CommandAsync("numbers", "add-range", "01224000000", "01224000009", "--band", "G1", "--description", "Aberdeen");
        await _server.CommandAsync("numbers", "activate", "01224000000", "--account", "10042");
        await _server.CommandAsync("numbers", "target", "01224000000", "1", "S:441224000000:secret@sip.example.com", "--periods", "1-5:0900-1730");
        await _server.TamperAsync("""INSERT INTO emergency_record VALUES (441224000000, '{"NAME":"Thoroughfare Ltd","POSTCODE":"AB10 1AA"}', 3, NULL, 0, 'a test')""");
        await _server.CommandAsync("hold", "set", "--account", "10042", "--path", "/held", "--reason", "case 4711");
        await _server.CommandAsync("arrival", "set", "10042", "--name", "usage_*.csv", "--header", "a;b", "--columns", "2", "--max-size", "1000");
        await _server.CommandAsync("expectation", "set", "--account", "10042", "--feed", "cdr", "--type", "csv", "--by", "06:00");

        // Published, held since the name is taken, and recalled.
        var (june, july) = (_server.Directory.Write("june.csv", "one"), _server.Directory.Write("july.csv", "two"));
        await _server.CommandAsync("publish", "--account", "10042", "--feed", "cdr", june);
        await _server.CommandAsync("publish", "--account", "10042", "--feed", "cdr", july);
        await File.WriteAllTextAsync(june, "another");
        Assert.Contains("held", await _server.RefusedAsync("publish", "--account", "10042", "--feed", "cdr", june), StringComparison.Ordinal);
        await _server.CommandAsync("recall", "--account", "10042", "--reason", "wrong month", "/cdr/july.csv");

        // Delivered by the customer and by the vendor.
        const string Long = "a name that is rather long for the window of a telephone, as customers like them 2027-01-31.csv";
        foreach (var (path, login) in ((string, string)[])[("/upload/" + Long, "10042b"), ("/vendors/acme/usage/usage.csv", "10042-acme")])
        {
            await File.WriteAllTextAsync(Path.Combine(_server.Data, "vaults", "10042") + path, "x");
            await _server.TamperAsync(string.Create(CultureInfo.InvariantCulture, $"""
                INSERT INTO file (account_id, path, size, arrived_at, login, protocol)
                SELECT id, '{path}', 1, {TimeProvider.System.GetUtcNow().AddMinutes(-5).ToUnixTimeMilliseconds()}, '{login}', 'sftp' FROM account WHERE number = '10042'
                """));
        }

        await owner.GetAsync(Account + "/logins/10042");
        await owner.PostAsync(Account + "/logins/10042?handler=Add", ("key", (await RequestKeys.MakeAsync()).Line));
        await _server.TamperAsync($"""
            INSERT INTO person_passkey (credential_id, person_id, public_key, name, created_at, sign_count, transports, is_user_verified, is_backup_eligible, is_backed_up, attestation_object, client_data_json)
            SELECT x'01', id, x'01', 'A telephone', 1800000000000, 0, 'internal', 1, 0, 0, x'01', x'01' FROM person WHERE email = '{owner.Email}'
            """);
        await _server.CommandAsync("login", "suspend", "10042", "--reason", "the bill was not paid");
        await _server.CommandAsync("request", "add", "--email", "asked@interop.example", "--name", "Ann Example");
        await _server.CommandAsync("request", "invite", "--account", "10042", "--email", "invited@interop.example", "--name", "Ann Example");
        var asked = await _server.JsonAsync(
            "request", "add", "--email", "ann@interop.example", "--name", "Ann Elisabeth Lee", "--company", "Another Company Ltd", "--account", "10042", "--user", "ann", "--automation", "--key",
            _server.Directory.Write("ann.pub", (await RequestKeys.MakeAsync()).Line + "\n"));
        return asked.GetProperty("request").GetProperty("reference").GetString()!;
    }

    /// <summary>The link of the newest mail with one to somebody.</summary>
    private async Task<string> MailedAsync(string address)
    {
        for (var i = 0; ; i++)
        {
            foreach (var mail in _smtp.Mails.Reverse())
            {
                if (mail.To.Contains(address) && Link().Match(mail.Parts[0]) is { Success: true } link)
                {
                    return new Uri(link.Value).PathAndQuery;
                }
            }

            Assert.True(i < 600, "no mail with a link came to " + address);
            await Task.Delay(100);
        }
    }

    private async Task ShowAllAsync(params (string Name, string Path)[] pages)
    {
        foreach (var (name, path) in pages)
        {
            await ShowAsync(name, path);
        }
    }

    /// <summary>Opens a page and looks at it; one behind a secret link says which it is.</summary>
    private async Task ShowAsync(string name, string path, string? route = null)
    {
        await _page.GotoAsync(_server.Url + path);
        if (route is not null)
        {
            Assert.StartsWith("/l/", path, StringComparison.Ordinal);
            _shown.Add(route);
        }

        await LookAsync(name);
    }

    private async Task LookAsync(string name)
    {
        var path = new Uri(_page.Url).AbsolutePath.Trim('/');
        if (RouteOf(path) is { } route)
        {
            _shown.Add(route);
        }

        await Looks.CheckAsync(_page, name);
    }

    /// <summary>The row of the inventory that an address is: of several that fit the one with the fewest values.</summary>
    private static string? RouteOf(string path) => RouteInventoryTests.Who.Keys
        .Where(route => Regex.IsMatch(path, $"^{Value().Replace(route, static value => value.Groups[1].Success ? "(/.*)?" : "/[^/]+")}$"))
        .MinBy(static route => route.Count(static letter => letter == '{'));

    [GeneratedRegex(@"/(?:\{(\*\*\w+|\w+\?)\}|\{\w+\})")]
    private static partial Regex Value();

    [GeneratedRegex(@"https://localhost:\d+/l/[A-Za-z0-9_-]{43}")]
    private static partial Regex Link();
}
