using System.IO.Pipelines;
using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.Extensions.Logging;
using Waybill.Net.Connections;
using Waybill.Net.Threads;
using Waybill.Ssh.Authentication;
using Waybill.Ssh.Channels;
using Waybill.Ssh.HostKeys;
using Waybill.Ssh.KeyExchange;
using Waybill.Ssh.Transport;

namespace Waybill.Ssh.Hosting;

/// <summary>
/// One SSH connection from its version line to its report. A single loop reads, decrypts and dispatches; it owns the way in, the key exchange and the phase,
/// and it never waits for programs or the way out: only a login may take its time, since nothing else runs before it. It runs on an event loop that has other
/// connections too (docs/decisions/0008). Timers, kicks and a stopping server come from other threads and reach it through <see cref="End"/> or <see cref="Wake"/>.
/// </summary>
internal sealed partial class SshConnection : IKexOutput, IPacketWriterOwner, IAsyncDisposable
{
    private readonly ConnectionContext _transport;
    private readonly PipeReader _input;
    private readonly ListenerKeys _keys;
    private readonly SshServerOptions _options;
    private readonly SshLimits _limits;
    private readonly SteeringWaits _steeringWaits;
    private readonly byte[] _versionLine;
    private readonly ISshApplication _application;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly SshConnectionInfo _info;
    private readonly PacketReader _reader;
    private readonly PacketWriter _writer;
    private readonly ConnectionDeadlines _deadlines;
    private readonly CancellationTokenSource _stopping;
    private readonly ConnectionTimer _timer;

    private KexContext? _kexContext;
    private KexMachine? _kex;
    private AuthenticationMachine? _authentication;
    private ChannelTable? _channels;
    private SteeringWaits.Wait? _steering;
    private ConnectionPhase _stage = ConnectionPhase.FirstKexInit;
    private volatile bool _rekeyIsDue;
    private volatile bool _kexInitIsDue;
    private long _bytesReceived;
    private bool _hasReadPacket;
    private int _unknownBeforeLogin;
    private int _exchangesBeforeLogin;
    private int _hostKeyProofs;

    public SshConnection(
        ConnectionContext transport, ListenerKeys keys, SteeringWaits steeringWaits, byte[] versionLine, ISshApplication application, TimeProvider time, ILogger logger)
    {
        _transport = transport;
        _input = transport.Transport.Input;
        _keys = keys;
        _options = keys.Options;
        _limits = _options.Limits;
        _steeringWaits = steeringWaits;
        _versionLine = versionLine;
        _application = application;
        _time = time;
        _logger = logger;
        _info = new SshConnectionInfo
        {
            Id = transport.ConnectionId,
            RemoteEndPoint = transport.RemoteEndPoint as IPEndPoint ?? new IPEndPoint(IPAddress.None, 0),
            LocalEndPoint = transport.LocalEndPoint as IPEndPoint ?? new IPEndPoint(IPAddress.None, 0),
            Features = transport.Features,
        };
        _reader = new PacketReader { MaximumPacket = _limits.PacketBeforeAuthentication };
        _writer = new PacketWriter(transport.Transport.Output, _limits, this, time) { MaximumUnsent = _limits.PacketBeforeAuthentication };
        _deadlines = new ConnectionDeadlines(_limits, time);
        _timer = new ConnectionTimer(time, Look, exception => End(Defect(exception)));
        _stopping = CancellationTokenSource.CreateLinkedTokenSource(transport.ConnectionClosed);
    }

    private bool IsLoggedIn => _stage == ConnectionPhase.Open;

    /// <summary>Where the connection stands, for the message gate.</summary>
    private ConnectionPhase Phase
    {
        get
        {
            var isFirst = _stage == ConnectionPhase.FirstKexInit;
            return _kex!.Expects switch
            {
                KexExpectation.WrongGuess => isFirst ? ConnectionPhase.FirstWrongGuess : ConnectionPhase.RekeyWrongGuess,
                KexExpectation.Share => isFirst ? ConnectionPhase.FirstShare : ConnectionPhase.RekeyShare,
                KexExpectation.NewKeys => isFirst ? ConnectionPhase.FirstNewKeys : ConnectionPhase.RekeyNewKeys,
                _ => _stage,
            };
        }
    }

    /// <summary>Serves the connection; never throws.</summary>
    public async Task RunAsync()
    {
        SshLog.Accepted(_logger, _info.Id, _info.RemoteEndPoint.ToString());
        var stopRequested = _transport.Features.Get<IConnectionLifetimeNotificationFeature>()?.ConnectionClosedRequested ?? CancellationToken.None;
        using var stop = stopRequested.UnsafeRegister(static connection => ((SshConnection)connection!).Stop(), this);
        _timer.Look();

        SshDisconnectException end;
        try
        {
            await ExchangeVersionsAsync();
            BeginFirstKeyExchange();
            end = await ReadPacketsAsync();
        }
        catch (Exception exception)
        {
            end = Explain(exception);
        }

        await EndedAsync(end);
    }

    private async Task ExchangeVersionsAsync()
    {
        _writer.SendLine(_versionLine);
        var line = await VersionExchange.ReadClientLineAsync(_input, _limits)
            ?? throw new SshDisconnectException(SshEndReason.ClientClosed, "the client closed the connection before it sent anything, as a port check does, or an FTP client that waits for its own greeting");
        _info.ClientSoftware = VersionExchange.Software(line);
        _bytesReceived += line.Length;
        _kexContext = new KexContext
        {
            Options = _options,
            Offer = _keys.Offer,
            ServerLine = _versionLine,
            ClientLine = line,
            ClientSoftware = _info.ClientSoftware,
            Output = this,
        };
        _kex = new KexMachine(_kexContext);
    }

