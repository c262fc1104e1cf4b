using System.Buffers.Binary;

namespace Waybill.Sftp.Wire;

/// <summary>
/// Reads the wire types of a request. Once a read fails everything after it is empty and <see cref="Succeeded"/> is false, so that a parser reads all its
/// fields in order and asks once at the end.
/// </summary>
internal ref struct SftpReader(ReadOnlySpan<byte> bytes)
{
    private readonly ReadOnlySpan<byte> _bytes = bytes;

    /// <summary>Bytes read so far.</summary>
    public int Position { get; private set; }

    /// <summary>Whether every read so far lay inside the request.</summary>
    public bool Succeeded { get; private set; } = true;

    /// <summary>Every read succeeded and nothing is left: the end of every parser.</summary>
    public readonly bool EndsHere => Succeeded && Position == _bytes.Length;

    public byte ReadByte() => Take(1) is [var value] ? value : (byte)0;

    public uint ReadUInt32() => Take(4) is { Length: 4 } field ? BinaryPrimitives.ReadUInt32BigEndian(field) : 0;

    public ulong ReadUInt64() => Take(8) is { Length: 8 } field ? BinaryPrimitives.ReadUInt64BigEndian(field) : 0;

    public ReadOnlySpan<byte> ReadString() => Take(ReadUInt32());

    private ReadOnlySpan<byte> Take(uint length)
    {
        if (!Succeeded || length > (uint)(_bytes.Length - Position))
        {
            Succeeded = false;
            return default;
        }

        var field = _bytes.Slice(Position, (int)length);
        Position += (int)length;
        return field;
    }
}
