using System.Buffers.Binary;

namespace Waybill.Sftp.Wire;

/// <summary>Writes the wire types of a reply into a span that is large enough; the caller has computed that.</summary>
internal ref struct SftpWriter(Span<byte> target)
{
    private readonly Span<byte> _target = target;

    /// <summary>Bytes written so far.</summary>
    public int Length { get; private set; }

    public void WriteByte(byte value) => _target[Length++] = value;

    public void WriteUInt32(uint value)
    {
        BinaryPrimitives.WriteUInt32BigEndian(_target[Length..], value);
        Length += 4;
    }

    public void WriteUInt64(ulong value)
    {
        BinaryPrimitives.WriteUInt64BigEndian(_target[Length..], value);
        Length += 8;
    }

    public void WriteBytes(scoped ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(_target[Length..]);
        Length += bytes.Length;
    }

    public void WriteString(scoped ReadOnlySpan<byte> text)
    {
        WriteUInt32((uint)text.Length);
        WriteBytes(text);
    }

    /// <summary>Begins a message: its length is not known yet, <see cref="End"/> sets it.</summary>
    public void Begin(SftpMessageType type, uint id)
    {
        WriteUInt32(0);
        WriteByte((byte)type);
        WriteUInt32(id);
    }

    /// <summary>Sets the length field of the message that began at the start of the span.</summary>
    public readonly int End()
    {
        BinaryPrimitives.WriteUInt32BigEndian(_target, (uint)(Length - 4));
        return Length;
    }
}
