using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Microsoft.Playwright;
using Waybill.Portal.Files;
using Waybill.Portal.Tests.Support;

namespace Waybill.Portal.Tests;

/// <summary>Files that people bring to an account in the portal, by a form and in pieces.</summary>
public sealed class AccountUploadTests(PortalServer Server) : AccountFilePages(Server)
{
    [Fact]
    public async Task A_form_brings_files_without_script_and_nothing_that_is_there_is_replaced()
    {
        var account = await AccountAsync();
        using var owner = await SignUp.WithAsync(Server, "--account", account, "--role", "owner");
        await owner.GetAsync($"/account/{account}/files/upload");
        var sent = await UploadAsync(owner, $"/account/{account}/upload/upload", owner.Token, ("march.csv", "one"), ("april.csv", ""));
        Assert.Equal((HttpStatusCode.Redirect, $"/account/{account}/files/upload?done=Uploaded"), (sent.Status, sent.Location));
        await owner.GetAsync(sent.Location!);
        Assert.Contains("The files are here.", owner.Page, StringComparison.Ordinal);
        Assert.Contains("march.csv", owner.Page, StringComparison.Ordinal);
        Assert.DoesNotContain("tag new", owner.Page, StringComparison.Ordinal);
        Assert.Equal("one", await File.ReadAllTextAsync(Vault(account, "upload", "march.csv")));
        var known = (await Server.JsonAsync("files", "show", account, "/upload/march.csv")).GetProperty("file");
        Assert.Equal(("portal", 3), (known.GetProperty("protocol").GetString(), known.GetProperty("size").GetInt64()));
        Assert.Equal(2, (await Server.JsonAsync("audit", "search", "--account", account, "--action", "upload")).GetArrayLength());

        // It is for the back office as what a login delivers.
        await WaitAsync(async () => (await Server.JsonAsync("inbound", "list", "--account", account)).GetProperty("items").GetArrayLength() == 2);

        sent = await UploadAsync(owner, $"/account/{account}/upload/upload", owner.Token, ("march.csv", "two"), ("may.csv", "three"));
        Assert.Equal(HttpStatusCode.OK, sent.Status);
        Assert.Contains("nothing was replaced", sent.Page, StringComparison.Ordinal);
        Assert.Contains("Files that were taken: 1.", sent.Page, StringComparison.Ordinal);
        Assert.Equal("one", await File.ReadAllTextAsync(Vault(account, "upload", "march.csv")));
        Assert.Equal("three", await File.ReadAllTextAsync(Vault(account, "upload", "may.csv")));

        sent = await UploadAsync(owner, $"/account/{account}/upload/cdr", owner.Token, ("x.csv", "x"));
        Assert.Contains("put it into /upload", sent.Page, StringComparison.Ordinal);
        sent = await UploadAsync(owner, $"/account/{account}/upload/upload", owner.Token, (".waybill-x", "x"), ("..", "x"));
        Assert.Contains("is no name of a file", sent.Page, StringComparison.Ordinal);
        Assert.Equal(["april.csv", "march.csv", "may.csv"], Directory.GetFileSystemEntries(Vault(account, "upload")).Select(static path => Path.GetFileName(path)).Order());
    }

    [Fact]
    public async Task A_form_of_another_site_or_one_that_breaks_off_leaves_nothing()
    {
        var account = await AccountAsync();
        using var owner = await SignUp.WithAsync(Server, "--account", account, "--role", "owner");
        await owner.GetAsync($"/account/{account}/files/upload");
        var address = $"/account/{account}/upload/upload";
        Assert.Equal(HttpStatusCode.BadRequest, (await UploadAsync(owner, address, "wrong", ("a.csv", "x"))).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await UploadAsync(owner, address, null, ("a.csv", "x"))).Status);
        using (var piece = Piece(address + "/a.csv", "wrong", 0, 1, "x"))
        {
            Assert.Equal(HttpStatusCode.BadRequest, (await owner.RawAsync(piece)).StatusCode);
        }

