using Waybill.Core.Audit;
using Waybill.Core.Catalogue;
using Waybill.Storage;

namespace Waybill.Core.Tests.Catalogue;

public sealed class CatalogueScanTests
{
    [Fact]
    public async Task A_vault_of_which_a_directory_is_moved_meanwhile_is_said_to_be_seen_in_part()
    {
        await using var vaults = await TestVaults.CreateAsync();
        vaults.Put("/upload/a/b/c/x.csv", "x");
        vaults.Put("/upload/z.csv", "z");
        var report = await vaults.ScanAsync(entry =>
        {
            if (entry.Path.ToString() == "/upload/a/b/c")
            {
                Directory.Move(vaults.OnDisk("/upload/a"), vaults.OnDisk("/invoices/a"));
            }
        });
        Assert.Equal(1, report.VaultsInPart);
        Assert.NotNull(await vaults.FindAsync("/upload/z.csv"));
        Assert.Equal(0, (await vaults.ScanAsync()).VaultsInPart);
        Assert.NotNull(await vaults.FindAsync("/invoices/a/b/c/x.csv"));
    }

    [Fact]
    public async Task What_is_found_where_customers_and_vendors_deliver_is_for_the_back_office()
    {
        await using var vaults = await TestVaults.CreateAsync();
        vaults.Put("/upload/orders.csv", "orders");
        vaults.Put("/vendors/acme/usage/usage.csv", "usage");
        vaults.Put("/upload/part.csv.filepart", "half");
        foreach (var elsewhere in (string[])["/cdr/calls.csv", "/processed/old.csv", "/vendors/acme/rejected/old.csv", "/top.csv"])
        {
            vaults.Put(elsewhere, "the provider's");
        }

        Assert.Equal(7, (await vaults.ScanAsync()).Found);
        await SettleAsync();
        Assert.Equal(["/upload/orders.csv", "/vendors/acme/usage/usage.csv"], await WaitingAsync());
        Assert.Equal(3L, vaults.Core.Scalar("SELECT count(*) FROM inbound"));

        // One that is claimed by its number goes where a vendor's goes; nothing of it is offered twice.
        var file = (await vaults.FindAsync("/vendors/acme/usage/usage.csv"))!.Id;
        (await vaults.Core.Services.Inbound.ClaimAsync(file, "billing", TimeSpan.FromMinutes(1), TestCore.Operator)).Get();
        (await vaults.Core.Services.Inbound.ConfirmAsync(file, "billing", TestCore.Operator)).Get();
        Assert.True(File.Exists(vaults.OnDisk("/vendors/acme/processed/usage.csv")));
        Assert.Equal(0, (await vaults.ScanAsync()).Found);
        await SettleAsync();
        Assert.Equal(["/upload/orders.csv"], await WaitingAsync());

        // Written over by hand it is another version; away and back again it is the same.
        vaults.Put("/upload/orders.csv", "other orders");
        Assert.Equal(1, (await vaults.ScanAsync()).Changed);
        await SettleAsync();
        var version = Assert.Single((await vaults.Core.Services.Inbound.ListAsync()).Get().Items).Id;
        File.Move(vaults.OnDisk("/upload/orders.csv"), vaults.OnDisk("/aside"));
        await vaults.ScanAsync();
        Assert.Empty(await WaitingAsync());
        vaults.Core.Time.Advance(TimeSpan.FromHours(1));
        File.SetLastWriteTimeUtc(vaults.OnDisk("/aside"), new DateTime(2001, 1, 1, 0, 0, 0, DateTimeKind.Utc));
        File.Move(vaults.OnDisk("/aside"), vaults.OnDisk("/upload/orders.csv"));
        Assert.Equal(1, (await vaults.ScanAsync()).Returned);
        await SettleAsync();
        Assert.Equal(version, Assert.Single((await vaults.Core.Services.Inbound.ListAsync()).Get().Items).Id);

        async Task SettleAsync() => (await vaults.Core.Services.Arrivals.SettleAsync()).Get();
        async Task<IEnumerable<string>> WaitingAsync() => (await vaults.Core.Services.Inbound.ListAsync()).Get().Items.Select(each => each.Path).Order(StringComparer.Ordinal);
    }

