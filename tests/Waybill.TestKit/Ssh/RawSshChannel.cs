using System.Diagnostics.CodeAnalysis;
using System.Text;
using Waybill.SshKeys.Wire;

namespace Waybill.TestKit.Ssh;

/// <summary>A channel as the client sees it. It keeps both windows as RFC 4254 section 5.2 says, and notes a server that does not.</summary>
public sealed class RawSshChannel
{
    private readonly RawSshClient _client;
    private readonly Queue<byte[]> _received = new();
    private readonly Lock _lock = new();
    private readonly uint _fullWindow;
    private long _remoteWindow;
    private int _successes;
    private int _failures;

    internal RawSshChannel(RawSshClient client, uint localId, uint window)
    {
        _client = client;
        LocalId = localId;
        _fullWindow = window;
        LocalWindow = window;
    }

    /// <summary>Our number.</summary>
    public uint LocalId { get; }

    /// <summary>The server's number.</summary>
    public uint RemoteId { get; private set; }

    /// <summary>The largest data message that the server takes.</summary>
    public uint RemotePacket { get; private set; }

    /// <summary>Whether the server confirmed it.</summary>
    public bool IsOpen { get; private set; }

    /// <summary>Why the server refused it.</summary>
    public string? OpenFailure { get; private set; }

    /// <summary>Bytes that we may still send.</summary>
    public long RemoteWindow => Interlocked.Read(ref _remoteWindow);

    /// <summary>Bytes that the server may still send.</summary>
    public long LocalWindow { get; private set; }

    /// <summary>Give back credit as data is taken (once half of the window is used).</summary>
    public bool AutoAdjust { get; set; } = true;

    /// <summary>WINDOW_ADJUST messages received.</summary>
    public int Adjustments { get; private set; }

    /// <summary>The server sent EOF.</summary>
    public bool EofReceived { get; private set; }

    /// <summary>The server sent CLOSE.</summary>
    public bool CloseReceived { get; private set; }

    /// <summary>exit-status, if it was sent.</summary>
    public uint? ExitStatus { get; private set; }

    /// <summary>Bytes of extended data received.</summary>
    public long ExtendedBytes { get; private set; }

    /// <summary>Requests a subsystem.</summary>
    public Task<bool> RequestSubsystemAsync(string name) => RequestAsync("subsystem", request => request.String(name));

    /// <summary>Requests a command.</summary>
    public Task<bool> RequestExecAsync(string command) => RequestAsync("exec", request => request.String(command));

    /// <summary>Sends any request that wants a reply; whether it succeeded.</summary>
    public async Task<bool> RequestAsync(string type, Action<MessageBuilder>? fields = null)
    {
        var request = Message(SshMessage.ChannelRequest).String(type).Boolean(true);
        fields?.Invoke(request);
        var (successes, failures) = (_successes, _failures);
        await _client.SendAsync(request.ToArray());
        await _client.PumpUntilAsync(() => _successes + _failures > successes + failures || CloseReceived);
        return _successes > successes;
    }

    /// <summary>Sends data, in messages that the server takes, waiting for its window.</summary>
    public async Task SendDataAsync(ReadOnlyMemory<byte> data)
    {
        while (!data.IsEmpty)
        {
            await _client.PumpUntilAsync(() => RemoteWindow > 0 || CloseReceived);
            if (CloseReceived)
            {
                throw new PeerClosedException("The server closed the channel.");
            }

            var count = (int)Math.Min(Math.Min(data.Length, RemotePacket), RemoteWindow);
            Interlocked.Add(ref _remoteWindow, -count);
            await SendDataUncheckedAsync(data[..count]);
            data = data[count..];
        }
    }

    /// <summary>Sends one data message whatever the window says.</summary>
    public Task SendDataUncheckedAsync(ReadOnlyMemory<byte> data) => _client.SendAsync(Message(SshMessage.ChannelData).String(data.Span).ToArray());

