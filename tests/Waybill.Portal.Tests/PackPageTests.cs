using System.IO.Compression;
using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using Waybill.Portal.Tests.Support;

namespace Waybill.Portal.Tests;

/// <summary>The page behind the link of a set-up mail: what a customer needs to connect.</summary>
public sealed class PackPageTests(PortalServer server)
{
    private const string Script = "<script>alert(1)</script>";

    private static int _logins;

    [Fact]
    public async Task The_set_up_mail_has_a_link_to_the_pack_which_is_the_same_as_staff_would_make()
    {
        var email = AccessRequestTests.Address();
        var keys = await RequestKeys.MakeAsync();
        var user = NewUser();
        await server.CommandAsync(
            "request", "add", "--from", server.Directory.Write(user + ".txt", keys.Line), "--email", email, "--name", "Ann Example", "--company", "Interop", "--account", PortalServer.Account, "--user", user);
        var request = Assert.Single((await server.JsonAsync("request", "list", "--all")).EnumerateArray(), each => each.GetProperty("details").GetProperty("email").GetString() == email);
        await server.CommandAsync("request", "approve", request.GetProperty("reference").GetString()!, "--verified", "called back");
        var link = await MailBox.LinkAsync(server, email);

        using var client = server.Client();
        var page = await client.GetStringAsync(link);
        var shown = WebUtility.HtmlDecode(page);
        foreach (var value in (string[])["sftp.example.com", "sftp.example.net", "3333", $">{user}<", "12 months", "Example Telecom"])
        {
            Assert.Contains(value, shown, StringComparison.Ordinal);
        }

        var facts = await server.JsonAsync("pack", user);
        foreach (var key in facts.GetProperty("hostKeys").EnumerateArray())
        {
            Assert.All((string[])["openSsh", "openSshMd5", "putty", "puttyMd5", "winScp"], notation => Assert.Contains(key.GetProperty(notation).GetString()!, shown, StringComparison.Ordinal));
        }

        var written = server.Directory.Combine(user + ".zip");
        await server.CommandAsync("pack", user, "--out", written);
        using var answer = await client.GetAsync($"{link}/waybill-{user}.zip");
        Assert.Equal(("application/zip", $"attachment; filename=waybill-{user}.zip"), (answer.Content.Headers.ContentType!.MediaType, answer.Content.Headers.ContentDisposition!.ToString().Split("; filename*")[0]));
        var zip = await answer.Content.ReadAsByteArrayAsync();
        Assert.Equal(Entries(await File.ReadAllBytesAsync(written)), Entries(zip));

        // Taking it along is recorded, looking is not; a scanner that only asks for headers takes nothing.
        using var head = await client.SendAsync(new HttpRequestMessage(HttpMethod.Head, $"{link}/waybill-{user}.zip"));
        Assert.Equal(HttpStatusCode.OK, head.StatusCode);
        var made = (await AuditAsync(user)).Where(row => row.GetProperty("actor").GetString() == "pack link").ToList();
        Assert.Matches(@"^127\.\d+\.\d+\.\d+$", Assert.Single(made).GetProperty("address").GetString());
        Assert.DoesNotContain("ExceptionHandler", server.Logs, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_file_is_shown_as_it_is_and_downloaded_by_itself()
    {
        var (user, link) = await LinkAsync();
        using var client = server.Client();
        var page = await client.GetStringAsync(link);
        var names = Regex.Matches(page, "<a href=\"[^\"]+/([^\"/?]+)\" download>\\1</a>").Select(match => match.Groups[1].Value).ToList();
        Assert.Equal(10, names.Count);
        foreach (var name in names)
        {
            using var answer = await client.GetAsync($"{link}/{name}");
            Assert.Equal(("application/octet-stream", "attachment"), (answer.Content.Headers.ContentType!.ToString(), answer.Content.Headers.ContentDisposition!.DispositionType));
            var content = await answer.Content.ReadAsByteArrayAsync();
            var text = content is [0xFF, 0xFE, ..] ? System.Text.Encoding.Unicode.GetString(content.AsSpan(2)) : System.Text.Encoding.UTF8.GetString(content);
            Assert.Contains(text.ReplaceLineEndings("\n").Trim(), WebUtility.HtmlDecode(page).ReplaceLineEndings("\n"), StringComparison.Ordinal);
            Assert.Contains(user, name, StringComparison.Ordinal);
        }

        Assert.Equal(10, (await AuditAsync(user)).Count);

        // The guide is read here, with its look beside it and nothing else.
        using var guide = await client.GetAsync($"{link}/waybill-{user}-guide.html");
        Assert.Equal(("text/html; charset=utf-8", "inline"), (guide.Content.Headers.ContentType!.ToString(), guide.Content.Headers.ContentDisposition!.DispositionType));
        Assert.Contains("style-src 'self'", guide.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
        Assert.Contains($"href=\"waybill-{user}-guide.css\"", await guide.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Contains("@media print", await client.GetStringAsync($"{link}/waybill-{user}-guide.css"), StringComparison.Ordinal);
        foreach (var wrong in (string[])["/nothing", "/waybill-other.zip", "/waybill.json", $"/../{link}", "/a/b"])
        {
            using var none = await client.GetAsync(link + wrong);
            Assert.Equal(HttpStatusCode.NotFound, none.StatusCode);
        }
    }

    [Fact]
    public async Task The_places_of_the_keys_are_filled_into_every_file_and_what_is_wrong_stands_beside_its_field()
    {
        var (user, link) = await LinkAsync();
        using var client = server.Client();

        // As Windows copies a path.
        var query = "?ppk=" + Uri.EscapeDataString("\"C:\\Users\\Ann Lee\\acme & son.ppk\" ") + "&key=" + Uri.EscapeDataString("/home/ann/.ssh/acme");
        var page = WebUtility.HtmlDecode(await client.GetStringAsync(link + query));
        Assert.Contains("All files below have your path", page, StringComparison.Ordinal);
        foreach (var line in (string[])[@"PublicKeyFile=C:%5CUsers%5CAnn%20Lee%5Cacme%20&%20son.ppk", @"C:\\Users\\Ann Lee\\acme & son.ppk", "IdentityFile \"/home/ann/.ssh/acme\"", "key_file = /home/ann/.ssh/acme", "<Keyfile>C:\\Users\\Ann Lee\\acme &amp; son.ppk"])
        {
            Assert.Contains(line, page, StringComparison.Ordinal);
        }

        var zip = Regex.Match(page, "href=\"([^\"]+\\.zip\\?[^\"]+)\"").Groups[1].Value;
        Assert.Contains("IdentityFile \"/home/ann/.ssh/acme\"", Entries(await client.GetByteArrayAsync(zip))[$"waybill-{user}.conf"], StringComparison.Ordinal);

        foreach (var (field, path, words) in ((string, string, string)[])
            [("ppk", "/home/ann/id_ed25519", "end with .ppk"), ("key", @"C:\a.ppk", "cannot read a .ppk"), ("key", "id_rsa", "no whole path"), ("ppk", @"C:\" + new string('x', 1_100) + ".ppk", "longer than 1024"), ("key", "/" + Script, "")])
        {
            using var answer = await client.GetAsync($"{link}?{field}={Uri.EscapeDataString(path)}");
            var source = await answer.Content.ReadAsStringAsync();
            Assert.Equal(words.Length > 0 ? HttpStatusCode.UnprocessableEntity : HttpStatusCode.OK, answer.StatusCode);
            Assert.Equal(words.Length > 0, source.Contains($"id=\"{field}-wrong\"", StringComparison.Ordinal));
            Assert.Contains(words, WebUtility.HtmlDecode(source), StringComparison.Ordinal);
            Assert.DoesNotContain(Script, source, StringComparison.Ordinal);
        }

        // No file is sent with a place in it that was refused.
        using var refused = await client.GetAsync($"{link}/waybill-{user}.conf?key=id_rsa");
        Assert.Equal(HttpStatusCode.UnprocessableEntity, refused.StatusCode);
    }

    [Fact]
    public async Task The_page_has_the_host_of_the_region_and_is_gone_with_its_login()
    {
        var account = "7" + NewUser()[4..];
        await server.CommandAsync("account", "add", account, "--name", Script, "--region", "AU");
        var (user, link) = await LinkAsync(account);
        using var client = server.Client();
        var page = await client.GetStringAsync(link);
        Assert.Contains("sftp.example.net", page, StringComparison.Ordinal);
        Assert.DoesNotContain("sftp.example.com<", page, StringComparison.Ordinal);
        Assert.DoesNotContain(Script, page, StringComparison.Ordinal);
        Assert.DoesNotContain(Script, await client.GetStringAsync($"{link}/waybill-{user}-guide.html"), StringComparison.Ordinal);
        await server.CommandAsync("login", "remove", user);
        foreach (var path in (string[])[link, $"{link}/waybill-{user}.zip", "/l/" + new string('A', 43), "/links/pack" + link[2..]])
        {
            using var gone = await client.GetAsync(path);
            Assert.Equal(HttpStatusCode.NotFound, gone.StatusCode);
        }
    }

    private static string NewUser() => "pack" + Interlocked.Increment(ref _logins).ToString(System.Globalization.CultureInfo.InvariantCulture);

    private static Dictionary<string, string> Entries(byte[] zip)
    {
        using var archive = new ZipArchive(new MemoryStream(zip));
        return archive.Entries.ToDictionary(entry => entry.FullName, entry =>
        {
            using var reader = new StreamReader(entry.Open());
            return reader.ReadToEnd();
        });
    }

    private async Task<(string User, string Link)> LinkAsync(string account = PortalServer.Account)
    {
        var user = NewUser();
        await server.CommandAsync("login", "add", user, "--account", account);
        return (user, new Uri((await server.JsonAsync("pack", user, "--link")).GetProperty("link").GetString()!).AbsolutePath);
    }

    private async Task<IReadOnlyList<JsonElement>> AuditAsync(string user) =>
        [.. (await server.JsonAsync("audit", "search", "--action", "pack-made")).EnumerateArray().Where(row => row.GetProperty("subject").GetString() == user)];
}