    [Fact]
    public async Task A_file_that_the_operator_drops_into_a_vault_is_found_with_the_servers_time_and_audited()
    {
        await using var vaults = await TestVaults.CreateAsync();
        vaults.Put("/cdr/by-hand.csv", "1234567");
        File.SetLastWriteTimeUtc(vaults.OnDisk("/cdr/by-hand.csv"), new DateTime(2001, 2, 3, 0, 0, 0, DateTimeKind.Utc));
        var report = await vaults.ScanAsync();
        Assert.Equal((1, 1L, 1L), (report.Vaults, report.Files, report.Found));
        var file = await vaults.FindAsync("/cdr/by-hand.csv");
        Assert.Equal((7, DeliveryProtocol.Found, null, vaults.Core.Time.GetUtcNow()), (file!.Size, file.Protocol, file.Login, file.Arrived));
        var row = Assert.Single((await vaults.Core.Services.Audit.SearchAsync(new AuditQuery { Action = AuditActions.FileFound })).Items);
        Assert.Equal(("10042", "/cdr/by-hand.csv", "tester"), (row.Account, row.Subject, row.Actor));
        var again = await vaults.ScanAsync();
        Assert.Equal((1L, 0L, 0L, 0L), (again.Files, again.Found, again.Changed, again.Missing));
        Assert.True((await vaults.Core.Services.Audit.VerifyAsync()).Intact);
    }

    [Fact]
    public async Task A_file_that_vanished_is_missing_and_one_of_another_size_is_a_new_version()
    {
        await using var vaults = await TestVaults.CreateAsync();
        await vaults.UploadAsync("/cdr/a.csv", "one");
        await vaults.UploadAsync("/cdr/b.csv", "two");
        await vaults.UploadAsync("/cdr/kept.csv", "three");
        File.Delete(vaults.OnDisk("/cdr/a.csv"));
        vaults.Put("/cdr/b.csv", "longer than before");
        var report = await vaults.ScanAsync();
        Assert.Equal((0L, 1L, 1L), (report.Found, report.Changed, report.Missing));
        Assert.Equal(GoneHow.Missing, Assert.Single(await vaults.VersionsAsync("/cdr/a.csv")).GoneHow);
        Assert.Equal([("10042", 3L, (GoneHow?)GoneHow.Replaced), (null, 18L, null)], (await vaults.VersionsAsync("/cdr/b.csv")).Select(file => (file.Login, file.Size, file.GoneHow)));
        Assert.Null(Assert.Single(await vaults.VersionsAsync("/cdr/kept.csv")).GoneHow);
    }

    [Fact]
    public async Task An_overwrite_of_the_same_size_that_was_killed_before_its_row_is_a_new_version_and_a_copy_that_was_put_back_is_none()
    {
        await using var vaults = await TestVaults.CreateAsync();
        var time = vaults.Core.Time;
        vaults.MeetTheKernelsClock();
        foreach (var name in (string[])["/cdr/over.csv", "/cdr/back.csv", "/cdr/kept.csv", "/cdr/cut.csv"])
        {
            await vaults.UploadAsync(name, "one");
        }

        var arrived = (await vaults.FindAsync("/cdr/cut.csv"))!.Arrived;
        var store = vaults.Stores.OpenVault("10042").Value!;
        foreach (var name in (string[])["/cdr/over.csv", "/cdr/back.csv", "/cdr/cut.csv"])
        {
            await ReplaceAsync(name);
        }

        File.SetLastWriteTimeUtc(vaults.OnDisk("/cdr/back.csv"), arrived.UtcDateTime.AddSeconds(-10));
        var knowsBirths = store.Look(VaultPath.Parse("/cdr/over.csv")).Value.Born is not null;
        store.Dispose();

        // A file that a clock says is of the future tells nothing.
        Assert.Equal(0, (await vaults.ScanAsync()).Changed);
        time.Advance(TimeSpan.FromDays(1));
        await vaults.Core.Journal(Actor.Login("10042", null, "c1")).RecordAsync(
            new FileEvent(FileOperation.SetAttributes, VaultPath.Parse("/cdr/cut.csv"), Changes: new AttributeChanges { Size = 3 }));
        Assert.Equal(knowsBirths ? 1 : 0, (await vaults.ScanAsync()).Changed);
        Assert.Equal(knowsBirths ? 2 : 1, (await vaults.VersionsAsync("/cdr/over.csv")).Count);
        Assert.Single(await vaults.VersionsAsync("/cdr/back.csv"));
        Assert.Equal(0, (await vaults.ScanAsync()).Changed);

        async Task ReplaceAsync(string name)
        {
            var temporary = vaults.OnDisk("/top");
            for (var waited = System.Diagnostics.Stopwatch.StartNew(); ; await Task.Delay(5, TestContext.Current.CancellationToken))
            {
                Assert.True(waited.Elapsed < TimeSpan.FromSeconds(60), "the file system's clock stands still");
                await File.WriteAllTextAsync(temporary, "two", TestContext.Current.CancellationToken);
                if (store.Look(VaultPath.Parse("/top")).Value.Born is not { } born || born > arrived.ToUnixTimeMilliseconds())
                {
                    break;
                }

                File.Delete(temporary);
            }

            File.Move(temporary, vaults.OnDisk(name), overwrite: true);
        }
    }

