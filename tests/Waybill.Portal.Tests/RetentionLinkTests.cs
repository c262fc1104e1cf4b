using System.Globalization;
using System.IO.Compression;
using System.Net;
using System.Security.Cryptography;
using System.Text.RegularExpressions;
using Waybill.Core.Retention;
using Waybill.Core.Tests.Notifications;
using Waybill.Portal.Tests.Support;

namespace Waybill.Portal.Tests;

/// <summary>From the mail of a retention notice, by a real mail server, to the files in the customer's hands.</summary>
public sealed partial class RetentionLinkTests
{
    [Fact]
    public async Task The_link_in_the_mail_opens_the_list_and_its_button_brings_all_files_byte_for_byte()
    {
        await using var smtp = await SmtpServer.StartAsync();
        await using var server = await NoticedAsync(smtp);
        var link = new Uri(await LinkAsync(smtp));
        Assert.StartsWith(server.Url + "/l/", link.ToString(), StringComparison.Ordinal);
        using var client = server.Client();

        // Scanners of mail open links, more than once, and follow what is on the page.
        for (var i = 0; i < 3; i++)
        {
            using var looked = await client.GetAsync(link.PathAndQuery);
            Assert.Equal(HttpStatusCode.OK, looked.StatusCode);
            Assert.True(looked.Headers.CacheControl!.NoStore);
        }

        var page = WebUtility.HtmlDecode(await client.GetStringAsync(link.PathAndQuery));
        Assert.Contains("Interop Ltd, account 10042", page, StringComparison.Ordinal);
        Assert.True(page.IndexOf("/cdr/never fetched.csv", StringComparison.Ordinal) < page.IndexOf("/data/<b>fetched.bin", StringComparison.Ordinal), page);
        Assert.DoesNotContain("<b>fetched", await client.GetStringAsync(link.PathAndQuery), StringComparison.Ordinal);
        Assert.DoesNotContain("theirs", page, StringComparison.Ordinal);

        using var forged = await client.PostAsync(link.PathAndQuery, new FormUrlEncodedContent([]));
        Assert.Equal(HttpStatusCode.BadRequest, forged.StatusCode);

        using var answer = await PostAsync(client, link.PathAndQuery, page);
        Assert.Equal((HttpStatusCode.OK, "application/zip"), (answer.StatusCode, answer.Content.Headers.ContentType!.MediaType));
        Assert.Matches(@"^10042-\d{4}-\d\d-\d\d\.zip$", answer.Content.Headers.ContentDisposition!.FileName!.Trim('"'));
        using var archive = new ZipArchive(new MemoryStream(await answer.Content.ReadAsByteArrayAsync()));
        Assert.Equal(2, archive.Entries.Count);
        foreach (var entry in archive.Entries)
        {
            using var content = new MemoryStream();
            await using var stream = entry.Open();
            await stream.CopyToAsync(content);
            var name = entry.FullName.Contains("never", StringComparison.Ordinal) ? "cdr/never fetched.csv" : "data/<b>fetched.bin";
            Assert.Equal(await File.ReadAllBytesAsync(Path.Combine(server.Data, "vaults", "10042", name)), content.ToArray());
        }

        // What was fetched, by what and from where, is known to the provider.
        var rows = await server.JsonAsync("audit", "search", "--action", "retention-download");
        Assert.Contains("\"files\":2", rows[0].GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.Contains("127.0.", rows[0].GetRawText(), StringComparison.Ordinal);
        Assert.Equal(2, (await server.JsonAsync("audit", "search", "--action", "download")).GetArrayLength());
        using var after = new StringReader(await client.GetStringAsync(link.PathAndQuery));
        Assert.DoesNotContain("Never fetched by anybody", await after.ReadToEndAsync(), StringComparison.Ordinal);

        // The link works again; a forged one, or one for something else, is a page that is not there.
        using var again = await PostAsync(client, link.PathAndQuery, page);
        Assert.Equal(HttpStatusCode.OK, again.StatusCode);
        foreach (var wrong in (string[])[link.PathAndQuery[..^1] + (link.PathAndQuery[^1] == 'A' ? 'B' : 'A'), link.PathAndQuery + "A", "/l/" + new string('A', 43), link.PathAndQuery.Replace("/l/", "/links/retention/", StringComparison.Ordinal)])
        {
            using var refused = await client.GetAsync(wrong);
            Assert.Equal(HttpStatusCode.NotFound, refused.StatusCode);
        }

        await server.TamperAsync("UPDATE secret_link SET expires_at = 1");
        using var expired = await client.GetAsync(link.PathAndQuery);
        Assert.Equal(HttpStatusCode.NotFound, expired.StatusCode);
        Assert.DoesNotContain(link.Segments[^1], server.Logs, StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_link_is_fetched_by_one_reader_at_a_time_and_all_links_by_so_many()
    {
        await using var smtp = await SmtpServer.StartAsync();
        await using var server = await NoticedAsync(smtp);
        var link = new Uri(await LinkAsync(smtp)).PathAndQuery;

        // More than the network's buffers hold, and nothing that packs.
        await File.WriteAllBytesAsync(Path.Combine(server.Data, "vaults", "10042", "cdr", "never fetched.csv"), RandomNumberGenerator.GetBytes(64 << 20));
        using var client = server.Client();
        var page = await client.GetStringAsync(link);
        using var slow = await PostAsync(client, link, page, HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal(HttpStatusCode.OK, slow.StatusCode);
        using var second = await PostAsync(client, link, page);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, second.StatusCode);
        Assert.NotNull(second.Headers.RetryAfter);

        // The server stops while somebody reads: the zip still gets its time, and is whole.
        await server.SignalAsync("TERM");
        using var archive = new ZipArchive(new MemoryStream(await slow.Content.ReadAsByteArrayAsync()));
        Assert.Equal(2, archive.Entries.Count);
        Assert.Equal(0, (await server.WaitForExitAsync()).ExitCode);
    }

    [Fact]
    public void All_turns_and_those_of_one_link_have_limits()
    {
        var turns = new Links.ZipTurns();
        using var first = turns.TryTake("a");
        Assert.NotNull(first);
        Assert.Null(turns.TryTake("a"));
        var others = Enumerable.Range(1, PortalLimits.Zips - 1).Select(index => turns.TryTake($"other {index}")).ToList();
        Assert.DoesNotContain(null, others);
        Assert.Null(turns.TryTake("one more"));
        first.Dispose();
        first.Dispose();
        Assert.NotNull(turns.TryTake("one more"));
        Assert.Null(turns.TryTake("and one more"));
    }

    [Fact]
    public async Task Only_so_many_files_stand_behind_a_link_and_its_page_says_so()
    {
        await using var smtp = await SmtpServer.StartAsync();
        await using var server = await NoticedAsync(smtp, """
            INSERT INTO file (account_id, path, size, arrived_at, login, protocol)
            WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100003)
            SELECT (SELECT id FROM account WHERE number = '10042'), '/cdr/' || i, 1, 1000000 + i, 'x', 'sftp' FROM n
            """);
        var link = new Uri(await LinkAsync(smtp)).PathAndQuery;
        using var client = server.Client();
        var page = await client.GetStringAsync(link);
        Assert.Contains("There are more than 100000 files", page, StringComparison.Ordinal);
        Assert.Equal(PortalLimits.Rows, System.Text.RegularExpressions.Regex.Count(page, "<tr><td>|<td><code>"));
        Assert.Contains("/cdr/201<", await client.GetStringAsync(link + "?number=2"), StringComparison.Ordinal);
        Assert.Contains("/cdr/100000<", await client.GetStringAsync(link + "?number=500"), StringComparison.Ordinal);
        Assert.DoesNotContain("/cdr/100001<", await client.GetStringAsync(link + "?number=500"), StringComparison.Ordinal);
        foreach (var wrong in (string[])["501", "0", "-1"])
        {
            using var refused = await client.GetAsync($"{link}?number={wrong}");
            Assert.Equal(HttpStatusCode.NotFound, refused.StatusCode);
        }

        // None of them is on the disk: each is named in the text, as long as there is room.
        using var answer = await PostAsync(client, link, page);
        using var archive = new ZipArchive(new MemoryStream(await answer.Content.ReadAsByteArrayAsync()));
        var text = Assert.Single(archive.Entries);
        Assert.InRange(text.Length, (RetentionLimits.LinkText * 9L) / 10, RetentionLimits.LinkText);
    }

    private static Task<HttpResponseMessage> PostAsync(HttpClient client, string path, string page, HttpCompletionOption completion = HttpCompletionOption.ResponseContentRead)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, path)
        {
            Content = new FormUrlEncodedContent([new("__RequestVerificationToken", PortalServer.FormToken(page, path))]),
            Version = HttpVersion.Version20,
        };
        return client.SendAsync(request, completion);
    }

    /// <summary>A server whose account 10042 was just told of two files that go; 20042 has one too, and no mail address.</summary>
    internal static async Task<PortalServer> NoticedAsync(SmtpServer smtp, string? more = null)
    {
        // The next run is in seven to ten days, whatever day it is.
        var now = TimeProvider.System.GetUtcNow();
        var server = new PortalServer
        {
            Settings = ["Smtp:Host=127.0.0.1", $"Smtp:Port={smtp.Port}", "Smtp:Security=none", "Catalogue:ScanMinutes=0", $"Retention:RunDay={Math.Min(now.AddDays(10).Day, 28)}"],
        };
        await server.InitializeAsync();
        await server.CommandAsync("account", "add", "20042", "--name", "Other Ltd");
        foreach (var (account, path, content, fetched) in new[]
        {
            ("10042", "/data/<b>fetched.bin", RandomNumberGenerator.GetBytes(3_000_000), true), ("10042", "/cdr/never fetched.csv", "a,b\r\n1,2\r\n"u8.ToArray(), false),
            ("20042", "/cdr/theirs.csv", "x"u8.ToArray(), false),
        })
        {
            await File.WriteAllBytesAsync(Path.Combine(server.Data, "vaults", account) + path, content);
            await server.TamperAsync(string.Create(CultureInfo.InvariantCulture, $"""
                INSERT INTO file (account_id, path, size, arrived_at, login, protocol, first_fetched_at, first_fetched_by)
                SELECT id, '{path}', {content.Length}, {now.AddMonths(-13).ToUnixTimeMilliseconds()}, 'x', 'sftp', {(fetched ? "1, 'x'" : "NULL, NULL")} FROM account WHERE number = '{account}'
                """));
        }

        if (more is not null)
        {
            await server.TamperAsync(more);
        }

        // Marked by an earlier plan; the next one tells.
        await server.TamperAsync("INSERT INTO retention_mark (file_id, account_id, months, marked_at, due_at) SELECT id, account_id, 12, 1, 2 FROM file");
        await server.CommandAsync("retention", "plan", "--mark");
        return server;
    }

    internal static async Task<string> LinkAsync(SmtpServer smtp)
    {
        var mail = (await smtp.WaitForAsync(1))[0];
        Assert.Equal(["files@interop.example"], mail.To);
        return Link().Match(mail.Parts[0]).Value;
    }

    [GeneratedRegex(@"https://localhost:\d+/l/[A-Za-z0-9_-]{43}")]
    private static partial Regex Link();
}
