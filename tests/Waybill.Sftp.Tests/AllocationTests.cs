using System.Buffers;
using System.IO.Pipelines;
using Waybill.Sftp.Tests.Support;
using Waybill.Storage;
using Waybill.TestKit;
using Waybill.TestKit.Sftp;
using Waybill.TestKit.Storage;
using FileAttributes = Waybill.Storage.FileAttributes;

namespace Waybill.Sftp.Tests;

[Collection(nameof(Alone))]
public sealed class AllocationTests
{
    [Theory]
    [InlineData(4 * 1024, 1_000_000)]
    [InlineData(32 * 1024, 1_000_000)]
    [InlineData(32 * 1024, 16 * 1024)]
    [InlineData(261_120, 32 * 1024)]
    public async Task A_READ_or_WRITE_allocates_nothing(int length, int segment)
    {
        // READs and WRITEs of one handle, over a store and pipes that never wait, so that all of it runs on this thread.
        const int count = 100;
        var file = new OneBufferFile(length);
        var output = new CountingWriter();
        var session = new SftpSession(
            new MemoryFileStore(), new FolderRules(), new RecordingJournal(), new SftpOptions(), new FakeTimeProvider(), new SftpStatistics(), new SftpOutput(output));
        var handle = new SftpHandle(VaultPath.Parse("/f"), FileRights.All, file, OpenModes.Read | OpenModes.Write, null);
        Assert.True(await session.HandleAsync(new ReadOnlySequence<byte>(new MessageBuilder(SftpPacket.Init).UInt32(3).ToArray())));
        session.Handles.Add(handle);
        var requests = new MessageBuilder();
        for (var i = 0; i < count; i++)
        {
            requests.String(new MessageBuilder(SftpPacket.Write).UInt32((uint)i).String(handle.Bytes).UInt64(0).String(new byte[length]).ToArray());
            requests.String(new MessageBuilder(SftpPacket.Read).UInt32((uint)i).String(handle.Bytes).UInt64(0).UInt32((uint)length).ToArray());
        }

        var input = ByteSegment.Chain([.. requests.ToArray().Chunk(segment)]);
        Assert.Equal(0, Allocations.InSteadyState(() =>
        {
            output.Written = 0;
            var rest = input;
            while (SftpFraming.TryTake(ref rest, 262_144, out var message) == SftpFrame.Message)
            {
                var handling = session.HandleAsync(message);
                if (!handling.IsCompletedSuccessfully || !handling.Result)
                {
                    Assert.Fail("a request waited");
                }
            }
        }));
        Assert.Equal(count * (long)(13 + length + StatusOk), output.Written);
    }

    // length, type, id, code, "Done", "en"
    private const int StatusOk = 4 + 1 + 4 + 4 + 8 + 6;

    // The store of the test kit allocates in Debug.
    private sealed class OneBufferFile(int length) : IOpenFile
    {
        private readonly byte[] _content = new byte[length];

        public ValueTask<StoreResult<int>> ReadAsync(long offset, Memory<byte> buffer)
        {
            _content.CopyTo(buffer.Span);
            return new(_content.Length);
        }

        public ValueTask<StoreError> WriteAsync(long offset, ReadOnlySequence<byte> data)
        {
            data.CopyTo(_content);
            return new(StoreError.None);
        }

        public ValueTask<StoreResult<FileAttributes>> GetAttributesAsync() => new(StoreError.NotSupported);

        public ValueTask<StoreError> SetAttributesAsync(AttributeChanges changes) => new(StoreError.NotSupported);

        public ValueTask<StoreError> SyncAsync() => new(StoreError.NotSupported);

        public ValueTask<StoreError> CopyToAsync(long offset, long length, IOpenFile target, long targetOffset, CancellationToken cancellationToken = default) => new(StoreError.NotSupported);

        public ValueTask<StoreResult<FileSystemUsage>> GetUsageAsync() => new(StoreError.NotSupported);

        public ValueTask<StoreError> CommitAsync() => new(StoreError.None);

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }

    private sealed class CountingWriter : PipeWriter
    {
        private readonly byte[] _buffer = new byte[512 * 1024];

        public long Written { get; set; }

        public override void Advance(int bytes) => Written += bytes;

        public override Memory<byte> GetMemory(int sizeHint = 0) => _buffer;

        public override Span<byte> GetSpan(int sizeHint = 0) => _buffer;

        public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default) => new(new FlushResult(false, false));

        public override void CancelPendingFlush()
        {
        }

        public override void Complete(Exception? exception = null)
        {
        }
    }
}
