using System.Security.Cryptography;

namespace Waybill.Core.Backup;

/// <summary>
/// A member's content on its way into the archive: exactly as many bytes as were announced in its header, hashed as they pass. A file that is cut while it is
/// read would leave the archive without an end of the member, so that is an error; what it grows by meanwhile is left out.
/// </summary>
/// <param name="length">Bytes.</param>
/// <param name="read">Reads at an offset; 0 at the end.</param>
internal sealed class MemberStream(long length, Func<long, Memory<byte>, CancellationToken, ValueTask<int>> read) : Stream
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private long _position;

    public override bool CanRead => true;

    /// <summary>So that the archive's writer asks for the length; nothing ever seeks.</summary>
    public override bool CanSeek => true;

    public override bool CanWrite => false;

    public override long Length { get; } = length;

    public override long Position
    {
        get => _position;
        set => throw new NotSupportedException();
    }

    /// <summary>The hash of what was read.</summary>
    public string Sha256() => Convert.ToHexStringLower(_hash.GetHashAndReset());

    /// <summary>A file of the installation.</summary>
    public static MemberStream Of(FileStream file) => new(file.Length, (offset, buffer, cancellationToken) => RandomAccess.ReadAsync(file.SafeFileHandle, buffer, offset, cancellationToken));

    /// <summary>Bytes in memory.</summary>
    public static MemberStream Of(byte[] bytes) => new(bytes.Length, (offset, buffer, _) =>
    {
        var count = (int)Math.Min(buffer.Length, bytes.Length - offset);
        bytes.AsMemory((int)offset, count).CopyTo(buffer);
        return ValueTask.FromResult(count);
    });

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var wanted = (int)Math.Min(buffer.Length, Length - _position);
        if (wanted == 0)
        {
            return 0;
        }

        var count = await read(_position, buffer[..wanted], cancellationToken).ConfigureAwait(false);
        if (count == 0)
        {
            throw new IOException("A file was cut while it was being backed up. Make the backup again.");
        }

        _hash.AppendData(buffer.Span[..count]);
        _position += count;
        return count;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        _hash.Dispose();
        base.Dispose(disposing);
    }
}
