using System.Text;
using Waybill.Storage.Local;
using Waybill.Storage.Local.Native;
using static Waybill.Storage.Tests.Local.StoreCalls;

namespace Waybill.Storage.Tests.Local;

/// <summary>Sessions of one login that open one new name in the same moment: the name of its temporary is the login's, so they meet there.</summary>
public sealed class OpenRaceTests
{
    private const string Boot = "0123456789ab";

    private static LocalStoreOptions Options => new() { Durability = Durability.Rename, Boot = Boot };

    [Fact]
    public async Task A_temporary_that_another_session_takes_away_before_it_is_locked_is_not_written_into()
    {
        var calls = new InterruptedCalls();
        await using var folder = new VaultFolder(Options with { Calls = calls });
        var (one, other) = (folder.OpenStore("/u1", owner: "l1"), folder.OpenStore("/u1", owner: "l1"));
        calls.Interruption = async () =>
        {
            var second = await other.OpenedAsync("/a", NewContent);
            Assert.Equal(StoreError.None, await second.WriteAsync(0, Bytes("sec")));
        };
        await using var first = await one.OpenedAsync("/a", NewContent);
        await calls.Interrupted;
        Assert.Equal(StoreError.None, await first.WriteAsync(0, Bytes("first")));
        Assert.Equal(StoreError.None, await first.CommitAsync());
        Assert.Equal("first", await folder.Store.GetAsync("/a"));
    }

    [Fact]
    public async Task A_temporary_that_a_sweep_looks_at_before_it_is_locked_is_left_to_it()
    {
        var calls = new InterruptedCalls();
        await using var folder = new VaultFolder(Options with { Calls = calls });
        await folder.Store.PutAsync("/a", "old");
        var looking = FileDescriptor.Closed;
        calls.Interruption = () =>
        {
            var temporary = Encoding.UTF8.GetBytes(folder.OnDisk(Assert.Single(folder.NamesOnDisk(), name => name != "a")));
            Assert.Equal(Errno.None, Kernel.OpenConfigured(temporary, OpenFlags.ReadFile, out looking));
            Assert.Equal(Errno.None, Kernel.TryLock(looking));
            return Task.CompletedTask;
        };
        await using (var file = await folder.Store.OpenedAsync("/a", NewContent))
        {
            Assert.Equal(StoreError.None, await file.WriteAsync(0, Bytes("new")));
            Assert.Equal(StoreError.None, await file.CommitAsync());
        }

        Assert.Equal("new", await folder.Store.GetAsync("/a"));
        looking.Dispose();
        folder.Vaults.SweepTemporaries(TestContext.Current.CancellationToken);
        Assert.Equal(["a"], folder.NamesOnDisk());
    }

    [Fact]
    public async Task A_name_that_is_always_taken_away_again_is_refused_in_the_end()
    {
        var calls = new InterruptedCalls();
        await using var folder = new VaultFolder(Options with { Calls = calls });
        calls.EachTime = name => File.Delete(folder.OnDisk(name));
        Assert.Equal(StoreError.Busy, await folder.OpenStore("/u1", owner: "l1").OpenErrorAsync("/a", NewContent));
        Assert.Equal(Jail.MaximumRetries + 1, calls.Created);
        Assert.Empty(folder.NamesOnDisk());
    }

    [Fact]
    public async Task Of_sessions_that_race_for_what_a_kill_left_each_commits_its_own_content()
    {
        await using var folder = new VaultFolder(Options);
        folder.Vaults.SweepTemporaries(TestContext.Current.CancellationToken);
        for (var round = 0; round < 100; round++)
        {
            await File.WriteAllTextAsync(folder.OnDisk($".waybill-u-l1-{Boot}-a"), "left", TestContext.Current.CancellationToken);
            var sessions = Enumerable.Range(0, 8).Select(_ => folder.OpenStore("/u1", owner: "l1")).ToList();
            using var start = new Barrier(sessions.Count);
            var files = await Task.WhenAll(sessions.Select(session => Task.Factory.StartNew(
                () =>
                {
                    start.SignalAndWait();
                    return session.OpenedAsync("/a", NewContent);
                },
                TestContext.Current.CancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default).Unwrap()));
            for (var i = 0; i < files.Length; i++)
            {
                Assert.Equal(StoreError.None, await files[i].WriteAsync(0, Bytes($"content {i}")));
            }

            for (var i = 0; i < files.Length; i++)
            {
                Assert.Equal(StoreError.None, await files[i].CommitAsync());
                Assert.Equal($"content {i}", await folder.Store.GetAsync("/a"));
            }

            foreach (var session in sessions)
            {
                await session.DisposeAsync();
            }

            Assert.Equal(["a"], folder.NamesOnDisk());
            File.Delete(folder.OnDisk("a"));
        }
    }

    /// <summary>What others do between the making of a temporary and its lock.</summary>
    private sealed class InterruptedCalls : UploadCalls
    {
        public Func<Task>? Interruption { get; set; }

        public Action<string>? EachTime { get; set; }

        public Task Interrupted { get; private set; } = Task.CompletedTask;

        public int Created { get; private set; }

        public override int CreateTemporary(FileDescriptor directory, ReadOnlySpan<byte> name, out FileDescriptor file)
        {
            var errno = base.CreateTemporary(directory, name, out file);
            Created++;
            if (Interruption is { } interruption)
            {
                Interruption = null;
                Interrupted = interruption();
            }

            EachTime?.Invoke(Encoding.ASCII.GetString(name));
            return errno;
        }
    }
}
