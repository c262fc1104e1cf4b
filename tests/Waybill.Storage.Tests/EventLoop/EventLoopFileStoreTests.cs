using System.Buffers;
using Waybill.Storage.EventLoop;
using Waybill.TestKit;
using Waybill.TestKit.Storage;

namespace Waybill.Storage.Tests.EventLoop;

public sealed class EventLoopFileStoreTests : IAsyncDisposable
{
    private static readonly VaultPath File = VaultPath.Parse("/f");
    private static readonly VaultPath Other = VaultPath.Parse("/g");

    private readonly FakeTimeProvider _time = new();
    private readonly MemoryFileStore _memory;
    private readonly EventLoopFileStore _store;
    private readonly DiskPace _pace;
    private readonly List<bool> _onPool = [];
    private TimeSpan _diskTakes;

    public EventLoopFileStoreTests()
    {
        _memory = new MemoryFileStore { Links = true };
        _memory.AddFile("/f", "123456"u8);
        _memory.Fault = (_, _) =>
        {
            _onPool.Add(PoolThread.IsHere);
            _time.Advance(_diskTakes);
            return StoreError.None;
        };
        _pace = new DiskPace(_time);
        _store = new EventLoopFileStore(_memory, _pace);
    }

    public static TheoryData<string> Blocking => [.. Calls.Keys];

    public static TheoryData<string> FromMemory => [.. Quick.Keys];

    private static Dictionary<string, Func<IFileStore, Task>> Quick { get; } = new()
    {
        ["open"] = async store => await store.OpenAsync(File, OpenModes.Read),
        ["stat"] = async store => await store.GetAttributesAsync(File, followLink: true),
        ["fstat"] = store => WithFileAsync(store, async file => await file.GetAttributesAsync()),
        ["fsetstat of an upload"] = store => WithFileAsync(store, async file => await file.SetAttributesAsync(new AttributeChanges(Permissions: 0x180))),
        ["close of a download"] = store => WithFileAsync(store, async file => await file.CommitAsync(), OpenModes.Read),
    };

    private static Dictionary<string, Func<IFileStore, Task>> Calls { get; } = new()
    {
        ["list"] = async store => await (await store.OpenDirectoryAsync(VaultPath.Root)).Value!.ReadAsync(new DirectoryEntry[1]),
        ["setstat"] = async store => await store.SetAttributesAsync(File, new AttributeChanges(), followLink: true),
        ["mkdir"] = async store => await store.MakeDirectoryAsync(Other),
        ["rmdir"] = async store => await store.RemoveDirectoryAsync(Other),
        ["remove"] = async store => await store.RemoveAsync(File),
        ["rename"] = async store => await store.RenameAsync(File, Other, replace: true),
        ["readlink"] = async store => await store.ReadLinkAsync(File),
        ["symlink"] = async store => await store.MakeSymbolicLinkAsync(Other, "f"u8.ToArray()),
        ["link"] = async store => await store.MakeHardLinkAsync(File, Other),
        ["realpath"] = async store => await store.ResolveAsync(File),
        ["statvfs"] = async store => await store.GetUsageAsync(File),
        ["new size of an upload"] = store => WithFileAsync(store, async file => await file.SetAttributesAsync(new AttributeChanges(Size: 1))),
        ["fsetstat of a download"] = store => WithFileAsync(store, async file => await file.SetAttributesAsync(new AttributeChanges(Permissions: 0x180)), OpenModes.Read),
        ["fsync"] = store => WithFileAsync(store, async file => await file.SyncAsync()),
        ["copy"] = store => WithFileAsync(store, async file => await file.CopyToAsync(0, 1, file, 10)),
        ["fstatvfs"] = store => WithFileAsync(store, async file => await file.GetUsageAsync()),
        ["commit"] = store => WithFileAsync(store, async file => await file.CommitAsync()),
    };

    [Theory]
    [MemberData(nameof(Blocking))]
    public async Task What_may_block_leaves_the_event_loop(string operation)
    {
        await OnLoopAsync(() => Calls[operation](_store));
        Assert.NotEmpty(_onPool);
        Assert.DoesNotContain(false, _onPool);
    }

