using System.IO.Compression;
using System.Text.Json;
using Microsoft.Playwright;
using Waybill.Core.Tests.Notifications;
using Waybill.Portal.Tests.Support;
using Waybill.TestKit;

namespace Waybill.Portal.Tests;

/// <summary>The pages as people meet them, in Chromium. Screenshots go into <c>artifacts/portal</c>.</summary>
public sealed class BrowserTests
{
    private static readonly string Screenshots = Path.Combine(RepositoryRoot.Find(), "artifacts", "portal");

    [Fact]
    public async Task Every_page_can_be_used_by_everybody_in_light_and_dark_on_desktop_and_phone()
    {
        await using var smtp = await SmtpServer.StartAsync();
        await using var server = await RetentionLinkTests.NoticedAsync(smtp);
        var link = new Uri(await RetentionLinkTests.LinkAsync(smtp)).PathAndQuery;
        await PrepareStaffPagesAsync(server);
        await server.CommandAsync("login", "add", "10042", "--account", "10042");
        var pack = new Uri((await server.JsonAsync("pack", "10042", "--link")).GetProperty("link").GetString()!).PathAndQuery;
        const string Account = "/account/10042";
        await File.WriteAllTextAsync(Path.Combine(server.Data, "vaults", "10042", "upload", "a name that is rather long for the window of a telephone, as customers like them 2027-01-31.csv"), "x");
        await server.CommandAsync("login", "add", "10042-acme", "--account", "10042", "--vendor", "acme");
        var keys = await RequestKeys.MakeAsync();
        using var owner = await SignUp.WithAsync(server, "--account", "10042", "--role", "owner");
        await owner.GetAsync(Account + "/logins/10042");
        await owner.PostAsync(Account + "/logins/10042?handler=Add", ("key", keys.Line));
        var asked = (await server.JsonAsync(
            "request", "add", "--email", "ann@interop.example", "--name", "Ann Elisabeth Lee", "--company", "Another Company Ltd", "--account", "10042", "--user", "ann", "--automation", "--key",
            server.Directory.Write("ann.pub", (await RequestKeys.MakeAsync()).Line + "\n"))).GetProperty("request").GetProperty("reference").GetString();
        await server.CommandAsync("login", "suspend", "10042", "--reason", "the bill was not paid");
        var axe = await File.ReadAllTextAsync(Path.Combine(RepositoryRoot.Find(), "tests", "Waybill.Portal.Tests", "npm", "node_modules", "axe-core", "axe.min.js"));
        Directory.CreateDirectory(Screenshots);
        await using var browser = await Browser.StartAsync();
        List<string> complaints = [];
        foreach (var scheme in (ColorScheme[])[ColorScheme.Light, ColorScheme.Dark])
        {
            foreach (var isPhone in (bool[])[false, true])
            {
                var page = await browser.OpenAsync(scheme, isPhone, complaints);
                async Task CheckAsync(string name)
                {
                    var where = $"{name}-{(scheme == ColorScheme.Dark ? "dark" : "light")}-{(isPhone ? "phone" : "desktop")}";
                    await page.ScreenshotAsync(new PageScreenshotOptions { Path = Path.Combine(Screenshots, where + ".png"), FullPage = true });
                    Assert.True(await page.EvaluateAsync<bool>("() => document.documentElement.scrollWidth <= window.innerWidth"), $"{where} is wider than the window");
                    await page.EvaluateAsync(axe);
                    var found = await page.EvaluateAsync<string>(
                        "async () => JSON.stringify((await axe.run()).violations.filter(v => v.impact === 'serious' || v.impact === 'critical').map(v => [v.id, v.help, v.nodes.map(n => n.html + ' ' + n.failureSummary)]))");
                    Assert.True(found == "[]", $"{where}: {found}");
                }

                foreach (var (name, path) in ((string, string)[])
                    [("landing", "/"), ("guide", "/guide"), ("host-keys", "/host-keys"), ("request", "/request"), ("retention", link), ("pack", pack), ("pack-guide", pack + "/waybill-10042-guide.html"), ("not-found", "/nothing"), ("sign-in", "/sign-in"), ("forgotten", "/forgotten")])
                {
                    await page.GotoAsync(server.Url + path);
                    if (name == "pack")
                    {
                        await CheckAsync("pack-closed");
                    }

                    if (name is "host-keys" or "pack")
                    {
                        await page.EvaluateAsync("() => document.querySelectorAll('details').forEach(each => each.open = true)");
                    }

                    await CheckAsync(name);
                    if (name == "request")
                    {
                        await page.GetByRole(AriaRole.Button, new() { Name = "I have no key yet" }).ClickAsync();
                        await CheckAsync("request-make-key");
                    }
                }

                // Somebody signs up, as far as the own page.
                var added = await server.JsonAsync("person", "add", $"{scheme}.{isPhone}@example.com", "--name", "Ann Elisabeth Lee", "--provider", "administrator");
                await page.GotoAsync(added.GetProperty("signUpLink").GetString()!);
                await CheckAsync("sign-up");
                await page.GetByRole(AriaRole.Button, new() { Name = "Begin" }).ClickAsync();
                await page.GetByRole(AriaRole.Button, new() { Name = "Sign up" }).ClickAsync();
                await page.GetByText("The password has 0 characters").WaitForAsync();
                await CheckAsync("sign-up-wrong");
                await page.GetByLabel("New password").FillAsync("seven green lanterns");
                await page.GetByLabel("The same again").FillAsync("seven green lanterns");
                await page.GetByLabel("Code", new() { Exact = true }).FillAsync(OneTimeCode.Of(await page.Locator("code[data-copy]").InnerTextAsync()));
                await page.GetByRole(AriaRole.Button, new() { Name = "Sign up" }).ClickAsync();
                await page.GetByRole(AriaRole.Link, new() { Name = "I have kept them" }).WaitForAsync();
                await CheckAsync("recovery-codes");
                await page.GetByRole(AriaRole.Link, new() { Name = "I have kept them" }).ClickAsync();
                await page.GetByRole(AriaRole.Heading, new() { Name = "Where you are signed in" }).WaitForAsync();
                await CheckAsync("home");
                await StaffPagesAsync(page, server, CheckAsync);
                foreach (var (name, path) in ((string, string)[])
                    [
                        ("staff-now", "/staff"), ("staff-requests", "/staff/requests"), ("staff-request", "/staff/requests/" + asked), ("staff-invite", "/staff/requests/invite"),
                        ("staff-mail", "/staff/requests/mail"),
                        ("staff-why", "/staff/why?q=10042"), ("staff-notifications", "/staff/notifications"), ("staff-audit", "/staff/audit"),
                    ])
                {
                    await page.GotoAsync(server.Url + path);
                    await page.EvaluateAsync("() => document.querySelectorAll('details').forEach(each => each.open = true)");
                    await CheckAsync(name);
                }

                await page.GetByRole(AriaRole.Button, new() { Name = "Sign out" }).ClickAsync();
                await page.GetByRole(AriaRole.Link, new() { Name = "Sign in" }).WaitForAsync();

                await page.GotoAsync(server.Url + "/sign-in");
                await page.GetByLabel("E-mail address").FillAsync($"{scheme}.{isPhone}@example.com");
                await page.GetByLabel("Password", new() { Exact = true }).FillAsync("seven green lanterns");
                await page.GetByRole(AriaRole.Button, new() { Name = "Continue" }).ClickAsync();
                await page.GetByRole(AriaRole.Heading, new() { Name = "Enter your code" }).WaitForAsync();
                await CheckAsync("sign-in-code");

                // An account's pages, for its owner.
                await page.Context.AddCookiesAsync([new Microsoft.Playwright.Cookie { Name = Visitor.Cookie, Value = owner.Session!, Url = server.Url, Secure = true, HttpOnly = true }]);
                foreach (var (name, path) in ((string, string)[])
                    [("account", ""), ("account-files", "/files"), ("account-upload", "/files/upload"), ("account-logins", "/logins"), ("account-login", "/logins/10042"),
                     ("account-connection", "/logins/10042/connection"), ("account-pack", "/logins/10042/pack"), ("account-vendors", "/vendors"), ("account-people", "/people"),
                     ("account-receipts", "/receipts"), ("account-retention", "/retention"), ("account-views", "/views")])
                {
                    await page.GotoAsync(server.Url + Account + path);
                    await page.EvaluateAsync("() => document.querySelectorAll('details').forEach(each => each.open = true)");
                    await CheckAsync(name);
                }

                await page.GotoAsync($"{server.Url}{Account}/files/upload");
                await page.GetByRole(AriaRole.Link, new() { NameRegex = new("^Details of") }).ClickAsync();
                await page.GetByRole(AriaRole.Heading, new() { Name = "Rename" }).WaitForAsync();
                await CheckAsync("account-file");
                foreach (var name in (string[])["password", "authenticator", "codes", "passkeys", "confirm"])
                {
                    await page.GotoAsync($"{server.Url}/home/{name}");
                    await CheckAsync("home-" + name);
                }

                // The provider's pages are none of a customer's.
                Assert.Equal(403, (await page.GotoAsync(server.Url + "/staff"))!.Status);
                await CheckAsync("forbidden");

                await page.Context.CloseAsync();
            }
        }

        // The page that is refused, in each look.
        Assert.Equal(4, complaints.RemoveAll(static text => text.StartsWith("Failed to load resource: the server responded with a status of 403", StringComparison.Ordinal)));
        Assert.Empty(complaints);
    }

