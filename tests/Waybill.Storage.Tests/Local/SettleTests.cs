using System.Buffers;
using Waybill.Storage.EventLoop;
using Waybill.Storage.Local;
using Waybill.Storage.Local.Native;
using static Waybill.Storage.Tests.Local.StoreCalls;

namespace Waybill.Storage.Tests.Local;

/// <summary>Promise D3: until the new version is recorded, the old one can come back.</summary>
public sealed class SettleTests
{
    [Theory]
    [InlineData(NewContent, true)]
    [InlineData(NewContent, false)]
    [InlineData(OpenModes.Write, true)]
    [InlineData(OpenModes.Write, false)]
    public async Task The_old_version_is_kept_hidden_until_the_new_one_is_recorded_and_comes_back_as_it_was_if_it_is_not(OpenModes modes, bool recorded)
    {
        await using var folder = new VaultFolder();
        await folder.Store.PutAsync("/a", "old");
        await folder.Store.SetAttributesAsync(P("/a"), new AttributeChanges(Permissions: 0x180, ModificationTime: 1_000_000), followLink: true);
        var before = await folder.Store.StatAsync("/a");
        await using (var file = await CommittedAsync(folder.Store, "/a", "new", modes))
        {
            Assert.Equal("new", await folder.Store.GetAsync("/a"));
            Assert.Equal([".", "..", "a"], (await folder.Store.ListAsync("/")).Order(StringComparer.Ordinal));
            Assert.Equal(2, folder.NamesOnDisk().Length);
            await file.SettleAsync(recorded);
        }

        Assert.Equal(recorded ? "new" : "old", await folder.Store.GetAsync("/a"));
        Assert.Equal(["a"], folder.NamesOnDisk());
        if (!recorded)
        {
            Assert.Equal(before, (await folder.Store.StatAsync("/a")) with { AccessTime = before.AccessTime });
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_new_file_stays_and_nothing_lies_beside_it(bool recorded)
    {
        await using var folder = new VaultFolder();
        await using (var file = await CommittedAsync(folder.Store, "/a", "new"))
        {
            Assert.Equal(["a"], folder.NamesOnDisk());
            await file.SettleAsync(recorded);
        }

        Assert.Equal("new", await folder.Store.GetAsync("/a"));
    }

    [Fact]
    public async Task Who_records_nothing_and_just_closes_has_replaced_the_file()
    {
        await using var folder = new VaultFolder();
        await folder.Store.PutAsync("/a", "old");
        await (await CommittedAsync(folder.Store, "/a", "new")).DisposeAsync();
        Assert.Equal("new", await folder.Store.GetAsync("/a"));
        Assert.Equal(["a"], folder.NamesOnDisk());
    }

    [Theory]
    [InlineData(false, false, "old")]
    [InlineData(false, true, "second")]
    [InlineData(true, false, "first")]
    [InlineData(true, true, "second")]
    public async Task A_second_session_waits_for_the_first_ones_record_and_puts_back_only_what_was_recorded(bool first, bool second, string left)
    {
        await using var folder = new VaultFolder();
        await folder.Store.PutAsync("/a", "old");
        await using var one = await CommittedAsync(folder.Store, "/a", "first");
        await using var other = await folder.OpenStore("/u1").OpenedAsync("/a", NewContent);
        await other.WriteAsync(0, Bytes("second"));
        var waiting = other.CommitKeepingOldAsync().AsTask();
        Assert.False(waiting.IsCompleted);
        Assert.Equal("first", await folder.Store.GetAsync("/a"));
        await one.SettleAsync(first);
        Assert.Equal(StoreError.None, await waiting.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken));
        Assert.Equal("second", await folder.Store.GetAsync("/a"));
        await other.SettleAsync(second);
        Assert.Equal(left, await folder.Store.GetAsync("/a"));
        Assert.Equal(["a"], folder.NamesOnDisk());
    }

    [Theory]
    [InlineData(NewContent, "settle")]
    [InlineData(NewContent, "close")]
    [InlineData(NewContent | OpenModes.Exclusive, "settle")]
    [InlineData(NewContent | OpenModes.Exclusive, "close")]
    public async Task A_second_session_waits_for_the_record_of_a_new_file_too(OpenModes modes, string end)
    {
        await using var folder = new VaultFolder();
        await using var other = await folder.OpenStore("/u1").OpenedAsync("/a", NewContent);
        await other.WriteAsync(0, Bytes("second"));
        await using var one = await CommittedAsync(folder.Store, "/a", "first", modes);
        var waiting = other.CommitKeepingOldAsync().AsTask();
        Assert.False(waiting.IsCompleted);
        Assert.Equal("first", await folder.Store.GetAsync("/a"));
        await (end == "settle" ? one.SettleAsync(recorded: true) : one.DisposeAsync());
        Assert.Equal(StoreError.None, await waiting.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken));
        await other.SettleAsync(recorded: false);
        Assert.Equal("first", await folder.Store.GetAsync("/a"));
        Assert.Equal(["a"], folder.NamesOnDisk());
    }

