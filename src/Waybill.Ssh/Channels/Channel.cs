using System.Buffers;
using System.Buffers.Binary;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using Waybill.Net.Buffers;
using Waybill.Ssh.Hosting;
using Waybill.SshKeys.Wire;

namespace Waybill.Ssh.Channels;

/// <summary>
/// One session channel. The connection's read loop calls the Receive methods and never waits in them. The program has the pipe; it goes on in the read loop's
/// turn, at the end of the batch that brought what it waited for, and so on the thread whose cache holds it; when it waits or has had its
/// turn (<see cref="LongestTurn"/>), the loop reads on. It must not block a thread for what only the client can bring.
/// Its states are flags that only ever go up. <see cref="_gate"/> orders what leaves: nothing follows a CLOSE. <see cref="_inputGate"/> guards the writing
/// side of the input pipe.
/// </summary>
internal sealed partial class Channel : IDuplexPipe
{
    /// <summary>Data of the messages that we send, bytes, if the client takes that much: what every client's default is.</summary>
    public const int LargestPacket = 32 * 1024;

    private readonly Lock _gate = new();
    private readonly Lock _inputGate = new();
    private readonly ChannelServices _services;
    private readonly Action<Channel> _ended;
    private readonly uint _peerNumber;
    private readonly int _packet;
    private readonly ReceiveWindow _receiveWindow;
    private readonly SendWindow _sendWindow;
    private readonly ChannelPipeWriter _output;
    private readonly ReaderScheduler _wakeUp = new();
    private readonly Pipe _pipe;

    private ISshProgram? _program;
    private bool _eofReceived;
    private bool _closeReceived;
    private bool _closeSent;
    private bool _lost;
    private bool _programRuns;
    private bool _freed;
    private bool _inputDropped;
    private bool _inputCompleted;

    public Channel(ChannelServices services, int number, uint peerNumber, uint peerWindow, uint peerPacket, Action<Channel> ended)
    {
        _services = services;
        _ended = ended;
        Number = number;
        _peerNumber = peerNumber;
        _packet = (int)Math.Min(peerPacket, LargestPacket);
        _receiveWindow = new ReceiveWindow(services.Limits, services.Budget, services.Time);
        _sendWindow = new SendWindow(peerWindow, services.Time);
        _output = new ChannelPipeWriter(this);
        _pipe = new Pipe(new PipeOptions(
            ChannelServices.Blocks, _wakeUp, PipeScheduler.Inline, pauseWriterThreshold: 0, resumeWriterThreshold: 0,
            minimumSegmentSize: BlockMemoryPool.BlockSize, useSynchronizationContext: false));
        Input = new ChannelPipeReader(_pipe.Reader, this);
    }

    /// <summary>Our number of it: its slot in the table.</summary>
    public int Number { get; }

    /// <inheritdoc/>
    public PipeReader Input { get; }

    /// <inheritdoc/>
    public PipeWriter Output => _output;

    /// <summary>A program was started; there is at most one in the life of a channel (RFC 4254 section 6.5).</summary>
    public bool HasProgram => _program is not null;

    /// <summary>The client has closed it: its number means nothing to the client any more, even while the program still runs.</summary>
    public bool CloseReceived
    {
        get
        {
            lock (_gate)
            {
                return _closeReceived;
            }
        }
    }

    /// <summary>Nothing that is written arrives any more.</summary>
    internal bool OutputClosed
    {
        get
        {
            lock (_gate)
            {
                return _closeSent;
            }
        }
    }

    /// <summary>Set by the table while the channel waits for <see cref="EndBatch"/>.</summary>
    internal bool InBatch { get; set; }

    /// <summary>CHANNEL_DATA: copied once into the input pipe; the reader is woken by <see cref="EndBatch"/>.</summary>
    public void ReceiveData(ReadOnlySpan<byte> data)
    {
        CheckReceived(data.Length);
        lock (_inputGate)
        {
            if (!_inputDropped && !_inputCompleted)
            {
                // Fills each block to its last byte, so what the window allows is what memory holds.
                _pipe.Writer.Write(data);
                return;
            }
        }

        Consumed(data.Length, caughtUp: true);
    }

