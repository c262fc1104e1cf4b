using System.Text;
using Waybill.Ssh.Transport;
using Waybill.SshKeys.Wire;
using Waybill.TestKit.Ssh;

namespace Waybill.Fuzz;

/// <summary>Notes which messages a part of the server sends.</summary>
internal sealed class FuzzSender : IMessageSender
{
    private readonly Lock _lock = new();
    private readonly HashSet<byte> _sent = [];

    /// <summary>How many messages were sent.</summary>
    public int Count { get; private set; }

    /// <summary>The number of the last one.</summary>
    public byte Last { get; private set; }

    /// <summary>The words of the last CHANNEL_OPEN_FAILURE.</summary>
    public string? OpenRefused { get; private set; }

    public bool HasSent(byte message)
    {
        lock (_lock)
        {
            return _sent.Contains(message);
        }
    }

    public void Send(ReadOnlySpan<byte> payload)
    {
        lock (_lock)
        {
            _sent.Add(payload[0]);
            Count++;
            Last = payload[0];
            if (payload[0] == SshMessage.ChannelOpenFailure)
            {
                // byte SSH_MSG_CHANNEL_OPEN_FAILURE, uint32 recipient channel, uint32 reason code, string description, string language tag
                var reader = new SshReader(payload[9..]);
                OpenRefused = Encoding.UTF8.GetString(reader.ReadString());
            }
        }
    }

    public void Send(ReadOnlySpan<byte> head, ReadOnlySpan<byte> body) => Send(head);

    public ValueTask<bool> FlushAsync(CancellationToken cancellationToken) => new(true);
}
