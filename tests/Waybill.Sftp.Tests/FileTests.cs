using System.Globalization;
using System.Text;
using Waybill.Sftp.Tests.Support;
using Waybill.Storage;
using Waybill.TestKit;
using Waybill.TestKit.Sftp;
using Waybill.TestKit.Storage;

namespace Waybill.Sftp.Tests;

public sealed class FileTests
{
    private const SftpOpen NewFile = SftpOpen.Write | SftpOpen.Create | SftpOpen.Truncate;

    [Theory]
    [InlineData(SftpOpen.Read, true, SftpStatus.Ok)]
    [InlineData(SftpOpen.Read, false, SftpStatus.NoSuchFile)]
    [InlineData(SftpOpen.None, true, SftpStatus.Ok)]
    [InlineData(SftpOpen.Write, true, SftpStatus.Ok)]
    [InlineData(SftpOpen.Write, false, SftpStatus.NoSuchFile)]
    [InlineData(SftpOpen.Write | SftpOpen.Create, true, SftpStatus.Ok)]
    [InlineData(SftpOpen.Write | SftpOpen.Create, false, SftpStatus.Ok)]
    [InlineData(SftpOpen.Write | SftpOpen.Truncate, true, SftpStatus.Ok)]
    [InlineData(SftpOpen.Write | SftpOpen.Truncate, false, SftpStatus.NoSuchFile)]
    [InlineData(SftpOpen.Write | SftpOpen.Exclusive, true, SftpStatus.Ok)]
    [InlineData(SftpOpen.Write | SftpOpen.Create | SftpOpen.Exclusive, true, SftpStatus.Failure)]
    [InlineData(SftpOpen.Write | SftpOpen.Create | SftpOpen.Exclusive, false, SftpStatus.Ok)]
    [InlineData(SftpOpen.Read | SftpOpen.Write | SftpOpen.Create, false, SftpStatus.Ok)]
    [InlineData(SftpOpen.Read | SftpOpen.Create, false, SftpStatus.NoSuchFile)]
    public async Task OPEN_flags_mean_what_the_draft_says(SftpOpen flags, bool exists, SftpStatus expected)
    {
        await using var harness = await SftpHarness.StartAsync();
        if (exists)
        {
            harness.Memory.AddFile("/f", "content"u8);
        }

        var reply = await harness.Client.OpenAsync("/f", flags);
        Assert.True(expected == SftpStatus.Ok ? reply.Type == SftpPacket.Handle : reply.Status == expected, reply.ToString());
    }

    [Fact]
    public async Task OPEN_for_reading_changes_nothing_whatever_else_it_says()
    {
        await using var harness = await SftpHarness.StartAsync();
        harness.Memory.AddFile("/f", "content"u8);
        var before = harness.Memory.AttributesOf("/f");
        var reply = await harness.Client.OpenAsync(
            "/f", SftpOpen.Read | SftpOpen.Create | SftpOpen.Truncate | SftpOpen.Append, new SftpAttributes(Size: 1, Permissions: 0, AccessTime: 1, ModificationTime: 1));
        Assert.True((await harness.Client.CloseAsync(reply.Handle)).IsOk);
        Assert.Equal(before, harness.Memory.AttributesOf("/f"));
        Assert.Equal("content"u8.ToArray(), harness.Memory.ContentOf("/f"));
    }

    [Fact]
    public async Task OPEN_of_a_directory_fails()
    {
        await using var harness = await SftpHarness.StartAsync();
        harness.Memory.AddDirectory("/d");
        Assert.Equal(SftpStatus.Failure, (await harness.Client.OpenAsync("/d", SftpOpen.Read)).Status);
        Assert.Equal(SftpStatus.Failure, (await harness.Client.OpenAsync("/d", NewFile)).Status);
    }

