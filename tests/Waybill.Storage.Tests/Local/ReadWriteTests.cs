using System.Buffers;
using Waybill.TestKit;
using static Waybill.Storage.Tests.Local.StoreCalls;

namespace Waybill.Storage.Tests.Local;

public sealed class ReadWriteTests
{
    [Fact]
    public async Task Reads_are_full_until_the_end_and_empty_after_it()
    {
        await using var folder = new VaultFolder();
        await folder.Store.PutAsync("/a", "0123456789");
        await using var file = await folder.Store.OpenedAsync("/a", OpenModes.Read);
        var buffer = new byte[6];
        Assert.Equal(6, (await file.ReadAsync(0, buffer)).Value);
        Assert.Equal(4, (await file.ReadAsync(6, buffer)).Value);
        Assert.Equal(0, (await file.ReadAsync(10, buffer)).Value);
        Assert.Equal(0, (await file.ReadAsync(long.MaxValue, buffer)).Value);
        Assert.Equal(0, (await file.ReadAsync(0, Memory<byte>.Empty)).Value);
        Assert.Equal(StoreError.InvalidArgument, (await file.ReadAsync(-1, buffer)).Error);
    }

    [Fact]
    public async Task Data_in_many_segments_is_written_in_order_anywhere_also_beyond_four_gibibytes()
    {
        const long Far = 5L * 1024 * 1024 * 1024 + 1;
        await using var folder = new VaultFolder();
        var file = await folder.Store.OpenedAsync("/a", NewContent);
        Assert.Equal(StoreError.None, await file.WriteAsync(Far, Segments("one", "", "two", "three")));
        Assert.Equal(StoreError.None, await file.WriteAsync(0, default));
        Assert.Equal(StoreError.None, await file.CommitAsync());
        Assert.Equal(Far + 11, (await folder.Store.StatAsync("/a")).Size);
        await using var reader = await folder.Store.OpenedAsync("/a", OpenModes.Read);
        var buffer = new byte[20];
        Assert.Equal(12, (await reader.ReadAsync(Far - 1, buffer)).Value);
        Assert.Equal("\0onetwothree"u8.ToArray(), buffer[..12]);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(long.MinValue)]
    [InlineData(long.MaxValue)]
    [InlineData(long.MaxValue - 2)]
    public async Task A_write_out_of_range_fails_and_so_does_the_commit(long offset)
    {
        await using var folder = new VaultFolder();
        await folder.Store.PutAsync("/a", "old");
        var file = await folder.Store.OpenedAsync("/a", NewContent);
        Assert.Equal(StoreError.InvalidArgument, await file.WriteAsync(offset, Bytes("new")));
        Assert.Equal(StoreError.None, await file.WriteAsync(0, Bytes("good")));
        Assert.Equal(StoreError.InvalidArgument, await file.CommitAsync());
        Assert.Equal("old", await folder.Store.GetAsync("/a"));
        Assert.Equal(["a"], folder.NamesOnDisk());
    }

    [Fact]
    public async Task Reading_and_writing_allocate_nothing()
    {
        await using var folder = new VaultFolder(parent: "/dev/shm");
        await using var upload = await folder.Store.OpenedAsync("/a", NewContent | OpenModes.Read);
        var buffer = new byte[32 * 1024];
        var whole = new ReadOnlySequence<byte>(buffer);
        var split = Segments(new string('a', 20_000), new string('b', 12_000));
        await folder.Store.PutAsync("/b", new string('x', 100_000));
        await using var download = await folder.Store.OpenedAsync("/b", OpenModes.Read);
        Assert.Equal(0, Allocations.InSteadyState(() => Move(upload, download, buffer, whole, split, 200)));
    }

    private static void Move(
        IOpenFile upload, IOpenFile download, Memory<byte> buffer, ReadOnlySequence<byte> whole, ReadOnlySequence<byte> split, int rounds)
    {
        for (var i = 0; i < rounds; i++)
        {
            var first = upload.WriteAsync(i * 1000, whole);
            var second = upload.WriteAsync(i * 1000, split);
            var third = upload.ReadAsync(0, buffer);
            var fourth = download.ReadAsync(i, buffer);
            if (!first.IsCompletedSuccessfully || !second.IsCompletedSuccessfully || !third.IsCompletedSuccessfully || !fourth.IsCompletedSuccessfully)
            {
                throw new InvalidOperationException("Reads and writes complete at once.");
            }
        }
    }

    private static ReadOnlySequence<byte> Segments(params string[] parts)
    {
        var first = new Segment(System.Text.Encoding.UTF8.GetBytes(parts[0]), null);
        var last = parts.Skip(1).Aggregate(first, (previous, part) => new Segment(System.Text.Encoding.UTF8.GetBytes(part), previous));
        return new ReadOnlySequence<byte>(first, 0, last, last.Memory.Length);
    }

    private sealed class Segment : ReadOnlySequenceSegment<byte>
    {
        public Segment(ReadOnlyMemory<byte> memory, Segment? previous)
        {
            Memory = memory;
            if (previous is not null)
            {
                RunningIndex = previous.RunningIndex + previous.Memory.Length;
                previous.Next = this;
            }
        }
    }
}
