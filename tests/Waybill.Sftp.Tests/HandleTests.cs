using Waybill.Sftp.Tests.Support;
using Waybill.Storage;
using Waybill.TestKit;
using Waybill.TestKit.Sftp;
using Waybill.TestKit.Storage;

namespace Waybill.Sftp.Tests;

public sealed class HandleTests
{
    private const SftpOpen NewFile = SftpOpen.Write | SftpOpen.Create | SftpOpen.Truncate;

    [Fact]
    public async Task A_handle_of_any_length_that_was_never_given_out_is_refused()
    {
        await using var harness = await SftpHarness.StartAsync();
        harness.Memory.AddFile("/f", "f"u8);
        var open = await harness.OpenAsync("/f", SftpOpen.Read | SftpOpen.Write);
        var random = new SeededRandom(7);
        foreach (var length in Enumerable.Range(0, 300).Concat([511, 512, 1024, 4095, 4096]))
        {
            var guess = random.Bytes(length);
            open.AsSpan(0, Math.Min(4, length)).CopyTo(guess);
            foreach (var reply in await UseAllAsync(harness, guess))
            {
                Assert.True(reply.Status == SftpStatus.Failure, $"length {length}: {reply}");
            }
        }

        Assert.Equal("f"u8.ToArray(), harness.Memory.ContentOf("/f"));
        Assert.True((await harness.Client.CloseAsync(open)).IsOk);
    }

    [Fact]
    public async Task A_handle_with_one_bit_changed_is_refused()
    {
        await using var harness = await SftpHarness.StartAsync();
        var open = await harness.OpenAsync("/f", NewFile);
        for (var bit = 0; bit < 8 * open.Length; bit++)
        {
            var changed = (byte[])open.Clone();
            changed[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.Equal(SftpStatus.Failure, (await harness.Client.CloseAsync(changed)).Status);
        }
    }

    [Fact]
    public async Task A_closed_handle_is_refused_also_after_its_slot_is_used_again()
    {
        await using var harness = await SftpHarness.StartAsync();
        harness.Memory.AddFile("/f", "f"u8);
        var closed = await harness.OpenAsync("/f", SftpOpen.Read);
        Assert.True((await harness.Client.CloseAsync(closed)).IsOk);
        await harness.OpenAsync("/f", SftpOpen.Read | SftpOpen.Write);
        foreach (var reply in await UseAllAsync(harness, closed))
        {
            Assert.Equal(SftpStatus.Failure, reply.Status);
        }
    }

    [Fact]
    public async Task A_handle_of_another_session_is_refused()
    {
        var memory = new MemoryFileStore();
        memory.AddFile("/f", "f"u8);
        await using var one = await SftpHarness.StartAsync(memory: memory);
        await using var two = await SftpHarness.StartAsync(memory: memory);
        var handle = await one.OpenAsync("/f", SftpOpen.Read | SftpOpen.Write);
        await two.OpenAsync("/f", SftpOpen.Read | SftpOpen.Write);
        foreach (var reply in await UseAllAsync(two, handle))
        {
            Assert.Equal(SftpStatus.Failure, reply.Status);
        }

        Assert.True((await one.Client.CloseAsync(handle)).IsOk);
    }

    [Fact]
    public async Task A_handle_opened_for_one_purpose_serves_no_other()
    {
        await using var harness = await SftpHarness.StartAsync();
        harness.Memory.AddFile("/f", "f"u8);
        var read = await harness.OpenAsync("/f", SftpOpen.Read);
        var write = await harness.OpenAsync("/g", NewFile);
        var directory = await harness.OpenDirAsync("/");
        SftpReply[] replies =
        [
            await harness.Client.WriteAsync(read, 0, "x"u8.ToArray()),
            await harness.Client.ReadDirAsync(read),
            await harness.Client.ReadAsync(write, 0, 1),
            await harness.Client.ReadDirAsync(write),
            await harness.Client.ReadAsync(directory, 0, 1),
            await harness.Client.WriteAsync(directory, 0, "x"u8.ToArray()),
            await harness.Client.FStatAsync(directory),
            await harness.Client.FSetStatAsync(directory, new SftpAttributes(ModificationTime: 1)),
            await harness.Client.FSyncAsync(directory),
            await harness.Client.FStatVfsAsync(directory),
            await harness.Client.CopyDataAsync(write, 0, 0, read, 0),
            await harness.Client.CopyDataAsync(read, 0, 0, read, 0),
            await harness.Client.CopyDataAsync(read, 0, 0, directory, 0),
            await harness.Client.CopyDataAsync(directory, 0, 0, write, 0),
        ];
        Assert.All(replies, reply => Assert.Equal(SftpStatus.Failure, reply.Status));
        Assert.True((await harness.Client.CloseAsync(directory)).IsOk);
        Assert.True((await harness.Client.CloseAsync(read)).IsOk);
        Assert.True((await harness.Client.CloseAsync(write)).IsOk);
    }

    [Fact]
    public async Task As_many_handles_as_the_limit_says_may_be_open()
    {
        await using var harness = await SftpHarness.StartAsync(new SftpOptions { Handles = 20 });
        harness.Memory.AddFile("/f", "f"u8);
        var handles = new List<byte[]>();
        for (var i = 0; i < 20; i++)
        {
            handles.Add(i % 2 == 0 ? await harness.OpenAsync("/f", SftpOpen.Read) : await harness.OpenDirAsync("/"));
        }

        Assert.Equal(20, handles.Select(Convert.ToHexString).Distinct().Count());
        foreach (var reply in new[] { await harness.Client.OpenAsync("/f", SftpOpen.Read), await harness.Client.OpenAsync("/new", NewFile), await harness.Client.OpenDirAsync("/") })
        {
            Assert.Equal(SftpStatus.Failure, reply.Status);
            Assert.Contains("Too many files", reply.Message, StringComparison.Ordinal);
        }

        Assert.Equal(10, harness.Memory.OpenFiles);
        Assert.True((await harness.Client.CloseAsync(handles[7])).IsOk);
        await harness.OpenAsync("/f", SftpOpen.Read);
        Assert.Equal(SftpServer.ExitEnded, await harness.EndAsync());
        Assert.Equal(0, harness.Memory.OpenFiles);
    }

    [Fact]
    public async Task A_CLOSE_that_fails_has_closed_the_handle()
    {
        await using var harness = await SftpHarness.StartAsync();
        var handle = await harness.OpenAsync("/f", NewFile);
        harness.Memory.Fault = static (operation, _) => operation == "commit" ? StoreError.QuotaExceeded : StoreError.None;
        Assert.Equal(SftpStatus.Failure, (await harness.Client.CloseAsync(handle)).Status);
        harness.Memory.Fault = null;
        Assert.Contains("not open", (await harness.Client.CloseAsync(handle)).Message, StringComparison.Ordinal);
        Assert.Equal(0, harness.Memory.OpenFiles);
    }

    private static async Task<SftpReply[]> UseAllAsync(SftpHarness harness, byte[] handle) =>
    [
        await harness.Client.ReadAsync(handle, 0, 1),
        await harness.Client.WriteAsync(handle, 0, "overwritten"u8.ToArray()),
        await harness.Client.FStatAsync(handle),
        await harness.Client.FSetStatAsync(handle, new SftpAttributes(Size: 0)),
        await harness.Client.ReadDirAsync(handle),
        await harness.Client.FSyncAsync(handle),
        await harness.Client.FStatVfsAsync(handle),
        await harness.Client.CopyDataAsync(handle, 0, 0, handle, 0),
        await harness.Client.CloseAsync(handle),
    ];
}