    /// <summary>CHANNEL_EXTENDED_DATA: no program takes it, so it is dropped; but its credit goes back, else a client could never send again.</summary>
    public void ReceiveExtendedData(int count)
    {
        CheckReceived(count);
        Consumed(count, caughtUp: true);
    }

    /// <summary>WINDOW_ADJUST.</summary>
    public void ReceiveWindowAdjust(uint count)
    {
        if (!_sendWindow.TryAdd(count))
        {
            throw new SshDisconnectException(SshEndReason.ProtocolError, "A channel's window was adjusted beyond 2^32 - 1.");
        }
    }

    /// <summary>CHANNEL_EOF: the program reads to the end and then sees it, from <see cref="EndBatch"/> on.</summary>
    public void ReceiveEof()
    {
        _eofReceived = true;
        _inputEnds = true;
    }

    /// <summary>CHANNEL_CLOSE, which may come without an EOF: answered at once, whatever the program does.</summary>
    public void ReceiveClose()
    {
        lock (_gate)
        {
            _closeReceived = true;
            if (!_closeSent)
            {
                _closeSent = true;
                SendNumbered(ChannelMessage.Close);
            }
        }

        _sendWindow.Close();
        _inputEnds = true;
        FreeIfOver();
    }

    /// <summary>CHANNEL_SUCCESS or CHANNEL_FAILURE, unless the channel was closed meanwhile.</summary>
    public void Reply(byte message)
    {
        lock (_gate)
        {
            if (!_closeSent && !_lost)
            {
                SendNumbered(message);
            }
        }
    }

    /// <summary>Starts the program, in the read loop's turn.</summary>
    public Task Start(ISshProgram program)
    {
        _program = program;
        lock (_gate)
        {
            _programRuns = true;
        }

        BeginTurn();
        var running = RunAsync(program);
        EndTurn();
        return running;
    }

    /// <summary>The connection is lost: the program's reads and writes fail, so that an upload is never taken for complete.</summary>
    public void Lose(Exception? cause)
    {
        lock (_gate)
        {
            if (_lost)
            {
                return;
            }

            _lost = true;
        }

        _sendWindow.Close();
        CompleteInput(ConnectionLost(cause));
        FreeIfOver();
    }

    /// <summary>Sends the first of <paramref name="data"/> as one message. 0: the window is shut; -1: the client has closed the channel.</summary>
    internal int TrySend(ReadOnlySpan<byte> data)
    {
        lock (_gate)
        {
            ThrowIfLost();
            if (_closeSent)
            {
                return -1;
            }

            var count = _sendWindow.Take(Math.Min(data.Length, _packet));
            if (count > 0)
            {
                // byte SSH_MSG_CHANNEL_DATA, uint32 recipient channel, string data
                Span<byte> head = stackalloc byte[9];
                head[0] = ChannelMessage.Data;
                BinaryPrimitives.WriteUInt32BigEndian(head[1..], _peerNumber);
                BinaryPrimitives.WriteUInt32BigEndian(head[5..], (uint)count);
                _services.Sender.Send(head, data[..count]);
            }

            return count;
        }
    }

    /// <summary>Pushes what was sent and waits for room in the transport; false when the connection is over.</summary>
    internal ValueTask<bool> FlushAsync(CancellationToken cancellationToken) => _services.Sender.FlushAsync(cancellationToken);

    /// <summary>Waits until the window may be open, or something else has happened.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    internal async ValueTask WaitForWindowAsync(CancellationToken cancellationToken)
    {
        using (cancellationToken.UnsafeRegister(static state => ((SendWindow)state!).Wake(), _sendWindow))
        {
            await _sendWindow.WaitAsync().ConfigureAwait(false);
        }
    }

