using System.Buffers;
using System.IO.Compression;
using Waybill.Core.Catalogue;
using Waybill.Core.Notifications;
using Waybill.Core.Retention;
using Waybill.Core.Tests.Notifications;
using Waybill.Storage;
using static Waybill.Core.Tests.Retention.TestRetention;

namespace Waybill.Core.Tests.Retention;

/// <summary>The link of a notice: what its reader sees and gets, and what nobody else does.</summary>
public sealed class RetentionLinkTests
{
    [Fact]
    public async Task A_notice_brings_a_link_that_shows_the_files_and_sends_them_all_until_the_run()
    {
        await using var retention = await ToldAsync();
        var token = await TokenAsync(retention);
        var links = retention.Core.Services.RetentionLinks;
        var notice = (await links.FindAsync(token))!;
        Assert.Equal(("10042", Day(2026, 2, 1, 3), 3L, 3L, 22L, 2L), (notice.Account, notice.Run, notice.Listed, notice.Files, notice.Bytes, notice.NeverFetched));
        var files = await links.ListAsync(notice, 0, 100);
        Assert.Equal(["/cdr/b", "/data/c", "/cdr/a"], files.Select(file => file.Path));
        Assert.Equal(["/data/c", "/cdr/a"], (await links.ListAsync(notice, 1, 100)).Select(file => file.Path));

        var content = await FetchAsync(retention, notice);
        Assert.Equal(new Dictionary<string, string> { ["10042/cdr/b"] = "of b", ["10042/data/c"] = "of c is longer", ["10042/cdr/a"] = "of a" }, content);
        Assert.Equal(content, await FetchAsync(retention, notice));

        // Each file has its fetches, and the whole its own row.
        Assert.Equal(6L, retention.Core.Scalar("SELECT count(*) FROM fetch WHERE protocol = 'portal' AND login = 'retention link' AND address = '192.0.2.7' AND whole = 1"));
        Assert.Equal(2L, retention.Core.Scalar("SELECT count(*) FROM audit WHERE action = 'retention-download' AND account = '10042' AND address = '192.0.2.7' AND detail LIKE '%\"files\":3,\"bytes\":22,\"leftOut\":0,\"whole\":true%'"));
        Assert.Equal(0L, (await links.FindAsync(token))!.NeverFetched);

        retention.Core.Time.Advance(Day(2026, 2, 1, 3) - retention.Now);
        Assert.Null(await links.FindAsync(token));
    }

    [Fact]
    public async Task What_was_removed_or_held_meanwhile_is_said_in_the_zip_and_another_accounts_file_is_never_in_it()
    {
        await using var retention = await ToldAsync("20042");
        var token = await TokenAsync(retention);
        var links = retention.Core.Services.RetentionLinks;
        (await retention.Core.Services.Holds.SetAsync("10042", "/data", "case", Actor.System)).Check();
        File.Delete(retention.FileOf("/cdr/b"));
        await retention.Core.Services.Database.WriteAsync<bool>(transaction =>
        {
            CatalogueSql.Left(transaction.Connection, CatalogueSql.AccountId(transaction.Connection, "10042")!.Value, "/cdr/b", GoneHow.Removed, retention.Now);
            return true;
        });
        var notice = (await links.FindAsync(token))!;
        Assert.Equal((3L, 1L), (notice.Listed, notice.Files));
        Assert.Equal([NoticedState.Gone, NoticedState.Stays, NoticedState.Goes], (await links.ListAsync(notice, 0, 10)).Select(file => file.State));
        var content = await FetchAsync(retention, notice);
        Assert.Equal(["10042/NOT INCLUDED.txt", "10042/cdr/a"], content.Keys.Order(StringComparer.Ordinal));
        Assert.Equal("/cdr/b: is not there any more\r\n/data/c: is kept for longer; fetch it by SFTP when you want it\r\n", content["10042/NOT INCLUDED.txt"]);
    }

