using System.Buffers;
using Waybill.Storage.EventLoop;
using Waybill.Storage.Tests.Local;
using Waybill.TestKit;
using Waybill.TestKit.Storage;

namespace Waybill.Storage.Tests.EventLoop;

/// <summary>A slow disk must not cost memory: clients have thousands of reads and writes on their way.</summary>
[Collection(nameof(RunsAlone))]
public sealed class BlockingTransferTests
{
    private static readonly VaultPath Path = VaultPath.Parse("/f");

    [Fact]
    public async Task Reads_and_writes_that_leave_the_loop_are_those_of_the_file_and_allocate_nothing()
    {
        var memory = new MemoryFileStore();
        memory.AddFile("/f", new byte[8]);
        await using var file = (await memory.OpenAsync(Path, OpenModes.Read | OpenModes.Write)).Value!;
        var transfer = new BlockingTransfer(file, new DiskPace(TimeProvider.System));
        var (written, read) = (new byte[1], new byte[8]);

        async Task<int> MoveAsync(int count)
        {
            var right = 0;
            for (var i = 0; i < count; i++)
            {
                written[0] = (byte)i;
                right += transfer.TryWrite(i % 8, new ReadOnlySequence<byte>(written), out var writing) && await writing == StoreError.None
                    && transfer.TryRead(0, read, out var reading) && (await reading).Value == 8 && read[i % 8] == (byte)i ? 1 : 0;
            }

            return right;
        }

        Assert.Equal(100, await Task.Run(() => MoveAsync(100)));
        var least = long.MaxValue;
        for (var round = 0; round < 5; round++)
        {
            var before = GC.GetTotalAllocatedBytes(precise: true);
            var right = await Task.Run(() => MoveAsync(1000));
            least = Math.Min(least, GC.GetTotalAllocatedBytes(precise: true) - before);
            Assert.Equal(1000, right);
        }

        // What the store in memory allocates for each is not ours.
        var own = GC.GetTotalAllocatedBytes(precise: true);
        for (var i = 0; i < 1000; i++)
        {
            await file.WriteAsync(0, new ReadOnlySequence<byte>(written));
            await file.ReadAsync(0, read);
        }

        own = GC.GetTotalAllocatedBytes(precise: true) - own;
        Assert.InRange(least, 0, own + (2000 * 8));
    }

    [Fact]
    public async Task A_second_transfer_beside_one_is_refused_and_a_failure_is_that_of_the_file()
    {
        using var entered = new SemaphoreSlim(0);
        using var goOn = new SemaphoreSlim(0);
        var memory = new MemoryFileStore();
        memory.AddFile("/f", new byte[8]);
        await using var file = (await memory.OpenAsync(Path, OpenModes.Read)).Value!;
        memory.Fault = (_, _) =>
        {
            entered.Release();
            goOn.Wait();
            return StoreError.InputOutput;
        };
        var transfer = new BlockingTransfer(file, new DiskPace(TimeProvider.System));
        Assert.True(transfer.TryRead(0, new byte[1], out var first));
        Assert.True(await entered.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken));
        Assert.False(transfer.TryRead(0, new byte[1], out _));
        goOn.Release(2);
        Assert.Equal(StoreError.InputOutput, (await first).Error);
        Assert.True(transfer.TryRead(0, new byte[1], out var second));
        Assert.Equal(StoreError.InputOutput, (await second).Error);
    }
}
