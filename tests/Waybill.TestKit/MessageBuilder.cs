using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Waybill.TestKit;

/// <summary>Builds messages of SSH, SFTP and key files, also wrong ones: every field can be anything.</summary>
public sealed class MessageBuilder
{
    private readonly ArrayBufferWriter<byte> _bytes = new();

    /// <summary>Starts empty.</summary>
    public MessageBuilder()
    {
    }

    /// <summary>Starts with a message number.</summary>
    public MessageBuilder(byte number) => Byte(number);

    /// <summary>How long it is so far.</summary>
    public int Length => _bytes.WrittenCount;

    /// <summary>One byte.</summary>
    public MessageBuilder Byte(byte value) => Raw([value]);

    /// <summary>A boolean.</summary>
    public MessageBuilder Boolean(bool value) => Byte(value ? (byte)1 : (byte)0);

    /// <summary>A uint32.</summary>
    public MessageBuilder UInt32(uint value)
    {
        BinaryPrimitives.WriteUInt32BigEndian(_bytes.GetSpan(4), value);
        _bytes.Advance(4);
        return this;
    }

    /// <summary>A uint64.</summary>
    public MessageBuilder UInt64(ulong value)
    {
        BinaryPrimitives.WriteUInt64BigEndian(_bytes.GetSpan(8), value);
        _bytes.Advance(8);
        return this;
    }

    /// <summary>A string.</summary>
    public MessageBuilder String(ReadOnlySpan<byte> value) => UInt32((uint)value.Length).Raw(value);

    /// <summary>A string in UTF-8.</summary>
    public MessageBuilder String(string value) => String(Encoding.UTF8.GetBytes(value));

    /// <summary>A name-list.</summary>
    public MessageBuilder NameList(IEnumerable<string> names) => String(string.Join(',', names));

    /// <summary>A non-negative mpint from its magnitude.</summary>
    public MessageBuilder Mpint(ReadOnlySpan<byte> magnitude)
    {
        magnitude = magnitude.TrimStart((byte)0);
        return magnitude.IsEmpty || magnitude[0] < 0x80 ? String(magnitude) : UInt32((uint)magnitude.Length + 1).Byte(0).Raw(magnitude);
    }

    /// <summary>Bytes as they are.</summary>
    public MessageBuilder Raw(ReadOnlySpan<byte> bytes)
    {
        _bytes.Write(bytes);
        return this;
    }

    /// <summary>A copy of what was built.</summary>
    public byte[] ToArray() => _bytes.WrittenSpan.ToArray();
}
