using System.Buffers.Binary;

namespace Waybill.SshKeys.Wire;

/// <summary>
/// Reads the data types of RFC 4251 section 5 (and of SFTP, which uses the same) from one message.
/// A failed read is sticky: it returns the default value, everything after it fails too, and
/// <see cref="Succeeded"/> is <see langword="false"/>; so a parser reads straight down its field list and checks once at the end.
/// </summary>
public ref struct SshReader
{
    private ReadOnlySpan<byte> _rest;

    /// <summary>Starts at the first byte of <paramref name="message"/>.</summary>
    public SshReader(ReadOnlySpan<byte> message)
    {
        _rest = message;
        Succeeded = true;
    }

    /// <summary>No read has failed so far.</summary>
    public bool Succeeded { get; private set; }

    /// <summary>Every read succeeded and nothing is left: what each parser demands at its end.</summary>
    public readonly bool SucceededToTheEnd => Succeeded && _rest.IsEmpty;

    /// <summary>What has not been read yet.</summary>
    public readonly ReadOnlySpan<byte> Rest => _rest;

    /// <summary>One byte.</summary>
    public byte ReadByte()
    {
        var bytes = ReadBytes(1);
        return bytes.IsEmpty ? (byte)0 : bytes[0];
    }

    /// <summary>A boolean: any value but zero is true (RFC 4251 section 5).</summary>
    public bool ReadBoolean() => ReadByte() != 0;

    /// <summary>A uint32, big-endian.</summary>
    public uint ReadUInt32()
    {
        var bytes = ReadBytes(4);
        return bytes.IsEmpty ? 0 : BinaryPrimitives.ReadUInt32BigEndian(bytes);
    }

    /// <summary>A uint64, big-endian.</summary>
    public ulong ReadUInt64()
    {
        var bytes = ReadBytes(8);
        return bytes.IsEmpty ? 0 : BinaryPrimitives.ReadUInt64BigEndian(bytes);
    }

    /// <summary>A string: uint32 length, then that many bytes. The length is checked against what is there before anything else happens.</summary>
    public ReadOnlySpan<byte> ReadString()
    {
        var length = ReadUInt32();
        if (length > (uint)_rest.Length)
        {
            Fail();
            return default;
        }

        return ReadBytes((int)length);
    }

    /// <summary>
    /// A non-negative mpint as its magnitude, big-endian, without leading zeros (zero is empty).
    /// Negative numbers and superfluous leading zeros fail (RFC 4251 section 5).
    /// </summary>
    public ReadOnlySpan<byte> ReadPositiveMpint()
    {
        var bytes = ReadString();
        if (bytes.IsEmpty)
        {
            return bytes;
        }

        if ((bytes[0] & 0x80) != 0 || (bytes[0] == 0 && (bytes.Length == 1 || (bytes[1] & 0x80) == 0)))
        {
            Fail();
            return default;
        }

        return bytes[0] == 0 ? bytes[1..] : bytes;
    }

    /// <summary>Exactly <paramref name="count"/> bytes; empty after a failure.</summary>
    public ReadOnlySpan<byte> ReadBytes(int count)
    {
        if (!Succeeded || count > _rest.Length)
        {
            Fail();
            return default;
        }

        var bytes = _rest[..count];
        _rest = _rest[count..];
        return bytes;
    }

    private void Fail()
    {
        Succeeded = false;
        _rest = default;
    }
}