    internal void WakeWriter() => _sendWindow.Wake();

    internal static IOException ConnectionLost(Exception? cause) => new("The connection was lost.", cause);

    private void CheckReceived(int count)
    {
        if (_eofReceived)
        {
            throw new SshDisconnectException(SshEndReason.ProtocolError, "Data came after the end of a channel's data.");
        }

        if (count > _services.Limits.ChannelPacket)
        {
            throw new SshDisconnectException(SshEndReason.ProtocolError,
                $"A channel message brought {count} bytes; {_services.Limits.ChannelPacket} are allowed.");
        }

        if (!_receiveWindow.TryReceive(count))
        {
            throw new SshDisconnectException(SshEndReason.ProtocolError, "More data came than a channel's window allows.");
        }
    }

    private void CompleteInput(Exception? exception)
    {
        lock (_inputGate)
        {
            if (!_inputCompleted)
            {
                _inputCompleted = true;
                _pipe.Writer.Complete(exception);
            }
        }
    }

    private async Task RunAsync(ISshProgram program)
    {
        var status = 1;
        try
        {
            var result = await program.RunAsync(this, _services.Lost).ConfigureAwait(false);
            await _output.FinishAsync(_services.Lost).ConfigureAwait(false);
            status = result;
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException && _services.Lost.IsCancellationRequested)
        {
            ChannelLog.ProgramCutOff(_services.Logger, Number);
        }
        catch (Exception exception)
        {
            ChannelLog.ProgramFailed(_services.Logger, exception, Number);
        }

        try
        {
            End((uint)status);
            await _services.Sender.FlushAsync(CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            ChannelLog.CloseNotSent(_services.Logger, exception, Number);
        }
    }

    private void End(uint status)
    {
        try
        {
            lock (_gate)
            {
                if (!_closeSent && !_lost)
                {
                    SendExitStatus(status);
                    SendNumbered(ChannelMessage.Eof, isFlushed: true);
                    _closeSent = true;
                    SendNumbered(ChannelMessage.Close, isFlushed: true);
                }
            }
        }
        finally
        {
            Input.Complete();
            CompleteInput(null);
            _output.ReturnBuffer();
            lock (_gate)
            {
                _programRuns = false;
            }

            FreeIfOver();
        }
    }

    // A number, and a place under the limit, is free when both sides have closed and the program has returned: a client that opens and closes
    // quickly cannot pile up programs that are still cleaning up.
    private void FreeIfOver()
    {
        lock (_gate)
        {
            if (_freed || _programRuns || !(_lost || (_closeSent && _closeReceived)))
            {
                return;
            }

            _freed = true;
        }

        Input.Complete();
        _receiveWindow.Release();
        _ended(this);
    }

    private void SendExitStatus(uint status)
    {
        // byte SSH_MSG_CHANNEL_REQUEST, uint32 recipient channel, string "exit-status", boolean FALSE, uint32 exit_status
        var message = new SshWriter(stackalloc byte[25]);
        message.WriteByte(ChannelMessage.Request);
        message.WriteUInt32(_peerNumber);
        message.WriteString("exit-status"u8);
        message.WriteBoolean(false);
        message.WriteUInt32(status);
        _services.Sender.Send(message.Written, []);
    }

    private void SendNumbered(byte number, bool isFlushed = false)
    {
        // byte SSH_MSG_CHANNEL_EOF, CLOSE, SUCCESS or FAILURE, uint32 recipient channel
        var message = new SshWriter(stackalloc byte[5]);
        message.WriteByte(number);
        message.WriteUInt32(_peerNumber);
        if (isFlushed)
        {
            _services.Sender.Send(message.Written, []);
        }
        else
        {
            _services.Sender.Send(message.Written);
        }
    }

    private void ThrowIfLost()
    {
        if (_lost)
        {
            throw ConnectionLost(null);
        }
    }
}