    [Fact]
    public async Task The_size_of_an_OPEN_neither_cuts_nor_extends_and_is_recorded_as_expected()
    {
        await using var harness = await SftpHarness.StartAsync();
        var handle = (await harness.Client.OpenAsync("/f", NewFile, new SftpAttributes(Size: 1000, Permissions: 0x81A0))).Handle;
        Assert.True((await harness.Client.WriteAsync(handle, 0, "abc"u8.ToArray())).IsOk);
        Assert.True((await harness.Client.CloseAsync(handle)).IsOk);
        Assert.Equal((3L, 0x1A0), (harness.Memory.AttributesOf("/f")!.Value.Size, harness.Memory.AttributesOf("/f")!.Value.Permissions));
        Assert.Equal([new FileEvent(FileOperation.Upload, VaultPath.Parse("/f"), Bytes: 3, Size: 3, ExpectedSize: 1000)], harness.Journal.Events);
    }

    [Fact]
    public async Task A_file_created_read_only_stays_writable_through_its_handle()
    {
        await using var harness = await SftpHarness.StartAsync();
        var handle = (await harness.Client.OpenAsync("/f", NewFile, new SftpAttributes(Permissions: 0x124))).Handle;
        Assert.True((await harness.Client.WriteAsync(handle, 0, "abc"u8.ToArray())).IsOk);
        Assert.True((await harness.Client.CloseAsync(handle)).IsOk);
        Assert.Equal(0x124, harness.Memory.AttributesOf("/f")!.Value.Permissions);
    }

    [Fact]
    public async Task Setuid_setgid_and_sticky_bits_are_never_set()
    {
        await using var harness = await SftpHarness.StartAsync();
        var handle = (await harness.Client.OpenAsync("/f", NewFile, new SftpAttributes(Permissions: 0x8FFF))).Handle;
        Assert.True((await harness.Client.FSetStatAsync(handle, new SftpAttributes(Permissions: 0x8FFF))).IsOk);
        Assert.True((await harness.Client.CloseAsync(handle)).IsOk);
        Assert.True((await harness.Client.SetStatAsync("/f", new SftpAttributes(Permissions: 0x8FED))).IsOk);
        Assert.True((await harness.Client.MkDirAsync("/d", new SftpAttributes(Permissions: 0x8FFF))).IsOk);
        Assert.Equal((0x1ED, 0x1FF), (harness.Memory.AttributesOf("/f")!.Value.Permissions, harness.Memory.AttributesOf("/d")!.Value.Permissions));
    }

    [Theory]
    [InlineData(0, 10, 10)]
    [InlineData(5, 100, 95)]
    [InlineData(99, 1, 1)]
    [InlineData(99, 1000, 1)]
    public async Task READ_gives_exactly_what_is_asked_but_at_the_end(ulong offset, uint length, int expected)
    {
        await using var harness = await SftpHarness.StartAsync();
        var content = new SeededRandom(2).Bytes(100);
        harness.Memory.AddFile("/f", content);
        var reply = await harness.Client.ReadAsync(await harness.OpenAsync("/f", SftpOpen.Read), offset, length);
        Assert.Equal(content.AsSpan((int)offset, expected).ToArray(), reply.Data);
    }

    [Theory]
    [InlineData(100ul)]
    [InlineData(101ul)]
    [InlineData(1ul << 40)]
    [InlineData(long.MaxValue)]
    [InlineData(1ul << 63)]
    [InlineData(ulong.MaxValue)]
    public async Task READ_at_or_beyond_the_end_is_EOF(ulong offset)
    {
        await using var harness = await SftpHarness.StartAsync();
        harness.Memory.AddFile("/f", new byte[100]);
        Assert.Equal(SftpStatus.Eof, (await harness.Client.ReadAsync(await harness.OpenAsync("/f", SftpOpen.Read), offset, 1)).Status);
    }

