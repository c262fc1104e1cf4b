using System.Security.Cryptography;
using System.Text;
using Waybill.Core.Feeds;

namespace Waybill.Portal.Files;

/// <summary>
/// Files that were sent to be published together. They are read whole before anything is done with them: a slow sender keeps no lock of a vault.
/// </summary>
internal sealed class UploadedSet(UploadRoom room) : IAsyncDisposable
{
    private readonly List<(string Name, FileStream Content)> _files = [];
    private readonly byte[] _buffer = new byte[PortalLimits.ApiBlock];
    private readonly IncrementalHash _all = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    /// <summary>The files.</summary>
    public IReadOnlyList<PublishFile> Files => [.. _files.Select(static file => new PublishFile(file.Name, () => new Borrowed(file.Content)))];

    /// <summary>A hash of all names and contents, in their order.</summary>
    public byte[] Hash => _all.GetCurrentHash();

    /// <summary>Reads the next file.</summary>
    public async ValueTask<UploadVerdict> AddAsync(string name, Stream body, CancellationToken cancellationToken)
    {
        if (_files.Count >= FeedLimits.SetFiles)
        {
            return UploadVerdict.TooMany;
        }

        var file = room.Create();
        _files.Add((name, file));
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        while (await body.ReadAsync(_buffer, cancellationToken) is var count and > 0)
        {
            if (!room.HasRoomFor(count))
            {
                return UploadVerdict.NoRoom;
            }

            hash.AppendData(_buffer.AsSpan(0, count));
            try
            {
                await file.WriteAsync(_buffer.AsMemory(0, count), cancellationToken);
            }
            catch (IOException)
            {
                return UploadVerdict.NoRoom;
            }
        }

        _all.AppendData(SHA256.HashData(Encoding.UTF8.GetBytes(name)));
        _all.AppendData(hash.GetHashAndReset());
        return UploadVerdict.Taken;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var (_, content) in _files)
        {
            await content.DisposeAsync();
        }

        _all.Dispose();
    }

    /// <summary>Reads a file from its beginning, without closing it.</summary>
    private sealed class Borrowed(FileStream file) : Stream
    {
        private long _position;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => file.Length;

        public override long Position
        {
            get => _position;
            set => throw new NotSupportedException();
        }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override int Read(Span<byte> buffer)
        {
            var count = RandomAccess.Read(file.SafeFileHandle, buffer, _position);
            _position += count;
            return count;
        }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var count = await RandomAccess.ReadAsync(file.SafeFileHandle, buffer, _position, cancellationToken);
            _position += count;
            return count;
        }

        public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override void Flush()
        {
        }
    }
}
