using System.Buffers.Binary;

namespace Waybill.Ssh.Transport;

/// <summary>
/// Outgoing messages that wait for the end of a key exchange (RFC 4253 section 7.1), in order, at most as many as the limit; channel data
/// has a limit of its own, since each channel may be in the middle of a burst when the exchange begins. Window adjusts of one channel are added up
/// into one: a client may have 16 MiB on the way when our KEXINIT goes out, and each 96 KiB of it asks for an adjust.
/// </summary>
internal sealed class HeldMessages(int limit, int dataLimit)
{
    private const int AdjustLength = 9;
    private readonly Queue<byte[]> _messages = new();

    private int _data;

    public int Count => _messages.Count;

    /// <summary>Keeps a copy; <see langword="false"/> when the limit is reached.</summary>
    public bool TryHold(ReadOnlySpan<byte> head, ReadOnlySpan<byte> body)
    {
        if (TryAddToAdjust(head, body))
        {
            return true;
        }

        var isData = IsData(head[0]);
        if (isData ? _data >= dataLimit : _messages.Count - _data >= limit)
        {
            return false;
        }

        var message = new byte[head.Length + body.Length];
        head.CopyTo(message);
        body.CopyTo(message.AsSpan(head.Length));
        _messages.Enqueue(message);
        _data += isData ? 1 : 0;
        return true;
    }

    public bool TryTake(out byte[] message)
    {
        if (!_messages.TryDequeue(out message!))
        {
            return false;
        }

        _data -= IsData(message[0]) ? 1 : 0;
        return true;
    }

    public void Clear()
    {
        _messages.Clear();
        _data = 0;
    }

    private static bool IsData(byte message) => message is MessageNumber.ChannelData or MessageNumber.ChannelExtendedData;

    private bool TryAddToAdjust(ReadOnlySpan<byte> head, ReadOnlySpan<byte> body)
    {
        // byte SSH_MSG_CHANNEL_WINDOW_ADJUST, uint32 recipient channel, uint32 bytes to add
        if (head.Length != AdjustLength || !body.IsEmpty || head[0] != MessageNumber.ChannelWindowAdjust)
        {
            return false;
        }

        foreach (var held in _messages)
        {
            if (held.Length == AdjustLength && held.AsSpan(0, 5).SequenceEqual(head[..5]))
            {
                var sum = (ulong)BinaryPrimitives.ReadUInt32BigEndian(held.AsSpan(5)) + BinaryPrimitives.ReadUInt32BigEndian(head[5..]);
                if (sum <= uint.MaxValue)
                {
                    BinaryPrimitives.WriteUInt32BigEndian(held.AsSpan(5), (uint)sum);
                    return true;
                }
            }
        }

        return false;
    }
}