    [Fact]
    public async Task READ_of_nothing_is_empty_data_and_of_too_much_is_cut_to_the_limit()
    {
        await using var harness = await SftpHarness.StartAsync();
        harness.Memory.AddFile("/f", new byte[600_000]);
        var handle = await harness.OpenAsync("/f", SftpOpen.Read);
        var empty = await harness.Client.ReadAsync(handle, 0, 0);
        Assert.Equal((SftpPacket.Data, 0), (empty.Type, empty.Data.Length));
        Assert.Equal(SftpPacket.Data, (await harness.Client.ReadAsync(handle, ulong.MaxValue, 0)).Type);
        Assert.Equal(261_120, (await harness.Client.ReadAsync(handle, 0, uint.MaxValue)).Data.Length);
        Assert.Equal(261_120, (await harness.Client.ReadAsync(handle, 0, 261_121)).Data.Length);
    }

    [Fact]
    public async Task WRITE_takes_any_order_overlaps_holes_and_nothing()
    {
        await using var harness = await SftpHarness.StartAsync();
        var handle = await harness.OpenAsync("/f", NewFile);
        foreach (var (offset, text) in new (ulong, string)[] { (6, "world"), (0, "hellx "), (4, "o"), (3, ""), (20, "!") })
        {
            Assert.True((await harness.Client.WriteAsync(handle, offset, Encoding.ASCII.GetBytes(text))).IsOk);
        }

        Assert.Equal(21u, (await harness.Client.FStatAsync(handle)).Attributes!.Size);
        Assert.True((await harness.Client.CloseAsync(handle)).IsOk);
        Assert.Equal("hello world\0\0\0\0\0\0\0\0\0!", Encoding.ASCII.GetString(harness.Memory.ContentOf("/f")!));
    }

    [Fact]
    public async Task WRITE_beyond_what_a_file_can_be_fails_with_words()
    {
        await using var harness = await SftpHarness.StartAsync();
        var handle = await harness.OpenAsync("/f", NewFile);
        foreach (var offset in new[] { (ulong)long.MaxValue, 1ul << 63, ulong.MaxValue })
        {
            Assert.Equal(SftpStatus.Failure, (await harness.Client.WriteAsync(handle, offset, new byte[10])).Status);
        }

        Assert.Equal(SftpStatus.Failure, (await harness.Client.FSetStatAsync(handle, new SftpAttributes(Size: 1ul << 63))).Status);
        Assert.Equal(SftpStatus.Failure, (await harness.Client.SetStatAsync("/f", new SftpAttributes(Size: 1ul << 63))).Status);
    }

    [Fact]
    public async Task APPEND_ignores_offsets()
    {
        await using var harness = await SftpHarness.StartAsync();
        harness.Memory.AddFile("/f", "one"u8);
        var handle = await harness.OpenAsync("/f", SftpOpen.Write | SftpOpen.Create | SftpOpen.Append);
        Assert.True((await harness.Client.WriteAsync(handle, 0, "two"u8.ToArray())).IsOk);
        Assert.True((await harness.Client.WriteAsync(handle, 0, "three"u8.ToArray())).IsOk);
        Assert.True((await harness.Client.CloseAsync(handle)).IsOk);
        Assert.Equal("onetwothree"u8.ToArray(), harness.Memory.ContentOf("/f"));
    }

    [Fact]
    public async Task A_resume_without_APPEND_writes_behind_what_is_there()
    {
        await using var harness = await SftpHarness.StartAsync();
        harness.Memory.AddFile("/f", "first half "u8);
        var handle = await harness.OpenAsync("/f", SftpOpen.Write);
        Assert.True((await harness.Client.WriteAsync(handle, 11, "second half"u8.ToArray())).IsOk);
        Assert.True((await harness.Client.CloseAsync(handle)).IsOk);
        Assert.Equal("first half second half"u8.ToArray(), harness.Memory.ContentOf("/f"));
    }

    [Fact]
    public async Task STAT_shows_a_growing_upload_to_its_session()
    {
        await using var harness = await SftpHarness.StartAsync();
        var handle = await harness.OpenAsync("/f", NewFile);
        Assert.True((await harness.Client.WriteAsync(handle, 0, new byte[10])).IsOk);
        Assert.Equal(10u, (await harness.Client.StatAsync("/f")).Attributes!.Size);
        Assert.True((await harness.Client.WriteAsync(handle, 10, new byte[10])).IsOk);
        Assert.Equal(20u, (await harness.Client.LStatAsync("/f")).Attributes!.Size);
    }

