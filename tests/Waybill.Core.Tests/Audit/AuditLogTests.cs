using System.Diagnostics;
using Waybill.Core.Audit;
using Waybill.Core.Database;
using Waybill.Core.Tests.Database;
using Waybill.Storage;
using Waybill.TestKit;

namespace Waybill.Core.Tests.Audit;

public sealed class AuditLogTests
{
    [Fact]
    public async Task What_is_appended_is_found_with_everything_in_it()
    {
        await using var core = await TestCore.CreateAsync();
        var outcome = await core.Services.Audit.AppendAsync(new AuditEntry(AuditActions.Upload, Actor.Login("10042", "192.0.2.1", "0HN1"))
        {
            Account = "10042",
            Subject = "/upload/a\nb.csv",
            Outcome = AuditOutcome.Refused,
            Detail = """{"bytes":1}""",
        });
        Assert.True(outcome.Succeeded);

        var row = (await core.Services.Audit.SearchAsync(new AuditQuery())).Items[0];

        Assert.Equal(
            new AuditRecord(2, core.Time.GetUtcNow(), "login", "10042", "upload", "10042", @"/upload/a\u000ab.csv", "192.0.2.1", "0HN1", "refused", """{"bytes":1}"""),
            row);
    }

    [Fact]
    public async Task An_entry_that_contradicts_the_database_fails_alone_in_its_group()
    {
        await using var core = await TestCore.CreateAsync();
        var lost = 0;
        Assert.True((await core.Services.Audit.AppendLaterAsync(new AuditEntry(AuditActions.Download, Actor.System), () => lost++)).Succeeded);
        var refused = await core.Services.Audit.AppendAsync(new AuditEntry(AuditActions.Upload, Actor.System) { Effect = new Twice() });
        Assert.Contains("files scan", refused.Problem!.Message, StringComparison.Ordinal);
        Assert.True((await core.Services.Audit.AppendAsync(new AuditEntry(AuditActions.Remove, Actor.System))).Succeeded);
        Assert.Equal(0, lost);
        Assert.Equal([AuditActions.Remove, AuditActions.Download, AuditActions.Initialised], (await core.Services.Audit.SearchAsync(new AuditQuery())).Items.Select(static row => row.Action));
        Assert.Equal(0L, core.Scalar("SELECT count(*) FROM porting_day"));
        Assert.True((await core.Services.Audit.VerifyAsync()).Intact);
    }

    private sealed class Twice : IAuditEffect
    {
        public void Apply(DatabaseConnection connection)
        {
            for (var i = 0; i < 2; i++)
            {
                connection.Execute("INSERT INTO porting_day (day, nation, is_holiday, name) VALUES ('2027-01-04', '', 1, 'Once')");
            }
        }
    }

