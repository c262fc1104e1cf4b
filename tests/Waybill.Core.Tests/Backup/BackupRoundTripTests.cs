using System.Globalization;
using Waybill.Core.Audit;
using Waybill.Core.Backup;
using Waybill.Core.Catalogue;
using Waybill.Core.Events;
using Waybill.Core.Logins;
using Waybill.Core.Notifications;
using Waybill.Core.Tests.Notifications;
using Waybill.Core.Vaults;
using Waybill.Storage;

namespace Waybill.Core.Tests.Backup;

public sealed class BackupRoundTripTests
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    [Fact]
    public async Task What_waited_to_be_told_when_the_backup_was_made_is_told_again_by_nobody_until_somebody_asks()
    {
        await using var test = await TestBackup.CreateAsync();
        var account = test.Core.Scalar("SELECT id FROM account LIMIT 1");
        foreach (var (state, id) in new[] { ("waiting", 1), ("sending", 2), ("sent", 3) })
        {
            test.Core.Tamper($"""
                INSERT INTO delivery (kind, topic, target, message_id, subject, text, state, attempts, created_at, tried_since, due_at, sent_at)
                VALUES ('mail', 'digest', 'a@example.com', '<{id}@x>', 's', 't', '{state}', 0, 0, 0, 0, 0)
                """);
        }

        test.Core.Tamper($"INSERT INTO event (topic, account_id, body, created_at) VALUES ('file-held', {account}, '{{}}', 1000)");
        test.Core.Tamper($$"""
            INSERT INTO event (topic, account_id, body, created_at, handled_at) VALUES ('file-held', {{account}}, '{}', 900, 900);
            INSERT INTO digest_item (recipient, zone, event_id, due_at) VALUES ('a@example.com', 'UTC', last_insert_rowid(), 0);
            """);
        await test.WriteAsync(withFiles: false);
        (await test.TryRestoreAsync()).Get();
        await using var services = await test.OpenAsync();
        var options = Outbox.OptionsFor(test.Beside("restored"), 0, new TopicRule("*", Telling.None, Telling.Now));
        await using var dispatcher = NotificationDispatcher.Create(services.Database, options, test.Core.Time).Get();
        Assert.True((await dispatcher.RunAsync(TestContext.Current.CancellationToken, TestContext.Current.CancellationToken)).Succeeded);
        Assert.False(Directory.Exists(options.MailFolder) && Directory.EnumerateFiles(options.MailFolder).Any());
        var dead = (await services.Notifications.ListAsync(DeliveryState.Dead)).Items;
        Assert.Equal(["file-held", "digest", "digest"], dead.Select(delivery => delivery.Topic));
        Assert.All(dead, delivery => Assert.Contains("backup", delivery.Error, StringComparison.Ordinal));

        (await services.Notifications.RetryAsync(dead[0].Id, TestCore.Operator)).Get();
        test.Core.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.True((await dispatcher.RunAsync(TestContext.Current.CancellationToken, TestContext.Current.CancellationToken)).Succeeded);
        Assert.Single(Directory.EnumerateFiles(options.MailFolder));
    }

    [Theory]
    [InlineData(400)]
    [InlineData(-400)]
    public async Task What_a_restore_parks_is_what_was_there_whatever_the_clock_says(int daysAhead)
    {
        await using var test = await TestBackup.CreateAsync();
        await RaiseAsync(test.Core.Services, "file-held", test.Core.Time.GetUtcNow());
        await test.WriteAsync(withFiles: false);
        (await test.TryRestoreAsync(time: new TestKit.ShiftedTime(test.Core.Time) { Ahead = TimeSpan.FromDays(daysAhead) })).Get();
        await using var services = await test.OpenAsync();
        await RaiseAsync(services, "file-late", test.Core.Time.GetUtcNow());
        var options = Outbox.OptionsFor(test.Beside("restored"), 0, new TopicRule("*", Telling.None, Telling.Now));
        await using var dispatcher = NotificationDispatcher.Create(services.Database, options, test.Core.Time).Get();
        Assert.True((await dispatcher.RunAsync(TestContext.Current.CancellationToken, TestContext.Current.CancellationToken)).Succeeded);
        Assert.Equal(
            [("file-late", DeliveryState.Sent), ("file-held", DeliveryState.Dead)],
            (await services.Notifications.ListAsync()).Items.Select(delivery => (delivery.Topic, delivery.State)));

        // Numbers come again when all events were purged; the restore is long over by then.
        await services.Database.WriteAsync<int>(static transaction => transaction.Connection.Execute("DELETE FROM delivery") + transaction.Connection.Execute("DELETE FROM event"));
        await RaiseAsync(services, "file-late", test.Core.Time.GetUtcNow());
        Assert.True((await dispatcher.RunAsync(TestContext.Current.CancellationToken, TestContext.Current.CancellationToken)).Succeeded);
        Assert.Equal(DeliveryState.Sent, Assert.Single((await services.Notifications.ListAsync()).Items).State);
    }

    [Fact]
    public async Task A_vault_of_which_a_directory_is_moved_meanwhile_is_said_to_be_seen_in_part()
    {
        await using var test = await TestBackup.CreateAsync();
        test.Vaults.Put("/upload/a/b/c/x.csv", "x");
        test.Vaults.Put("/upload/z.csv", "z");
        var whole = await test.WriteAsync(withFiles: true);
        Assert.Equal((2, 0), (whole.Files, whole.VaultsInPart));
        var part = (await test.TryWriteAsync(withFiles: true, archive: test.Beside("other.tar"), atEntry: (_, entry) =>
        {
            if (entry.Path.ToString() == "/upload/a/b/c")
            {
                Directory.Move(test.Vaults.OnDisk("/upload/a"), test.Vaults.OnDisk("/invoices/a"));
            }
        })).Get();
        Assert.Equal(1, part.VaultsInPart);
    }

    [Fact]
    public async Task Files_of_the_installation_that_are_links_are_in_a_backup_as_files_and_what_is_none_is_counted()
    {
        await using var test = await TestBackup.CreateAsync();
        var templates = Directory.CreateDirectory(test.Core.Path + "/templates").FullName;
        var outside = Directory.CreateDirectory(test.Beside("etc")).FullName;
        await File.WriteAllTextAsync(outside + "/digest.txt", "a linked template", TestContext.Current.CancellationToken);
        File.CreateSymbolicLink(outside + "/current.txt", "digest.txt");
        File.CreateSymbolicLink(templates + "/digest.txt", outside + "/current.txt");
        Directory.CreateDirectory(templates + "/de");
        File.CreateSymbolicLink(templates + "/de/digest.txt", outside + "/digest.txt");
        Assert.Equal(0, (await test.WriteAsync(withFiles: false, test.Beside("first.tar"))).LeftOut);
        (await test.TryRestoreAsync("first", test.Beside("first.tar"))).Get();
        foreach (var name in (string[])["digest.txt", "de/digest.txt"])
        {
            var restored = new FileInfo(test.Beside("first/templates/") + name);
            Assert.Null(restored.LinkTarget);
            Assert.Equal("a linked template", await File.ReadAllTextAsync(restored.FullName, TestContext.Current.CancellationToken));
        }

        Directory.CreateSymbolicLink(templates + "/all", outside);
        File.CreateSymbolicLink(templates + "/none.txt", outside + "/nothing");
        using (var made = System.Diagnostics.Process.Start("mkfifo", [outside + "/pipe"]))
        {
            await made.WaitForExitAsync(TestContext.Current.CancellationToken);
        }

        File.CreateSymbolicLink(templates + "/pipe.txt", outside + "/pipe");
        Directory.CreateDirectory(templates + "/de/deeper");
        Assert.Equal(4, (await test.WriteAsync(withFiles: false)).LeftOut);
        (await test.TryRestoreAsync()).Get();
        Assert.Equal(["de", "digest.txt"], Directory.GetFileSystemEntries(test.Beside("restored/templates")).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task With_files_everything_is_the_same_and_the_log_says_that_it_was_restored()
    {
        await using var test = await TestBackup.CreateAsync();
        (await test.Core.Services.Logins.AddAsync(new NewLogin(LoginKind.Customer) { Account = "10042" }, TestCore.Operator)).Get();
        string[] names =
        [
            "plain.csv", "space and ümlaut ☎.csv", "new\nline.csv", "back\\slash", "=1+1.csv", "-rf", "quote\"'.csv", " blank ", "tab\t.csv", "a=b 12 path=x", "100%25.csv", "bell\a\x7f", new string('n', 255),
            .. Enumerable.Range(0, 40).Select(i => $"{i}/{new string('d', 100)}/{i}.csv"),
        ];
        foreach (var (index, name) in names.Index())
        {
            await test.Vaults.UploadAsync("/upload/" + name, new string('x', index * 1000));
            File.SetLastWriteTimeUtc(test.Vaults.OnDisk("/upload/" + name), new DateTime(2001 + index, 2, 3, 4, 5, 6, DateTimeKind.Utc));
            File.SetUnixFileMode(test.Vaults.OnDisk("/upload/" + name), OwnerOnly | (index % 2 == 0 ? UnixFileMode.GroupRead : UnixFileMode.OtherRead));
        }

        test.Vaults.Put("/cdr/by-hand.csv", "nobody uploaded this");
        Directory.CreateDirectory(test.Vaults.OnDisk("/upload/empty"));
        Directory.CreateSymbolicLink(test.Vaults.OnDisk("/upload/link"), "../cdr");
        var before = TestBackup.Tree(test.Core.Path);
        var report = await test.WriteAsync(withFiles: true);
        Assert.Equal((names.Length + 1, 0L, 0L, 0L), (report.Files, report.Missing, report.GoneMeanwhile, report.LeftOut));
        Assert.Equal(OwnerOnly, File.GetUnixFileMode(test.Archive));
        Assert.False(Directory.Exists(test.Archive + ".unfinished"));

        var restored = (await test.TryRestoreAsync()).Get();
        Assert.Equal((report.Created, report.Files, report.Bytes, 0L), (restored.Created, restored.Files, restored.Bytes, restored.NewVersions));
        Assert.Equal(before, TestBackup.Tree(test.Beside("restored")));
        Assert.Equal("a key", await File.ReadAllTextAsync(test.Beside("restored/hostkeys/ssh_host_ed25519_key"), TestContext.Current.CancellationToken));
        foreach (var secret in (string[])["waybill.db", "audit/audit.key", "audit/anchor", "hostkeys/ssh_host_ed25519_key"])
        {
            Assert.Equal(OwnerOnly, File.GetUnixFileMode(test.Beside("restored/" + secret)));
        }

        await using var services = await test.OpenAsync();
        Assert.Equal("10042", Assert.Single((await services.Logins.ListAsync("10042")).Items).UserName);
        var files = (await services.Catalogue.ListAsync("10042", new CatalogueQuery { Size = 1000 })).Get().Items;
        Assert.Equal(names.Select(name => "/upload/" + name), files.Select(file => file.Path));
        Assert.DoesNotContain(files, file => file.Sha256 is null);
        var verification = await services.Audit.VerifyAsync(TestContext.Current.CancellationToken);
        Assert.True(verification.Intact);
        Assert.Equal(verification.Rows, restored.AuditRows);
        var row = Assert.Single((await services.Audit.SearchAsync(new AuditQuery { Action = AuditActions.Restored }, TestContext.Current.CancellationToken)).Items);
        Assert.Equal("backup.tar", row.Subject);
        Assert.Single((await test.Core.Services.Audit.SearchAsync(new AuditQuery { Action = AuditActions.BackupMade }, TestContext.Current.CancellationToken)).Items);
    }

    [Fact]
    public async Task Without_files_they_are_listed_and_the_scan_marks_what_is_not_put_back()
    {
        await using var test = await TestBackup.CreateAsync();
        await test.Vaults.UploadAsync("/cdr/lost.csv", "lost");
        await test.Vaults.UploadAsync("/cdr/kept.csv", "kept");
        (await new FileHashing(test.Core.Services.Database, test.Vaults.Stores, test.Core.Time).RunAsync(null, null, TestContext.Current.CancellationToken)).Get();
        var report = await test.WriteAsync(withFiles: false);
        Assert.Equal((2L, 8L), (report.Files, report.Bytes));
        Assert.Equal(2, (await test.TryRestoreAsync()).Get().Files);
        Assert.DoesNotContain(TestBackup.Tree(test.Beside("restored")), line => line.Contains(".csv", StringComparison.Ordinal));
        Assert.Contains("10042/cdr 488/", TestBackup.Tree(test.Beside("restored")));
        var list = await File.ReadAllLinesAsync(test.Beside("restored/" + VerifiedBackup.ListOfMissing), TestContext.Current.CancellationToken);
        var hash = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData("lost"u8));
        Assert.Contains($$"""{"path":"10042/cdr/lost.csv","kind":"file","size":4,"sha256":"{{hash}}"}""", list);

        File.Copy(test.Vaults.OnDisk("/cdr/kept.csv"), test.Beside("restored/vaults/10042/cdr/kept.csv"));
        await using var services = await test.OpenAsync();
        using var vaults = new Storage.Local.LocalVaults(test.Beside("restored/vaults"));
        var scan = new CatalogueScan(services.Database, services.Audit, new VaultStores(vaults), test.Core.Time, services.Layout) { SettleTime = TimeSpan.Zero };
        var scanned = (await scan.RunAsync(null, TestCore.Operator, TestContext.Current.CancellationToken)).Get();
        Assert.Equal((0L, 1L), (scanned.Found, scanned.Missing));
        Assert.Null(await services.Catalogue.FindAsync("10042", "/cdr/lost.csv", TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_backup_under_load_holds_every_row_acknowledged_before_it_and_its_log_is_whole()
    {
        await using var test = await TestBackup.CreateAsync();
        using var stop = new CancellationTokenSource();
        var acknowledged = 0;
        var writing = Task.WhenAll(Enumerable.Range(0, 4).Select(writer => Task.Run(async () =>
        {
            var journal = test.Core.Journal(Actor.Login("10042", null, "c"));
            for (var i = 0; !stop.IsCancellationRequested; i++)
            {
                var name = string.Create(CultureInfo.InvariantCulture, $"/upload/{writer}-{i}.csv");
                test.Vaults.Put(name, name);
                Assert.Equal(StoreError.None, await journal.RecordAsync(new FileEvent(FileOperation.Upload, VaultPath.Parse(name), Bytes: name.Length, Size: name.Length)));
                if (i % 7 == 6)
                {
                    // A rename meanwhile must lose nothing: the file is in the backup under one of its names.
                    File.Move(test.Vaults.OnDisk(name), test.Vaults.OnDisk(name + ".done"));
                    Assert.Equal(StoreError.None, await journal.RecordAsync(new FileEvent(FileOperation.Rename, VaultPath.Parse(name), VaultPath.Parse(name + ".done"))));
                }

                Interlocked.Increment(ref acknowledged);
                await Task.Delay(10);
            }
        })));
        for (var round = 0; round < 3; round++)
        {
            var target = acknowledged + 50;
            await WaitAsync(() => Volatile.Read(ref acknowledged) >= target);
            var before = (await test.Core.Services.Catalogue.ListAsync("10042", new CatalogueQuery { Size = 1000 })).Get().Items;
            var (archive, name) = (test.Beside($"{round}.tar"), $"restored-{round}");
            var report = (await test.TryWriteAsync(withFiles: true, archive, TimeProvider.System)).Get();
            Assert.Equal((0L, 0L), (report.Missing, report.GoneMeanwhile));
            (await test.TryRestoreAsync(name, archive)).Get();
            await using var services = await test.OpenAsync(name);
            Assert.True((await services.Audit.VerifyAsync(TestContext.Current.CancellationToken)).Intact);
            Assert.True(before.Count >= 50);
            foreach (var file in before)
            {
                var plain = test.Beside($"{name}/vaults/10042{file.Path}");
                Assert.True(File.Exists(plain) || File.Exists(plain + ".done"), $"{file.Path} was acknowledged before the backup and is not in it");
            }

            // What the restored catalogue lists is there.
            foreach (var file in (await services.Catalogue.ListAsync("10042", new CatalogueQuery { Size = 1000 })).Get().Items)
            {
                Assert.Equal(file.Size, new FileInfo(test.Beside($"{name}/vaults/10042{file.Path}")).Length);
            }
        }

        await stop.CancelAsync();
        await writing;
        Assert.True((await test.Core.Services.Audit.VerifyAsync(TestContext.Current.CancellationToken)).Intact);
    }

    [Fact]
    public async Task A_file_that_is_newer_than_the_copied_database_is_a_version_of_its_own()
    {
        await using var test = await TestBackup.CreateAsync();
        await test.Vaults.UploadAsync("/cdr/a.csv", "old");
        (await new FileHashing(test.Core.Services.Database, test.Vaults.Stores, test.Core.Time).RunAsync(null, null, TestContext.Current.CancellationToken)).Get();

        // As long as the old one, and no row says so: what an upload between the copy of the database and that of the file looks like.
        test.Vaults.Put("/cdr/a.csv", "new");
        await test.WriteAsync(withFiles: true);
        Assert.Equal(1, (await test.TryRestoreAsync()).Get().NewVersions);
        await using var services = await test.OpenAsync();
        var versions = (await services.Catalogue.ListAsync("10042", new CatalogueQuery { WithGone = true })).Get().Items;
        Assert.Equal([GoneHow.Replaced, null], versions.Select(file => file.GoneHow));
        Assert.Equal(System.Security.Cryptography.SHA256.HashData("new"u8), versions[1].Sha256);
    }

    [Fact]
    public async Task The_database_of_a_backup_put_over_the_live_one_is_found()
    {
        await using var test = await TestBackup.CreateAsync();
        await test.WriteAsync(withFiles: false);
        await test.Vaults.UploadAsync("/cdr/later.csv", "later");
        (await test.TryRestoreAsync()).Get();
        await test.Core.Services.DisposeAsync();
        File.Delete(test.Core.Files.Database + "-wal");
        File.Copy(test.Beside("restored/waybill.db"), test.Core.Files.Database, overwrite: true);
        await test.Core.ReopenAsync();
        Assert.False((await test.Core.Services.Audit.VerifyAsync(TestContext.Current.CancellationToken)).Intact);
    }

    [Fact]
    public async Task A_backup_overwrites_nothing_and_stays_out_of_the_vaults()
    {
        await using var test = await TestBackup.CreateAsync();
        await test.WriteAsync(withFiles: false);
        var first = await File.ReadAllBytesAsync(test.Archive, TestContext.Current.CancellationToken);
        (await test.TryWriteAsync(withFiles: false)).Problem(ProblemKind.AlreadyExists);
        Assert.Equal(first, await File.ReadAllBytesAsync(test.Archive, TestContext.Current.CancellationToken));
        (await test.TryWriteAsync(withFiles: false, test.Beside("none/backup.tar"))).Problem(ProblemKind.NotFound);
        (await test.TryWriteAsync(withFiles: false, test.Vaults.OnDisk("/upload/backup.tar"))).Problem(ProblemKind.Refused);
        Assert.Empty(Directory.GetFiles(test.Vaults.OnDisk("/upload")));
    }

    [Fact]
    public async Task A_second_backup_to_the_same_name_waits_outside_and_leftovers_of_a_killed_one_are_removed()
    {
        await using var test = await TestBackup.CreateAsync();
        var work = Directory.CreateDirectory(test.Archive + ".unfinished").FullName;
        await File.WriteAllTextAsync(work + "/archive", "half", TestContext.Current.CancellationToken);
        using (new FileStream(work + "/lock", FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None))
        {
            (await test.TryWriteAsync(withFiles: false)).Problem(ProblemKind.Refused);
        }

        Assert.False(File.Exists(test.Archive));
        await test.WriteAsync(withFiles: false);
        Assert.False(Directory.Exists(work));
        (await test.TryRestoreAsync()).Get();
    }

    private static async Task WaitAsync(Func<bool> condition)
    {
        var waited = System.Diagnostics.Stopwatch.StartNew();
        while (!condition())
        {
            Assert.True(waited.Elapsed < TimeSpan.FromSeconds(60), "nothing is written");
            await Task.Delay(5, TestContext.Current.CancellationToken);
        }
    }

    private static async Task RaiseAsync(CoreServices services, string topic, DateTimeOffset now) =>
        (await services.Database.WriteAsync<int>(transaction =>
        {
            EventSql.Raise(transaction.Connection, topic, null, [], now);
            return 0;
        })).Get();
}