    [Fact]
    public async Task A_commit_that_finds_the_name_taken_or_fails_keeps_nobody_waiting()
    {
        await using var folder = new VaultFolder();
        await using var refused = await folder.Store.OpenedAsync("/a", NewContent | OpenModes.Exclusive);
        await folder.OpenStore("/u1").PutAsync("/a", "theirs");
        Assert.Equal(StoreError.AlreadyExists, await refused.CommitKeepingOldAsync());
        await using var failed = await folder.Store.OpenedAsync("/b", NewContent);
        Directory.CreateDirectory(folder.OnDisk("b"));
        Assert.Equal(StoreError.IsADirectory, await failed.CommitKeepingOldAsync());
        Directory.Delete(folder.OnDisk("b"));
        foreach (var name in new[] { "/a", "/b" })
        {
            await folder.Store.PutAsync(name, "next").WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
            Assert.Equal("next", await folder.Store.GetAsync(name));
        }
    }

    [Theory]
    [InlineData("/d", "/e", "/d/x")]
    [InlineData("/y", "/x", "/x")]
    public async Task Who_renames_waits_for_no_upload_that_came_after_it(string source, string target, string later)
    {
        var calls = new DirectorySyncCalls();
        await using var folder = new VaultFolder(new LocalStoreOptions { Calls = calls });
        Directory.CreateDirectory(folder.OnDisk("d"));
        await folder.Store.PutAsync("/y", "renamed");
        await using var upload = await folder.OpenStore("/u1").OpenedAsync(later, NewContent);
        await upload.WriteAsync(0, Bytes("later"));
        calls.Before = () => Assert.Equal(StoreError.None, upload.CommitKeepingOldAsync().AsTask().GetAwaiter().GetResult());
        var renaming = folder.Store.RenameAsync(VaultPath.Parse(source), VaultPath.Parse(target), replace: true);
        Assert.True(renaming.IsCompletedSuccessfully);
        Assert.Equal(StoreError.None, await renaming);
        Assert.Equal("later", await folder.Store.GetAsync(source == "/d" ? "/e/x" : "/x"));
        await upload.SettleAsync(recorded: true);
    }

