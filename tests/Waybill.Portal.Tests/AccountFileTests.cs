using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;
using Waybill.Core.AccountFiles;
using Waybill.Portal.Tests.Support;

namespace Waybill.Portal.Tests;

/// <summary>An account's files in the portal: what people see, fetch, rename and remove, and what the commands say then.</summary>
public sealed partial class AccountFileTests(PortalServer Server) : AccountFilePages(Server)
{
    [Fact]
    public async Task A_new_file_is_marked_until_it_was_fetched_and_the_fetch_is_in_catalogue_and_audit()
    {
        var account = await AccountAsync();
        await File.WriteAllTextAsync(Server.Directory.Combine("june.csv"), "number,seconds\n1,2\n");
        await Server.CommandAsync("publish", "--account", account, "--feed", "cdr", Server.Directory.Combine("june.csv"));
        using var owner = await SignUp.WithAsync(Server, "--account", account, "--role", "owner");
        await owner.GetAsync($"/account/{account}");
        Assert.Contains("/cdr/june.csv", owner.Page, StringComparison.Ordinal);
        await owner.GetAsync($"/account/{account}/files/cdr");
        Assert.Contains("""<span class="tag new">new</span>""", owner.Page, StringComparison.Ordinal);
        using (var looked = await owner.RawAsync(new HttpRequestMessage(HttpMethod.Head, $"/account/{account}/download/cdr/june.csv")))
        {
            Assert.Equal(19, looked.Content.Headers.ContentLength);
        }

        Assert.Empty((await Server.JsonAsync("files", "show", account, "/cdr/june.csv")).GetProperty("fetches").EnumerateArray());
        using var answer = await owner.RawAsync(new HttpRequestMessage(HttpMethod.Get, $"/account/{account}/download/cdr/june.csv"));
        Assert.Equal("number,seconds\n1,2\n", await answer.Content.ReadAsStringAsync());
        Assert.Equal("attachment", answer.Content.Headers.ContentDisposition!.DispositionType);
        Assert.Equal("application/octet-stream", answer.Content.Headers.ContentType!.MediaType);
        Assert.Equal("nosniff", answer.Headers.GetValues("X-Content-Type-Options").Single());
        Assert.Equal("default-src 'none'; sandbox", answer.Headers.GetValues("Content-Security-Policy").Single());

        var fetch = await FetchAsync(account, "/cdr/june.csv");
        Assert.Equal(("portal", true, 19), (fetch.GetProperty("protocol").GetString(), fetch.GetProperty("whole").GetBoolean(), fetch.GetProperty("bytes").GetInt64()));
        Assert.Contains("@example.com", fetch.GetProperty("login").GetString(), StringComparison.Ordinal);
        var row = (await Server.JsonAsync("audit", "search", "--account", account, "--action", "download")).EnumerateArray().Single();
        Assert.Equal("/cdr/june.csv", row.GetProperty("subject").GetString());
        Assert.Equal(fetch.GetProperty("login").GetString(), row.GetProperty("actor").GetString());
        await owner.GetAsync($"/account/{account}/files/cdr");
        Assert.DoesNotContain("tag new", owner.Page, StringComparison.Ordinal);
        await owner.GetAsync($"/account/{account}");
        Assert.Contains("Nothing new among your latest files", owner.Page, StringComparison.Ordinal);

        // Another person of the account has not seen it.
        using var member = await SignUp.WithAsync(Server, "--account", account, "--role", "member");
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
        using var owner = await SignUp.WithAsync(Server, "--account", account, "--role", "owner");
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

        using var owner = await SignUp.WithAsync(Server, "--account", account, "--role", "owner");
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
    public async Task A_file_gets_another_name_or_goes_and_nothing_is_replaced_on_the_way()
    {
        var account = await AccountAsync();
        using var owner = await SignUp.WithAsync(Server, "--account", account, "--role", "owner");
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
        await Server.CommandAsync("collect", "grant", account, "--folder", "/cdr");
        await owner.GetAsync($"/account/{account}/files/cdr/june.csv");
        Assert.Contains("archive", owner.Page, StringComparison.Ordinal);
        await owner.PostAsync($"/account/{account}/files/cdr/june.csv?handler=Remove");
        Assert.False(File.Exists(Vault(account, "cdr", "june.csv")));
        Assert.Single(Directory.GetFiles(Path.Combine(Server.Data, "archive", account), "june.csv", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task A_vendors_person_sees_the_vendors_folder_and_nothing_else_until_its_login_is_suspended()
    {
        var account = await AccountAsync();
        await Server.CommandAsync("login", "add", "--kind", "vendor", "--account", account, "--vendor", "acme");
        await Server.CommandAsync("login", "add", "--kind", "vendor", "--account", account, "--vendor", "other");
        await File.WriteAllTextAsync(Vault(account, "vendors", "other", "usage", "secret.csv"), "x");
        await File.WriteAllTextAsync(Vault(account, "upload", "secret.csv"), "x");
        using var vendor = await SignUp.WithAsync(Server, "--account", account, "--role", "vendor", "--vendor", "acme");
        Assert.Equal($"/account/{account}/files/vendors/acme", (await vendor.GetAsync($"/account/{account}/files")).Location);
        await vendor.GetAsync($"/account/{account}/files/vendors/acme/usage");
        var sent = await UploadAsync(vendor, $"/account/{account}/upload/vendors/acme/usage", vendor.Token, ("usage.csv", "u"));
        Assert.Equal(HttpStatusCode.Redirect, sent.Status);
        Assert.Equal($"{account}-acme", (await Server.JsonAsync("files", "show", account, "/vendors/acme/usage/usage.csv")).GetProperty("file").GetProperty("login").GetString());
        foreach (var path in (string[])["upload", "upload/secret.csv", "vendors", "vendors/other", "vendors/other/usage/secret.csv", "vendors/acme/../other/usage/secret.csv", "vendors/acme/%2e%2e/other/usage/secret.csv", "vendors/ACME/usage"])
        {
            Assert.Equal(HttpStatusCode.NotFound, (await vendor.GetAsync($"/account/{account}/files/{path}")).Status);
            Assert.Equal(HttpStatusCode.NotFound, (await vendor.GetAsync($"/account/{account}/download/{path}")).Status);
            Assert.NotEqual(HttpStatusCode.Redirect, (await UploadAsync(vendor, $"/account/{account}/upload/{path}", vendor.Token, ("x.csv", "x"))).Status);
        }

        // The customer sees what the vendor delivers as new.
        using var owner = await SignUp.WithAsync(Server, "--account", account, "--role", "owner");
        await owner.GetAsync($"/account/{account}/files/vendors/acme/usage");
        Assert.Contains("tag new", owner.Page, StringComparison.Ordinal);
        Assert.DoesNotContain("data-upload", owner.Page, StringComparison.Ordinal);
        await Server.CommandAsync("login", "suspend", $"{account}-acme");
        Assert.Equal(HttpStatusCode.Forbidden, (await vendor.GetAsync($"/account/{account}/files/vendors/acme")).Status);
        Assert.Contains("login is suspended", vendor.Page, StringComparison.Ordinal);
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

        using var owner = await SignUp.WithAsync(Server, "--account", account, "--role", "owner");
        await owner.GetAsync($"/account/{account}");
        using var client = Server.Client(cookies: false);
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/account/{account}/download/upload/huge.bin") { Version = HttpVersion.Version20 };
        request.Headers.TryAddWithoutValidation("Cookie", owner.Cookies);
        using var answer = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        await owner.PressAsync("/sign-out");
        await using var content = await answer.Content.ReadAsStreamAsync();
        await Assert.ThrowsAnyAsync<IOException>(async () => await content.CopyToAsync(Stream.Null));
        await WaitAsync(async () => (await Server.JsonAsync("audit", "search", "--account", account, "--action", "download")).GetArrayLength() == 1);
    }

    [Fact]
    public async Task Files_are_shown_and_taken_as_far_as_the_provider_and_the_account_say()
    {
        var account = await AccountAsync();
        await File.WriteAllTextAsync(Vault(account, "upload", "a.csv"), "x");
        using var owner = await SignUp.WithAsync(Server, "--account", account, "--role", "owner");
        await owner.GetAsync($"/account/{account}/files/upload");
        Assert.Contains("data-upload", owner.Page, StringComparison.Ordinal);
        var token = owner.Token;
        await Server.CommandAsync("account", "files", account, "read");
        await owner.GetAsync($"/account/{account}/files/upload");
        Assert.DoesNotContain("data-upload", owner.Page, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Forbidden, (await UploadAsync(owner, $"/account/{account}/upload/upload", token, ("b.csv", "x"))).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await owner.GetAsync($"/account/{account}/upload/upload")).Status);
        using (var read = await owner.RawAsync(new HttpRequestMessage(HttpMethod.Get, $"/account/{account}/download/upload/a.csv")))
        {
            Assert.Equal(HttpStatusCode.OK, read.StatusCode);
        }

        await Server.CommandAsync("account", "files", account, "off");
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

        using var owner = await SignUp.WithAsync(Server, "--account", account, "--role", "owner");
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
    public async Task Of_many_new_files_the_page_of_the_account_names_the_latest()
    {
        var account = await AccountAsync();
        var files = Enumerable.Range(0, PortalLimits.NewFiles + 1).Select(i => Server.Directory.Combine(string.Create(CultureInfo.InvariantCulture, $"{account}-{i:00}.csv"))).ToArray();
        foreach (var file in files)
        {
            await File.WriteAllTextAsync(file, file);
        }

        await Server.CommandAsync("publish", "--account", account, "--feed", "cdr", files[0]);
        await Server.CommandAsync(["publish", "--account", account, "--feed", "cdr", .. files[1..]]);

        using var member = await SignUp.WithAsync(Server, "--account", account, "--role", "member");
        await member.GetAsync($"/account/{account}");
        Assert.Equal(PortalLimits.NewFiles, Download().Count(member.Source));
        Assert.DoesNotContain($"{account}-00.csv", member.Page, StringComparison.Ordinal);
    }

    [GeneratedRegex("""rel="next" href="([^"]+)""")]
    private static partial Regex Next();

    [GeneratedRegex("""href="([^"]+/download/[^"]+)" download""")]
    private static partial Regex Download();
}