    private void BeginFirstKeyExchange()
    {
        if (_options.CipherSteering)
        {
            _steering = _steeringWaits.Begin(() =>
            {
                _kexInitIsDue = true;
                Wake();
            });
        }
        else
        {
            _kex!.Begin();
        }
    }

    /// <summary>Reads packets until the connection ends.</summary>
    private async Task<SshDisconnectException> ReadPacketsAsync()
    {
        var share = new ThreadShare(_time);
        while (true)
        {
            var read = await _input.ReadAsync(CancellationToken.None);
            var began = share.Now;
            _deadlines.Heard(!read.Buffer.IsEmpty);
            var rest = read.Buffer;

            _writer.BeginBatch();
            while (_end is null && _reader.TryRead(ref rest, out var payload))
            {
                await HandleAsync(payload);
                _hasReadPacket = true;
            }

            _reader.EndBatch();
            _bytesReceived += read.Buffer.Length - rest.Length;
            var isInsidePacket = !rest.IsEmpty;

            // Before the programs go on: they run on this thread, and the blocks are of use again meanwhile.
            _input.AdvanceTo(rest.Start, rest.End);
            _channels?.BatchEnd();
            ExchangeKeysIfDue();
            _writer.EndBatch();
            if (_end is { } end)
            {
                return end;
            }

            if (read.IsCompleted)
            {
                return ClosedByPeer(isInsidePacket);
            }

            if (share.IsUsedUp(began))
            {
                await Task.Yield();
            }
        }
    }

    /// <summary>The choke point: every message passes the gate before anything of it is parsed.</summary>
    private ValueTask HandleAsync(ReadOnlyMemory<byte> payload)
    {
        var number = payload.Span[0];
        var phase = Phase;
        switch (MessageGate.Judge(phase, _kexContext!.IsStrict, number))
        {
            case MessageVerdict.Legal:
                _options.MessagePassed?.Invoke(payload);
                return number is > MessageNumber.NewKeys and <= MessageNumber.LastOfKeyExchange && !_kex!.IsQuick && !Thread.CurrentThread.IsThreadPoolThread
                    ? DispatchOnPoolAsync(number, payload)
                    : DispatchAsync(number, payload);
            case MessageVerdict.Ignored:
                return ValueTask.CompletedTask;
            case MessageVerdict.Unimplemented:
                AnswerUnimplemented();
                return ValueTask.CompletedTask;
            default:
                throw new SshDisconnectException(SshEndReason.ProtocolError, $"message {number} is not legal in phase {phase}");
        }
    }

    /// <summary>A key exchange may compute for milliseconds: not on the event loop, which has other connections to serve.</summary>
    private async ValueTask DispatchOnPoolAsync(byte number, ReadOnlyMemory<byte> payload)
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        await DispatchAsync(number, payload);
    }

    private ValueTask DispatchAsync(byte number, ReadOnlyMemory<byte> payload)
    {
        switch (number)
        {
            case > MessageNumber.RequestFailure:
                _channels!.Handle(number, payload.Span);
                break;
            case MessageNumber.ServiceRequest or MessageNumber.UserAuthRequest:
                return AuthenticateAsync(number, payload);
            case MessageNumber.Disconnect:
                // How nearly every connection ends, so without the price of an exception; a reason that came first counts.
                Interlocked.CompareExchange(ref _end, new SshDisconnectException(SshEndReason.ClientClosed, DisconnectMessage.Describe(payload.Span)), null);
                break;
            case MessageNumber.ExtInfo:
                HandleExtInfo(payload.Span);
                break;
            case MessageNumber.GlobalRequest:
                HandleGlobalRequest(payload.Span);
                break;
            case MessageNumber.RequestSuccess or MessageNumber.RequestFailure:
                // An answer to our keepalive, or unsolicited: either way a sign of life, which was noted when it was read (CVE-2026-39830).
                break;
            default:
                _kex!.Handle(payload.Span, isFirstPacket: !_hasReadPacket);
                break;
        }

        return ValueTask.CompletedTask;
    }

    private async ValueTask AuthenticateAsync(byte number, ReadOnlyMemory<byte> payload)
    {
        var progress = await _authentication!.HandleAsync(number, payload, _stopping.Token);
        _stage = ConnectionPhase.Authenticating;
        if (progress == AuthenticationProgress.Succeeded)
        {
            BeginSession(_authentication.Login!);
        }
    }

    private void BeginSession(ISshLogin login)
    {
        _channels = new ChannelTable(_writer, login, _limits, _time, _logger) { BecameEmpty = _timer.Look };
        _stage = ConnectionPhase.Open;
        _reader.MaximumPacket = _limits.Packet;
        _writer.MaximumUnsent = _limits.UnsentBytes;
        _deadlines.LoggedIn();
        _kicked = login.Kicked.UnsafeRegister(
            static connection => ((SshConnection)connection!).End(new(SshEndReason.Kicked, "an operator, a revoked key or a suspended login ended the session")), this);
        if (HostKeyAnnouncement.IsUnderstoodBy(_info.ClientSoftware))
        {
            _writer.Send(_keys.Announcement.Message);
        }

        SshLog.LoggedIn(_logger, _info.Id, _authentication!.User ?? "", _info.RemoteEndPoint.ToString(), _info.ClientSoftware);
        _timer.Look();
    }
}
