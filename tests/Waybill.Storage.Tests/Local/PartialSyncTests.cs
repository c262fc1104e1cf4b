using Waybill.Storage.Local;
using Waybill.Storage.Local.Native;
using static Waybill.Storage.Tests.Local.StoreCalls;

namespace Waybill.Storage.Tests.Local;

/// <summary>What a kept partial's name says is on the disk, and what becomes of one whose sync fails (promises D4 and D7).</summary>
public sealed class PartialSyncTests
{
    private const string Boot = "0123456789ab";
    private const OpenModes Append = OpenModes.Write | OpenModes.Create | OpenModes.Append;

    private static LocalStoreOptions Options => new() { Boot = Boot };

    [Fact]
    public async Task Setting_aside_and_adopting_sync_before_the_name_changes_its_meaning()
    {
        var calls = new LoggingCalls();
        await using var folder = new VaultFolder(Options with { Calls = calls });
        var session = folder.OpenStore("/u1", owner: "l1");
        var file = await session.OpenedAsync("/a", NewContent);
        await file.WriteAsync(0, Bytes("half"));
        Assert.Empty(calls.Log);
        await file.DisposeAsync();
        Assert.Equal([$"file as .waybill-u-l1-{Boot}-a", "directory"], calls.LogOf(folder));
        Assert.Equal(4, file.Kept);
        calls.Log.Clear();
        await using var again = await session.OpenedAsync("/a", Append);
        Assert.Equal(["directory"], calls.LogOf(folder));
        Assert.Equal([$".waybill-u-l1-{Boot}-a"], folder.NamesOnDisk());
    }

    [Fact]
    public async Task A_partial_whose_sync_fails_is_quarantined_and_never_adopted()
    {
        var calls = new LoggingCalls { SyncFails = true };
        await using var folder = new VaultFolder(Options with { Calls = calls });
        await CutAsync(folder, "l1", "/a", "half");
        Assert.StartsWith(".waybill-q-", Assert.Single(folder.NamesOnDisk()), StringComparison.Ordinal);
        Assert.Equal(StoreError.NotFound, await folder.OpenStore("/u1", owner: "l1").StatErrorAsync("/a"));
    }

    [Fact]
    public async Task What_a_kill_left_and_the_disk_does_not_take_is_set_aside_for_the_operator_and_synced_once()
    {
        var calls = new LoggingCalls { SyncFails = true };
        await using var folder = new VaultFolder(Options with { Calls = calls });
        await File.WriteAllTextAsync(folder.OnDisk($".waybill-u-l1-{Boot}-a"), "half", TestContext.Current.CancellationToken);
        for (var sweep = 0; sweep < 2; sweep++)
        {
            Assert.Equal(0, folder.Vaults.SweepTemporaries(TestContext.Current.CancellationToken));
            Assert.StartsWith(".waybill-q-", Assert.Single(folder.NamesOnDisk()), StringComparison.Ordinal);
            Assert.Single(calls.Log, line => line.StartsWith("file", StringComparison.Ordinal));
        }

        Assert.Equal(StoreError.NotFound, await folder.OpenStore("/u1", owner: "l1").StatErrorAsync("/a"));
    }

    [Theory]
    [InlineData(Errno.InputOutput, Errno.None)]
    [InlineData(Errno.None, Errno.ProcessFileTable)]
    public async Task A_partial_whose_running_name_is_not_sure_to_be_on_the_disk_is_not_gone_on_with(int sync, int open)
    {
        var calls = new LoggingCalls();
        await using var folder = new VaultFolder(Options with { Calls = calls });
        var session = folder.OpenStore("/u1", owner: "l1", saysLength: false);
        await CutAsync(folder, "l1", "/a", "half");
        (calls.DirectorySync, calls.DirectoryOpen) = (sync, open);
        Assert.Equal(StoreError.Busy, await session.OpenErrorAsync("/a", Append));
        Assert.Equal([".waybill-p-l1-a"], folder.NamesOnDisk());
        Assert.Equal(3, (await session.StatAsync("/a")).Size);
        Assert.Equal(new PartialUsage(1, 4), folder.Vaults.PartialsBelow(P("/u1")));

        (calls.DirectorySync, calls.DirectoryOpen) = (Errno.None, Errno.None);
        var file = await session.OpenedAsync("/a", Append);
        Assert.Equal(StoreError.None, await file.WriteAsync(0, Bytes("f+rest")));
        Assert.Equal(StoreError.None, await file.CommitAsync());
        Assert.Equal("half+rest", await session.GetAsync("/a"));
    }

    private sealed class LoggingCalls : UploadCalls
    {
        public List<string> Log { get; } = [];

        public bool SyncFails { get; init; }

        public int DirectorySync { get; set; }

        public int DirectoryOpen { get; set; }

        /// <summary>With the temporary's name at that time.</summary>
        public string[] LogOf(VaultFolder folder) => [.. Log.Select(line => line.Replace(folder.RootPath + "/", "", StringComparison.Ordinal))];

        public override int SyncFile(FileDescriptor file)
        {
            var path = new byte[5000];
            Kernel.WhereIs(file, path, out var length);
            Log.Add("file as " + System.Text.Encoding.UTF8.GetString(path, 0, length));
            return SyncFails ? Errno.InputOutput : base.SyncFile(file);
        }

        public override int SyncDirectory(FileDescriptor directory)
        {
            Log.Add("directory");
            return DirectorySync == Errno.None ? base.SyncDirectory(directory) : DirectorySync;
        }

        public override int OpenForSync(FileDescriptor pinned, out FileDescriptor directory)
        {
            directory = FileDescriptor.Closed;
            return DirectoryOpen == Errno.None ? base.OpenForSync(pinned, out directory) : DirectoryOpen;
        }
    }
}
