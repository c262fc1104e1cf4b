using System.Net;
using System.Security.Cryptography;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using Waybill.Core.Keys.Handover;
using Waybill.Portal.Tests.Support;
using Waybill.TestKit;

namespace Waybill.Portal.Tests;

/// <summary>From `key generate --hand-over` to a key that opens, by the two mails, the two pages and the two codes.</summary>
public sealed partial class KeyHandoverPageTests
{
    private const string FileTo = "file@interop.example";
    private const string PassphraseTo = "phrase@interop.example";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task File_and_passphrase_reach_the_customer_by_two_links_and_two_codes_and_open_the_key_that_was_installed()
    {
        await using var server = await StartAsync();
        var (file, passphrase) = await HandOverAsync(server);
        using var client = server.Client(cookies: false);

        // Scanners of mail look, as often as they like, and send the forms that they find.
        foreach (var method in (HttpMethod[])[HttpMethod.Get, HttpMethod.Get, HttpMethod.Head])
        {
            using var looked = await client.SendAsync(new HttpRequestMessage(method, file.Link) { Version = HttpVersion.Version20 });
            Assert.Equal(HttpStatusCode.OK, looked.StatusCode);
            Assert.True(looked.Headers.CacheControl!.NoStore);
        }

        using var browser = new Visitor(server);
        var page = WebUtility.HtmlDecode(await LookAsync(browser, file.Link));
        Assert.Contains("The private key for 10042", page, StringComparison.Ordinal);
        Assert.Contains("Tries left: 5", page, StringComparison.Ordinal);
        Assert.Contains("Keep the file private", page, StringComparison.Ordinal);
        Assert.Contains("href=\"/guide\"", page, StringComparison.Ordinal);
        Assert.Contains("href=\"/host-keys\"", page, StringComparison.Ordinal);
        Assert.All(browser.SetCookies, static cookie => Assert.Matches("^__Host-[^;]+;.*path=/; secure; samesite=strict; httponly$", cookie));
        using var forged = await client.PostAsync(file.Link, new FormUrlEncodedContent([new("code", file.Code)]));
        Assert.Equal(HttpStatusCode.BadRequest, forged.StatusCode);

        foreach (var (typed, words) in ((string, string)[])[("", "Type the code first"), ("1234", "The code has 8 digits"), (file.Code + new string(' ', 40), "The code has 8 digits")])
        {
            using var unfinished = await SendAsync(browser, file.Link, typed);
            Assert.Equal(HttpStatusCode.UnprocessableEntity, unfinished.StatusCode);
            var text = await unfinished.Content.ReadAsStringAsync();
            Assert.Contains(words, text, StringComparison.Ordinal);
            Assert.Contains("Tries left: 5", text, StringComparison.Ordinal);
        }

        Assert.Equal((null, 0), await StateAsync(server, "file"));
        using (var wrong = await SendAsync(browser, file.Link, Wrong(file.Code)))
        {
            Assert.Equal(HttpStatusCode.UnprocessableEntity, wrong.StatusCode);
            var text = await wrong.Content.ReadAsStringAsync();
            Assert.Contains("This is not the code", text, StringComparison.Ordinal);
            Assert.Contains("Tries left: 4", text, StringComparison.Ordinal);
        }

        // The right one brings the file.
        var key = await DownloadAsync(browser, file);
        Assert.NotNull((await StateAsync(server, "file")).Taken);

        // The passphrase, in the same browser.
        page = WebUtility.HtmlDecode(await LookAsync(browser, passphrase.Link));
        Assert.Contains("The passphrase of the key for 10042", page, StringComparison.Ordinal);
        Assert.DoesNotContain("id=\"passphrase\"", page, StringComparison.Ordinal);
        var shown = await ReadAsync(browser, passphrase);

        // It opens the file, and what is in it is what the command installed.
        using var directory = new TemporaryDirectory();
        var path = directory.Combine("key");
        await File.WriteAllBytesAsync(path, key);
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        var opened = await ExternalProcess.RunAsync("ssh-keygen", ["-y", "-P", shown, "-f", path], timeout: Patience);
        Assert.True(opened.ExitCode == 0, opened.ToString());
        var installed = (await server.JsonAsync("key", "list", "10042"))[0].GetProperty("sha256").GetString();
        Assert.Equal(installed, "SHA256:" + Convert.ToBase64String(SHA256.HashData(Convert.FromBase64String(opened.Output.Split(' ')[1]))).TrimEnd('='));
        Assert.NotEqual(0, (await ExternalProcess.RunAsync("ssh-keygen", ["-y", "-P", "not it", "-f", path], timeout: Patience)).ExitCode);

        // The same browser repeats each, with the code; a browser that has link and code does not, and nothing says why.
        Assert.Contains("handed over to this browser already", await LookAsync(browser, file.Link), StringComparison.Ordinal);
        Assert.Equal(key, await DownloadAsync(browser, file));
        Assert.Contains("handed over to this browser already", await LookAsync(browser, passphrase.Link), StringComparison.Ordinal);
        Assert.Equal(shown, await ReadAsync(browser, passphrase));
        foreach (var link in (string[])[file.Link, passphrase.Link])
        {
            using var other = await client.GetAsync(link);
            Assert.Equal(HttpStatusCode.NotFound, other.StatusCode);
            Assert.Contains("There is nothing here", await other.Content.ReadAsStringAsync(), StringComparison.Ordinal);
            Assert.False(other.Headers.Contains("Set-Cookie") && string.Join(' ', other.Headers.GetValues("Set-Cookie")).Contains("waybill-key", StringComparison.Ordinal));
        }

        using var stranger = new Visitor(server);
        await stranger.GetAsync("/");
        using var taken = await SendAsync(stranger, file.Link, file.Code);
        Assert.Equal(HttpStatusCode.NotFound, taken.StatusCode);

        // Who got it is known, and nothing of it is written anywhere.
        var audit = (await server.JsonAsync("audit", "search", "--action", "handover-done")).GetRawText();
        Assert.Equal(4, Regex.Count(audit, "by the link of "));
        Assert.Contains("127.0.", audit, StringComparison.Ordinal);
        foreach (var secret in (string[])[shown, file.Code, passphrase.Code, file.Link[3..], passphrase.Link[3..]])
        {
            Assert.DoesNotContain(secret, server.Logs + audit, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_last_wrong_code_ends_the_link_and_the_page_says_whom_to_ask_and_a_new_link_works()
    {
        await using var server = await StartAsync();
        var (file, passphrase) = await HandOverAsync(server);
        using var client = server.Client(cookies: false);
        using var browser = new Visitor(server);
        await browser.GetAsync(file.Link);
        for (var left = HandoverLimits.WrongCodes - 1; left > 0; left--)
        {
            using var wrong = await SendAsync(browser, file.Link, Wrong(file.Code));
            Assert.Contains($"Tries left: {left}.", await wrong.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }

        string[] answers;
        using (var last = await SendAsync(browser, file.Link, Wrong(file.Code)))
        using (var right = await SendAsync(browser, file.Link, file.Code))
        {
            Assert.Null(right.Content.Headers.ContentDisposition);
            answers = [await last.Content.ReadAsStringAsync(), await right.Content.ReadAsStringAsync(), await LookAsync(browser, file.Link)];
        }

        Assert.All(answers, static answer =>
        {
            Assert.Contains("This link has ended", answer, StringComparison.Ordinal);
            Assert.Contains("mailto:support@example.com", answer, StringComparison.Ordinal);
            Assert.DoesNotContain("name=\"code\"", answer, StringComparison.Ordinal);
        });
        Assert.Equal((null, HandoverLimits.WrongCodes), await StateAsync(server, "file"));

        // The other half is untouched, and staff make a new link.
        Assert.Contains("Tries left: 5", await LookAsync(browser, passphrase.Link), StringComparison.Ordinal);
        var code = Code(await server.CommandAsync("key", "handovers", "renew", "1", "file"), "file");
        var renewed = new Half(await MailBox.LinkAsync(server, FileTo, count: 2), code);
        using var older = await client.GetAsync(file.Link);
        Assert.Equal(HttpStatusCode.NotFound, older.StatusCode);
        await browser.GetAsync(renewed.Link);
        Assert.NotEmpty(await DownloadAsync(browser, renewed));

        // A link that staff ended opens nothing.
        await server.CommandAsync("key", "handovers", "cancel", "1", "--reason", "not wanted");
        foreach (var link in (string[])[renewed.Link, passphrase.Link])
        {
            Assert.Equal(HttpStatusCode.NotFound, (await browser.GetAsync(link)).Status);
        }
    }

    [Fact]
    public async Task What_cannot_be_opened_any_more_is_said_so_and_costs_neither_link_nor_try()
    {
        await using var server = await StartAsync();
        var (file, _) = await HandOverAsync(server);
        using var browser = new Visitor(server);
        await browser.GetAsync(file.Link);
        var sealing = Assert.Single(Directory.GetFiles(Path.Combine(server.Data, "handovers"), "*-file-*.key"));
        File.Move(sealing, sealing + ".away");
        for (var i = 0; i < 2; i++)
        {
            using var lost = await SendAsync(browser, file.Link, file.Code);
            Assert.Equal(HttpStatusCode.ServiceUnavailable, lost.StatusCode);
            Assert.Contains("This cannot be handed over", await lost.Content.ReadAsStringAsync(), StringComparison.Ordinal);

            // The second time another key lies there, as after a restore and a handover since.
            await File.WriteAllBytesAsync(sealing, RandomNumberGenerator.GetBytes(32));
        }

        Assert.Equal((null, 0), await StateAsync(server, "file"));
        File.Move(sealing + ".away", sealing, overwrite: true);
        Assert.NotEmpty(await DownloadAsync(browser, file));
    }

    [Fact]
    public async Task In_a_browser_the_code_brings_file_and_passphrase_and_every_state_of_the_pages_can_be_used_by_everybody()
    {
        await using var server = await StartAsync();
        var (file, passphrase) = await HandOverAsync(server);
        await using var browser = await Browser.StartAsync();
        List<string> complaints = [];
        var page = await browser.OpenAsync(ColorScheme.Light, isPhone: false, complaints);
        await page.GotoAsync(server.Url + file.Link);
        await Looks.CheckAsync(page, "key-file");
        await page.Locator("#code").FillAsync("12");
        await page.GetByRole(AriaRole.Button, new() { Name = "Fetch the key file" }).ClickAsync();
        await page.GetByRole(AriaRole.Alert).WaitForAsync();
        await Looks.CheckAsync(page, "key-file-wrong");
        for (var i = 0; i < 2; i++)
        {
            // The page stays, and so does the way to repeat what broke off.
            await page.Locator("#code").FillAsync(file.Code);
            var download = await page.RunAndWaitForDownloadAsync(() => page.GetByRole(AriaRole.Button, new() { Name = "Fetch the key file" }).ClickAsync());
            Assert.Equal("waybill-10042", download.SuggestedFilename);
            Assert.StartsWith("-----BEGIN OPENSSH PRIVATE KEY-----", await File.ReadAllTextAsync(await download.PathAsync()), StringComparison.Ordinal);
        }

        await page.ReloadAsync();
        await page.GetByText("handed over to this browser already").WaitForAsync();
        await page.Context.CloseAsync();

        // On a phone, in the dark.
        var phone = await browser.OpenAsync(ColorScheme.Dark, isPhone: true, complaints);
        await phone.GotoAsync(server.Url + passphrase.Link);
        await Looks.CheckAsync(phone, "key-passphrase");
        await phone.Locator("#code").FillAsync(passphrase.Code);
        await phone.GetByRole(AriaRole.Button, new() { Name = "Show the passphrase" }).ClickAsync();
        var field = phone.Locator("#passphrase");
        await field.WaitForAsync();
        Assert.Matches("^[0-9a-z-]{24}$", await field.InputValueAsync());
        await Looks.CheckAsync(phone, "key-passphrase-shown");
        await phone.Context.CloseAsync();

        var locked = await browser.OpenAsync(ColorScheme.Dark, isPhone: false, complaints);
        await server.CommandAsync("key", "revoke", "10042", (await server.JsonAsync("key", "list", "10042"))[0].GetProperty("sha256").GetString()!, "--reason", "next");
        var (next, _) = await HandOverAsync(server, mails: 2);
        await locked.GotoAsync(server.Url + next.Link);
        for (var i = 0; i < HandoverLimits.WrongCodes; i++)
        {
            await locked.Locator("#code").FillAsync(Wrong(next.Code));
            await locked.GetByRole(AriaRole.Button, new() { Name = "Fetch the key file" }).ClickAsync();
            await locked.GetByText(i == HandoverLimits.WrongCodes - 1 ? "This link has ended" : $"Tries left: {HandoverLimits.WrongCodes - 1 - i}.").WaitForAsync();
        }

        await Looks.CheckAsync(locked, "key-locked");
        Assert.Empty(complaints);
    }

    private static async Task<string> LookAsync(Visitor browser, string link)
    {
        Assert.Equal(HttpStatusCode.OK, (await browser.GetAsync(link)).Status);
        return browser.Source;
    }

    /// <summary>Sends the code with the token of a form that this browser has open.</summary>
    private static Task<HttpResponseMessage> SendAsync(Visitor browser, string link, string code) => browser.RawAsync(new HttpRequestMessage(HttpMethod.Post, link)
    {
        Content = new FormUrlEncodedContent([new("code", code), new("__RequestVerificationToken", browser.Token)]),
    });

    private static async Task<byte[]> DownloadAsync(Visitor browser, Half half)
    {
        using var answer = await SendAsync(browser, half.Link, half.Code);
        Assert.Equal((HttpStatusCode.OK, "application/octet-stream"), (answer.StatusCode, answer.Content.Headers.ContentType!.MediaType));
        Assert.Equal(("attachment", "waybill-10042"), (answer.Content.Headers.ContentDisposition!.DispositionType, answer.Content.Headers.ContentDisposition.FileName!.Trim('"')));
        Assert.True(answer.Headers.CacheControl!.NoStore);
        Assert.Equal("nosniff", Assert.Single(answer.Headers.GetValues("X-Content-Type-Options")));
        return await answer.Content.ReadAsByteArrayAsync();
    }

    private static async Task<string> ReadAsync(Visitor browser, Half half)
    {
        using var answer = await SendAsync(browser, half.Link, half.Code);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.True(answer.Headers.CacheControl!.NoStore);
        return Shown().Match(await answer.Content.ReadAsStringAsync()).Groups[1].Value;
    }

    private static string Wrong(string code) => (code[0] == '0' ? '1' : '0') + code[1..];

    private static async Task<(string? Taken, int WrongCodes)> StateAsync(PortalServer server, string part)
    {
        var state = (await server.JsonAsync("key", "handovers", "list", "--all"))[0].GetProperty(part);
        return (state.GetProperty("taken").GetString(), state.GetProperty("wrongCodes").GetInt32());
    }

    private static async Task<PortalServer> StartAsync()
    {
        var server = new PortalServer();
        await server.InitializeAsync(async () => await server.CommandAsync("login", "add", "10042", "--account", PortalServer.Account));
        return server;
    }

    private static async Task<(Half File, Half Passphrase)> HandOverAsync(PortalServer server, int mails = 1)
    {
        var output = await server.CommandAsync("key", "generate", "10042", "--hand-over", FileTo, "--passphrase-to", PassphraseTo);
        return (new Half(await MailBox.LinkAsync(server, FileTo, mails), Code(output, "file")), new Half(await MailBox.LinkAsync(server, PassphraseTo, mails), Code(output, "passphrase")));
    }

    private static string Code(string output, string part) =>
        Regex.Match(output, $@"^{part}: a link goes to \S+; tell that person the code (\d{{4}} \d{{4}}) by telephone", RegexOptions.Multiline).Groups[1].Value;

    [GeneratedRegex("id=\"passphrase\"[^>]* readonly value=\"([0-9a-z-]{24})\"")]
    private static partial Regex Shown();

    /// <summary>One of the two ways: a link by mail, a code by telephone.</summary>
    private sealed record Half(string Link, string Code);
}
