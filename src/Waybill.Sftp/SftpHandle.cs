using System.Buffers.Binary;
using Waybill.Storage;

namespace Waybill.Sftp;

/// <summary>What a handle may be used for. A row of the table names those that it takes; having one of them is enough.</summary>
[Flags]
internal enum SftpHandleKinds
{
    None = 0,
    Read = 1,
    Write = 2,
    Directory = 4,
    File = Read | Write,
    Any = Read | Write | Directory,
}

/// <summary>An open file or directory of one session. Owned by its <see cref="SftpHandleTable"/> until CLOSE takes it out.</summary>
internal sealed class SftpHandle
{
    /// <summary>Bytes of a handle on the wire: the slot and a nonce that no other session can guess.</summary>
    public const int Length = 4 + NonceLength;

    public const int NonceLength = 8;

    private readonly byte[] _bytes = new byte[Length];
    private long _from;
    private long _to;

    public SftpHandle(VaultPath path, FileRights rights, IOpenFile file, OpenModes modes, long? expectedSize)
    {
        (Path, Rights, File, ExpectedSize) = (path, rights, file, expectedSize);
        Kinds = (modes.HasFlag(OpenModes.Read) ? SftpHandleKinds.Read : 0) | (modes.HasFlag(OpenModes.Write) ? SftpHandleKinds.Write : 0);
    }

    public SftpHandle(VaultPath path, FileRights rights, IDirectoryListing directory)
    {
        (Path, Rights, Directory, Kinds) = (path, rights, directory, SftpHandleKinds.Directory);
    }

    public ReadOnlySpan<byte> Bytes => _bytes;

    public VaultPath Path { get; }

    /// <summary>The rights that held when it was opened.</summary>
    public FileRights Rights { get; }

    public SftpHandleKinds Kinds { get; }

    public IOpenFile? File { get; }

    public IDirectoryListing? Directory { get; }

    /// <summary>The size that the client announced in OPEN (WinSCP does), for the catalogue.</summary>
    public long? ExpectedSize { get; }

    public long BytesRead { get; private set; }

    /// <summary>The longest stretch that was read without a gap.</summary>
    public long ReadFrom { get; private set; }

    public long ReadTo { get; private set; }

    public long BytesWritten { get; set; }

    /// <summary>
    /// Notes what was read. Clients that read on are one stretch, however often they look at something twice; one that jumps begins another.
    /// </summary>
    public void NoteRead(long offset, long count)
    {
        BytesRead += count;
        (_from, _to) = offset <= _to && offset + count >= _from ? (Math.Min(_from, offset), Math.Max(_to, offset + count)) : (offset, offset + count);
        if (_to - _from > ReadTo - ReadFrom)
        {
            (ReadFrom, ReadTo) = (_from, _to);
        }
    }

    public ValueTask DisposeAsync() => File?.DisposeAsync() ?? Directory?.DisposeAsync() ?? ValueTask.CompletedTask;

    /// <summary>Gives it its name on the wire.</summary>
    public void Name(int slot, ReadOnlySpan<byte> nonce)
    {
        BinaryPrimitives.WriteInt32BigEndian(_bytes, slot);
        nonce.CopyTo(_bytes.AsSpan(4));
    }
}
