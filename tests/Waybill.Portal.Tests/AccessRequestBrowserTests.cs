using System.Text;
using Microsoft.Playwright;
using Waybill.Portal.Tests.Support;

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
        List<string> sent = [];
        var page = await browser.OpenAsync(ColorScheme.Light, isPhone: true, complaints);
        await OpenAsync(page);
        page.Request += (_, request) => sent.Add(request.Url);
        var notice = page.Locator("[data-private-key]");
        var send = page.GetByRole(AriaRole.Button, new() { Name = "Send the request" });

        // A file that is no PPK has nothing to offer; PuTTY's neighbours write UTF-16.
        (string Name, byte[] Content)[] files =
        [
            ("id_ed25519", Encoding.ASCII.GetBytes(keys.OpenSsh)), ("key.pem", "-----BEGIN RSA PRIVATE KEY-----\nAAAA\n"u8.ToArray()),
            ("notes.txt", Encoding.Unicode.GetBytes("-----BEGIN ENCRYPTED PRIVATE KEY-----\r\n")),
        ];
        foreach (var (name, content) in files)
        {
            await page.Locator("#keyFile").SetInputFilesAsync(new FilePayload { Name = name, MimeType = "application/octet-stream", Buffer = content });
            await notice.WaitForAsync();
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

    private async Task OpenAsync(IPage page)
    {
        await page.GotoAsync(server.Url + "/request");
        foreach (var (field, value) in ((string, string)[])[("firstName", "Ann"), ("lastName", "Example"), ("email", AccessRequestTests.Address()), ("company", "Interop"), ("account", "10042")])
        {
            await page.Locator("#" + field).FillAsync(value);
        }
    }
}
