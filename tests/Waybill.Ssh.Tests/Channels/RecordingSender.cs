using System.Buffers.Binary;
using Waybill.Ssh.Transport;

namespace Waybill.Ssh.Tests.Channels;

/// <summary>An <see cref="IMessageSender"/> that keeps what was sent; its flush can be held, as during a key exchange, or fail.</summary>
internal sealed class RecordingSender : IMessageSender
{
    private readonly Lock _lock = new();
    private readonly List<byte[]> _messages = [];
    private TaskCompletionSource<bool>? _held;
    private long _dataBytes;
    private int _flushes;

    /// <summary>Off: counts only, so that allocations of the code under test can be measured.</summary>
    public bool Records { get; set; } = true;

    public bool Ended { get; set; }

    public long DataBytes => Volatile.Read(ref _dataBytes);

    public int Flushes => Volatile.Read(ref _flushes);

    public byte[][] Messages
    {
        get
        {
            lock (_lock)
            {
                return [.. _messages];
            }
        }
    }

    public byte[] Numbers => [.. Messages.Select(message => message[0])];

    public void Clear()
    {
        lock (_lock)
        {
            _messages.Clear();
        }
    }

    public byte[][] Of(byte number) => [.. Messages.Where(message => message[0] == number)];

    /// <summary>All bytes of CHANNEL_DATA that were sent.</summary>
    public byte[] Data() => [.. Of(94).SelectMany(message => message[9..])];

    /// <summary>The sum of all WINDOW_ADJUST messages.</summary>
    public long Credit() => Of(93).Sum(message => (long)BinaryPrimitives.ReadUInt32BigEndian(message.AsSpan(5)));

    /// <summary>The credit since the last call; what comes meanwhile is for the next.</summary>
    public long TakeCredit()
    {
        lock (_lock)
        {
            var credit = Credit();
            _messages.Clear();
            return credit;
        }
    }

    public void HoldFlushes()
    {
        lock (_lock)
        {
            _held = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    public void ReleaseFlushes()
    {
        lock (_lock)
        {
            _held?.SetResult(true);
            _held = null;
        }
    }

    public void Send(ReadOnlySpan<byte> payload) => Send(payload, default);

    public void Send(ReadOnlySpan<byte> head, ReadOnlySpan<byte> body)
    {
        lock (_lock)
        {
            _dataBytes += body.Length;
            if (Records)
            {
                _messages.Add([.. head, .. body]);
            }
        }
    }

    public ValueTask<bool> FlushAsync(CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            _flushes++;
            return _held is { } held ? new ValueTask<bool>(held.Task.WaitAsync(cancellationToken)) : new ValueTask<bool>(!Ended);
        }
    }
}