    [Fact]
    public async Task A_file_that_is_not_on_the_disk_or_became_a_link_or_a_folder_is_left_out()
    {
        await using var retention = await ToldAsync("20042");
        var notice = (await retention.Core.Services.RetentionLinks.FindAsync(await TokenAsync(retention)))!;
        File.Delete(retention.FileOf("/cdr/a"));
        File.Delete(retention.FileOf("/cdr/b"));
        File.CreateSymbolicLink(retention.FileOf("/cdr/b"), retention.FileOf("/cdr/theirs", "20042"));
        File.Delete(retention.FileOf("/data/c"));
        Directory.CreateDirectory(retention.FileOf("/data/c"));
        var content = await FetchAsync(retention, notice);
        Assert.Equal(["10042/NOT INCLUDED.txt"], content.Keys);
        Assert.Equal(3, content["10042/NOT INCLUDED.txt"].Split("\r\n", StringSplitOptions.RemoveEmptyEntries).Length);
    }

    [Fact]
    public async Task A_zip_has_a_limit_of_content_and_of_its_list_and_names_what_does_not_fit()
    {
        await using var retention = await ToldAsync();
        var services = retention.Core.Services;
        var notice = (await services.RetentionLinks.FindAsync(await TokenAsync(retention)))!;
        var small = new RetentionLinks(services.Database, services.Audit, services.Links, services.Stores, retention.Clock) { MaximumBytes = 10 };
        var content = await FetchAsync(retention, notice, small);
        Assert.Equal(["10042/NOT INCLUDED.txt", "10042/cdr/a", "10042/cdr/b"], content.Keys.Order(StringComparer.Ordinal));
        Assert.Contains("/data/c: does not fit", content["10042/NOT INCLUDED.txt"], StringComparison.Ordinal);

        var narrow = new RetentionLinks(services.Database, services.Audit, services.Links, services.Stores, retention.Clock) { MaximumDirectory = 512 + (3 * 12) };
        Assert.Equal(2, (await FetchAsync(retention, notice, narrow)).Count);
    }

    [Fact]
    public async Task A_reader_that_leaves_has_fetched_what_it_had_for_sure_and_no_more()
    {
        await using var retention = await ToldAsync();
        var services = retention.Core.Services;
        var notice = (await services.RetentionLinks.FindAsync(await TokenAsync(retention)))!;
        var links = new RetentionLinks(services.Database, services.Audit, services.Links, services.Stores, retention.Clock) { SettledBehind = 0 };
        using var leaves = new FaultyOutput(after: 100);
        await Assert.ThrowsAsync<IOException>(async () => await links.SendAsync(notice, leaves, "192.0.2.7", CancellationToken.None));
        Assert.Equal(1L, retention.Core.Scalar("SELECT count(*) FROM fetch"));
        Assert.Equal(1L, retention.Core.Scalar("SELECT count(*) FROM audit WHERE action = 'retention-download' AND outcome = 'failed' AND detail LIKE '%\"files\":1,%\"whole\":false%'"));
    }

    [Fact]
    public async Task What_was_sent_of_an_upload_that_was_never_recorded_is_a_fetch_of_no_version()
    {
        await using var retention = await ToldAsync();
        var services = retention.Core.Services;
        var notice = (await services.RetentionLinks.FindAsync(await TokenAsync(retention)))!;
        await using var store = services.Stores.OpenStaging("10042").Value!;
        await using var upload = (await store.OpenAsync(VaultPath.Parse("/cdr/a"), OpenModes.Write | OpenModes.Create | OpenModes.Truncate)).Value!;
        Assert.Equal(StoreError.None, await upload.WriteAsync(0, new ReadOnlySequence<byte>("new and never recorded"u8.ToArray())));
        Assert.Equal(StoreError.None, await upload.CommitKeepingOldAsync());
        using var output = new WatchedOutput("10042/cdr/a", () => upload.SettleAsync(recorded: false));
        (await services.RetentionLinks.SendAsync(notice, output, "192.0.2.7", CancellationToken.None)).Get();
        Assert.Equal("of a", await File.ReadAllTextAsync(retention.FileOf("/cdr/a"), TestContext.Current.CancellationToken));
        Assert.Equal(2L, retention.Core.Scalar("SELECT count(*) FROM fetch"));
        Assert.Equal(0L, retention.Core.Scalar("SELECT count(*) FROM fetch r JOIN file f ON f.id = r.file_id WHERE f.path = '/cdr/a'"));
    }

