using System.Buffers.Binary;
using System.Text;

namespace Waybill.SshKeys.Wire;

/// <summary>
/// Writes the data types of RFC 4251 section 5 into a span that the caller has sized; running over its end throws
/// <see cref="ArgumentException"/> or <see cref="ArgumentOutOfRangeException"/>, which is a defect of the caller, never of a peer.
/// </summary>
public ref struct SshWriter
{
    private readonly Span<byte> _target;

    /// <summary>Starts at the first byte of <paramref name="target"/>.</summary>
    public SshWriter(Span<byte> target) => _target = target;

    /// <summary>How many bytes have been written.</summary>
    public int Position { get; private set; }

    /// <summary>What has been written.</summary>
    public readonly ReadOnlySpan<byte> Written => _target[..Position];

    /// <summary>One byte.</summary>
    public void WriteByte(byte value) => _target[Position++] = value;

    /// <summary>A boolean as 0 or 1.</summary>
    public void WriteBoolean(bool value) => WriteByte(value ? (byte)1 : (byte)0);

    /// <summary>A uint32, big-endian.</summary>
    public void WriteUInt32(uint value)
    {
        BinaryPrimitives.WriteUInt32BigEndian(_target[Position..], value);
        Position += 4;
    }

    /// <summary>A uint64, big-endian.</summary>
    public void WriteUInt64(ulong value)
    {
        BinaryPrimitives.WriteUInt64BigEndian(_target[Position..], value);
        Position += 8;
    }

    /// <summary>A string: uint32 length, then the bytes.</summary>
    public void WriteString(ReadOnlySpan<byte> value)
    {
        WriteUInt32((uint)value.Length);
        WriteBytes(value);
    }

    /// <summary>A string in UTF-8.</summary>
    public void WriteString(string value)
    {
        var count = Encoding.UTF8.GetByteCount(value);
        WriteUInt32((uint)count);
        Encoding.UTF8.GetBytes(value, _target.Slice(Position, count));
        Position += count;
    }

    /// <summary>A non-negative mpint from its big-endian magnitude; leading zeros are dropped, a zero is put before a set top bit.</summary>
    public void WriteMpint(ReadOnlySpan<byte> magnitude)
    {
        magnitude = magnitude.TrimStart((byte)0);
        var pad = !magnitude.IsEmpty && (magnitude[0] & 0x80) != 0;
        WriteUInt32((uint)(magnitude.Length + (pad ? 1 : 0)));
        if (pad)
        {
            WriteByte(0);
        }

        WriteBytes(magnitude);
    }

    /// <summary>The bytes as they are.</summary>
    public void WriteBytes(ReadOnlySpan<byte> value)
    {
        value.CopyTo(_target[Position..]);
        Position += value.Length;
    }
}