    [Fact]
    public async Task Times_set_through_the_handle_survive_the_commit()
    {
        await using var harness = await SftpHarness.StartAsync();
        var handle = await harness.OpenAsync("/f", NewFile);
        Assert.True((await harness.Client.FSetStatAsync(handle, new SftpAttributes(AccessTime: 111, ModificationTime: 222))).IsOk);
        Assert.True((await harness.Client.FSetStatAsync(handle, new SftpAttributes(Size: 7))).IsOk);
        Assert.True((await harness.Client.CloseAsync(handle)).IsOk);
        var attributes = harness.Memory.AttributesOf("/f")!.Value;
        Assert.Equal((111, 222, 7), (attributes.AccessTime, attributes.ModificationTime, attributes.Size));
    }

    [Fact]
    public async Task A_failed_write_fails_the_CLOSE_and_publishes_nothing()
    {
        await using var harness = await SftpHarness.StartAsync();
        harness.Memory.AddFile("/f", "old"u8);
        var handle = await harness.OpenAsync("/f", NewFile);
        harness.Memory.Fault = static (operation, _) => operation == "write" ? StoreError.NoSpace : StoreError.None;
        Assert.Equal(SftpStatus.Failure, (await harness.Client.WriteAsync(handle, 0, "new"u8.ToArray())).Status);
        harness.Memory.Fault = null;
        Assert.True((await harness.Client.WriteAsync(handle, 0, "new"u8.ToArray())).IsOk);
        var reply = await harness.Client.CloseAsync(handle);
        Assert.Equal(SftpStatus.Failure, reply.Status);
        Assert.Contains("full", reply.Message, StringComparison.Ordinal);
        Assert.Equal("old"u8.ToArray(), harness.Memory.ContentOf("/f"));
        Assert.Equal(StoreError.NoSpace, Assert.Single(harness.Journal.Events).Outcome);
        Assert.Equal(0, harness.Memory.OpenFiles);
    }

    [Fact]
    public async Task An_upload_is_answered_only_after_its_row_is_durable()
    {
        await using var harness = await SftpHarness.StartAsync();
        var handle = await harness.OpenAsync("/f", NewFile);
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        harness.Journal.Gate = gate.Task;
        var close = harness.Client.CloseAsync(handle);
        await harness.Journal.AtGate.Task;
        Assert.Equal(1, harness.Memory.Commits);

        // Time for an answer that must not come.
        await Task.Delay(100);
        Assert.False(close.IsCompleted);
        gate.SetResult();
        Assert.True((await close).IsOk);
    }

