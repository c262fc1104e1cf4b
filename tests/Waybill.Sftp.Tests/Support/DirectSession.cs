using System.Buffers;
using System.Buffers.Binary;
using System.IO.Pipelines;
using Waybill.Storage;
using Waybill.TestKit;
using Waybill.TestKit.Storage;

namespace Waybill.Sftp.Tests.Support;

/// <summary>A session fed with bytes cut as the test likes, with one file open in slot 0 under a nonce that the test chooses.</summary>
internal sealed class DirectSession : IAsyncDisposable
{
    private readonly Pipe _output = new(new PipeOptions(pauseWriterThreshold: 0));
    private readonly SftpSession _session;

    private DirectSession(MemoryFileStore store) =>
        _session = new SftpSession(
            store, new FolderRules(), new RecordingJournal(), new SftpOptions(), new FakeTimeProvider(), new SftpStatistics(), new SftpOutput(_output.Writer));

    public static async Task<DirectSession> OpenAsync(MemoryFileStore store, byte[] nonce, string path)
    {
        var session = new DirectSession(store);
        var file = await store.OpenAsync(VaultPath.Parse(path), OpenModes.Read | OpenModes.Write);
        var handle = new SftpHandle(VaultPath.Parse(path), FileRights.All, file.Value!, OpenModes.Read | OpenModes.Write, null);
        session._session.Handles.Add(handle);
        handle.Name(0, nonce);
        return session;
    }

    /// <summary>Feeds the pieces as one buffer of that many segments.</summary>
    public async Task FeedAsync(byte[][] pieces)
    {
        var buffer = ByteSegment.Chain(pieces);
        while (SftpFraming.TryTake(ref buffer, 262_144, out var message) == SftpFrame.Message)
        {
            Assert.True(await _session.HandleAsync(message));
        }

        Assert.True(buffer.IsEmpty);
        await _output.Writer.CompleteAsync();
    }

    public List<byte[]> Replies()
    {
        var replies = new List<byte[]>();
        Assert.True(_output.Reader.TryRead(out var read));
        var rest = read.Buffer.ToArray().AsSpan();
        while (!rest.IsEmpty)
        {
            var length = 4 + BinaryPrimitives.ReadInt32BigEndian(rest);
            replies.Add(rest[..length].ToArray());
            rest = rest[length..];
        }

        return replies;
    }

    public ValueTask DisposeAsync() => _session.EndAsync();
}
