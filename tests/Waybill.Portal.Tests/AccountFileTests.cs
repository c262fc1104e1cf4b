using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using Waybill.Core.AccountFiles;
using Waybill.Portal.Files;
using Waybill.Portal.Tests.Support;

namespace Waybill.Portal.Tests;

/// <summary>An account's files in the portal: what people see, and what the commands say then.</summary>
public sealed partial class AccountFileTests(PortalServer server)
{
    private static int _accounts;

    [Fact]
    public async Task A_new_file_is_marked_until_it_was_fetched_and_the_fetch_is_in_catalogue_and_audit()
    {
        var account = await AccountAsync();
        await File.WriteAllTextAsync(server.Directory.Combine("june.csv"), "number,seconds\n1,2\n");
        await server.CommandAsync("publish", "--account", account, "--feed", "cdr", server.Directory.Combine("june.csv"));
        using var owner = await SignUp.WithAsync(server, "--account", account, "--role", "owner");
        await owner.GetAsync($"/account/{account}");
        Assert.Contains("/cdr/june.csv", owner.Page, StringComparison.Ordinal);
        await owner.GetAsync($"/account/{account}/files/cdr");
        Assert.Contains("""<span class="tag new">new</span>""", owner.Page, StringComparison.Ordinal);
        using (var looked = await owner.RawAsync(new HttpRequestMessage(HttpMethod.Head, $"/account/{account}/download/cdr/june.csv")))
        {
            Assert.Equal(19, looked.Content.Headers.ContentLength);
        }

        Assert.Empty((await server.JsonAsync("files", "show", account, "/cdr/june.csv")).GetProperty("fetches").EnumerateArray());
        using var answer = await owner.RawAsync(new HttpRequestMessage(HttpMethod.Get, $"/account/{account}/download/cdr/june.csv"));
        Assert.Equal("number,seconds\n1,2\n", await answer.Content.ReadAsStringAsync());
        Assert.Equal("attachment", answer.Content.Headers.ContentDisposition!.DispositionType);
        Assert.Equal("application/octet-stream", answer.Content.Headers.ContentType!.MediaType);
        Assert.Equal("nosniff", answer.Headers.GetValues("X-Content-Type-Options").Single());

        var fetch = await FetchAsync(account, "/cdr/june.csv");
        Assert.Equal(("portal", true, 19), (fetch.GetProperty("protocol").GetString(), fetch.GetProperty("whole").GetBoolean(), fetch.GetProperty("bytes").GetInt64()));
        Assert.Contains("@example.com", fetch.GetProperty("login").GetString(), StringComparison.Ordinal);
        var row = (await server.JsonAsync("audit", "search", "--account", account, "--action", "download")).EnumerateArray().Single();
        Assert.Equal("/cdr/june.csv", row.GetProperty("subject").GetString());
        Assert.Equal(fetch.GetProperty("login").GetString(), row.GetProperty("actor").GetString());
        await owner.GetAsync($"/account/{account}/files/cdr");
        Assert.DoesNotContain("tag new", owner.Page, StringComparison.Ordinal);
        await owner.GetAsync($"/account/{account}");
        Assert.Contains("You have fetched everything", owner.Page, StringComparison.Ordinal);

        // Another person of the account has not seen it.
        using var member = await SignUp.WithAsync(server, "--account", account, "--role", "member");
        await member.GetAsync($"/account/{account}/files/cdr");
        Assert.Contains("tag new", member.Page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_download_goes_on_where_it_broke_off_if_the_file_is_the_same()
    {
        var account = await AccountAsync();
        var place = Vault(account, "upload", "large.bin");
        var content = Enumerable.Range(0, 300_000).Select(static i => (byte)(i * 7)).ToArray();
        await File.WriteAllBytesAsync(place, content);
        using var owner = await SignUp.WithAsync(server, "--account", account, "--role", "owner");
        var address = $"/account/{account}/download/upload/large.bin";
        using var first = await owner.RawAsync(new HttpRequestMessage(HttpMethod.Get, address) { Headers = { Range = new(0, 99_999) } });
        Assert.Equal(HttpStatusCode.PartialContent, first.StatusCode);
        Assert.Equal(content[..100_000], await first.Content.ReadAsByteArrayAsync());
        using var rest = await owner.RawAsync(new HttpRequestMessage(HttpMethod.Get, address) { Headers = { Range = new(100_000, null), IfRange = new(first.Headers.ETag!) } });
        Assert.Equal(HttpStatusCode.PartialContent, rest.StatusCode);
        Assert.Equal(content[100_000..], await rest.Content.ReadAsByteArrayAsync());
        using var beyond = await owner.RawAsync(new HttpRequestMessage(HttpMethod.Get, address) { Headers = { Range = new(300_000, null) } });
        Assert.Equal(HttpStatusCode.RequestedRangeNotSatisfiable, beyond.StatusCode);
        using var known = await owner.RawAsync(new HttpRequestMessage(HttpMethod.Get, address) { Headers = { IfNoneMatch = { first.Headers.ETag! } } });
        Assert.Equal(HttpStatusCode.NotModified, known.StatusCode);

        // Another version: all of it, from its start.
        await File.WriteAllTextAsync(place + "2", "other");
        File.Move(place + "2", place, overwrite: true);
        using var other = await owner.RawAsync(new HttpRequestMessage(HttpMethod.Get, address) { Headers = { Range = new(2, null), IfRange = new(first.Headers.ETag!) } });
        Assert.Equal((HttpStatusCode.OK, "other"), (other.StatusCode, await other.Content.ReadAsStringAsync()));
    }

    [Fact]
    public async Task Names_that_customers_choose_are_text_on_the_page_and_harmless_on_the_disk_of_whoever_downloads()
    {
        var account = await AccountAsync();
        string[] names = ["<script>alert(1)<", "a\"b';x=.csv", "50% & #1 ?.csv", "C:\\x.csv", "invoice‮fdp.exe", "..csv", "Größe 📦.csv", "%2e%2e%2fx"];
        foreach (var name in names)
        {
            await File.WriteAllTextAsync(Vault(account, "upload", name), name);
        }

        using var owner = await SignUp.WithAsync(server, "--account", account, "--role", "owner");
        await owner.GetAsync($"/account/{account}/files/upload");
        Assert.DoesNotContain("<script>alert", owner.Source, StringComparison.Ordinal);
        var links = Download().Matches(owner.Source).Select(static match => WebUtility.HtmlDecode(match.Groups[1].Value)).ToList();
        Assert.Equal(names.Length, links.Count);
        List<string> got = [];
        foreach (var link in links)
        {
            using var answer = await owner.RawAsync(new HttpRequestMessage(HttpMethod.Get, link));
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            got.Add(await answer.Content.ReadAsStringAsync());
            var disposition = answer.Content.Headers.GetValues("Content-Disposition").Single();
            Assert.True(disposition.StartsWith("attachment; filename=", StringComparison.Ordinal) && disposition.All(static c => c is >= ' ' and <= '~'), disposition);
            Assert.DoesNotContain("%E2%80%AE", disposition, StringComparison.Ordinal);
            Assert.DoesNotContain("%5C", disposition, StringComparison.Ordinal);
            await owner.GetAsync(link.Replace("/download/", "/files/", StringComparison.Ordinal));
            Assert.DoesNotContain("<script>alert", owner.Source, StringComparison.Ordinal);
        }

        Assert.Equal(names.Order(), got.Order());
    }

    [Fact]
    public async Task A_form_brings_files_without_script_and_nothing_that_is_there_is_replaced()
    {
        var account = await AccountAsync();
        using var owner = await SignUp.WithAsync(server, "--account", account, "--role", "owner");
        await owner.GetAsync($"/account/{account}/files/upload");
        var sent = await UploadAsync(owner, $"/account/{account}/upload/upload", owner.Token, ("march.csv", "one"), ("april.csv", ""));
        Assert.Equal((HttpStatusCode.Redirect, $"/account/{account}/files/upload?done=Uploaded"), (sent.Status, sent.Location));
        await owner.GetAsync(sent.Location!);
        Assert.Contains("The files are here.", owner.Page, StringComparison.Ordinal);
        Assert.Contains("march.csv", owner.Page, StringComparison.Ordinal);
        Assert.DoesNotContain("tag new", owner.Page, StringComparison.Ordinal);
        Assert.Equal("one", await File.ReadAllTextAsync(Vault(account, "upload", "march.csv")));
        var known = (await server.JsonAsync("files", "show", account, "/upload/march.csv")).GetProperty("file");
        Assert.Equal(("portal", 3), (known.GetProperty("protocol").GetString(), known.GetProperty("size").GetInt64()));
        Assert.Equal(2, (await server.JsonAsync("audit", "search", "--account", account, "--action", "upload")).GetArrayLength());

        // It is for the back office as what a login delivers.
        await WaitAsync(async () => (await server.JsonAsync("inbound", "list", "--account", account)).GetProperty("items").GetArrayLength() == 2);

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
        using var owner = await SignUp.WithAsync(server, "--account", account, "--role", "owner");
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
        using var owner = await SignUp.WithAsync(server, "--account", account, "--role", "owner");
        using var member = await SignUp.WithAsync(server, "--account", account, "--role", "member");
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
        Assert.Equal(11, (await server.JsonAsync("files", "show", account, "/upload/day.csv")).GetProperty("file").GetProperty("size").GetInt64());
        using var again = await member.RawAsync(Piece(address, member.Token, 0, 3, "new"));
        Assert.Equal(HttpStatusCode.Conflict, again.StatusCode);
        Assert.Equal((0, true), await SendAsync(owner, Piece($"/account/{account}/upload/upload/empty.csv", owner.Token, 0, 0, "")));
        Assert.Equal(0, new FileInfo(Vault(account, "upload", "empty.csv")).Length);
    }

    [Fact]
    public async Task What_the_account_may_not_store_is_refused_with_the_quota_in_words()
    {
        var account = await AccountAsync();
        await server.CommandAsync("quota", "set", "--account", account, "--bytes", "10");
        using var owner = await SignUp.WithAsync(server, "--account", account, "--role", "owner");
        await owner.GetAsync($"/account/{account}/files/upload");
        var sent = await UploadAsync(owner, $"/account/{account}/upload/upload", owner.Token, ("a.csv", "12345678901"));
        Assert.Contains($"The quota of account {account} is 10 bytes", sent.Page, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(Vault(account, "upload")));
        sent = await UploadAsync(owner, $"/account/{account}/upload/upload", owner.Token, ("a.csv", "1234567890"));
        Assert.Equal(HttpStatusCode.Redirect, sent.Status);
    }

    [Fact]
    public async Task A_file_gets_another_name_or_goes_and_nothing_is_replaced_on_the_way()
    {
        var account = await AccountAsync();
        using var owner = await SignUp.WithAsync(server, "--account", account, "--role", "owner");
        await owner.GetAsync($"/account/{account}/files/upload");
        await UploadAsync(owner, $"/account/{account}/upload/upload", owner.Token, ("a.csv", "a"), ("b.csv", "b"));
        var file = $"/account/{account}/files/upload/a.csv";
        await owner.GetAsync(file);
        await owner.PostAsync(file + "?handler=Rename", ("name", "b.csv"));
        Assert.Contains("nothing was replaced", owner.Page, StringComparison.Ordinal);
        Assert.Contains("value=\"b.csv\"", owner.Page, StringComparison.Ordinal);
        await owner.PostAsync(file + "?handler=Rename", ("name", "../../x.csv"));
        Assert.Contains("is no name of a file", owner.Page, StringComparison.Ordinal);
        var renamed = await owner.PostAsync(file + "?handler=Rename", ("name", "c.csv"));
        Assert.Equal($"/account/{account}/files/upload/c.csv?done=Renamed", renamed.Location);
        await owner.GetAsync(renamed.Location!);
        Assert.Contains("Renamed.", owner.Page, StringComparison.Ordinal);
        var removed = await owner.PostAsync($"/account/{account}/files/upload/c.csv?handler=Remove");
        Assert.Equal($"/account/{account}/files/upload?done=Removed", removed.Location);
        Assert.Equal(["b.csv"], Directory.GetFiles(Vault(account, "upload")).Select(static path => Path.GetFileName(path)));
        Assert.Equal(HttpStatusCode.NotFound, (await owner.GetAsync($"/account/{account}/files/upload/c.csv")).Status);

        // What the provider publishes is not theirs to remove.
        await File.WriteAllTextAsync(Vault(account, "cdr", "june.csv"), "x");
        await owner.GetAsync($"/account/{account}/files/cdr/june.csv");
        Assert.DoesNotContain("Remove this file", owner.Page, StringComparison.Ordinal);
        await owner.PressAsync($"/account/{account}/files/cdr/june.csv?handler=Remove");
        Assert.Contains("You may not remove this file", owner.Page, StringComparison.Ordinal);
        Assert.True(File.Exists(Vault(account, "cdr", "june.csv")));
        await server.CommandAsync("collect", "grant", account, "--folder", "/cdr");
        await owner.GetAsync($"/account/{account}/files/cdr/june.csv");
        Assert.Contains("archive", owner.Page, StringComparison.Ordinal);
        await owner.PostAsync($"/account/{account}/files/cdr/june.csv?handler=Remove");
        Assert.False(File.Exists(Vault(account, "cdr", "june.csv")));
        Assert.Single(Directory.GetFiles(Path.Combine(server.Data, "archive", account), "june.csv", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task A_vendors_person_sees_the_vendors_folder_and_nothing_else_until_its_login_is_suspended()
    {
        var account = await AccountAsync();
        await server.CommandAsync("login", "add", "--kind", "vendor", "--account", account, "--vendor", "acme");
        await server.CommandAsync("login", "add", "--kind", "vendor", "--account", account, "--vendor", "other");
        await File.WriteAllTextAsync(Vault(account, "vendors", "other", "usage", "secret.csv"), "x");
        await File.WriteAllTextAsync(Vault(account, "upload", "secret.csv"), "x");
        using var vendor = await SignUp.WithAsync(server, "--account", account, "--role", "vendor", "--vendor", "acme");
        Assert.Equal($"/account/{account}/files/vendors/acme", (await vendor.GetAsync($"/account/{account}/files")).Location);
        await vendor.GetAsync($"/account/{account}/files/vendors/acme/usage");
        var sent = await UploadAsync(vendor, $"/account/{account}/upload/vendors/acme/usage", vendor.Token, ("usage.csv", "u"));
        Assert.Equal(HttpStatusCode.Redirect, sent.Status);
        Assert.Equal($"{account}-acme", (await server.JsonAsync("files", "show", account, "/vendors/acme/usage/usage.csv")).GetProperty("file").GetProperty("login").GetString());
        foreach (var path in (string[])["upload", "upload/secret.csv", "vendors", "vendors/other", "vendors/other/usage/secret.csv", "vendors/acme/../other/usage/secret.csv", "vendors/acme/%2e%2e/other/usage/secret.csv", "vendors/ACME/usage"])
        {
            Assert.Equal(HttpStatusCode.NotFound, (await vendor.GetAsync($"/account/{account}/files/{path}")).Status);
            Assert.Equal(HttpStatusCode.NotFound, (await vendor.GetAsync($"/account/{account}/download/{path}")).Status);
            Assert.NotEqual(HttpStatusCode.Redirect, (await UploadAsync(vendor, $"/account/{account}/upload/{path}", vendor.Token, ("x.csv", "x"))).Status);
        }

        // The customer sees what the vendor delivers as new.
        using var owner = await SignUp.WithAsync(server, "--account", account, "--role", "owner");
        await owner.GetAsync($"/account/{account}/files/vendors/acme/usage");
        Assert.Contains("tag new", owner.Page, StringComparison.Ordinal);
        Assert.DoesNotContain("data-upload", owner.Page, StringComparison.Ordinal);
        await server.CommandAsync("login", "suspend", $"{account}-acme");
        Assert.Equal(HttpStatusCode.Forbidden, (await vendor.GetAsync($"/account/{account}/files/vendors/acme")).Status);
        Assert.Contains("login is suspended", vendor.Page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_upload_that_was_on_its_way_when_the_vendor_was_stopped_is_not_published()
    {
        var account = await AccountAsync();
        await server.CommandAsync("login", "add", "--kind", "vendor", "--account", account, "--vendor", "acme");
        using var vendor = await SignUp.WithAsync(server, "--account", account, "--role", "vendor", "--vendor", "acme");
        await vendor.GetAsync($"/account/{account}/files/vendors/acme/usage");
        await using var stream = await server.HandshakeAsync(PortalServer.Address());
        await stream.WriteAsync(Encoding.ASCII.GetBytes(
            $"POST /account/{account}/upload/vendors/acme/usage/late.csv HTTP/1.1\r\nHost: localhost\r\nCookie: {vendor.Cookies}\r\nRequestVerificationToken: {vendor.Token}\r\n"
            + "Content-Type: application/octet-stream\r\nUpload-Offset: 0\r\nUpload-Length: 6\r\nContent-Length: 6\r\nExpect: 100-continue\r\n\r\n"));

        // The server asks for the bytes when all was allowed.
        var begun = new byte["HTTP/1.1 100 Continue\r\n\r\n".Length];
        await stream.ReadExactlyAsync(begun);
        Assert.StartsWith("HTTP/1.1 100", Encoding.ASCII.GetString(begun), StringComparison.Ordinal);
        await server.CommandAsync("login", "suspend", $"{account}-acme");
        await stream.WriteAsync("number"u8.ToArray());
        var line = new byte[12];
        await stream.ReadExactlyAsync(line);
        Assert.Equal("HTTP/1.1 403", Encoding.ASCII.GetString(line));
        Assert.False(File.Exists(Vault(account, "vendors", "acme", "usage", "late.csv")));
    }

    [Fact]
    public async Task A_download_ends_with_the_session_that_began_it()
    {
        const long Size = 8 * AccountFileLimits.AskAfterBytes;
        var account = await AccountAsync();
        await using (var file = File.Create(Vault(account, "upload", "huge.bin")))
        {
            file.SetLength(Size);
        }

        using var owner = await SignUp.WithAsync(server, "--account", account, "--role", "owner");
        await owner.GetAsync($"/account/{account}");
        using var client = server.Client(cookies: false);
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/account/{account}/download/upload/huge.bin") { Version = HttpVersion.Version20 };
        request.Headers.TryAddWithoutValidation("Cookie", owner.Cookies);
        using var answer = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        await owner.PressAsync("/sign-out");
        await using var content = await answer.Content.ReadAsStreamAsync();
        await Assert.ThrowsAnyAsync<IOException>(async () => await content.CopyToAsync(Stream.Null));
        await WaitAsync(async () => (await server.JsonAsync("audit", "search", "--account", account, "--action", "download")).GetArrayLength() == 1);
    }

    [Fact]
    public async Task Files_are_shown_and_taken_as_far_as_the_provider_and_the_account_say()
    {
        var account = await AccountAsync();
        await File.WriteAllTextAsync(Vault(account, "upload", "a.csv"), "x");
        using var owner = await SignUp.WithAsync(server, "--account", account, "--role", "owner");
        await owner.GetAsync($"/account/{account}/files/upload");
        Assert.Contains("data-upload", owner.Page, StringComparison.Ordinal);
        var token = owner.Token;
        await server.CommandAsync("account", "files", account, "read");
        await owner.GetAsync($"/account/{account}/files/upload");
        Assert.DoesNotContain("data-upload", owner.Page, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Forbidden, (await UploadAsync(owner, $"/account/{account}/upload/upload", token, ("b.csv", "x"))).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await owner.GetAsync($"/account/{account}/upload/upload")).Status);
        using (var read = await owner.RawAsync(new HttpRequestMessage(HttpMethod.Get, $"/account/{account}/download/upload/a.csv")))
        {
            Assert.Equal(HttpStatusCode.OK, read.StatusCode);
        }

        await server.CommandAsync("account", "files", account, "off");
        foreach (var page in (string[])["files/upload", "download/upload/a.csv", "upload/upload"])
        {
            Assert.Equal(HttpStatusCode.Forbidden, (await owner.GetAsync($"/account/{account}/{page}")).Status);
        }

        await owner.GetAsync($"/account/{account}");
        Assert.DoesNotContain($"/account/{account}/files", owner.Source, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_long_folder_goes_on_on_the_next_page_with_nothing_left_out_and_nothing_twice()
    {
        var account = await AccountAsync();
        for (var i = 0; i < (2 * PortalLimits.ListRows) + 1; i++)
        {
            await File.WriteAllTextAsync(Vault(account, "upload", string.Create(CultureInfo.InvariantCulture, $"file {i:000}.csv")), "x");
        }

        using var owner = await SignUp.WithAsync(server, "--account", account, "--role", "owner");
        List<string> seen = [];
        List<int> sizes = [];
        for (var address = $"/account/{account}/files/upload"; address.Length > 0; address = Next().Match(owner.Page).Groups[1].Value)
        {
            await owner.GetAsync(address);
            var names = Download().Matches(owner.Source).Select(static match => match.Groups[1].Value).ToList();
            seen.AddRange(names);
            sizes.Add(names.Count);
        }

        Assert.Equal([PortalLimits.ListRows, PortalLimits.ListRows, 1], sizes);
        Assert.Equal(seen.Order(StringComparer.Ordinal), seen);
        Assert.Equal((2 * PortalLimits.ListRows) + 1, seen.Distinct().Count());
    }

    [Fact]
    public async Task A_form_has_so_many_files_and_a_request_so_many_bytes()
    {
        var account = await AccountAsync();
        using var owner = await SignUp.WithAsync(server, "--account", account, "--role", "owner");
        await owner.GetAsync($"/account/{account}/files/upload");
        var files = Enumerable.Range(0, PortalLimits.UploadFiles + 1).Select(static i => (string.Create(CultureInfo.InvariantCulture, $"{i}.csv"), "x")).ToArray();
        var sent = await UploadAsync(owner, $"/account/{account}/upload/upload", owner.Token, files);
        Assert.Contains($"At most {PortalLimits.UploadFiles} files", sent.Page, StringComparison.Ordinal);
        Assert.Equal(PortalLimits.UploadFiles, Directory.GetFiles(Vault(account, "upload")).Length);

        await using var stream = await server.HandshakeAsync(PortalServer.Address());
        await stream.WriteAsync(Encoding.ASCII.GetBytes(
            $"POST /account/{account}/upload/upload/large.bin HTTP/1.1\r\nHost: localhost\r\nCookie: {owner.Cookies}\r\nRequestVerificationToken: {owner.Token}\r\nContent-Type: application/octet-stream\r\n"
            + $"Upload-Offset: 0\r\nUpload-Length: {PortalLimits.Upload + 1}\r\nContent-Length: {PortalLimits.Upload + 1}\r\n\r\n"));
        var line = new byte[12];
        await stream.ReadExactlyAsync(line);
        Assert.Equal("HTTP/1.1 413", Encoding.ASCII.GetString(line));
        Assert.False(File.Exists(Vault(account, "upload", "large.bin")));
    }

    [Fact]
    public async Task Of_many_new_files_the_page_of_the_account_names_the_latest()
    {
        var account = await AccountAsync();
        var files = Enumerable.Range(0, PortalLimits.NewFiles + 1).Select(i => server.Directory.Combine(string.Create(CultureInfo.InvariantCulture, $"{account}-{i:00}.csv"))).ToArray();
        foreach (var file in files)
        {
            await File.WriteAllTextAsync(file, file);
        }

        await server.CommandAsync("publish", "--account", account, "--feed", "cdr", files[0]);
        await server.CommandAsync(["publish", "--account", account, "--feed", "cdr", .. files[1..]]);

        using var member = await SignUp.WithAsync(server, "--account", account, "--role", "member");
        await member.GetAsync($"/account/{account}");
        Assert.Equal(PortalLimits.NewFiles, Download().Count(member.Source));
        Assert.DoesNotContain($"{account}-00.csv", member.Page, StringComparison.Ordinal);
    }

    [Fact]
    public void All_transfers_and_those_of_one_person_have_limits()
    {
        var turns = new TransferTurns();
        var mine = Enumerable.Range(0, PortalLimits.TransfersPerPerson).Select(_ => turns.TryTake("1")).ToList();
        Assert.DoesNotContain(null, mine);
        Assert.Null(turns.TryTake("1"));
        var others = Enumerable.Range(0, PortalLimits.Transfers - PortalLimits.TransfersPerPerson).Select(index => turns.TryTake($"other {index}")).ToList();
        Assert.DoesNotContain(null, others);
        Assert.Null(turns.TryTake("one more"));
        mine[0]!.Dispose();
        Assert.NotNull(turns.TryTake("one more"));
    }

    [Fact]
    public void Transfers_of_one_account_have_a_limit_whoever_asks()
    {
        var turns = new TransferTurns();
        var theirs = Enumerable.Range(0, PortalLimits.TransfersPerAccount).Select(person => turns.TryTake(person, "a1")).ToList();
        Assert.DoesNotContain(null, theirs);

        // What the account refuses costs the person nothing at another one.
        for (var i = 0; i < PortalLimits.TransfersPerPerson; i++)
        {
            Assert.Null(turns.TryTake(1000, "A1"));
        }

        Assert.NotNull(turns.TryTake(1000, "b"));
        theirs[0]!.Dispose();
        Assert.NotNull(turns.TryTake(1001, "a1"));
        Assert.Null(turns.TryTake(1002, "a1"));
    }

    [Fact]
    public void So_many_folders_are_read_at_once_and_so_many_for_one_person()
    {
        var turns = new ListingTurns();
        var mine = Enumerable.Range(0, PortalLimits.ListingsPerPerson).Select(_ => turns.TryTake("1")).ToList();
        Assert.DoesNotContain(null, mine);
        Assert.Null(turns.TryTake("1"));
        Assert.DoesNotContain(null, Enumerable.Range(0, PortalLimits.Listings - PortalLimits.ListingsPerPerson).Select(index => turns.TryTake($"other {index}")).ToList());
        Assert.Null(turns.TryTake("one more"));
        mine[0]!.Dispose();
        Assert.NotNull(turns.TryTake("one more"));
    }

    [Fact]
    public void So_many_tables_of_receipts_are_sent_at_once_and_one_of_an_account()
    {
        var turns = new ReceiptTurns();
        var taken = Enumerable.Range(0, PortalLimits.ReceiptTables).Select(account => turns.TryTake($"account {account}")).ToList();
        Assert.DoesNotContain(null, taken);
        Assert.Null(turns.TryTake("one more"));
        taken[0]!.Dispose();
        Assert.Null(turns.TryTake("account 1"));
        Assert.NotNull(turns.TryTake("one more"));
    }

    [Fact]
    public async Task The_script_sends_pieces_shows_how_far_it_is_and_goes_on_where_the_network_broke_off()
    {
        var account = await AccountAsync();
        var content = new byte[(2 * PortalLimits.UploadPiece) + 1];
        content.AsSpan().Fill((byte)'x');
        using var owner = await SignUp.WithAsync(server, "--account", account, "--role", "owner");
        await using var browser = await Browser.StartAsync();
        List<string> complaints = [];
        var page = await browser.OpenAsync(ColorScheme.Light, isPhone: false, complaints);
        await page.Context.AddCookiesAsync([new Microsoft.Playwright.Cookie { Name = Visitor.Cookie, Value = owner.Session!, Url = server.Url, Secure = true, HttpOnly = true }]);
        await page.GotoAsync($"{server.Url}/account/{account}/files/upload");
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
        var place = server.Directory.Combine($"big {account} #1.bin");
        await File.WriteAllBytesAsync(place, content);
        await page.Locator("#files").SetInputFilesAsync(place);
        await page.GetByRole(AriaRole.Button, new() { Name = "Upload" }).ClickAsync();
        await page.GetByText("The files are here.").WaitForAsync();
        Assert.Equal(4, posts);
        Assert.Equal(content.Length, new FileInfo(Vault(account, "upload", Path.GetFileName(place))).Length);
        var row = (await server.JsonAsync("audit", "search", "--account", account, "--action", "upload")).EnumerateArray().First();
        Assert.Contains($"\"resumed\":{2 * PortalLimits.UploadPiece}", row.GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.DoesNotContain(complaints, static each => !each.Contains("ERR_CONNECTION_RESET", StringComparison.Ordinal));
    }

    internal static async Task WaitAsync(Func<Task<bool>> holds)
    {
        for (var i = 0; i < 60; i++)
        {
            if (await holds())
            {
                return;
            }

            await Task.Delay(TimeSpan.FromSeconds(1));
        }

        Assert.Fail("It did not come to be in a minute.");
    }

    private async Task<string> AccountAsync()
    {
        var account = string.Create(CultureInfo.InvariantCulture, $"{84000 + Interlocked.Increment(ref _accounts)}");
        await server.CommandAsync("account", "add", account, "--name", "Files Ltd");
        await server.CommandAsync("login", "add", account, "--account", account);
        return account;
    }

    private string Vault(string account, params string[] path) => Path.Combine([server.Data, "vaults", account, .. path]);

    private async Task<JsonElement> FetchAsync(string account, string path)
    {
        var fetches = default(JsonElement);
        await WaitAsync(async () => (fetches = (await server.JsonAsync("files", "show", account, path)).GetProperty("fetches")).GetArrayLength() > 0);
        return fetches.EnumerateArray().Single();
    }

    private static HttpRequestMessage Piece(string address, string token, long offset, long total, string content) => new(HttpMethod.Post, address)
    {
        Content = new ByteArrayContent(Encoding.ASCII.GetBytes(content)) { Headers = { ContentType = new("application/octet-stream") } },
        Headers = { { "RequestVerificationToken", token }, { "Upload-Offset", offset.ToString(CultureInfo.InvariantCulture) }, { "Upload-Length", total.ToString(CultureInfo.InvariantCulture) } },
    };

    private static async Task<(long Offset, bool IsDone)> SendAsync(Visitor visitor, HttpRequestMessage request)
    {
        using (request)
        {
            using var answer = await visitor.RawAsync(request);
            var text = await answer.Content.ReadAsStringAsync();
            Assert.True(answer.StatusCode == HttpStatusCode.OK, $"{answer.StatusCode}: {text}");
            var json = JsonDocument.Parse(text).RootElement;
            return (json.GetProperty("offset").GetInt64(), json.GetProperty("done").GetBoolean());
        }
    }

    private static async Task<(HttpStatusCode Status, string? Location, string Page)> UploadAsync(Visitor visitor, string address, string? token, params (string Name, string Content)[] files)
    {
        using var form = new MultipartFormDataContent();
        if (token is not null)
        {
            form.Add(new StringContent(token), "__RequestVerificationToken");
        }

        foreach (var (name, content) in files)
        {
            form.Add(new ByteArrayContent(Encoding.UTF8.GetBytes(content)), "files", name);
        }

        using var answer = await visitor.RawAsync(new HttpRequestMessage(HttpMethod.Post, address) { Content = form });
        return (answer.StatusCode, answer.Headers.Location?.OriginalString, WebUtility.HtmlDecode(await answer.Content.ReadAsStringAsync()));
    }

    [GeneratedRegex("""rel="next" href="([^"]+)""")]
    private static partial Regex Next();

    [GeneratedRegex("""href="([^"]+/download/[^"]+)" download""")]
    private static partial Regex Download();
}
