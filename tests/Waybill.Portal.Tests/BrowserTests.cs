using System.IO.Compression;
using System.Text.Json;
using Microsoft.Playwright;
using Waybill.Core.Tests.Notifications;
using Waybill.Portal.Tests.Support;
using Waybill.TestKit;

namespace Waybill.Portal.Tests;

/// <summary>What only a browser does, in Chromium: how pages appear, are walked through by keyboard, fetched from, and printed.</summary>
public sealed class BrowserTests
{
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
        await Looks.ShotAsync(page, "guide-print");
    }

    /// <summary>The colour of the page; without script of its own the browser can still be asked, on a second page.</summary>
    private static async Task<string> BackgroundAsync(IPage page, PortalServer server, bool script) => script
        ? await page.EvaluateAsync<string>("() => getComputedStyle(document.body).backgroundColor")
        : JsonSerializer.Serialize((await page.Context.CookiesAsync([server.Url])).Where(cookie => cookie.Name == "waybill-theme").Select(cookie => cookie.Value));
}