    [Fact]
    public async Task What_cannot_be_recorded_is_not_acknowledged()
    {
        await using var harness = await SftpHarness.StartAsync();
        harness.Memory.AddFile("/r", new byte[10]);
        var upload = await harness.OpenAsync("/f", NewFile);
        var download = await harness.OpenAsync("/r", SftpOpen.Read);
        Assert.Equal(10, (await harness.Client.ReadAsync(download, 0, 10)).Data.Length);
        harness.Journal.Fails = StoreError.InputOutput;
        foreach (var reply in new[]
        {
            await harness.Client.CloseAsync(upload), await harness.Client.CloseAsync(download), await harness.Client.MkDirAsync("/d"),
            await harness.Client.RmDirAsync("/d"), await harness.Client.RenameAsync("/r", "/s"), await harness.Client.RemoveAsync("/s"),
            await harness.Client.SetStatAsync("/f", new SftpAttributes(ModificationTime: 1)),
        })
        {
            Assert.Equal(SftpStatus.Failure, reply.Status);
            Assert.Contains("audit", reply.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Fsync_reaches_the_store_and_its_failure_the_client()
    {
        await using var harness = await SftpHarness.StartAsync();
        var handle = await harness.OpenAsync("/f", NewFile);
        Assert.True((await harness.Client.FSyncAsync(handle)).IsOk);
        harness.Memory.Fault = static (operation, _) => operation == "fsync" ? StoreError.InputOutput : StoreError.None;
        Assert.Equal(SftpStatus.Failure, (await harness.Client.FSyncAsync(handle)).Status);
    }

    [Fact]
    public async Task Copy_data_copies_ranges_between_handles()
    {
        await using var harness = await SftpHarness.StartAsync();
        harness.Memory.AddFile("/a", "0123456789"u8);
        var from = await harness.OpenAsync("/a", SftpOpen.Read);
        var to = await harness.OpenAsync("/b", NewFile);
        Assert.True((await harness.Client.CopyDataAsync(from, 2, 3, to, 0)).IsOk);
        Assert.True((await harness.Client.CopyDataAsync(from, 8, 0, to, 3)).IsOk);
        Assert.True((await harness.Client.CopyDataAsync(from, 100, 0, to, 5)).IsOk);
        Assert.True((await harness.Client.CloseAsync(to)).IsOk);
        Assert.True((await harness.Client.CloseAsync(from)).IsOk);
        Assert.Equal("23489"u8.ToArray(), harness.Memory.ContentOf("/b"));
        Assert.Equal([(FileOperation.Upload, 5L), (FileOperation.Download, 5L)], harness.Journal.Events.Select(row => (row.Operation, row.Bytes)));
    }

    [Fact]
    public async Task Copy_data_ends_with_the_session()
    {
        await using var harness = await SftpHarness.StartAsync();
        harness.Memory.AddFile("/source", "content"u8);
        var source = await harness.OpenAsync("/source", SftpOpen.Read);
        var target = await harness.OpenAsync("/target", NewFile);
        Assert.True((await harness.Client.CopyDataAsync(source, 0, 0, target, 0)).IsOk);
        Assert.False(harness.Memory.CopyToken.IsCancellationRequested);
        harness.Cancel();
        Assert.True(harness.Memory.CopyToken.IsCancellationRequested);
    }

    [Fact]
    public async Task Copy_data_onto_the_same_file_or_beyond_any_file_fails()
    {
        await using var harness = await SftpHarness.StartAsync();
        harness.Memory.AddFile("/a", "0123456789"u8);
        var both = await harness.OpenAsync("/a", SftpOpen.Read | SftpOpen.Write);
        var read = await harness.OpenAsync("/a", SftpOpen.Read);
        var other = await harness.OpenAsync("/b", NewFile);
        Assert.Equal(SftpStatus.Failure, (await harness.Client.CopyDataAsync(both, 0, 0, both, 100)).Status);
        Assert.Equal(SftpStatus.Failure, (await harness.Client.CopyDataAsync(read, 0, 0, both, 100)).Status);
        Assert.Equal(SftpStatus.Failure, (await harness.Client.CopyDataAsync(read, ulong.MaxValue, 0, other, 0)).Status);
        Assert.Equal(SftpStatus.Failure, (await harness.Client.CopyDataAsync(read, 0, ulong.MaxValue, other, 0)).Status);
        Assert.Equal(SftpStatus.Failure, (await harness.Client.CopyDataAsync(read, 0, 0, other, long.MaxValue)).Status);
        Assert.Equal(SftpStatus.Failure, (await harness.Client.CopyDataAsync(other, 0, 0, read, 0)).Status);
    }

    [Fact]
    public async Task A_session_records_downloads_uploads_and_changes_in_order()
    {
        await using var harness = await SftpHarness.StartAsync();
        await harness.Client.PutAsync("/a", new byte[70_000]);
        await harness.Client.GetAsync("/a");
        await harness.Client.MkDirAsync("/d");
        await harness.Client.RenameAsync("/a", "/d/b");
        await harness.Client.SetStatAsync("/d/b", new SftpAttributes(ModificationTime: 5));
        await harness.Client.RemoveAsync("/d/b");
        await harness.Client.RmDirAsync("/d");
        await harness.Client.ListAsync("/");
        await harness.Client.StatAsync("/missing");
        var (a, d, b) = (VaultPath.Parse("/a"), VaultPath.Parse("/d"), VaultPath.Parse("/d/b"));
        Assert.Equal(
            [
                new(FileOperation.Upload, a, Bytes: 70_000, Size: 70_000),
                new(FileOperation.Download, a, Bytes: 70_000, Size: 70_000, ReadTo: 70_000),
                new(FileOperation.MakeDirectory, d),
                new(FileOperation.Rename, a, b),
                new(FileOperation.SetAttributes, b, Changes: new AttributeChanges(AccessTime: 0, ModificationTime: 5)),
                new(FileOperation.Remove, b),
                new(FileOperation.RemoveDirectory, d),
            ],
            harness.Journal.Events);
    }

    [Theory]
    [InlineData("0+4 4+4 8+2", 0, 10)]
    [InlineData("8+2 0+4 4+4", 0, 8)]
    [InlineData("0+2 5+5", 5, 10)]
    [InlineData("0+4 2+4 0+1", 0, 6)]
    [InlineData("6+4 6+4", 6, 10)]
    public async Task A_download_says_which_stretch_was_read_without_a_gap(string reads, long from, long to)
    {
        await using var harness = await SftpHarness.StartAsync();
        harness.Memory.AddFile("/f", new byte[10]);
        var handle = await harness.OpenAsync("/f", SftpOpen.Read);
        foreach (var read in reads.Split(' ').Select(static read => read.Split('+')))
        {
            await harness.Client.ReadAsync(handle, ulong.Parse(read[0], CultureInfo.InvariantCulture), uint.Parse(read[1], CultureInfo.InvariantCulture));
        }

        Assert.True((await harness.Client.CloseAsync(handle)).IsOk);
        var download = Assert.Single(harness.Journal.Events);
        Assert.Equal((from, to, false), (download.ReadFrom, download.ReadTo, download.IsCut));
    }

    [Fact]
    public async Task A_file_opened_and_not_read_is_no_download()
    {
        await using var harness = await SftpHarness.StartAsync();
        harness.Memory.AddFile("/f", new byte[10]);
        Assert.True((await harness.Client.CloseAsync(await harness.OpenAsync("/f", SftpOpen.Read))).IsOk);
        Assert.Empty(harness.Journal.Events);
    }

    [Fact]
    public async Task Nobody_else_sees_an_upload_before_its_CLOSE()
    {
        var memory = new MemoryFileStore();
        await using var harness = await SftpHarness.StartAsync(memory: memory);
        memory.AddFile("/f", "old"u8);
        var handle = await harness.OpenAsync("/f", NewFile);
        Assert.True((await harness.Client.WriteAsync(handle, 0, "new content"u8.ToArray())).IsOk);
        Assert.Equal("old"u8.ToArray(), memory.ContentOf("/f"));
        Assert.True((await harness.Client.CloseAsync(handle)).IsOk);
        Assert.Equal("new content"u8.ToArray(), memory.ContentOf("/f"));
    }

    [Fact]
    public async Task Bytes_behind_the_data_of_a_WRITE_are_not_written_since_rclone_sends_its_whole_buffer()
    {
        await using var harness = await SftpHarness.StartAsync();
        var handle = await harness.OpenAsync("/f", NewFile);
        var reply = await harness.Client.RequestAsync(SftpPacket.Write, request => request.String(handle).UInt64(0).String("content"u8).Raw("of the buffer before"u8));
        Assert.True(reply.IsOk, reply.ToString());
        Assert.Equal(7UL, (await harness.Client.FStatAsync(handle)).Attributes?.Size);
        Assert.True((await harness.Client.CloseAsync(handle)).IsOk);
        Assert.Equal("content"u8.ToArray(), harness.Memory.ContentOf("/f"));
    }
}