    /// <summary>Receives the next piece of data; null after EOF or CLOSE.</summary>
    public async Task<byte[]?> ReceiveDataAsync()
    {
        // The condition may be asked more than once and so must take nothing.
        await _client.PumpUntilAsync(() => HasData || EofReceived || CloseReceived);
        if (!TryTake(out var piece))
        {
            return null;
        }

        if (AutoAdjust && LocalWindow < _fullWindow / 2)
        {
            await AdjustAsync((uint)(_fullWindow - LocalWindow));
        }

        return piece;
    }

    /// <summary>Gives the server credit.</summary>
    public Task AdjustAsync(uint bytes)
    {
        lock (_lock)
        {
            LocalWindow += bytes;
        }

        return _client.SendAsync(Message(SshMessage.ChannelWindowAdjust).UInt32(bytes).ToArray());
    }

    /// <summary>Sends EOF.</summary>
    public Task SendEofAsync() => _client.SendAsync(Message(SshMessage.ChannelEof).ToArray());

    /// <summary>Sends CLOSE.</summary>
    public Task SendCloseAsync() => _client.SendAsync(Message(SshMessage.ChannelClose).ToArray());

    /// <summary>Closes and waits for the server's CLOSE.</summary>
    public async Task CloseAsync()
    {
        await SendCloseAsync();
        await _client.PumpUntilAsync(() => CloseReceived);
    }

    /// <summary>Waits for the server's CLOSE.</summary>
    public Task WaitForCloseAsync() => _client.PumpUntilAsync(() => CloseReceived);

    /// <summary>The head of a message to this channel.</summary>
    public MessageBuilder Message(byte number) => new MessageBuilder(number).UInt32(RemoteId);

    /// <summary>The channel as a stream, for SFTP.</summary>
    public Stream AsStream() => new RawSshChannelStream(this);

    internal void Take(byte number, ref SshReader reader)
    {
        switch (number)
        {
            case SshMessage.ChannelOpenConfirmation:
                RemoteId = reader.ReadUInt32();
                Interlocked.Exchange(ref _remoteWindow, reader.ReadUInt32());
                RemotePacket = reader.ReadUInt32();
                IsOpen = true;
                break;
            case SshMessage.ChannelOpenFailure:
                OpenFailure = $"{reader.ReadUInt32()} {Encoding.UTF8.GetString(reader.ReadString())}";
                break;
            case SshMessage.ChannelWindowAdjust:
                if (Interlocked.Add(ref _remoteWindow, reader.ReadUInt32()) > uint.MaxValue)
                {
                    throw new InvalidDataException("The server's window grew beyond 2^32 - 1.");
                }

                Adjustments++;
                break;
            case SshMessage.ChannelData:
                TakeData(reader.ReadString().ToArray());
                break;
            case SshMessage.ChannelExtendedData:
                reader.ReadUInt32();
                ExtendedBytes += reader.ReadString().Length;
                break;
            case SshMessage.ChannelEof:
                EofReceived = true;
                break;
            case SshMessage.ChannelClose:
                CloseReceived = true;
                break;
            case SshMessage.ChannelRequest:
                if (reader.ReadString().SequenceEqual("exit-status"u8))
                {
                    reader.ReadBoolean();
                    ExitStatus = reader.ReadUInt32();
                }

                break;
            case SshMessage.ChannelSuccess:
                _successes++;
                break;
            case SshMessage.ChannelFailure:
                _failures++;
                break;
        }

        if (!reader.Succeeded)
        {
            throw new InvalidDataException($"The server's channel message {number} is malformed.");
        }
    }

    private void TakeData(byte[] data)
    {
        lock (_lock)
        {
            LocalWindow -= data.Length;
            if (LocalWindow < 0 || EofReceived || CloseReceived)
            {
                throw new InvalidDataException(LocalWindow < 0 ? "The server sent more than the window allows." : "The server sent data after EOF or CLOSE.");
            }

            _received.Enqueue(data);
        }
    }

    private bool HasData
    {
        get
        {
            lock (_lock)
            {
                return _received.Count > 0;
            }
        }
    }

    private bool TryTake([NotNullWhen(true)] out byte[]? piece)
    {
        lock (_lock)
        {
            return _received.TryDequeue(out piece);
        }
    }
}