    [Theory]
    [MemberData(nameof(FromMemory))]
    public async Task What_comes_from_memory_stays_while_the_disk_keeps_up_and_leaves_when_it_does_not(string operation)
    {
        await OnLoopAsync(() => Quick[operation](_store));
        Assert.False(_onPool[^1]);

        _diskTakes = DiskPace.Slow;
        await OnLoopAsync(() => Quick[operation](_store));
        await OnLoopAsync(() => Quick[operation](_store));
        Assert.True(_onPool[^1]);
    }

    [Fact]
    public async Task Reads_and_writes_stay_while_the_disk_keeps_up_and_leave_for_a_while_when_it_does_not()
    {
        var file = (await _store.OpenAsync(File, OpenModes.Read | OpenModes.Write)).Value!;
        Assert.Equal([false, false], await TransferAsync(file));
        Assert.Null(_pace.TurnScheduler);

        _diskTakes = DiskPace.Slow;
        Assert.Equal([false, true], await TransferAsync(file));
        Assert.Same(BlockingThreads.Shared, _pace.TurnScheduler);

        // Still slow, upon the pool; it is remembered from the last time on.
        Assert.Equal([true, true], await TransferAsync(file));
        _diskTakes = TimeSpan.Zero;
        _time.Advance(DiskPace.Memory - TimeSpan.FromTicks(1));
        Assert.Equal([true, true], await TransferAsync(file));
        _time.Advance(TimeSpan.FromTicks(1));
        Assert.Null(_pace.TurnScheduler);
        Assert.Equal([false, false], await TransferAsync(file));
        await file.DisposeAsync();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Transfers_on_a_thread_that_may_block_are_noted_as_those_on_the_loop_are(bool onPool)
    {
        await using var file = (await _store.OpenAsync(File, OpenModes.Read | OpenModes.Write)).Value!;
        await RunAsync(async () => await file.ReadAsync(0, new byte[2]));
        await RunAsync(async () => await file.WriteAsync(0, new ReadOnlySequence<byte>("123"u8.ToArray())));
        Assert.Equal(5, _pace.Moved);
        Assert.False(_pace.IsSlow);
        _diskTakes = DiskPace.Slow;
        await RunAsync(async () => await file.ReadAsync(0, new byte[2]));
        Assert.True(_pace.IsSlow);
        _time.Advance(DiskPace.Memory);
        await RunAsync(async () => await file.WriteAsync(0, new ReadOnlySequence<byte>("123"u8.ToArray())));
        Assert.True(_pace.IsSlow);

        Task RunAsync(Func<Task> transfer) => onPool ? Task.Run(transfer) : OnLoopAsync(transfer);
    }

    [Fact]
    public async Task What_was_read_and_written_is_the_file()
    {
        var file = (await _store.OpenAsync(File, OpenModes.Read | OpenModes.Write)).Value!;
        await OnLoopAsync(async () => Assert.Equal(StoreError.None, await file.WriteAsync(3, new ReadOnlySequence<byte>("x"u8.ToArray()))));
        Assert.Equal(StoreError.None, await file.CommitAsync());
        await file.DisposeAsync();
        Assert.Equal("123x56"u8.ToArray(), _memory.ContentOf("/f"));
    }

    public ValueTask DisposeAsync() => _store.DisposeAsync();

    private static async Task WithFileAsync(IFileStore store, Func<IOpenFile, Task> use, OpenModes modes = OpenModes.Read | OpenModes.Write)
    {
        await using var file = (await Task.Run(async () => await store.OpenAsync(File, modes))).Value!;
        var used = Task.CompletedTask;
        await OnLoopAsync(() => used = use(file));
        await used;
    }

    // A thread of its own, as an event loop is: what it awaits goes on elsewhere.
    private static async Task OnLoopAsync(Func<Task> call)
    {
        var running = Task.CompletedTask;
        var loop = new Thread(() => running = call());
        loop.Start();
        loop.Join();
        await running;
    }

    private async Task<IReadOnlyList<bool>> TransferAsync(IOpenFile file)
    {
        _onPool.Clear();
        await OnLoopAsync(async () => await file.ReadAsync(0, new byte[2]));
        await OnLoopAsync(async () => await file.WriteAsync(0, new ReadOnlySequence<byte>("12"u8.ToArray())));
        return _onPool;
    }
}