    [Fact]
    public async Task A_file_that_was_missing_and_comes_back_as_it_was_keeps_its_arrival_and_another_one_does_not()
    {
        await using var vaults = await TestVaults.CreateAsync();
        await vaults.UploadAsync("/cdr/a.csv", "one");
        await vaults.UploadAsync("/cdr/b.csv", "two");
        var arrived = (await vaults.FindAsync("/cdr/a.csv"))!.Arrived;
        foreach (var name in (string[])["/cdr/a.csv", "/cdr/b.csv"])
        {
            File.Move(vaults.OnDisk(name), vaults.Core.Path + "/" + Path.GetFileName(name));
        }

        vaults.Core.Time.Advance(TimeSpan.FromDays(1));
        Assert.Equal(2, (await vaults.ScanAsync()).Missing);
        vaults.Core.Time.Advance(TimeSpan.FromDays(1));

        // One is put back as its backup keeps it, with its time; the other one has been written anew.
        File.Move(vaults.Core.Path + "/a.csv", vaults.OnDisk("/cdr/a.csv"));
        File.SetLastWriteTimeUtc(vaults.OnDisk("/cdr/a.csv"), arrived.UtcDateTime);
        vaults.Put("/cdr/b.csv", "new");
        File.SetLastWriteTimeUtc(vaults.OnDisk("/cdr/b.csv"), vaults.Core.Time.GetUtcNow().UtcDateTime);
        var report = await vaults.ScanAsync();
        Assert.Equal((1L, 1L), (report.Returned, report.Found));
        Assert.Equal(arrived, Assert.Single(await vaults.VersionsAsync("/cdr/a.csv")).Arrived);
        Assert.Equal(vaults.Core.Time.GetUtcNow(), (await vaults.FindAsync("/cdr/b.csv"))!.Arrived);
    }

    [Fact]
    public async Task An_upload_between_its_rename_and_its_row_is_left_to_the_upload()
    {
        await using var vaults = await TestVaults.CreateAsync();
        await vaults.UploadAsync("/cdr/over.csv", "old version");
        await vaults.UploadAsync("/cdr/removed.csv", "to be removed");
        vaults.Put("/cdr/new.csv", "content");
        vaults.Put("/cdr/over.csv", "new");
        File.Delete(vaults.OnDisk("/cdr/removed.csv"));
        var slow = new CatalogueScan(vaults.Core.Services.Database, vaults.Core.Services.Audit, vaults.Stores, vaults.Core.Time, vaults.Core.Services.Layout);
        var scanning = slow.RunAsync(null, TestCore.Operator, TestContext.Current.CancellationToken).AsTask();
        await vaults.WaitForTimerAsync(CatalogueScan.Settle);

        // The rows come while the scan waits for its differences to settle.
        var journal = vaults.Core.Journal(Actor.Login("10042", null, "c1"));
        await journal.RecordAsync(new FileEvent(FileOperation.Upload, VaultPath.Parse("/cdr/new.csv"), Bytes: 7, Size: 7));
        await journal.RecordAsync(new FileEvent(FileOperation.Upload, VaultPath.Parse("/cdr/over.csv"), Bytes: 3, Size: 3));
        await journal.RecordAsync(new FileEvent(FileOperation.Remove, VaultPath.Parse("/cdr/removed.csv")));
        vaults.Core.Time.Advance(CatalogueScan.Settle);
        var report = (await scanning).Get();
        Assert.Equal((0L, 0L, 0L), (report.Found, report.Changed, report.Missing));
        Assert.Equal(DeliveryProtocol.Sftp, Assert.Single(await vaults.VersionsAsync("/cdr/new.csv")).Protocol);
        Assert.Equal(2, (await vaults.VersionsAsync("/cdr/over.csv")).Count);
        Assert.Equal(GoneHow.Removed, Assert.Single(await vaults.VersionsAsync("/cdr/removed.csv")).GoneHow);
    }

