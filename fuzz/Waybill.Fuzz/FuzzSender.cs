using Waybill.Ssh.Transport;

namespace Waybill.Fuzz;

/// <summary>Notes which messages a part of the server sends.</summary>
internal sealed class FuzzSender : IMessageSender
{
    private readonly Lock _lock = new();
    private readonly HashSet<byte> _sent = [];

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
        }
    }

    public void Send(ReadOnlySpan<byte> head, ReadOnlySpan<byte> body) => Send(head);

    public ValueTask<bool> FlushAsync(CancellationToken cancellationToken) => new(true);
}
