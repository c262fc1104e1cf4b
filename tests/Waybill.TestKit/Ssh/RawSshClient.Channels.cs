using Waybill.SshKeys.Wire;

namespace Waybill.TestKit.Ssh;

/// <summary>Channels (RFC 4254 section 5).</summary>
public sealed partial class RawSshClient
{
    private readonly Dictionary<uint, RawSshChannel> _channels = [];
    private uint _nextChannel;

    /// <summary>Messages that belong to no channel that we know, of what was received while a channel waited; the last 1,000.</summary>
    public Queue<byte[]> Strays { get; } = new();

    /// <summary>Opens a channel; throws with the server's reason when it refuses.</summary>
    public async Task<RawSshChannel> OpenChannelAsync(uint window = 2 * 1024 * 1024, uint packet = 32 * 1024, string type = "session")
    {
        var channel = new RawSshChannel(this, _nextChannel++, window);
        _channels.Add(channel.LocalId, channel);
        await SendAsync(OpenRequest(channel.LocalId, window, packet, type));
        await PumpUntilAsync(() => channel.IsOpen || channel.OpenFailure is not null);
        if (channel.OpenFailure is { } failure)
        {
            _channels.Remove(channel.LocalId);
            throw new InvalidOperationException($"The server refused the channel: {failure}.");
        }

        return channel;
    }

    /// <summary>Opens a channel with a subsystem on it.</summary>
    public async Task<RawSshChannel> OpenSubsystemAsync(string name, uint window = 2 * 1024 * 1024, uint packet = 32 * 1024)
    {
        var channel = await OpenChannelAsync(window, packet);
        return await channel.RequestSubsystemAsync(name) ? channel : throw new InvalidOperationException($"The server refused the subsystem {name}.");
    }

    /// <summary>CHANNEL_OPEN.</summary>
    public static byte[] OpenRequest(uint channel, uint window, uint packet, string type = "session") =>
        new MessageBuilder(SshMessage.ChannelOpen).String(type).UInt32(channel).UInt32(window).UInt32(packet).ToArray();

    /// <summary>Receives and hands messages to their channels until <paramref name="condition"/> holds. Several callers take turns.</summary>
    public async Task PumpUntilAsync(Func<bool> condition)
    {
        ArgumentNullException.ThrowIfNull(condition);
        while (!condition())
        {
            await EnterAsync(_receiveGate, "receive");
            try
            {
                // Whoever held the gate before may have received what we wait for.
                if (!condition() && await ReceiveOrHandleAsync() is { } payload)
                {
                    Dispatch(payload);
                }
            }
            finally
            {
                _receiveGate.Release();
            }
        }
    }

    private void Dispatch(byte[] payload)
    {
        if (payload[0] == SshMessage.Disconnect)
        {
            throw Unexpected("a channel message", payload);
        }

        var reader = new SshReader(payload.AsSpan(1));
        if (payload[0] is >= SshMessage.ChannelOpenConfirmation and <= SshMessage.ChannelFailure && _channels.TryGetValue(reader.ReadUInt32(), out var channel))
        {
            channel.Take(payload[0], ref reader);
            return;
        }

        Strays.Enqueue(payload);
        if (Strays.Count > 1000)
        {
            Strays.Dequeue();
        }
    }
}