        // The end of the form is missing.
        var broken = new ByteArrayContent(Encoding.ASCII.GetBytes(
            $"--b\r\nContent-Disposition: form-data; name=\"__RequestVerificationToken\"\r\n\r\n{owner.Token}\r\n--b\r\nContent-Disposition: form-data; name=\"files\"; filename=\"a.csv\"\r\n\r\nhalf"));
        broken.Headers.ContentType = MediaTypeHeaderValue.Parse("multipart/form-data; boundary=b");
        using var answer = await owner.RawAsync(new HttpRequestMessage(HttpMethod.Post, address) { Content = broken });
        Assert.Contains("broke off", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(Vault(account, "upload")));
    }

    [Fact]
    public async Task Pieces_go_on_where_they_ended_hidden_from_everybody_else_and_the_last_one_publishes()
    {
        var account = await AccountAsync();
        using var owner = await SignUp.WithAsync(Server, "--account", account, "--role", "owner");
        using var member = await SignUp.WithAsync(Server, "--account", account, "--role", "member");
        await owner.GetAsync($"/account/{account}/files/upload");
        await member.GetAsync($"/account/{account}/files/upload");
        var address = $"/account/{account}/upload/upload/day.csv";
        Assert.Equal((0, false), await SendAsync(owner, new HttpRequestMessage(HttpMethod.Get, address + "?progress")));
        Assert.Equal((5, false), await SendAsync(owner, Piece(address, owner.Token, 0, 11, "hello")));
        Assert.Equal((5, false), await SendAsync(owner, new HttpRequestMessage(HttpMethod.Get, address + "?progress")));
        Assert.Equal((0, false), await SendAsync(member, new HttpRequestMessage(HttpMethod.Get, address + "?progress")));
        await owner.GetAsync($"/account/{account}/files/upload");
        Assert.Contains("not complete", owner.Page, StringComparison.Ordinal);
        await member.GetAsync($"/account/{account}/files/upload");
        Assert.DoesNotContain("day.csv", member.Page, StringComparison.Ordinal);

        // A piece that begins elsewhere changes nothing and says where it goes on; one that is larger than the file is refused.
        Assert.Equal((5, false), await SendAsync(owner, Piece(address, owner.Token, 7, 11, "orld")));
        using (var tooMuch = await owner.RawAsync(Piece(address, owner.Token, 5, 11, " world and more")))
        {
            Assert.Equal(HttpStatusCode.UnprocessableEntity, tooMuch.StatusCode);
        }

        Assert.False(File.Exists(Vault(account, "upload", "day.csv")));
        var (offset, _) = await SendAsync(owner, new HttpRequestMessage(HttpMethod.Get, address + "?progress"));
        Assert.Equal((11, true), await SendAsync(owner, Piece(address, owner.Token, offset, 11, "hello world"[(int)offset..])));
        Assert.Equal("hello world", await File.ReadAllTextAsync(Vault(account, "upload", "day.csv")));
        Assert.Equal(11, (await Server.JsonAsync("files", "show", account, "/upload/day.csv")).GetProperty("file").GetProperty("size").GetInt64());
        using var again = await member.RawAsync(Piece(address, member.Token, 0, 3, "new"));
        Assert.Equal(HttpStatusCode.Conflict, again.StatusCode);
        Assert.Equal((0, true), await SendAsync(owner, Piece($"/account/{account}/upload/upload/empty.csv", owner.Token, 0, 0, "")));
        Assert.Equal(0, new FileInfo(Vault(account, "upload", "empty.csv")).Length);
    }

    [Fact]
    public async Task What_the_account_may_not_store_is_refused_with_the_quota_in_words()
    {
        var account = await AccountAsync();
        await Server.CommandAsync("quota", "set", "--account", account, "--bytes", "10");
        using var owner = await SignUp.WithAsync(Server, "--account", account, "--role", "owner");
        await owner.GetAsync($"/account/{account}/files/upload");
        var sent = await UploadAsync(owner, $"/account/{account}/upload/upload", owner.Token, ("a.csv", "12345678901"));
        Assert.Contains($"The quota of account {account} is 10 bytes", sent.Page, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(Vault(account, "upload")));
        sent = await UploadAsync(owner, $"/account/{account}/upload/upload", owner.Token, ("a.csv", "1234567890"));
        Assert.Equal(HttpStatusCode.Redirect, sent.Status);
    }

    [Fact]
    public async Task An_upload_that_was_on_its_way_when_the_vendor_was_stopped_is_not_published()
    {
        var account = await AccountAsync();
        await Server.CommandAsync("login", "add", "--kind", "vendor", "--account", account, "--vendor", "acme");
        using var vendor = await SignUp.WithAsync(Server, "--account", account, "--role", "vendor", "--vendor", "acme");
        await vendor.GetAsync($"/account/{account}/files/vendors/acme/usage");
        await using var stream = await Server.HandshakeAsync(PortalServer.Address());
        await stream.WriteAsync(Encoding.ASCII.GetBytes(
            $"POST /account/{account}/upload/vendors/acme/usage/late.csv HTTP/1.1\r\nHost: localhost\r\nCookie: {vendor.Cookies}\r\nRequestVerificationToken: {vendor.Token}\r\n"
            + "Content-Type: application/octet-stream\r\nUpload-Offset: 0\r\nUpload-Length: 6\r\nContent-Length: 6\r\nExpect: 100-continue\r\n\r\n"));

        // The server asks for the bytes when all was allowed.
        var begun = new byte["HTTP/1.1 100 Continue\r\n\r\n".Length];
        await stream.ReadExactlyAsync(begun);
        Assert.StartsWith("HTTP/1.1 100", Encoding.ASCII.GetString(begun), StringComparison.Ordinal);
        await Server.CommandAsync("login", "suspend", $"{account}-acme");
        await stream.WriteAsync("number"u8.ToArray());
        var line = new byte[12];
        await stream.ReadExactlyAsync(line);
        Assert.Equal("HTTP/1.1 403", Encoding.ASCII.GetString(line));
        Assert.False(File.Exists(Vault(account, "vendors", "acme", "usage", "late.csv")));
    }

    [Fact]
    public async Task A_form_has_so_many_files_and_a_request_so_many_bytes()
    {
        var account = await AccountAsync();
        using var owner = await SignUp.WithAsync(Server, "--account", account, "--role", "owner");
        await owner.GetAsync($"/account/{account}/files/upload");
        var files = Enumerable.Range(0, PortalLimits.UploadFiles + 1).Select(static i => (string.Create(CultureInfo.InvariantCulture, $"{i}.csv"), "x")).ToArray();
        var sent = await UploadAsync(owner, $"/account/{account}/upload/upload", owner.Token, files);
        Assert.Contains($"At most {PortalLimits.UploadFiles} files", sent.Page, StringComparison.Ordinal);
        Assert.Equal(PortalLimits.UploadFiles, Directory.GetFiles(Vault(account, "upload")).Length);

        await using var stream = await Server.HandshakeAsync(PortalServer.Address());
        await stream.WriteAsync(Encoding.ASCII.GetBytes(
            $"POST /account/{account}/upload/upload/large.bin HTTP/1.1\r\nHost: localhost\r\nCookie: {owner.Cookies}\r\nRequestVerificationToken: {owner.Token}\r\nContent-Type: application/octet-stream\r\n"
            + $"Upload-Offset: 0\r\nUpload-Length: {PortalLimits.Upload + 1}\r\nContent-Length: {PortalLimits.Upload + 1}\r\n\r\n"));
        var line = new byte[12];
        await stream.ReadExactlyAsync(line);
        Assert.Equal("HTTP/1.1 413", Encoding.ASCII.GetString(line));
        Assert.False(File.Exists(Vault(account, "upload", "large.bin")));
    }

    [Fact]
    public async Task Of_a_first_field_that_never_ends_no_more_is_read_than_a_token_has()
    {
        var account = await AccountAsync();
        using var owner = await SignUp.WithAsync(Server, "--account", account, "--role", "owner");

        // Far more than is looked at, and then it neither goes on nor ends: whoever waited for the rest would not answer.
        var field = "--b\r\nContent-Disposition: form-data; name=\"__RequestVerificationToken\"\r\n\r\n" + new string('a', 64 * UploadForm.LongestField);
        using var content = new EndlessContent(Encoding.ASCII.GetBytes(field));
        content.Headers.ContentType = MediaTypeHeaderValue.Parse("multipart/form-data; boundary=b");
        using var answer = await owner.RawAsync(new HttpRequestMessage(HttpMethod.Post, $"/account/{account}/upload/upload") { Content = content });
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
    }

    [Fact]
    public async Task The_script_tries_so_often_to_send_a_piece_and_then_says_that_it_cannot()
    {
        var account = await AccountAsync();
        using var owner = await SignUp.WithAsync(Server, "--account", account, "--role", "owner");
        await using var browser = await Browser.StartAsync();
        var page = await browser.OpenAsync(ColorScheme.Light, isPhone: false, []);
        await page.Context.AddCookiesAsync([new Microsoft.Playwright.Cookie { Name = Visitor.Cookie, Value = owner.Session!, Url = Server.Url, Secure = true, HttpOnly = true }]);

        // Its waits grow to half a minute each: here they are over at once.
        await page.AddInitScriptAsync("const wait = window.setTimeout; window.setTimeout = (act, _, ...rest) => wait(act, 0, ...rest);");
        await page.GotoAsync($"{Server.Url}/account/{account}/files/upload");
        var tries = 0;
        await page.RouteAsync("**/upload/upload/**", async route =>
        {
            tries++;
            await route.AbortAsync("connectionreset");
        });
        await page.Locator("#files").SetInputFilesAsync(new FilePayload { Name = "a.csv", MimeType = "text/csv", Buffer = "x"u8.ToArray() });
        await page.GetByRole(AriaRole.Button, new() { Name = "Upload" }).ClickAsync();
        await page.Locator("[data-uploads] .error").WaitForAsync();
        Assert.Equal(PortalLimits.UploadTries, tries);
        Assert.True(await page.GetByRole(AriaRole.Button, new() { Name = "Upload" }).IsEnabledAsync());
        Assert.Empty(Directory.GetFileSystemEntries(Vault(account, "upload")));
    }

    [Fact]
    public async Task The_script_sends_pieces_shows_how_far_it_is_and_goes_on_where_the_network_broke_off()
    {
        var account = await AccountAsync();
        var content = new byte[(2 * PortalLimits.UploadPiece) + 1];
        content.AsSpan().Fill((byte)'x');
        using var owner = await SignUp.WithAsync(Server, "--account", account, "--role", "owner");
        await using var browser = await Browser.StartAsync();
        List<string> complaints = [];
        var page = await browser.OpenAsync(ColorScheme.Light, isPhone: false, complaints);
        await page.Context.AddCookiesAsync([new Microsoft.Playwright.Cookie { Name = Visitor.Cookie, Value = owner.Session!, Url = Server.Url, Secure = true, HttpOnly = true }]);
        await page.GotoAsync($"{Server.Url}/account/{account}/files/upload");
        var posts = 0;
        await page.RouteAsync("**/upload/upload/*", async route =>
        {
            // The second piece is lost on its way, once.
            if (route.Request.Method == "POST" && ++posts == 2)
            {
                await route.AbortAsync("connectionreset");
            }
            else
            {
                await route.ContinueAsync();
            }
        });
        var place = Server.Directory.Combine($"big {account} #1.bin");
        await File.WriteAllBytesAsync(place, content);
        await page.Locator("#files").SetInputFilesAsync(place);
        await page.GetByRole(AriaRole.Button, new() { Name = "Upload" }).ClickAsync();
        await page.GetByText("The files are here.").WaitForAsync();
        Assert.Equal(4, posts);
        Assert.Equal(content.Length, new FileInfo(Vault(account, "upload", Path.GetFileName(place))).Length);
        var row = (await Server.JsonAsync("audit", "search", "--account", account, "--action", "upload")).EnumerateArray().First();
        Assert.Contains($"\"resumed\":{2 * PortalLimits.UploadPiece}", row.GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.DoesNotContain(complaints, static each => !each.Contains("ERR_CONNECTION_RESET", StringComparison.Ordinal));
    }

    /// <summary>A body that has begun and does not end.</summary>
    private sealed class EndlessContent(byte[] beginning) : HttpContent
    {
        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
        {
            await stream.WriteAsync(beginning, cancellationToken);
            await stream.FlushAsync(cancellationToken);
            await Task.Delay(Timeout.Infinite, cancellationToken);
        }

        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, CancellationToken.None);

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
