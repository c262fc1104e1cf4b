using System.Text;
using Microsoft.Playwright;
using Waybill.Portal.Tests.Support;
using Waybill.TestKit;

namespace Waybill.Portal.Tests;

/// <summary>What a browser does with a private key before the server could see it.</summary>
public sealed class AccessRequestBrowserTests(PortalServer server)
{
    [Fact]
    public async Task A_private_key_does_not_leave_the_page_and_the_public_half_of_a_ppk_is_offered()
    {
        var keys = await RequestKeys.MakeAsync();
        await using var browser = await Browser.StartAsync();
        List<string> complaints = [];
        var page = await browser.OpenAsync(ColorScheme.Light, isPhone: true, complaints);
        await OpenAsync(page);
        var sent = Browser.RequestsOf(page);
        var notice = page.Locator("[data-private-key]");
        var send = page.GetByRole(AriaRole.Button, new() { Name = "Send the request" });

        // What cannot be taken is said so, with what to do; PuTTY's neighbours write UTF-16.
        (string Name, byte[] Content, string Why)[] files =
        [
            ("key.pem", "-----BEGIN RSA PRIVATE KEY-----\nAAAA\n-----END RSA PRIVATE KEY-----\n"u8.ToArray(), "[data-half-unread]"),
            ("notes.txt", Encoding.Unicode.GetBytes("-----BEGIN ENCRYPTED PRIVATE KEY-----\r\n"), "[data-half-locked]"),
        ];
        foreach (var (name, content, why) in files)
        {
            await page.Locator("#keyFile").SetInputFilesAsync(new FilePayload { Name = name, MimeType = "application/octet-stream", Buffer = content });
            await page.Locator(why).WaitForAsync();
            Assert.Contains("ssh-keygen -y", await notice.InnerTextAsync(), StringComparison.Ordinal);
            Assert.Equal(0, await page.Locator("#keyFile").EvaluateAsync<int>("each => each.files.length"));
            Assert.False(await page.Locator("[data-half]").IsVisibleAsync());
            await page.Locator("#key").FillAsync("x");
            await notice.WaitForAsync(new() { State = WaitForSelectorState.Hidden });
        }

        await page.Locator("#key").FillAsync(keys.Ppk);
        await notice.WaitForAsync();
        Assert.Contains("It was not sent", await notice.InnerTextAsync(), StringComparison.Ordinal);
        Assert.Equal("", await page.Locator("#key").InputValueAsync());
        await send.ClickAsync();
        await page.WaitForFunctionAsync("() => document.activeElement.hasAttribute('data-private-key')");
        Assert.Empty(sent);

        await page.GetByRole(AriaRole.Button, new() { Name = "Use the public half" }).ClickAsync();
        Assert.Equal(keys.Line.Trim(), await page.Locator("#key").InputValueAsync());
        await send.ClickAsync();
        await page.GetByRole(AriaRole.Heading, new() { Name = "We have your request" }).WaitForAsync();
        Assert.Contains(keys.Fingerprint, await page.Locator("main").InnerTextAsync(), StringComparison.Ordinal);
        Assert.Empty(complaints);
    }

    [Fact]
    public async Task The_public_half_is_taken_of_every_form_that_shows_it_and_is_what_ssh_keygen_says()
    {
        using var directory = new TemporaryDirectory();
        var keys = await PrivateKeys.MakeAsync(directory);
        await using var browser = await Browser.StartAsync();
        List<string> complaints = [];
        var page = await browser.OpenAsync(ColorScheme.Light, isPhone: false, complaints);
        await OpenAsync(page);
        var sent = Browser.RequestsOf(page);
        var (notice, text) = (page.Locator("[data-private-key]"), page.Locator("#key"));
        foreach (var (index, key) in keys.Index())
        {
            // As a file and pasted, by turns.
            if (key.IsBinary || index % 2 == 0)
            {
                await page.Locator("#keyFile").SetInputFilesAsync(new FilePayload { Name = "key", MimeType = "application/octet-stream", Buffer = Encoding.Latin1.GetBytes(key.Content) });
            }
            else
            {
                await text.FillAsync(key.Content);
            }

            var shown = key.Line is not null ? "[data-half]" : key.IsLocked ? "[data-half-locked]" : "[data-half-unread]";
            await page.Locator(shown + ":visible, [data-half]:visible, [data-half-locked]:visible, [data-half-unread]:visible").First.WaitForAsync();
            Assert.True(await page.Locator(shown).IsVisibleAsync(), $"{key.Name}: {await notice.InnerTextAsync()}");
            Assert.Equal("", await text.InputValueAsync());
            if (key.Line is null)
            {
                await text.FillAsync("x");
            }
            else
            {
                await page.GetByRole(AriaRole.Button, new() { Name = "Use the public half" }).ClickAsync();
                Assert.Equal((key.Name, key.Line), (key.Name, await text.InputValueAsync()));
            }

            await notice.WaitForAsync(new() { State = WaitForSelectorState.Hidden });
        }

        // All of that was between the person and the browser.
        Assert.Empty(sent);
        Assert.Empty(complaints);
    }