    [Fact]
    public async Task The_first_row_says_who_made_the_data_directory()
    {
        await using var core = await TestCore.CreateAsync();
        var row = Assert.Single((await core.Services.Audit.SearchAsync(new AuditQuery())).Items);
        Assert.Equal((AuditActions.Initialised, "tester", "operator"), (row.Action, row.Actor, row.ActorKind));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(core.Files.AuditKey));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(core.Files.AuditAnchor));
    }

    [Fact]
    public async Task Each_condition_of_a_search_narrows_it()
    {
        await using var core = await TestCore.CreateAsync();
        var audit = core.Services.Audit;
        var start = core.Time.GetUtcNow();
        core.Time.Advance(TimeSpan.FromHours(1));
        await audit.AppendAsync(new AuditEntry("upload", Actor.Login("Alice", "192.0.2.1", "c1")) { Account = "A1", Subject = "/upload/100%_x.csv" });
        core.Time.Advance(TimeSpan.FromHours(1));
        await audit.AppendAsync(new AuditEntry("download", Actor.Login("bob", "192.0.2.2", "c2")) { Account = "A2", Subject = "/cdr/1000 x.csv", Detail = "back\\slash" });

        async Task ExpectAsync(AuditQuery query, params long[] sequences) =>
            Assert.Equal(sequences, (await audit.SearchAsync(query)).Items.Select(static row => row.Sequence));

        await ExpectAsync(new AuditQuery(), 3, 2, 1);
        await ExpectAsync(new AuditQuery { From = start.AddHours(1) }, 3, 2);
        await ExpectAsync(new AuditQuery { Until = start.AddHours(2) }, 2, 1);
        await ExpectAsync(new AuditQuery { Actor = "ALICE" }, 2);
        await ExpectAsync(new AuditQuery { Account = "a2" }, 3);
        await ExpectAsync(new AuditQuery { Action = "upload" }, 2);
        await ExpectAsync(new AuditQuery { Text = "100%_" }, 2);
        await ExpectAsync(new AuditQuery { Text = "X.CSV" }, 3, 2);
        await ExpectAsync(new AuditQuery { Text = "192.0.2.2" }, 3);
        await ExpectAsync(new AuditQuery { Text = "k\\s" }, 3);
        await ExpectAsync(new AuditQuery { Text = "c1", Account = "A2" });
        await ExpectAsync(new AuditQuery { Text = "' OR 1=1 --" });
    }

    [Fact]
    public async Task A_long_search_comes_in_pages_the_newest_first()
    {
        await using var core = await TestCore.CreateAsync();
        await AppendAsync(core.Services.Audit, 24);
        List<long> seen = [];
        string? after = null;
        do
        {
            var page = await core.Services.Audit.SearchAsync(new AuditQuery { Size = 10, After = after });
            seen.AddRange(page.Items.Select(static row => row.Sequence));
            after = page.Next;
        }
        while (after is not null);
        Assert.Equal(Enumerable.Range(1, 25).Select(static i => (long)i).Reverse(), seen);
    }

    [Fact]
    public async Task Fields_beyond_their_limits_are_cut_and_the_chain_holds()
    {
        await using var core = await TestCore.CreateAsync();
        await core.Services.Audit.AppendAsync(new AuditEntry("upload", Actor.Login(new string('u', 10_000), "a", "c"))
        {
            Subject = new string('s', 100_000),
            Detail = new string('d', 1_000_000),
        });
        var row = (await core.Services.Audit.SearchAsync(new AuditQuery())).Items[0];
        Assert.Equal((AuditLimits.Name, AuditLimits.Subject, AuditLimits.Detail), (row.Actor.Length, row.Subject!.Length, row.Detail!.Length));
        Assert.EndsWith("[cut: 1000000 characters in all]", row.Detail, StringComparison.Ordinal);
        Assert.True((await core.Services.Audit.VerifyAsync()).Intact);
    }

    [Fact]
    public async Task A_clock_that_goes_back_does_not_break_the_chain()
    {
        await using var core = await TestCore.CreateAsync();
        await AppendAsync(core.Services.Audit, 3);
        await core.ReopenAsync(new FakeTimeProvider(core.Time.GetUtcNow().AddYears(-1)));
        await AppendAsync(core.Services.Audit, 3);
        Assert.True((await core.Services.Audit.VerifyAsync()).Intact);
    }

    [Fact]
    public async Task Many_appenders_at_once_are_written_in_one_chain_without_loss()
    {
        await using var core = await TestCore.CreateAsync();
        await Parallel.ForAsync(0, 3000, new ParallelOptions { MaxDegreeOfParallelism = 64 }, async (i, token) =>
            Assert.True((await core.Services.Audit.AppendAsync(new AuditEntry("upload", TestCore.Operator) { Subject = $"{i}" }, token)).Succeeded));

        var verification = await core.Services.Audit.VerifyAsync();
        Assert.True(verification.Intact);
        Assert.Equal(3001, verification.Rows);
        Assert.Equal(3000L, core.Scalar("SELECT count(DISTINCT subject) FROM audit WHERE action = 'upload'"));
    }

    [Fact]
    public async Task Rows_that_wait_together_are_committed_together()
    {
        await using var core = await TestCore.CreateAsync();
        var audit = core.Services.Audit;
        using var anchor = new AuditAnchor(core.Files.AuditAnchor, AuditKey.Read(core.Files.AuditKey).Get());
        var before = anchor.Read().Generation;

        // The disk is slow: the first row is on its way, and the others wait.
        await using var slow = await SlowDisk.StartAsync(core);
        var rows = Enumerable.Range(0, 100).Select(_ => audit.AppendAsync(new AuditEntry("upload", TestCore.Operator)).AsTask()).ToArray();
        await slow.EndAsync();
        Assert.All(await Task.WhenAll(rows), row => Assert.True(row.Succeeded));

        // Each commit moves the anchor once: one for the first row, one for the rest.
        Assert.Equal(2, anchor.Read().Generation - before);
    }

    [Fact]
    public async Task A_change_and_its_row_are_committed_together_or_not_at_all()
    {
        await using var core = await TestCore.CreateAsync();
        core.Tamper("CREATE TRIGGER no_more BEFORE INSERT ON audit BEGIN SELECT RAISE(ABORT, 'no'); END;");
        (await core.Services.Accounts.AddAsync(new Core.Accounts.NewAccount("1", "X"), TestCore.Operator)).Problem(ProblemKind.Unusable);
        Assert.Equal(0L, core.Scalar("SELECT count(*) FROM account"));
        Assert.Equal(ProblemKind.Unusable, (await core.Services.Audit.AppendAsync(new AuditEntry("upload", TestCore.Operator))).Problem!.Kind);

        core.Tamper("DROP TRIGGER no_more");
        await core.AddAccountAsync("1");
        Assert.True((await core.Services.Audit.VerifyAsync()).Intact);
    }

    [Fact]
    public async Task Without_an_anchor_that_can_be_written_nothing_is_acknowledged()
    {
        await using var core = await TestCore.CreateAsync();
        File.Delete(core.Files.AuditAnchor);
        Directory.CreateDirectory(core.Files.AuditAnchor);
        Assert.False((await core.Services.Audit.AppendAsync(new AuditEntry("upload", TestCore.Operator))).Succeeded);
        Assert.False((await core.Services.Accounts.AddAsync(new Core.Accounts.NewAccount("1", "X"), TestCore.Operator)).Succeeded);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("00")]
    [InlineData("zz00000000000000000000000000000000000000000000000000000000000000")]
    public async Task Without_a_sound_key_the_data_directory_does_not_open(string? content)
    {
        await using var core = await TestCore.CreateAsync();
        File.Delete(core.Files.AuditKey);
        if (content is not null)
        {
            File.WriteAllText(core.Files.AuditKey, content);
        }

        (await CoreServices.OpenAsync(core.Path, core.Time)).Problem(ProblemKind.Unusable);
    }

    [Fact]
    public async Task An_initialised_directory_is_not_initialised_again_and_an_empty_one_does_not_open()
    {
        await using var core = await TestCore.CreateAsync();
        (await CoreServices.CreateAsync(core.Path, TestCore.Operator, core.Time)).Problem(ProblemKind.AlreadyExists);
        using var empty = new TemporaryDirectory();
        (await CoreServices.OpenAsync(empty.FullName, core.Time)).Problem(ProblemKind.NotFound);
        Assert.Empty(Directory.EnumerateFileSystemEntries(empty.FullName));
    }

    [Fact]
    public async Task After_the_end_an_append_is_refused_and_what_was_queued_is_written()
    {
        await using var core = await TestCore.CreateAsync();
        var audit = core.Services.Audit;
        var queued = Enumerable.Range(0, 500).Select(_ => audit.AppendAsync(new AuditEntry("upload", TestCore.Operator)).AsTask()).ToList();
        await core.ReopenAsync();
        Assert.All(await Task.WhenAll(queued), static outcome => Assert.True(outcome.Succeeded));
        Assert.False((await audit.AppendAsync(new AuditEntry("upload", TestCore.Operator))).Succeeded);
        Assert.Equal(501, (await core.Services.Audit.VerifyAsync()).Rows);
    }

    [Fact]
    public async Task A_download_is_recorded_soon_although_nobody_waits_for_it()
    {
        await using var core = await TestCore.CreateAsync();
        var journal = core.Journal(Actor.Login("10042", "192.0.2.1", "c1"));
        Assert.Equal(StoreError.None, await journal.RecordAsync(new FileEvent(FileOperation.Download, VaultPath.Parse("/cdr/a"), Bytes: 5, Size: 5)));

        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (core.Scalar("SELECT count(*) FROM audit WHERE action = 'download'") is 0L)
        {
            await Task.Delay(10, deadline.Token);
        }
    }

    [Fact]
    public async Task An_upload_is_recorded_behind_the_downloads_before_it()
    {
        await using var core = await TestCore.CreateAsync();
        var journal = core.Journal(Actor.Login("10042", "192.0.2.1", "c1"));
        for (var i = 0; i < 3 * AuditLimits.Group; i++)
        {
            Assert.Equal(StoreError.None, await journal.RecordAsync(new FileEvent(FileOperation.Download, VaultPath.Parse("/cdr/a"), Bytes: 5, Size: 5)));
        }

        Assert.Equal(StoreError.None, await journal.RecordAsync(new FileEvent(FileOperation.Upload, VaultPath.Parse("/cdr/b"), Bytes: 5, Size: 5)));
        Assert.Equal((3L * AuditLimits.Group) + 2, core.Scalar("SELECT sequence FROM audit WHERE action = 'upload'"));
        Assert.True((await core.Services.Audit.VerifyAsync()).Intact);
    }

    [Fact]
    public async Task No_more_entries_wait_than_the_limit_nor_are_committed_together()
    {
        await using var core = await TestCore.CreateAsync();
        var audit = core.Services.Audit;
        using var anchor = new AuditAnchor(core.Files.AuditAnchor, AuditKey.Read(core.Files.AuditKey).Get());
        var before = anchor.Read().Generation;
        var entry = new AuditEntry("download", TestCore.Operator);

        // The disk is slow: the first group is on its way, and the others wait.
        await using var slow = await SlowDisk.StartAsync(core);
        var first = audit.AppendAsync(entry, TestContext.Current.CancellationToken).AsTask();
        for (var i = 0; i < AuditLimits.Waiting; i++)
        {
            Assert.True((await audit.AppendLaterAsync(entry, static () => { })).Succeeded);
        }

        var next = audit.AppendLaterAsync(entry, static () => { }).AsTask();
        Assert.False(next.IsCompleted);
        await slow.EndAsync();
        Assert.True((await first).Succeeded && (await next).Succeeded);
        await core.ReopenAsync();

        const int Rows = 1 + AuditLimits.Waiting + 1;
        Assert.Equal((long)Rows, core.Scalar("SELECT count(*) FROM audit WHERE action = 'download'"));

        // Each commit moves the anchor once.
        Assert.InRange(anchor.Read().Generation - before, 1 + ((Rows - 1 + AuditLimits.Group - 1) / AuditLimits.Group), Rows);
    }

    [Fact]
    public async Task A_session_whose_download_could_not_be_recorded_gets_nothing_acknowledged_any_more()
    {
        await using var core = await TestCore.CreateAsync();
        var journal = core.Journal(Actor.Login("10042", "192.0.2.1", "c1"));
        var download = new FileEvent(FileOperation.Download, VaultPath.Parse("/cdr/a"), Bytes: 5, Size: 5);
        core.Tamper("CREATE TRIGGER no_more BEFORE INSERT ON audit BEGIN SELECT RAISE(ABORT, 'no'); END;");
        Assert.Equal(StoreError.None, await journal.RecordAsync(download));

        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (await journal.RecordAsync(download) == StoreError.None)
        {
            await Task.Delay(10, deadline.Token);
        }

        core.Tamper("DROP TRIGGER no_more");
        Assert.Equal(StoreError.InputOutput, await journal.RecordAsync(new FileEvent(FileOperation.Upload, VaultPath.Parse("/cdr/b"))));

        var next = core.Journal(Actor.Login("10042", "192.0.2.1", "c2"));
        Assert.Equal(StoreError.None, await next.RecordAsync(download));
    }

    [Fact]
    public async Task While_the_log_cannot_be_written_a_download_waits_and_fails()
    {
        await using var core = await TestCore.CreateAsync();
        core.Tamper("CREATE TRIGGER no_more BEFORE INSERT ON audit BEGIN SELECT RAISE(ABORT, 'no'); END;");
        Assert.False((await core.Services.Audit.AppendAsync(new AuditEntry("upload", TestCore.Operator))).Succeeded);
        var journal = core.Journal(Actor.Login("10042", "192.0.2.1", "c1"));
        Assert.Equal(StoreError.InputOutput, await journal.RecordAsync(new FileEvent(FileOperation.Download, VaultPath.Parse("/cdr/a"), Bytes: 5, Size: 5)));
    }

    [Fact]
    public async Task File_operations_are_recorded_with_their_place_in_the_vault()
    {
        await using var core = await TestCore.CreateAsync();
        var journal = core.Journal(Actor.Login("10042-acme", "192.0.2.1", "c"), "/vendors/acme");
        var path = VaultPath.Parse("/usage/a\"\\b.csv");
        Assert.Equal(StoreError.None, await journal.RecordAsync(new FileEvent(FileOperation.Upload, path, Bytes: 5, Size: 7, ExpectedSize: 9)));
        Assert.Equal(StoreError.None, await journal.RecordAsync(new FileEvent(FileOperation.Rename, path, VaultPath.Parse("/x"), Outcome: StoreError.PermissionDenied)));
        Assert.Equal(StoreError.None, await journal.RecordAsync(new FileEvent(FileOperation.List, VaultPath.Root, Outcome: StoreError.NotFound)));

        var rows = (await core.Services.Audit.SearchAsync(new AuditQuery { Account = "10042" })).Items;
        Assert.Equal(("list", "/vendors/acme", "failed"), (rows[0].Action, rows[0].Subject, rows[0].Outcome));
        Assert.Equal(("rename", "refused"), (rows[1].Action, rows[1].Outcome));
        Assert.Equal("/vendors/acme/x", System.Text.Json.JsonDocument.Parse(rows[1].Detail!).RootElement.GetProperty("to").GetString());
        Assert.Equal(("upload", @"/vendors/acme/usage/a""\\b.csv", "done", """{"bytes":5,"size":7,"expectedSize":9,"incomplete":true}"""), (rows[2].Action, rows[2].Subject, rows[2].Outcome, rows[2].Detail));
    }

    [Fact]
    public async Task What_was_set_is_recorded()
    {
        await using var core = await TestCore.CreateAsync();
        var journal = core.Journal(Actor.Login("10042", "192.0.2.1", "c"));
        await journal.RecordAsync(new FileEvent(FileOperation.SetAttributes, VaultPath.Parse("/upload/x"), Changes: new AttributeChanges(0, 0x1A0, 1, 2)));
        var rows = (await core.Services.Audit.SearchAsync(new AuditQuery { Account = "10042" })).Items;
        Assert.Equal("""{"size":0,"mode":"0640","modified":2}""", rows[0].Detail);
    }

    [Fact]
    public async Task No_name_is_so_long_that_its_end_is_not_recorded()
    {
        await using var core = await TestCore.CreateAsync();
        var journal = core.Journal(Actor.Login("10042-acme", "192.0.2.1", "c"), "/vendors/" + new string('v', 64));
        var path = VaultPath.Parse(string.Concat(Enumerable.Repeat("/" + new string('\u0001', 255), 15)) + "/" + new string('\u0001', 250) + "theEnd"[..4]);
        await journal.RecordAsync(new FileEvent(FileOperation.Rename, path, path, Outcome: StoreError.DirectoryNotEmpty));
        var row = (await core.Services.Audit.SearchAsync(new AuditQuery { Account = "10042" })).Items[0];
        Assert.EndsWith("theE", row.Subject, StringComparison.Ordinal);
        Assert.EndsWith("theE", System.Text.Json.JsonDocument.Parse(row.Detail!).RootElement.GetProperty("to").GetString(), StringComparison.Ordinal);
    }

    private static async Task AppendAsync(AuditLog audit, int count)
    {
        for (var i = 0; i < count; i++)
        {
            Assert.True((await audit.AppendAsync(new AuditEntry("upload", TestCore.Operator) { Subject = $"/upload/{i}" })).Succeeded);
        }
    }
}
