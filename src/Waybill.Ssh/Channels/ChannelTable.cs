using Microsoft.Extensions.Logging;
using Waybill.Net.Logging;
using Waybill.Ssh.Hosting;
using Waybill.Ssh.Transport;
using Waybill.SshKeys.Wire;

namespace Waybill.Ssh.Channels;

/// <summary>
/// The channels of one logged-in connection (RFC 4254 section 5). Owned by the connection's read loop, which calls <see cref="Handle"/> for each message and
/// <see cref="BatchEnd"/> after each batch; neither ever waits, because a loop that waits cannot see the WINDOW_ADJUST it waits for. Programs end on other
/// threads, so the slots have a lock.
/// </summary>
internal sealed partial class ChannelTable : IAsyncDisposable
{
    private readonly Lock _lock = new();
    private readonly ISshLogin _login;
    private readonly ChannelServices _services;
    private readonly CancellationTokenSource _lostSource = new();
    private readonly Channel?[] _slots;
    private readonly List<Channel> _batch;
    private readonly List<ISshProgram> _programs = [];
    private int _open;
    private bool _lost;
    private bool _refusing;
    private TaskCompletionSource? _drained;

    public ChannelTable(
        IMessageSender sender, ISshLogin login, SshLimits limits, TimeProvider timeProvider, ILogger logger, WindowBudget? budget = null)
    {
        _login = login;
        _services = new ChannelServices(sender, limits, budget ?? WindowBudget.Shared, timeProvider, logger, _lostSource.Token);
        _slots = new Channel?[limits.Channels];
        _batch = new List<Channel>(limits.Channels);
        EmptySince = timeProvider.GetTimestamp();
    }

    /// <summary>Channels that take a place: not closed by both sides, or with a program that still runs.</summary>
    public int OpenChannels => Volatile.Read(ref _open);

    /// <summary>Timestamp (<see cref="TimeProvider.GetTimestamp"/>) since when there has been no channel; of use while <see cref="OpenChannels"/> is 0.</summary>
    public long EmptySince { get; private set; }

    /// <summary>Called after the last channel has gone, on any thread.</summary>
    public Action? BecameEmpty { get; set; }

    /// <summary>Handles one message of numbers 90 to 100, payload from the message number on.</summary>
    /// <exception cref="SshDisconnectException">The client broke the protocol.</exception>
    public void Handle(byte message, ReadOnlySpan<byte> payload)
    {
        var reader = new SshReader(payload[1..]);
        switch (message)
        {
            case ChannelMessage.Data:
                HandleData(ref reader);
                break;
            case ChannelMessage.WindowAdjust:
                HandleWindowAdjust(ref reader);
                break;
            case ChannelMessage.Open:
                HandleOpen(ref reader);
                break;
            case ChannelMessage.Request:
                HandleRequest(ref reader);
                break;
            case ChannelMessage.ExtendedData:
                HandleExtendedData(ref reader);
                break;
            case ChannelMessage.Eof:
                HandleEnd(ReadRecipient(ref reader), static channel => channel.ReceiveEof());
                break;
            case ChannelMessage.Close:
                HandleEnd(ReadRecipient(ref reader), static channel => channel.ReceiveClose());
                break;
            case ChannelMessage.Success or ChannelMessage.Failure:
                // We never ask for a reply, so this is unsolicited: dropped, and nothing is kept of it (CVE-2026-39830).
                ReadRecipient(ref reader);
                break;
            default:
                // OPEN_CONFIRMATION and OPEN_FAILURE among them: a server that opens no channels cannot be answered.
                throw new SshDisconnectException(SshEndReason.ProtocolError, $"Message {message} is not one that a client sends.");
        }
    }

    /// <summary>After a batch of messages: programs go on once, not for each packet.</summary>
    public void BatchEnd()
    {
        foreach (var channel in _batch)
        {
            channel.InBatch = false;
            channel.EndBatch();
        }

        _batch.Clear();
    }