    [Fact]
    public async Task The_pages_of_a_login_stop_a_private_key_and_add_its_public_half()
    {
        using var directory = new TemporaryDirectory();
        await server.CommandAsync("account", "add", "73100", "--name", "Halves Ltd");
        await server.CommandAsync("login", "add", "73100", "--account", "73100");
        using var owner = await SignUp.WithAsync(server, "--account", "73100", "--role", "owner");
        using var staff = await SignUp.WithAsync(server, "--provider", "administrator");
        await using var browser = await Browser.StartAsync();
        List<string> complaints = [];
        foreach (var (visitor, path) in ((Visitor, string)[])[(owner, "/account/73100/logins/73100"), (staff, "/staff/logins/73100")])
        {
            var key = await RequestKeys.MakeAsync();
            var page = await browser.OpenAsync(ColorScheme.Light, isPhone: false, complaints);
            List<byte[]> sent = [];
            page.Context.Request += (_, request) => sent.Add(request.PostDataBuffer ?? []);
            await page.Context.AddCookiesAsync([new Microsoft.Playwright.Cookie { Name = Visitor.Cookie, Value = visitor.Session!, Url = server.Url, Secure = true, HttpOnly = true }]);
            await page.GotoAsync(server.Url + path);
            await page.Locator("#keyFile").SetInputFilesAsync(new FilePayload { Name = "id_ed25519", MimeType = "application/octet-stream", Buffer = Encoding.ASCII.GetBytes(key.OpenSsh) });
            await page.GetByRole(AriaRole.Button, new() { Name = "Use the public half" }).ClickAsync();
            await page.Locator("form[data-request-form] button.button:not(.quiet)").ClickAsync();
            await page.Locator("main code", new() { HasText = key.Fingerprint }).First.WaitForAsync();
            Assert.Contains(sent, body => Encoding.UTF8.GetString(body).Contains(key.Line.Split(' ')[1], StringComparison.Ordinal));
            Assert.DoesNotContain(sent, static body => Encoding.UTF8.GetString(body).Contains("PRIVATE KEY", StringComparison.Ordinal));
            await page.Context.CloseAsync();
        }

        Assert.Empty(complaints);
    }

    [Fact]
    public async Task A_private_key_that_is_sent_before_the_script_is_there_waits_for_it_and_does_not_leave_the_page()
    {
        var keys = await RequestKeys.MakeAsync();
        await using var browser = await Browser.StartAsync();
        List<string> complaints = [];
        var page = await browser.OpenAsync(ColorScheme.Light, isPhone: false, complaints);
        var arrives = new TaskCompletionSource();
        await page.RouteAsync("**/*request*.js", async route =>
        {
            await arrives.Task;
            await route.ContinueAsync();
        });
        await OpenAsync(page, WaitUntilState.Commit);
        var sent = Browser.RequestsOf(page);
        var (text, send) = (page.Locator("#key"), page.GetByRole(AriaRole.Button, new() { Name = "Send the request" }));
        await text.FillAsync(keys.Ppk);
        await send.ClickAsync();
        Assert.Equal(keys.Ppk.ReplaceLineEndings("\n"), await text.InputValueAsync());

        arrives.SetResult();
        await page.GetByRole(AriaRole.Button, new() { Name = "Use the public half" }).ClickAsync();
        Assert.All(sent, static request => Assert.EndsWith(".js", request, StringComparison.Ordinal));
        await send.ClickAsync();
        await page.GetByRole(AriaRole.Heading, new() { Name = "We have your request" }).WaitForAsync();
        Assert.Contains(keys.Fingerprint, await page.Locator("main").InnerTextAsync(), StringComparison.Ordinal);
        Assert.Empty(complaints);
    }

    [Fact]
    public async Task What_is_sent_before_the_script_is_there_is_sent_by_itself_when_it_comes_and_when_it_never_does_or_fails()
    {
        await using var browser = await Browser.StartAsync();
        foreach (var script in (string[])["comes", "never comes", "fails"])
        {
            var keys = await RequestKeys.MakeAsync();
            var page = await browser.OpenAsync(ColorScheme.Light, isPhone: false, []);
            var arrives = new TaskCompletionSource();
            await page.RouteAsync("**/*request*.js", async route =>
            {
                await arrives.Task;
                await (script switch
                {
                    "comes" => route.ContinueAsync(),
                    "fails" => route.FulfillAsync(new() { ContentType = "text/javascript", Body = "throw new Error('too old a browser');" }),
                    _ => route.AbortAsync(),
                });
            });
            await OpenAsync(page, WaitUntilState.Commit);
            await page.Locator("#key").FillAsync(keys.Line);
            await page.GetByRole(AriaRole.Button, new() { Name = "Send the request" }).ClickAsync();
            arrives.SetResult();
            await page.GetByRole(AriaRole.Heading, new() { Name = "We have your request" }).WaitForAsync();
            await page.Context.CloseAsync();
        }
    }

    [Fact]
    public async Task The_form_is_sent_without_script_too_and_the_server_refuses_a_private_key()
    {
        var keys = await RequestKeys.MakeAsync();
        await using var browser = await Browser.StartAsync();
        var page = await browser.OpenAsync(ColorScheme.Dark, isPhone: false, [], script: false);
        await OpenAsync(page);
        await page.Locator("#keyFile").SetInputFilesAsync(new FilePayload { Name = "key.ppk", MimeType = "application/octet-stream", Buffer = Encoding.ASCII.GetBytes(keys.Ppk) });
        await page.GetByRole(AriaRole.Button, new() { Name = "Send the request" }).ClickAsync();
        await page.GetByText("It reached our server.").WaitForAsync();
        Assert.Equal("Ann", await page.Locator("#firstName").InputValueAsync());
        Assert.Equal("", await page.Locator("#key").InputValueAsync());
    }

    private async Task OpenAsync(IPage page, WaitUntilState until = WaitUntilState.Load)
    {
        await page.GotoAsync(server.Url + "/request", new() { WaitUntil = until });
        foreach (var (field, value) in ((string, string)[])[("firstName", "Ann"), ("lastName", "Example"), ("email", AccessRequestTests.Address()), ("company", "Interop"), ("account", "10042")])
        {
            await page.Locator("#" + field).FillAsync(value);
        }
    }
}
