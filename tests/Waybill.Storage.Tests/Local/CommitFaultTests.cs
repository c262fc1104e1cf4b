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

    /// <summary>
    /// The points at which a disk can fail an upload: the call, its error, what the client is told and at which request, and what is there afterwards. The last
    /// point, the commit of the database, is in <c>Core.Tests/Audit/FullDatabaseTests</c>.
    /// </summary>
    public static TheoryData<string, int, StoreError, string, string> FailurePoints => new()
    {
        { "create", Errno.NoSpace, StoreError.NoSpace, "open", "old version" },
        { "create", Errno.Quota, StoreError.QuotaExceeded, "open", "old version" },
        { "create", Errno.ReadOnly, StoreError.ReadOnlyFileSystem, "open", "old version" },
        { "create", Errno.ProcessFileTable, StoreError.TooManyOpenFiles, "open", "old version" },
        { "write", Errno.NoSpace, StoreError.NoSpace, "write", "old version" },
        { "write", Errno.Quota, StoreError.QuotaExceeded, "write", "old version" },
        { "write", Errno.InputOutput, StoreError.InputOutput, "write", "old version" },
        { "write", Errno.FileTooBig, StoreError.InvalidArgument, "write", "old version" },
        { "second write", Errno.NoSpace, StoreError.NoSpace, "write", "old version" },
        { "second write", Errno.InputOutput, StoreError.InputOutput, "write", "old version" },
        { "copy", Errno.NoSpace, StoreError.NoSpace, "commit", "old version" },
        { "copy", Errno.InputOutput, StoreError.InputOutput, "commit", "old version" },
        { "set length", Errno.NoSpace, StoreError.NoSpace, "attributes", "old version" },
        { "set length", Errno.InputOutput, StoreError.InputOutput, "attributes", "old version" },
        { "set times", Errno.InputOutput, StoreError.InputOutput, "attributes", "old version" },
        { "change mode", Errno.ReadOnly, StoreError.ReadOnlyFileSystem, "commit", "old version" },
        { "open directory", Errno.ProcessFileTable, StoreError.TooManyOpenFiles, "commit", "old version" },
        { "sync file", Errno.InputOutput, StoreError.InputOutput, "commit", "old version, new one set aside" },
        { "sync file", Errno.NoSpace, StoreError.NoSpace, "commit", "old version, new one set aside" },
        { "sync file", Errno.Quota, StoreError.QuotaExceeded, "commit", "old version, new one set aside" },
        { "publish", Errno.NoSpace, StoreError.NoSpace, "commit", "old version" },
        { "publish", Errno.InputOutput, StoreError.InputOutput, "commit", "old version" },
        { "publish", Errno.ReadOnly, StoreError.ReadOnlyFileSystem, "commit", "old version" },
        { "sync directory", Errno.InputOutput, StoreError.InputOutput, "commit", "old version, new file stays" },
        { "sync directory", Errno.NoSpace, StoreError.NoSpace, "commit", "old version, new file stays" },
    };

    [Theory]
    [MemberData(nameof(FailurePoints))]
    public async Task A_failure_is_told_shows_no_half_file_and_the_next_upload_works(string step, int errno, StoreError expected, string told, string left)
    {
        const string Old = "old version, longer";
        var calls = new FailingCalls();
        await using var folder = new VaultFolder(new LocalStoreOptions { Calls = calls });
        foreach (var (name, modes) in new[] { ("/a", NewContent), ("/a", OpenModes.Write), ("/new", NewContent), ("/new", NewContent | OpenModes.Exclusive) })
        {
            if (step == "copy" && modes != OpenModes.Write)
            {
                // Only a writer in place copies.
                continue;
            }

            var whole = "new whole" + (modes == OpenModes.Write && step != "set length" ? Old[9..] : "");
            await folder.Store.PutAsync("/a", Old);
            calls.Fail(step, errno);
            Assert.Equal((told, expected), await UploadAsync(folder.Store, name, modes, step));
            calls.Fail("", 0);
            Assert.Equal(Old, await folder.Store.GetAsync("/a"));
            Assert.Equal(
                left == "old version, new file stays" && name == "/new" ? [".", "..", "a", "new"] : [".", "..", "a"],
                (await folder.Store.ListAsync("/")).Order(StringComparer.Ordinal));
            var hidden = folder.NamesOnDisk().Where(entry => entry.StartsWith('.')).ToArray();
            Assert.Equal(left == "old version, new one set aside" ? 1 : 0, hidden.Length);
            Assert.All(hidden, entry => Assert.StartsWith(".waybill-q-", entry, StringComparison.Ordinal));
            Array.ForEach(hidden, entry => File.Delete(folder.OnDisk(entry)));

            File.Delete(folder.OnDisk("new"));
            await folder.Store.PutAsync("/a", Old);
            Assert.Equal(("", StoreError.None), await UploadAsync(folder.Store, name, modes, step));
            Assert.Equal(whole, await folder.Store.GetAsync(name));
            File.Delete(folder.OnDisk("new"));
        }
    }

    // As a client does it that goes on although a request failed. What it is told then, the end must tell too: many look only there.
    private static async Task<(string Told, StoreError Error)> UploadAsync(IFileStore store, string name, OpenModes modes, string step)
    {
        var opened = await store.OpenAsync(P(name), modes);
        if (opened.Value is not { } file)
        {
            return ("open", opened.Error);
        }

        await using (file)
        {
            List<(string Told, StoreError Error)> requests =
            [
                ("write", await file.WriteAsync(0, Bytes("new "))),
                ("write", await file.WriteAsync(4, Bytes("whole"))),
                ("attributes", step == "set length" ? await file.SetAttributesAsync(new AttributeChanges(Size: 9)) : StoreError.None),
                ("attributes", step == "set times" ? await file.SetAttributesAsync(new AttributeChanges(ModificationTime: 1)) : StoreError.None),
            ];
            var end = await file.CommitAsync();
            var failed = requests.FirstOrDefault(request => request.Error != StoreError.None, (Told: end == StoreError.None ? "" : "commit", Error: end));
            Assert.Equal(failed.Error, end);
            return failed;
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
    public async Task A_directory_that_cannot_be_synced_fails_the_commit_and_the_old_version_is_put_back()
    {
        var calls = new FailingCalls();
        await using var folder = new VaultFolder(new LocalStoreOptions { Calls = calls });
        await folder.Store.PutAsync("/a", "old");
        var file = await folder.Store.OpenedAsync("/a", NewContent);
        await file.WriteAsync(0, Bytes("new"));
        calls.Fail("sync directory", Errno.InputOutput);
        Assert.Equal(StoreError.InputOutput, await file.CommitAsync());
        Assert.Equal("old", await folder.Store.GetAsync("/a"));
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
        private int _writes;

        public List<string> Log { get; } = [];

        public void Fail(string step, int errno) => (_step, _errno, _writes) = (step, errno, 0);

        public override int CreateTemporary(FileDescriptor directory, ReadOnlySpan<byte> name, out FileDescriptor file)
        {
            file = new FileDescriptor(-1);
            var errno = At("create");
            return errno == Errno.None ? base.CreateTemporary(directory, name, out file) : errno;
        }

        public override int Write(FileDescriptor file, long offset, ReadOnlySpan<byte> data)
        {
            var errno = At("write");
            errno = ++_writes == 2 && _step == "second write" ? _errno : errno;
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

        // Whatever the file system of the tests can: a copy is a copy.
        public override int Clone(FileDescriptor source, FileDescriptor target) => Errno.NotSupported;

        public override int CopyRange(FileDescriptor source, long sourceOffset, FileDescriptor target, long targetOffset, long count, out long copied)
        {
            copied = 0;
            return _step == "copy" ? _errno : base.CopyRange(source, sourceOffset, target, targetOffset, count, out copied);
        }

        public override int SetLength(FileDescriptor file, long length) => _step == "set length" ? _errno : base.SetLength(file, length);

        public override int ChangeMode(FileDescriptor file, int permissions) => _step == "change mode" ? _errno : base.ChangeMode(file, permissions);

        public override int SetTimes(FileDescriptor file, long? accessTime, long? modificationTime) =>
            _step == "set times" ? _errno : base.SetTimes(file, accessTime, modificationTime);

        public override int OpenForSync(FileDescriptor pinned, out FileDescriptor directory)
        {
            directory = new FileDescriptor(-1);
            return _step == "open directory" ? _errno : base.OpenForSync(pinned, out directory);
        }

        private int At(string step)
        {
            Log.Add(step);
            return step == _step ? _errno : Errno.None;
        }
    }
}