    /// <summary>From now on no channel is opened and no program started: the server is stopping, and what is under way may finish.</summary>
    public void RefuseNewWork()
    {
        ISshProgram[] running;
        lock (_lock)
        {
            Volatile.Write(ref _refusing, true);
            running = [.. _programs];
        }

        foreach (var program in running)
        {
            Tell(program);
        }
    }

    /// <summary>The connection is gone: programs' reads and writes fail with <see cref="IOException"/> and their tokens are cancelled. May be called twice.</summary>
    public void ConnectionLost(Exception? cause)
    {
        Channel?[] channels;
        bool anyProgram;
        lock (_lock)
        {
            if (_lost)
            {
                return;
            }

            _lost = true;
            channels = [.. _slots];
            anyProgram = _programs.Count > 0;
        }

        if (anyProgram)
        {
            // Callbacks are the programs' code and must not run in the read loop.
            _ = _lostSource.CancelAsync();
        }
        else
        {
            _lostSource.Cancel();
        }

        foreach (var channel in channels)
        {
            channel?.Lose(cause);
        }
    }

    /// <summary>Completes when no program runs.</summary>
    public Task DrainAsync(CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            if (_programs.Count == 0)
            {
                return Task.CompletedTask;
            }

            _drained ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return _drained.Task.WaitAsync(cancellationToken);
        }
    }

    /// <summary>Ends what runs and waits for it.</summary>
    public async ValueTask DisposeAsync()
    {
        ConnectionLost(null);
        await _lostSource.CancelAsync().ConfigureAwait(false);
        await DrainAsync(CancellationToken.None).ConfigureAwait(false);
        _lostSource.Dispose();
    }

    private static SshDisconnectException Malformed(string message) =>
        new(SshEndReason.ProtocolError, $"{message} is not built as RFC 4254 says.");

    private void HandleOpen(ref SshReader reader)
    {
        // byte      SSH_MSG_CHANNEL_OPEN
        // string    channel type in US-ASCII only
        // uint32    sender channel
        // uint32    initial window size
        // uint32    maximum packet size
        // ....      channel type specific data follows; "session" has none
        var type = reader.ReadString();
        var sender = reader.ReadUInt32();
        var window = reader.ReadUInt32();
        var packet = reader.ReadUInt32();
        if (!reader.Succeeded)
        {
            throw Malformed("CHANNEL_OPEN");
        }

        if (!type.SequenceEqual("session"u8))
        {
            RefuseOpen(type, sender, ChannelMessage.UnknownChannelType, "only session channels are served");
            return;
        }

        if (!reader.SucceededToTheEnd)
        {
            throw Malformed("CHANNEL_OPEN");
        }

        if (packet == 0)
        {
            // Nothing could ever be sent; a loop that tries to (CVE-2026-39834) is not worth having.
            RefuseOpen(type, sender, ChannelMessage.AdministrativelyProhibited, "a maximum packet size of 0 is of no use");
            return;
        }

        if (Volatile.Read(ref _refusing))
        {
            RefuseOpen(type, sender, ChannelMessage.ResourceShortage, "the server is stopping");
            return;
        }

        if (TryAdd(sender, window, packet) is not { } channel)
        {
            RefuseOpen(type, sender, ChannelMessage.ResourceShortage, "too many open channels");
            return;
        }

        // byte SSH_MSG_CHANNEL_OPEN_CONFIRMATION, uint32 recipient channel, uint32 sender channel, uint32 initial window size, uint32 maximum packet size
        var reply = new SshWriter(stackalloc byte[17]);
        reply.WriteByte(ChannelMessage.OpenConfirmation);
        reply.WriteUInt32(sender);
        reply.WriteUInt32((uint)channel.Number);
        reply.WriteUInt32((uint)_services.Limits.Window);
        reply.WriteUInt32((uint)_services.Limits.ChannelPacket);
        _services.Sender.Send(reply.Written);
        ChannelLog.Opened(_services.Logger, channel.Number);
    }

    private void RefuseOpen(ReadOnlySpan<byte> type, uint recipient, uint reason, string why)
    {
        if (_services.Logger.IsEnabled(LogLevel.Debug))
        {
            ChannelLog.OpenRefused(_services.Logger, PeerText.Sanitise(System.Text.Encoding.UTF8.GetString(type)), why);
        }

        // byte SSH_MSG_CHANNEL_OPEN_FAILURE, uint32 recipient channel, uint32 reason code, string description, string language tag
        var reply = new SshWriter(stackalloc byte[128]);
        reply.WriteByte(ChannelMessage.OpenFailure);
        reply.WriteUInt32(recipient);
        reply.WriteUInt32(reason);
        reply.WriteString(why);
        reply.WriteString("en"u8);
        _services.Sender.Send(reply.Written);
    }

    private void HandleWindowAdjust(ref SshReader reader)
    {
        // byte      SSH_MSG_CHANNEL_WINDOW_ADJUST
        // uint32    recipient channel
        // uint32    bytes to add
        var recipient = reader.ReadUInt32();
        var count = reader.ReadUInt32();
        if (!reader.SucceededToTheEnd)
        {
            throw Malformed("CHANNEL_WINDOW_ADJUST");
        }

        var channel = Find(recipient);
        channel.ReceiveWindowAdjust(count);
        AddToBatch(channel);
    }

    private void HandleData(ref SshReader reader)
    {
        // byte      SSH_MSG_CHANNEL_DATA
        // uint32    recipient channel
        // string    data
        var recipient = reader.ReadUInt32();
        var data = reader.ReadString();
        if (!reader.SucceededToTheEnd)
        {
            throw Malformed("CHANNEL_DATA");
        }

        var channel = Find(recipient);
        channel.ReceiveData(data);
        AddToBatch(channel);
    }

    private void HandleEnd(Channel channel, Action<Channel> receive)
    {
        receive(channel);
        AddToBatch(channel);
    }

    private void AddToBatch(Channel channel)
    {
        if (!channel.InBatch)
        {
            channel.InBatch = true;
            _batch.Add(channel);
        }
    }

    private void HandleExtendedData(ref SshReader reader)
    {
        // byte      SSH_MSG_CHANNEL_EXTENDED_DATA
        // uint32    recipient channel
        // uint32    data_type_code
        // string    data
        var recipient = reader.ReadUInt32();
        reader.ReadUInt32();
        var data = reader.ReadString();
        if (!reader.SucceededToTheEnd)
        {
            throw Malformed("CHANNEL_EXTENDED_DATA");
        }

        Find(recipient).ReceiveExtendedData(data.Length);
    }

    // byte      SSH_MSG_CHANNEL_EOF, CLOSE, SUCCESS or FAILURE
    // uint32    recipient channel
    private Channel ReadRecipient(ref SshReader reader)
    {
        var recipient = reader.ReadUInt32();
        return reader.SucceededToTheEnd ? Find(recipient) : throw Malformed("A channel message");
    }

    private Channel Find(uint number)
    {
        var channel = number < (uint)_slots.Length ? Volatile.Read(ref _slots[number]) : null;
        return channel is { CloseReceived: false }
            ? channel
            : throw new SshDisconnectException(SshEndReason.ProtocolError, "A message names a channel that is not open.");
    }

    private Channel? TryAdd(uint sender, uint window, uint packet)
    {
        lock (_lock)
        {
            var number = _lost ? -1 : Array.IndexOf(_slots, null);
            if (number < 0)
            {
                return null;
            }

            var channel = new Channel(_services, number, sender, window, packet, Remove);
            _slots[number] = channel;
            _open++;
            return channel;
        }
    }

    private void Remove(Channel channel)
    {
        lock (_lock)
        {
            // The time before the count: a timer that sees no channel must not see when there was none before.
            EmptySince = _services.Time.GetTimestamp();
            _slots[channel.Number] = null;
            _open--;
            if (_open > 0)
            {
                return;
            }
        }

        BecameEmpty?.Invoke();
    }
}