    /// <summary>Something to be seen on each of the provider's pages.</summary>
    private static async Task PrepareStaffPagesAsync(PortalServer server)
    {
        var (first, second) = (await RequestKeys.MakeAsync(), await RequestKeys.MakeAsync());
        using var directory = new TemporaryDirectory();
        await server.CommandAsync("login", "add", "10042b", "--account", "10042");
        await server.CommandAsync("key", "add", "10042b", directory.Write("first.pub", first.Line));
        await server.CommandAsync("login", "add", "10042c", "--account", "10042");
        await server.CommandAsync("key", "add", "10042c", directory.Write("again.pub", first.Line), "--label", "night run", "--expires", "2099-12-31");
        await server.CommandAsync("key", "add", "10042c", directory.Write("second.pub", second.Line));
        await server.CommandAsync("key", "revoke", "10042c", second.Fingerprint, "--reason", "replaced");
        await server.CommandAsync("person", "add", "staff.pages@example.com", "--name", "Maximiliane Featherstonehaugh", "--account", "10042", "--role", "owner");
        await server.CommandAsync("subscription", "set", "10042", "--feed", "cdr");
        await server.CommandAsync("hold", "set", "--account", "10042", "--path", "/held", "--reason", "case 4711");
    }

    /// <summary>The provider's pages for accounts and what belongs to them, with all that opens opened.</summary>
    private static async Task StaffPagesAsync(IPage page, PortalServer server, Func<string, Task> checkAsync)
    {
        foreach (var (name, path) in ((string, string)[])
            [
                ("accounts", "accounts"), ("account", "accounts/10042"), ("logins", "logins"), ("login", "logins/10042c"), ("generate", "logins/10042c/generate"), ("sessions", "sessions"),
                ("sessions-portal", "sessions/portal"), ("people", "people"), ("person", "people/staff.pages%40example.com"), ("feeds", "feeds?account=10042"), ("receipts", "receipts"),
                ("held", "held"), ("retention", "retention?account=10042"),
            ])
        {
            await page.GotoAsync($"{server.Url}/staff/{path}");
            await page.EvaluateAsync("() => document.querySelectorAll('details').forEach(each => each.open = true)");
            await checkAsync("staff-" + name);
        }

        await page.GotoAsync(server.Url + "/staff/accounts/10042");
        await page.GetByLabel("Reason, for the audit").First.FillAsync("case 4711");
        await page.GetByRole(AriaRole.Button, new() { Name = "Look as the customer" }).ClickAsync();
        await page.GetByText("You look at account 10042 as its customer").WaitForAsync();
        await checkAsync("viewed");
        await page.GetByRole(AriaRole.Button, new() { Name = "End the view" }).ClickAsync();
        await page.WaitForURLAsync("**/staff/accounts/10042");
    }