    [Fact]
    public async Task A_file_that_is_still_being_copied_in_waits_for_the_next_scan()
    {
        await using var vaults = await TestVaults.CreateAsync();
        vaults.Put("/cdr/growing.csv", "first");
        var slow = new CatalogueScan(vaults.Core.Services.Database, vaults.Core.Services.Audit, vaults.Stores, vaults.Core.Time, vaults.Core.Services.Layout);
        var scanning = slow.RunAsync(null, TestCore.Operator, TestContext.Current.CancellationToken).AsTask();
        await vaults.WaitForTimerAsync(CatalogueScan.Settle);
        File.AppendAllText(vaults.OnDisk("/cdr/growing.csv"), " and second");
        vaults.Core.Time.Advance(CatalogueScan.Settle);
        var report = (await scanning).Get();
        Assert.Equal((0L, 1L), (report.Found, report.Unsettled));
        Assert.Null(await vaults.FindAsync("/cdr/growing.csv"));
        Assert.Equal(1, (await vaults.ScanAsync()).Found);
    }

    [Fact]
    public async Task A_vault_that_is_not_there_loses_nothing_of_its_catalogue()
    {
        await using var vaults = await TestVaults.CreateAsync();
        await vaults.UploadAsync("/cdr/a.csv", "one");
        Directory.Move(vaults.OnDisk(""), vaults.Core.Path + "/unmounted");
        var report = await vaults.ScanAsync();
        Assert.Equal((0, 1, 0L), (report.Vaults, report.VaultsNotRead, report.Missing));
        Assert.NotNull(await vaults.FindAsync("/cdr/a.csv"));
    }

    [Fact]
    public async Task A_clock_that_jumps_changes_nothing()
    {
        await using var vaults = await TestVaults.CreateAsync();
        vaults.MeetTheKernelsClock();
        await vaults.UploadAsync("/cdr/a.csv", "one");
        foreach (var jump in (TimeSpan[])[TimeSpan.FromDays(366), TimeSpan.FromDays(-366), TimeSpan.FromHours(1), TimeSpan.FromHours(-1)])
        {
            var clock = new WrongClock(vaults.Core.Time, jump);
            var scan = new CatalogueScan(vaults.Core.Services.Database, vaults.Core.Services.Audit, vaults.Stores, clock, vaults.Core.Services.Layout) { SettleTime = TimeSpan.Zero };
            var report = (await scan.RunAsync(null, TestCore.Operator, TestContext.Current.CancellationToken)).Get();
            Assert.Equal((1L, 0L, 0L, 0L), (report.Files, report.Found, report.Changed, report.Missing));
        }
    }

    [Fact]
    public async Task Links_temporaries_and_names_that_no_client_can_use_are_never_catalogued()
    {
        await using var vaults = await TestVaults.CreateAsync();
        vaults.Put("/upload/.waybill-t-00112233445566778899aabbccddeeff", "an upload under way");
        Directory.CreateSymbolicLink(vaults.OnDisk("/upload/link"), vaults.Core.Path);
        File.CreateSymbolicLink(vaults.OnDisk("/upload/file"), vaults.Core.Files.AuditKey);
        await ShellAsync(vaults.OnDisk("/upload"), "mkfifo fifo; printf x > $'caf\\xe9.csv'");
        var report = await vaults.ScanAsync();
        await ShellAsync(vaults.OnDisk("/upload"), "rm $'caf\\xe9.csv'");
        Assert.Equal((0L, 0L, 1L), (report.Files, report.Found, report.Unnameable));
    }

    [Fact]
    public async Task More_differences_than_are_remembered_at_once_are_settled_in_turns()
    {
        const int Files = (2 * CatalogueScan.Suspects) + 100;
        await using var vaults = await TestVaults.CreateAsync();
        for (var i = 0; i < Files; i++)
        {
            File.WriteAllText(vaults.OnDisk($"/cdr/{i:D5}.csv"), "x");
        }

        Assert.Equal(Files, (await vaults.ScanAsync()).Found);
        Directory.Delete(vaults.OnDisk("/cdr"), recursive: true);
        Assert.Equal(Files, (await vaults.ScanAsync()).Missing);
        Assert.Equal((long)Files, vaults.Core.Scalar("SELECT count(*) FROM file WHERE gone_how = 'missing'"));
    }

    [Fact]
    public async Task A_scan_of_an_account_that_is_not_there_says_so()
    {
        await using var vaults = await TestVaults.CreateAsync();
        (await vaults.Scan.RunAsync("99999", TestCore.Operator)).Problem(ProblemKind.NotFound);
        Assert.Equal(1, (await vaults.Scan.RunAsync("10042", TestCore.Operator)).Get().Vaults);
    }

    private sealed class WrongClock(TimeProvider right, TimeSpan wrong) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => right.GetUtcNow() + wrong;
    }

    /// <summary>.NET can neither make nor remove a name that is no UTF-8.</summary>
    private static async Task ShellAsync(string directory, string words) =>
        Assert.Equal(0, (await TestKit.ExternalProcess.RunAsync("bash", ["-c", words], workingDirectory: directory)).ExitCode);
}
