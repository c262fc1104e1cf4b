using Waybill.Storage.Local;
using Waybill.Storage.Local.Native;
using static Waybill.Storage.Tests.Local.StoreCalls;

namespace Waybill.Storage.Tests.Local;

/// <summary>A disk that fails at each step of an upload.</summary>
public sealed class CommitFaultTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Content_is_synced_before_the_name_and_the_directory_after_it(bool replace)
    {
        var calls = new FailingCalls();
        await using var folder = new VaultFolder(new LocalStoreOptions { Calls = calls });
        if (replace)
        {
            await File.WriteAllTextAsync(folder.OnDisk("a"), "old", TestContext.Current.CancellationToken);
        }

        await folder.Store.PutAsync("/a", "new");
        Assert.Equal(["create", "write", "sync file", "publish", "sync directory"], calls.Log);
    }

    [Fact]
    public async Task Durability_rename_publishes_without_a_sync()
    {
        var calls = new FailingCalls();
        await using var folder = new VaultFolder(new LocalStoreOptions { Calls = calls, Durability = Durability.Rename });
        await folder.Store.PutAsync("/a", "new");
        await folder.Store.MakeDirectoryAsync(P("/dir"));
        await folder.Store.RenameAsync(P("/a"), P("/dir/a"), replace: true);
        Assert.Equal(["create", "write", "publish"], calls.Log);
    }

    [Fact]
    public async Task Every_change_of_a_name_is_synced_before_it_is_answered()
    {
        var calls = new FailingCalls();
        await using var folder = new VaultFolder(new LocalStoreOptions { Calls = calls, Links = true });
        await folder.Store.PutAsync("/a", "x");
        await Synced(1, () => folder.Store.MakeDirectoryAsync(P("/dir")));
        await Synced(1, () => folder.Store.RenameAsync(P("/a"), P("/b"), replace: false));
        await Synced(2, () => folder.Store.RenameAsync(P("/b"), P("/dir/b"), replace: true));
        await Synced(1, () => folder.Store.MakeSymbolicLinkAsync(P("/link"), "dir"u8.ToArray()));
        await Synced(1, () => folder.Store.MakeHardLinkAsync(P("/dir/b"), P("/c")));
        await Synced(1, () => folder.Store.RemoveAsync(P("/dir/b")));
        await Synced(1, () => folder.Store.RemoveDirectoryAsync(P("/dir")));
        calls.Fail("sync directory", Errno.InputOutput);
        Assert.Equal(StoreError.InputOutput, await folder.Store.MakeDirectoryAsync(P("/dir2")));

        async Task Synced(int directories, Func<ValueTask<StoreError>> change)
        {
            calls.Log.Clear();
            Assert.Equal(StoreError.None, await change());
            Assert.Equal(Enumerable.Repeat("sync directory", directories), calls.Log);
        }
    }

    [Theory]
    [InlineData("write", Errno.NoSpace, StoreError.NoSpace)]
    [InlineData("write", Errno.Quota, StoreError.QuotaExceeded)]
    [InlineData("write", Errno.InputOutput, StoreError.InputOutput)]
    [InlineData("sync file", Errno.InputOutput, StoreError.InputOutput)]
    [InlineData("sync file", Errno.NoSpace, StoreError.NoSpace)]
    [InlineData("publish", Errno.NoSpace, StoreError.NoSpace)]
    [InlineData("publish", Errno.InputOutput, StoreError.InputOutput)]
    [InlineData("publish", Errno.ReadOnly, StoreError.ReadOnlyFileSystem)]
    public async Task A_failure_at_any_step_publishes_nothing_and_leaves_the_old_version(string step, int errno, StoreError expected)
    {
        var calls = new FailingCalls();
        await using var folder = new VaultFolder(new LocalStoreOptions { Calls = calls });
        await folder.Store.PutAsync("/a", "old version");
        foreach (var (name, modes) in new[] { ("/a", NewContent), ("/a", OpenModes.Write), ("/new", NewContent), ("/new", NewContent | OpenModes.Exclusive) })
        {
            var file = await folder.Store.OpenedAsync(name, modes);
            calls.Fail(step, errno);
            var written = await file.WriteAsync(0, Bytes("new"));
            Assert.Equal(step == "write" ? expected : StoreError.None, written);
            calls.Fail(step == "write" ? "" : step, errno);
            Assert.Equal(StoreError.None, step == "write" ? await file.WriteAsync(0, Bytes("later success")) : StoreError.None);
            Assert.Equal(expected, await file.CommitAsync());
            calls.Fail("", 0);
            Assert.Equal("old version", await folder.Store.GetAsync("/a"));
            Assert.Equal([".", "..", "a"], await folder.Store.ListAsync("/"));
            var hidden = folder.NamesOnDisk().Where(entry => entry != "a").ToArray();
            Assert.Equal(step == "sync file" ? 1 : 0, hidden.Length);
            Assert.All(hidden, entry => Assert.StartsWith(".waybill-q-", entry, StringComparison.Ordinal));
            Array.ForEach(hidden, entry => File.Delete(folder.OnDisk(entry)));
        }
    }

    [Fact]
    public async Task A_failed_sync_is_never_tried_again()
    {
        var calls = new FailingCalls();
        await using var folder = new VaultFolder(new LocalStoreOptions { Calls = calls });
        var file = await folder.Store.OpenedAsync("/a", NewContent);
        await file.WriteAsync(0, Bytes("x"));
        calls.Fail("sync file", Errno.InputOutput);
        Assert.Equal(StoreError.InputOutput, await file.SyncAsync());
        calls.Fail("", 0);
        Assert.Equal(StoreError.InputOutput, await file.SyncAsync());
        Assert.Equal(StoreError.InputOutput, await file.CommitAsync());
        Assert.Single(calls.Log, "sync file");
        Assert.DoesNotContain("publish", calls.Log);
    }

    [Fact]
    public async Task A_directory_that_cannot_be_synced_fails_the_commit_although_the_whole_file_is_in_place()
    {
        var calls = new FailingCalls();
        await using var folder = new VaultFolder(new LocalStoreOptions { Calls = calls });
        await folder.Store.PutAsync("/a", "old");
        var file = await folder.Store.OpenedAsync("/a", NewContent);
        await file.WriteAsync(0, Bytes("new"));
        calls.Fail("sync directory", Errno.InputOutput);
        Assert.Equal(StoreError.InputOutput, await file.CommitAsync());
        Assert.Equal("new", await folder.Store.GetAsync("/a"));
        Assert.Equal(["a"], folder.NamesOnDisk());
    }

    [Theory]
    [InlineData(Errno.NoSpace, StoreError.NoSpace)]
    [InlineData(Errno.ProcessFileTable, StoreError.TooManyOpenFiles)]
    [InlineData(Errno.ReadOnly, StoreError.ReadOnlyFileSystem)]
    public async Task An_upload_that_cannot_begin_is_refused(int errno, StoreError expected)
    {
        var calls = new FailingCalls();
        await using var folder = new VaultFolder(new LocalStoreOptions { Calls = calls });
        calls.Fail("create", errno);
        Assert.Equal(expected, await folder.Store.OpenErrorAsync("/a", NewContent | OpenModes.Exclusive));
        calls.Fail("", 0);
        Assert.Equal(StoreError.None, await folder.Store.OpenErrorAsync("/a", NewContent | OpenModes.Exclusive));
    }

    private sealed class FailingCalls : UploadCalls
    {
        private string _step = "";
        private int _errno;

        public List<string> Log { get; } = [];

        public void Fail(string step, int errno) => (_step, _errno) = (step, errno);

        public override int CreateTemporary(FileDescriptor directory, ReadOnlySpan<byte> name, out FileDescriptor file)
        {
            file = new FileDescriptor(-1);
            var errno = At("create");
            return errno == Errno.None ? base.CreateTemporary(directory, name, out file) : errno;
        }

        public override int Write(FileDescriptor file, long offset, ReadOnlySpan<byte> data)
        {
            var errno = At("write");
            return errno == Errno.None ? base.Write(file, offset, data) : errno;
        }

        public override int SyncFile(FileDescriptor file)
        {
            var errno = At("sync file");
            return errno == Errno.None ? base.SyncFile(file) : errno;
        }

        public override int SyncDirectory(FileDescriptor directory)
        {
            var errno = At("sync directory");
            return errno == Errno.None ? base.SyncDirectory(directory) : errno;
        }

        public override int Publish(
            FileDescriptor sourceDirectory, ReadOnlySpan<byte> temporary, FileDescriptor targetDirectory, ReadOnlySpan<byte> name, uint flags)
        {
            var errno = At("publish");
            return errno == Errno.None ? base.Publish(sourceDirectory, temporary, targetDirectory, name, flags) : errno;
        }

        private int At(string step)
        {
            Log.Add(step);
            return step == _step ? _errno : Errno.None;
        }
    }
}
