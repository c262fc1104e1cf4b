using System.Buffers;
using System.Security.Cryptography;

namespace Waybill.Core.Feeds;

/// <summary>Reads a stream to its end and learns on the way what its content is: hash, and whether there is anything behind the first line.</summary>
internal sealed class MeasuringStream(Stream inner) : Stream
{
    private static readonly SearchValues<byte> Blank = SearchValues.Create(" \t\r\n\u001a"u8);

    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private bool _inBody;

    /// <summary>Whether there is more than blanks behind the first line.</summary>
    public bool HasBody { get; private set; }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public byte[] Hash() => _hash.GetHashAndReset();

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var count = await inner.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
        Measure(buffer.Span[..count]);
        return count;
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _hash.Dispose();
            inner.Dispose();
        }

        base.Dispose(disposing);
    }

    private void Measure(ReadOnlySpan<byte> data)
    {
        _hash.AppendData(data);
        if (!_inBody)
        {
            var end = data.IndexOfAny((byte)'\n', (byte)'\r');
            _inBody = end >= 0;
            data = data[(end + 1)..];
        }

        HasBody |= _inBody && data.ContainsAnyExcept(Blank);
    }
}
