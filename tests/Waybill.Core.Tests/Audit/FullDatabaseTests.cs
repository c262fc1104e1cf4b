using System.Buffers;
using System.Text;
using Waybill.Core.Audit;
using Waybill.Core.Catalogue;
using Waybill.Core.Vaults;
using Waybill.Storage;
using Waybill.Storage.Local;
using Waybill.TestKit;

namespace Waybill.Core.Tests.Audit;

/// <summary>The last failure point of an upload: the disk is full when the database commits. Nothing is acknowledged, and it goes on by itself when there is room.</summary>
public sealed class FullDatabaseTests
{
    private static readonly Actor Customer = Actor.Login("10042", "192.0.2.1", "c1");

    [Fact]
    public async Task A_full_disk_fails_the_record_and_with_room_the_next_one_is_written()
    {
        using var directory = new TemporaryDirectory();
        Directory.CreateDirectory(directory.Combine("vaults/10042"));
        var disk = directory.Combine("disk");
        Directory.CreateDirectory(disk);
        await MountAsync("mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", disk);
        try
        {
            var path = Path.Combine(disk, "data");
            Directory.CreateDirectory(path);
            await using (var core = (await CoreServices.CreateAsync(path, TestCore.Operator, TimeProvider.System)).Get())
            {
                (await core.Accounts.AddAsync(new Waybill.Core.Accounts.NewAccount("10042", "Example Ltd"), TestCore.Operator)).Get();
                var journal = new FileJournal(core.Audit, Customer, DeliveryProtocol.Sftp, new VaultView("10042", ""), TimeProvider.System);
                Assert.Equal(StoreError.None, await journal.RecordAsync(Upload("/before")));

                // The files lie on another disk, which has room.
                using var vaults = new LocalVaults(directory.Combine("vaults"));
                await using var store = vaults.OpenStore(VaultPath.Parse("/10042"), new EveryRight()).Value!;
                Assert.Equal(StoreError.None, await OverwriteAsync(store, journal, "old"));
                var filler = Path.Combine(disk, "filler");
                FillUp(filler);

                // Many at once, as from many sessions; until the log's own file has no page left.
                var failed = 0;
                for (var round = 0; failed == 0; round++)
                {
                    Assert.True(round < 1000, "the disk never got full");
                    var results = await Task.WhenAll(Enumerable.Range(0, 50).Select(number => journal.RecordAsync(Upload($"/full-{round}-{number}")).AsTask()));
                    failed = results.Count(error => error == StoreError.InputOutput);
                    Assert.All(results, error => Assert.True(error is StoreError.None or StoreError.InputOutput));
                }

                Assert.Equal(StoreError.InputOutput, await journal.RecordAsync(Upload("/still-full")));
                Assert.Equal(StoreError.InputOutput, await OverwriteAsync(store, journal, "newer"));
                Assert.Equal("old", await File.ReadAllTextAsync(directory.Combine("vaults/10042/file"), TestContext.Current.CancellationToken));
                Assert.NotNull(await core.Catalogue.FindAsync("10042", "/before"));
                Assert.Null(await core.Catalogue.FindAsync("10042", "/still-full"));

                File.Delete(filler);
                Assert.Equal(StoreError.None, await journal.RecordAsync(Upload("/after")));
                Assert.NotNull(await core.Catalogue.FindAsync("10042", "/after"));
                Assert.Equal(3, (await core.Catalogue.FindAsync("10042", "/file"))!.Size);
                Assert.True((await core.Audit.VerifyAsync()).Intact);
                Assert.Empty(await core.Database.CheckAsync());
            }
        }
        finally
        {
            await MountAsync("umount", disk);
        }
    }

    // As a session does it: committed, recorded, settled.
    private static async Task<StoreError> OverwriteAsync(IFileStore store, FileJournal journal, string content)
    {
        var path = VaultPath.Parse("/file");
        await using var file = (await store.OpenAsync(path, OpenModes.Write | OpenModes.Create | OpenModes.Truncate)).Value!;
        Assert.Equal(StoreError.None, await file.WriteAsync(0, new ReadOnlySequence<byte>(Encoding.UTF8.GetBytes(content))));
        Assert.Equal(StoreError.None, await file.CommitKeepingOldAsync());
        var recorded = await journal.RecordAsync(new FileEvent(FileOperation.Upload, path, Size: content.Length));
        await file.SettleAsync(recorded == StoreError.None);
        return recorded;
    }

    private static FileEvent Upload(string path) => new(FileOperation.Upload, VaultPath.Parse(path), Size: 1);

    private static void FillUp(string path)
    {
        using var file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);
        foreach (var size in (int[])[65536, 4096, 1])
        {
            try
            {
                while (true)
                {
                    file.Write(new byte[size]);
                }
            }
            catch (IOException)
            {
                // Full for pieces of this size.
            }
        }
    }

    private static async Task MountAsync(string program, params string[] arguments)
    {
        var outcome = await ExternalProcess.RunAsync(program, arguments);
        Assert.True(outcome.ExitCode == 0, $"{program}: {outcome}");
    }

    private sealed class EveryRight : IAccessRules
    {
        public FileRights RightsAt(VaultPath path) => FileRights.All;
    }
}