    [Fact]
    public async Task Names_that_steer_an_unpacker_are_made_harmless()
    {
        await using var retention = await CreateAsync();
        await retention.AddAsync("/cdr/..\\..\\evil.csv", Day(2025, 1, 20), content: "x");
        await retention.AddAsync("/cdr/C:evil", Day(2025, 1, 21), content: "y");
        await retention.PassAsync(Day(2026, 1, 30));
        var notice = (await retention.Core.Services.RetentionLinks.FindAsync(await TokenAsync(retention)))!;
        var names = (await FetchAsync(retention, notice)).Keys;
        Assert.Equal(2, names.Count);
        Assert.All(names, name => Assert.Matches(@"^10042/cdr/[^\\:]+ \(\d+\)(\.csv)?$", name));
    }

    [Fact]
    public async Task The_token_is_in_the_mail_to_the_account_alone_and_in_the_database_only_until_the_mail_is_sent()
    {
        await using var retention = await ToldAsync();
        Assert.Equal(0L, retention.Core.Scalar("SELECT count(*) FROM event WHERE body LIKE '%/l/%'"));
        var mail = Path.Combine(retention.Core.Path, "sent");
        await using var dispatcher = NotificationDispatcher.Create(
            retention.Core.Services.Database, Options(retention) with { MailFolder = mail, SupportMail = "support@example.com", Topics = [new TopicRule(RetentionTopics.Notice, Telling.Now, Telling.Now)] },
            retention.Core.Time) is { Succeeded: true } created ? created.Value : throw new InvalidOperationException();
        (await dispatcher.RunAsync(CancellationToken.None, CancellationToken.None)).Check();
        var mails = Directory.GetFiles(mail).Select(file => new ReceivedMail("", [], File.ReadAllText(file), false, null)).ToList();
        Assert.Equal(2, mails.Count);
        var mine = Assert.Single(mails, each => each.Parts[0].Contains("https://files.example.com/l/", StringComparison.Ordinal));
        Assert.Equal("files@interop.example", mine.Header("To"));
        Assert.Equal(1L, retention.Core.Scalar("SELECT count(*) FROM secret_link"));
        Assert.Equal(0L, retention.Core.Scalar("SELECT count(*) FROM delivery WHERE text LIKE '%/l/%' OR html LIKE '%/l/%'"));
    }

    [Fact]
    public async Task Without_a_portal_the_notice_has_no_link()
    {
        await using var retention = await ToldAsync();
        var writer = new OutboxWriter(retention.Core.Services.Database, Options(retention) with { PortalUrl = null }, TemplateSet.Load("/nowhere").Get(), retention.Core.Time);
        (await writer.HandleAsync(CancellationToken.None)).Get();
        var text = (string)retention.Core.Scalar("SELECT text FROM delivery")!;
        Assert.DoesNotContain("/l/", text, StringComparison.Ordinal);
        Assert.DoesNotContain("{{", text, StringComparison.Ordinal);
        Assert.EndsWith("Not named here: 0\n\nQuestions: your provider\n", text, StringComparison.Ordinal);
        Assert.Equal(0L, retention.Core.Scalar("SELECT count(*) FROM secret_link"));
    }

    [Fact]
    public async Task A_notice_in_a_digest_has_its_link_too_and_the_providers_digest_has_none()
    {
        await using var retention = await ToldAsync();
        var options = Options(retention) with { SupportMail = "support@example.com", Topics = [new TopicRule(RetentionTopics.Notice, Telling.Digest, Telling.Digest)] };
        var writer = new OutboxWriter(retention.Core.Services.Database, options, TemplateSet.Load("/nowhere").Get(), retention.Core.Time);
        (await writer.HandleAsync(CancellationToken.None)).Get();
        retention.Core.Time.Advance(TimeSpan.FromDays(1));
        while ((await writer.MakeDigestAsync(CancellationToken.None)).Get())
        {
        }

        var mine = (string)retention.Core.Scalar("SELECT text FROM delivery WHERE target = 'files@interop.example' AND holds_secret = 1")!;
        var token = System.Text.RegularExpressions.Regex.Match(mine, @"all of them in one file: https://files\.example\.com/l/([A-Za-z0-9_-]{43})\n").Groups[1].Value;
        Assert.Equal("10042", (await retention.Core.Services.RetentionLinks.FindAsync(token))!.Account);
        var theirs = (string)retention.Core.Scalar("SELECT text FROM delivery WHERE target = 'support@example.com' AND holds_secret = 0")!;
        Assert.DoesNotContain("/l/", theirs, StringComparison.Ordinal);
        Assert.DoesNotContain("{{", theirs, StringComparison.Ordinal);
    }