    [Fact]
    public async Task The_appearance_is_switched_at_once_with_script_and_without_it_by_the_form()
    {
        await using var server = new PortalServer();
        await server.InitializeAsync();
        await using var browser = await Browser.StartAsync();
        List<string> complaints = [];
        foreach (var script in (bool[])[true, false])
        {
            var page = await browser.OpenAsync(ColorScheme.Light, isPhone: false, complaints, script);
            await page.GotoAsync(server.Url + "/guide");
            var light = await BackgroundAsync(page, server, script);
            await page.GetByRole(AriaRole.Button, new() { Name = "Dark" }).ClickAsync();
            await page.Locator("html[data-theme=dark]").WaitForAsync(new() { State = WaitForSelectorState.Attached });
            Assert.EndsWith("/guide", page.Url, StringComparison.Ordinal);

            // It is remembered.
            await page.ReloadAsync();
            await page.Locator("html[data-theme=dark]").WaitForAsync(new() { State = WaitForSelectorState.Attached });
            Assert.NotEqual(light, await BackgroundAsync(page, server, script));
            await page.Context.CloseAsync();
        }

        Assert.Empty(complaints);
    }

    [Fact]
    public async Task The_keyboard_reaches_everything_with_a_focus_that_is_seen_and_values_are_copied_by_a_button()
    {
        await using var server = new PortalServer();
        await server.InitializeAsync();
        await using var browser = await Browser.StartAsync();
        List<string> complaints = [];
        var page = await browser.OpenAsync(ColorScheme.Light, isPhone: false, complaints);
        await page.Context.GrantPermissionsAsync(["clipboard-read", "clipboard-write"]);
        await page.GotoAsync(server.Url);
        await page.Keyboard.PressAsync("Tab");
        Assert.Equal("#content", await page.EvaluateAsync<string>("() => document.activeElement.getAttribute('href')"));
        HashSet<string> reached = [];
        for (var i = 0; i < 40; i++)
        {
            await page.Keyboard.PressAsync("Tab");
            reached.Add(await page.EvaluateAsync<string>("() => document.activeElement.textContent.trim()"));
            Assert.NotEqual("0px", await page.EvaluateAsync<string>("() => document.activeElement === document.body ? '3px' : getComputedStyle(document.activeElement).outlineWidth"));
        }

        Assert.Superset(new HashSet<string> { "Connect", "Guide", "Host keys", "Auto", "Light", "Dark", "How to connect", "Copy", "support@example.com" }, reached);
        await page.GetByRole(AriaRole.Button, new() { Name = "Copy sftp.example.com" }).ClickAsync();
        Assert.Equal("sftp.example.com", await page.EvaluateAsync<string>("() => navigator.clipboard.readText()"));
        Assert.Empty(complaints);
    }

