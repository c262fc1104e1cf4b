using System.Buffers;
using System.Buffers.Binary;

namespace Waybill.Sftp;

/// <summary>What stands at the beginning of the input.</summary>
internal enum SftpFrame
{
    /// <summary>Part of a message.</summary>
    Incomplete,

    /// <summary>A whole message.</summary>
    Message,

    /// <summary>A length that no message has: where the next one would begin is unknown, so that the session ends.</summary>
    Bad,
}

/// <summary>uint32 length, then that many bytes: draft-ietf-secsh-filexfer-02, section 3.</summary>
internal static class SftpFraming
{
    public const int LengthField = 4;

    /// <summary>Takes the first message off <paramref name="input"/>, which is left alone when there is no whole one.</summary>
    public static SftpFrame TryTake(ref ReadOnlySequence<byte> input, int limit, out ReadOnlySequence<byte> message)
    {
        message = default;
        if (input.Length < LengthField)
        {
            return SftpFrame.Incomplete;
        }

        Span<byte> field = stackalloc byte[LengthField];
        input.Slice(0, LengthField).CopyTo(field);
        var length = BinaryPrimitives.ReadUInt32BigEndian(field);
        if (length == 0 || length > (uint)limit)
        {
            return SftpFrame.Bad;
        }

        if (input.Length - LengthField < length)
        {
            return SftpFrame.Incomplete;
        }

        message = input.Slice(LengthField, length);
        input = input.Slice(message.End);
        return SftpFrame.Message;
    }
}