    /// <summary>Account 10042 was told of three files, of which one was fetched; the others have files of their own.</summary>
    private static async Task<TestRetention> ToldAsync(params string[] others)
    {
        var retention = await CreateAsync(others);
        retention.Core.Tamper("UPDATE account SET email = 'files@interop.example' WHERE number = '10042'");
        var fetched = await retention.AddAsync("/cdr/a", Day(2025, 1, 19), content: "of a");
        await retention.AddAsync("/cdr/b", Day(2025, 1, 20), content: "of b");
        await retention.AddAsync("/data/c", Day(2025, 1, 21), content: "of c is longer");
        foreach (var other in others)
        {
            await retention.AddAsync("/cdr/theirs", Day(2025, 1, 20), other);
        }

        await retention.Core.Services.Database.WriteAsync<bool>(transaction =>
        {
            CatalogueSql.Fetched(transaction.Connection, fetched, new FileFetch("10042", "sftp", null, Day(2025, 1, 21), 4, true));
            return true;
        });
        await retention.PassAsync(Day(2026, 1, 30));
        retention.Core.Tamper("DELETE FROM fetch");
        return retention;
    }

    private static NotificationOptions Options(TestRetention retention) => new()
    {
        MailFolder = retention.Core.Path, TemplateFolder = "/nowhere", PortalUrl = "https://files.example.com",
    };

    /// <summary>Turns the events into mails, and takes the token of account 10042 from its mail.</summary>
    private static async Task<string> TokenAsync(TestRetention retention)
    {
        retention.Core.Tamper("UPDATE account SET email = 'files@interop.example' WHERE number = '10042'");
        var writer = new OutboxWriter(retention.Core.Services.Database, Options(retention), TemplateSet.Load("/nowhere").Get(), retention.Core.Time);
        (await writer.HandleAsync(CancellationToken.None)).Get();
        var text = (string)retention.Core.Scalar("SELECT d.text FROM delivery d JOIN account a ON a.id = d.account_id WHERE a.number = '10042'")!;
        return System.Text.RegularExpressions.Regex.Match(text, @"https://files\.example\.com/l/([A-Za-z0-9_-]{43})\n").Groups[1].Value;
    }

    private static async Task<Dictionary<string, string>> FetchAsync(TestRetention retention, RetentionNotice notice, RetentionLinks? links = null)
    {
        using var output = new MemoryStream();
        (await (links ?? retention.Core.Services.RetentionLinks).SendAsync(notice, output, "192.0.2.7", CancellationToken.None)).Get();
        using var archive = new ZipArchive(output);
        Dictionary<string, string> files = [];
        foreach (var entry in archive.Entries)
        {
            using var reader = new StreamReader(entry.Open());
            files.Add(entry.FullName, await reader.ReadToEndAsync());
        }

        return files;
    }

    /// <summary>Does something once the name of an entry comes: its file is open then.</summary>
    private sealed class WatchedOutput(string name, Func<ValueTask> act) : MemoryStream
    {
        private readonly byte[] _name = System.Text.Encoding.UTF8.GetBytes(name);
        private bool _isDone;

        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            Write(buffer.Span);
            if (!_isDone && GetBuffer().AsSpan(0, (int)Length).IndexOf(_name) >= 0)
            {
                _isDone = true;
                await act();
            }
        }
    }

    /// <summary>A reader that goes away.</summary>
    private sealed class FaultyOutput(int after) : MemoryStream
    {
        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            Write(buffer.Span);
            return Length <= after ? ValueTask.CompletedTask : throw new IOException("gone");
        }
    }
}