    [Fact]
    public async Task The_button_of_a_retention_link_brings_the_zip_in_a_browser_without_script_too()
    {
        await using var smtp = await SmtpServer.StartAsync();
        await using var server = await RetentionLinkTests.NoticedAsync(smtp);
        var link = await RetentionLinkTests.LinkAsync(smtp);
        await using var browser = await Browser.StartAsync();
        List<string> complaints = [];
        foreach (var script in (bool[])[true, false])
        {
            var page = await browser.OpenAsync(ColorScheme.Light, isPhone: true, complaints, script);
            await page.GotoAsync(link);
            var download = await page.RunAndWaitForDownloadAsync(() => page.GetByRole(AriaRole.Button, new() { Name = "Fetch all as a zip" }).ClickAsync());
            var file = server.Directory.Combine($"fetched-{script}.zip");
            await download.SaveAsAsync(file);
            using var archive = ZipFile.OpenRead(file);
            Assert.Equal(2, archive.Entries.Count);
            await page.Context.CloseAsync();
        }

        Assert.Empty(complaints);
    }

    [Fact]
    public async Task The_guide_is_printed_without_what_only_a_screen_needs()
    {
        await using var server = new PortalServer();
        await server.InitializeAsync();
        await using var browser = await Browser.StartAsync();
        var page = await browser.OpenAsync(ColorScheme.Dark, isPhone: false, []);
        await page.GotoAsync(server.Url + "/guide");
        await page.EmulateMediaAsync(new() { Media = Media.Print });
        Assert.False(await page.GetByRole(AriaRole.Navigation).First.IsVisibleAsync());
        Assert.False(await page.Locator(".theme").IsVisibleAsync());
        Assert.Equal("rgb(255, 255, 255)", await page.EvaluateAsync<string>("() => getComputedStyle(document.body).backgroundColor"));
        Directory.CreateDirectory(Screenshots);
        await page.ScreenshotAsync(new PageScreenshotOptions { Path = Path.Combine(Screenshots, "guide-print.png"), FullPage = true });
    }

    /// <summary>The colour of the page; without script of its own the browser can still be asked, on a second page.</summary>
    private static async Task<string> BackgroundAsync(IPage page, PortalServer server, bool script) => script
        ? await page.EvaluateAsync<string>("() => getComputedStyle(document.body).backgroundColor")
        : JsonSerializer.Serialize((await page.Context.CookiesAsync([server.Url])).Where(cookie => cookie.Name == "waybill-theme").Select(cookie => cookie.Value));
}