    [Fact]
    public async Task A_disk_that_fails_in_an_unknown_way_when_the_old_version_comes_back_keeps_nobody_waiting()
    {
        var calls = new DirectorySyncCalls();
        await using var folder = new VaultFolder(new LocalStoreOptions { Calls = calls });
        await folder.Store.PutAsync("/a", "old");
        await using var file = await CommittedAsync(folder.Store, "/a", "new");
        calls.Before = static () => throw new InvalidOperationException("broken");
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await file.SettleAsync(recorded: false));
        await folder.OpenStore("/u1").PutAsync("/a", "next").WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
        Assert.Equal("next", await folder.Store.GetAsync("/a"));
    }

    [Theory]
    [InlineData("/a")]
    [InlineData("/b")]
    public async Task Another_program_can_lock_and_read_the_new_version_as_soon_as_the_name_is_there(string name)
    {
        var calls = new DirectorySyncCalls();
        await using var folder = new VaultFolder(new LocalStoreOptions { Calls = calls });
        await folder.Store.PutAsync("/a", "old");
        var (path, read) = (folder.OnDisk(name[1..]), "");

        // .NET takes a shared lock of what it reads, and throws when it cannot.
        calls.Before = () => read = File.ReadAllText(path);
        await using var file = await CommittedAsync(folder.Store, name, "new");
        Assert.Equal(("new", "new"), (read, File.ReadAllText(path)));
    }

    [Fact]
    public async Task A_file_that_comes_in_the_moment_of_the_exchange_is_replaced_and_put_back()
    {
        var calls = new ExchangeCalls();
        await using var folder = new VaultFolder(new LocalStoreOptions { Calls = calls, Durability = Durability.Rename });
        await folder.Store.PutAsync("/a", "old");
        for (var round = 0; round < 2; round++)
        {
            await using var file = await folder.Store.OpenedAsync("/a", NewContent);
            await file.WriteAsync(0, Bytes("new"));
            File.Delete(folder.OnDisk("a"));
            calls.Before = () => File.WriteAllText(folder.OnDisk("a"), "theirs");
            Assert.Equal(StoreError.None, await file.CommitKeepingOldAsync());
            await file.SettleAsync(recorded: false);
            Assert.Equal("theirs", await folder.Store.GetAsync("/a"));
            Assert.Equal(["a"], folder.NamesOnDisk());
        }
    }

    [Fact]
    public async Task A_sweep_in_the_moment_of_the_exchange_leaves_the_old_version()
    {
        var calls = new ExchangeCalls();
        await using var folder = new VaultFolder(new LocalStoreOptions { Calls = calls, Durability = Durability.Rename });
        await folder.Store.PutAsync("/a", "old");
        calls.After = () => folder.Vaults.SweepTemporaries(TestContext.Current.CancellationToken);
        await using (var file = await CommittedAsync(folder.Store, "/a", "new"))
        {
            Assert.Null(calls.After);
            await file.SettleAsync(recorded: false);
        }

        Assert.Equal("old", await folder.Store.GetAsync("/a"));
        Assert.Equal(["a"], folder.NamesOnDisk());
    }

    [Fact]
    public async Task What_others_did_to_the_new_version_meanwhile_stays_done()
    {
        await using var folder = new VaultFolder();
        await folder.Store.PutAsync("/a", "old");
        await folder.Store.PutAsync("/b", "old");
        await folder.Store.PutAsync("/c", "old");
        await using var removed = await CommittedAsync(folder.Store, "/a", "new");
        await using var renamed = await CommittedAsync(folder.Store, "/b", "new");
        await using var replaced = await CommittedAsync(folder.Store, "/c", "new");
        await File.WriteAllTextAsync(folder.OnDisk("other"), "other", TestContext.Current.CancellationToken);
        Task<StoreError>[] done =
        [
            folder.Store.RemoveAsync(P("/a")).AsTask(), folder.Store.RenameAsync(P("/b"), P("/d"), replace: false).AsTask(),
            folder.Store.RenameAsync(P("/other"), P("/c"), replace: true).AsTask(),
        ];
        Assert.Equal(["c", "d"], folder.NamesOnDisk().Where(static name => name[0] != '.'));
        foreach (var (file, answered) in new[] { removed, renamed, replaced }.Zip(done))
        {
            Assert.False(answered.IsCompleted);
            await file.SettleAsync(recorded: false);
            Assert.Equal(StoreError.None, await answered.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken));
        }

        Assert.Equal(["c", "d"], folder.NamesOnDisk());
        Assert.Equal("new", await folder.Store.GetAsync("/d"));
        Assert.Equal("other", await folder.Store.GetAsync("/c"));
    }

    [Theory]
    [InlineData("setstat", true)]
    [InlineData("setstat", false)]
    [InlineData("remove", true)]
    [InlineData("rename", true)]
    [InlineData("replace", true)]
    [InlineData("directory", true)]
    [InlineData("archive", true)]
    [InlineData("other", false)]
    public async Task What_is_done_to_a_file_that_is_not_recorded_yet_is_done_at_once_and_answered_behind_its_record(string what, bool isNew)
    {
        await using var folder = new VaultFolder();
        Directory.CreateDirectory(folder.OnDisk("d"));
        await folder.Store.PutAsync("/other", "other");
        if (!isNew)
        {
            await folder.Store.PutAsync("/d/a", "old");
        }

        await using var file = await CommittedAsync(folder.Store, "/d/a", "new");
        var session = folder.OpenStore("/u1");
        var doing = what switch
        {
            "setstat" => session.SetAttributesAsync(P("/d/a"), new AttributeChanges(ModificationTime: 1), followLink: true).AsTask(),
            "remove" => session.RemoveAsync(P("/d/a")).AsTask(),
            "rename" => session.RenameAsync(P("/d/a"), P("/b"), replace: false).AsTask(),
            "replace" => session.RenameAsync(P("/other"), P("/d/a"), replace: true).AsTask(),
            "directory" => session.RenameAsync(P("/d"), P("/e"), replace: false).AsTask(),
            "archive" => folder.Vaults.MoveAsync(P("/u1"), P("/d/a"), folder.Vaults, P("/u"), P("/a"), cancellationToken: TestContext.Current.CancellationToken).AsTask(),
            _ => session.RenameAsync(P("/other"), P("/d/b"), replace: false).AsTask(),
        };
        Assert.Equal(what is "setstat" or "replace" or "other", File.Exists(folder.OnDisk("d/a")));
        Assert.Equal(what == "other", doing.IsCompleted);
        await file.SettleAsync(recorded: true);
        Assert.Equal(StoreError.None, await doing.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Who_reads_a_file_that_is_not_recorded_yet_learns_whether_it_was(bool recorded)
    {
        await using var folder = new VaultFolder();
        await folder.Store.PutAsync("/a", "old");
        await using var old = await folder.Store.OpenedAsync("/a", OpenModes.Read);
        await using var file = await CommittedAsync(folder.Store, "/a", "new");
        await using var reader = await folder.Store.OpenedAsync("/a", OpenModes.Read);
        Assert.Equal("new", await reader.AllAsync());
        using (var vault = folder.Vaults.OpenVault(P("/u1")).Value!)
        {
            Assert.True(vault.Look(P("/a")).Value.IsPending);
        }

        var learning = reader.IsRecordedAsync().AsTask();
        Assert.False(learning.IsCompleted);
        Assert.True(await old.IsRecordedAsync());
        await file.SettleAsync(recorded);
        Assert.Equal(recorded, await learning.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken));
        using (var vault = folder.Vaults.OpenVault(P("/u1")).Value!)
        {
            Assert.False(vault.Look(P("/a")).Value.IsPending);
        }
    }

    [Fact]
    public async Task A_sweep_leaves_it_alone_while_it_may_come_back()
    {
        await using var folder = new VaultFolder();
        await folder.Store.PutAsync("/a", "old");
        await using var file = await CommittedAsync(folder.Store, "/a", "new");
        Assert.Equal(0, folder.Vaults.SweepTemporaries(TestContext.Current.CancellationToken));
        await file.SettleAsync(recorded: false);
        Assert.Equal("old", await folder.Store.GetAsync("/a"));
    }

    [Fact]
    public async Task What_another_session_made_meanwhile_is_an_old_version_too_and_no_partial_of_this_login()
    {
        await using var folder = new VaultFolder();
        var session = folder.OpenStore("/u1", owner: "l1");
        await using var file = await session.OpenedAsync("/a", NewContent);
        await file.WriteAsync(0, Bytes("new"));
        await folder.Store.PutAsync("/a", "old");
        Assert.Equal(StoreError.None, await file.CommitKeepingOldAsync());
        Assert.StartsWith(".waybill-t-", folder.NamesOnDisk()[0], StringComparison.Ordinal);
        await file.SettleAsync(recorded: false);
        Assert.Equal("old", await folder.Store.GetAsync("/a"));
        Assert.Equal(["a"], folder.NamesOnDisk());
    }

    [Fact]
    public async Task A_directory_that_took_the_name_meanwhile_is_not_exchanged()
    {
        await using var folder = new VaultFolder();
        await folder.Store.PutAsync("/a", "old");
        await using var file = await folder.Store.OpenedAsync("/a", NewContent);
        await file.WriteAsync(0, Bytes("new"));
        File.Delete(folder.OnDisk("a"));
        Directory.CreateDirectory(folder.OnDisk("a"));
        await File.WriteAllTextAsync(folder.OnDisk("a/inside"), "x", TestContext.Current.CancellationToken);
        Assert.Equal(StoreError.IsADirectory, await file.CommitKeepingOldAsync());
        Assert.Equal(["a"], folder.NamesOnDisk());
        Assert.Equal(["inside"], folder.NamesOnDisk("a"));
    }

    [Fact]
    public async Task A_file_system_that_cannot_exchange_gets_a_rename()
    {
        await using var folder = new VaultFolder(new LocalStoreOptions { Calls = new NoFlags(), Durability = Durability.Rename });
        await folder.Store.PutAsync("/a", "old");
        await folder.Store.PutAsync("/a", "new");
        Assert.Equal("new", await folder.Store.GetAsync("/a"));
        Assert.Equal(["a"], folder.NamesOnDisk());
    }

    [Fact]
    public async Task A_partial_that_an_OPEN_discards_is_freed_by_a_thread_that_may_block_and_the_OPEN_stays_on_the_loop()
    {
        var calls = new WatchedCalls();
        await using var folder = new VaultFolder(new LocalStoreOptions { Calls = calls, Durability = Durability.Rename });
        foreach (var kept in new[] { true, false })
        {
            if (kept)
            {
                var cut = await folder.OpenStore("/u1", owner: "l1").OpenedAsync("/a", NewContent);
                await cut.WriteAsync(0, Bytes("half"));
                await cut.DisposeAsync();
                Assert.Equal([".waybill-p-l1-a"], folder.NamesOnDisk());
            }

            var store = new EventLoopFileStore(folder.OpenStore("/u1", owner: "l1"), new DiskPace(TimeProvider.System));
            var opening = Task.FromResult(default(StoreResult<IOpenFile>));
            var stayed = false;
            var loop = new Thread(() =>
            {
                opening = store.OpenAsync(P("/a"), NewContent).AsTask();
                stayed = opening.IsCompleted;
            });
            loop.Start();
            loop.Join();
            await using var file = (await opening).Value!;
            Assert.True(stayed);
            Assert.DoesNotContain(".waybill-p-l1-a", folder.NamesOnDisk());
            if (kept)
            {
                Assert.True(await calls.FreedOnPool.Task.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken));
            }

            await file.DiscardAsync();
        }

        Assert.Equal(1, calls.Freed);
    }

    [Fact]
    public async Task An_OPEN_that_goes_on_with_a_partial_syncs_on_a_thread_that_may_block_and_keeps_nobody_waiting_meanwhile()
    {
        var calls = new WatchedCalls();
        await using var folder = new VaultFolder(new LocalStoreOptions { Calls = calls });
        await CutAsync(folder, "l1", "/a", "half");
        var session = folder.OpenStore("/u1", owner: "l1");
        var store = new EventLoopFileStore(session, new DiskPace(TimeProvider.System));
        var opening = Task.FromResult(default(StoreResult<IOpenFile>));
        calls.Hold();
        var loop = new Thread(() => opening = store.OpenAsync(P("/a"), OpenModes.Write | OpenModes.Create).AsTask()) { IsBackground = true };
        loop.Start();
        Assert.True(await calls.SyncedOnPool.Task.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken));
        Assert.Equal(StoreError.NotFound, await Task.Run(() => session.StatErrorAsync("/b"), TestContext.Current.CancellationToken)
            .WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken));
        calls.Release();
        loop.Join();
        await using var file = (await opening).Value!;
        Assert.Equal(4, (await file.GetAttributesAsync()).Value.Size);
    }

    private static async Task<IOpenFile> CommittedAsync(IFileStore store, string path, string content, OpenModes modes = NewContent)
    {
        var file = await store.OpenedAsync(path, modes);
        Assert.Equal(StoreError.None, await file.WriteAsync(0, new ReadOnlySequence<byte>(System.Text.Encoding.UTF8.GetBytes(content))));
        Assert.Equal(StoreError.None, await file.CommitKeepingOldAsync());
        return file;
    }

    private sealed class NoFlags : UploadCalls
    {
        public override int Publish(
            FileDescriptor sourceDirectory, ReadOnlySpan<byte> temporary, FileDescriptor targetDirectory, ReadOnlySpan<byte> name, uint flags) =>
            flags == 0 ? base.Publish(sourceDirectory, temporary, targetDirectory, name, flags) : Errno.Invalid;
    }

    private sealed class WatchedCalls : UploadCalls
    {
        private readonly TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private volatile bool _isHeld;
        private int _freed;

        public TaskCompletionSource<bool> FreedOnPool { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public int Freed => _freed;

        public TaskCompletionSource<bool> SyncedOnPool { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        /// <summary>From now on the disk takes its time to sync a directory.</summary>
        public void Hold() => _isHeld = true;

        public void Release() => _released.TrySetResult();

        public override int SyncDirectory(FileDescriptor directory)
        {
            if (_isHeld)
            {
                SyncedOnPool.TrySetResult(PoolThread.IsHere);
                _released.Task.Wait(TimeSpan.FromSeconds(60));
            }

            return base.SyncDirectory(directory);
        }

        public override void CloseUnnamed(FileDescriptor file)
        {
            base.CloseUnnamed(file);
            Interlocked.Increment(ref _freed);
            FreedOnPool.TrySetResult(PoolThread.IsHere);
        }
    }
}
