using System.Net;
using System.Net.Security;
using System.Security.Authentication;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Waybill.Net.Connections;
using Waybill.Net.Streams;
using Waybill.Net.Threads;
using Waybill.Net.Tls;
using Waybill.Ntsapi.Commands;
using Waybill.Ntsapi.Control;

namespace Waybill.Ntsapi.Hosting;

/// <summary>
/// One connection from its greeting to its report. A single loop reads a command, has it done and sends its one reply; it alone changes the session. Timers, kicks and a
/// stopping server come from other threads and reach it through <see cref="End"/>.
/// </summary>
internal sealed partial class NtsapiConnection : IAsyncDisposable
{
    private readonly ConnectionContext _transport;
    private readonly NtsapiServer _server;
    private readonly NtsapiLimits _limits;
    private readonly NtsapiConnectionInfo _info;
    private readonly NtsapiSession _session;
    private readonly TransportStream _network;
    private readonly CommandReader _reader;
    private readonly ConnectionTimer _timer;

    // Not when the transport closes: commands that came before the client closed its side, as QUIT mostly does, are served.
    private readonly CancellationTokenSource _ended = new();
    private readonly int[] _counts = new int[NtsapiCommands.All.Count];
    private SslStream? _tls;
    private int _unknown;
    private int _tooFast;
    private bool _endsItsCommands;

    public NtsapiConnection(ConnectionContext transport, NtsapiServer server)
    {
        _transport = transport;
        _server = server;
        _limits = server.Limits;
        _info = new NtsapiConnectionInfo
        {
            Id = transport.ConnectionId,
            RemoteEndPoint = transport.RemoteEndPoint as IPEndPoint ?? new IPEndPoint(IPAddress.None, 0),
            Features = transport.Features,
        };
        _session = new NtsapiSession(server, _info, _ended.Token);
        _network = new TransportStream(transport.Transport);
        _reader = new CommandReader(_network, _limits.CommandLine, PatienceFor, server.Time);
        _accepted = _lastCommand = server.Time.GetTimestamp();
        _timer = new ConnectionTimer(server.Time, Look, exception => End(Defect(exception)));
    }

    private Stream Stream => _tls is { } tls ? tls : _network;

    /// <summary>Serves the connection; never throws.</summary>
    public async Task RunAsync()
    {
        NtsapiLog.Accepted(_server.Logger, _info.Id, _info.RemoteEndPoint.ToString());
        var stopRequested = _transport.Features.Get<IConnectionLifetimeNotificationFeature>()?.ConnectionClosedRequested ?? CancellationToken.None;
        using var stop = stopRequested.UnsafeRegister(
            static connection => ((NtsapiConnection)connection!).End(new(NtsapiEndReason.ServerStopping, "the server is stopping")), this);
        _timer.Look();
        NtsapiEndException end;
        try
        {
            if (_server.Options.Certificate is { } certificate)
            {
                await StartTlsAsync(certificate());
            }

            await SendAsync(ReplyWriter.WriteLine(_server.Options.Greeting));
            end = await ServeAsync();
        }
        catch (Exception exception)
        {
            end = Explain(exception);
        }

        await EndedAsync(end);
    }

    /// <summary>Takes commands until the connection ends.</summary>
    private async Task<NtsapiEndException> ServeAsync()
    {
        var share = new ThreadShare(_server.Time);
        while (true)
        {
            _ended.Token.ThrowIfCancellationRequested();
            var input = await _reader.ReadAsync(_ended.Token);
            var began = share.Now;
            if (await HandleAsync(input) is { } end)
            {
                return end;
            }

            if (share.IsUsedUp(began))
            {
                await Task.Yield();
            }
        }
    }

    private async ValueTask<NtsapiEndException?> HandleAsync(CommandInput input)
    {
        switch (input)
        {
            case CommandInput.Ended:
                return new(NtsapiEndReason.ClientClosed, _session.Login is null ? "the client closed the connection before it had logged in" : "the client closed the connection without QUIT");
            case CommandInput.Flood:
                return new(NtsapiEndReason.ProtocolError, $"more than {CommandLines.PassedOver} bytes without the end of a command");
            case CommandInput.TooLong:
                Volatile.Write(ref _lastCommand, _server.Time.GetTimestamp());
                return await RefuseAsync(NtsapiReply.Refused($"A command has at most {_limits.CommandLine} characters"));
        }

        Volatile.Write(ref _lastCommand, _server.Time.GetTimestamp());
        var line = _reader.Line;
        if (Strangers.ProtocolOf(line.Span, "TLS, which has its own port or address") is { } protocol)
        {
            return new NtsapiEndException(NtsapiEndReason.NotNtsapi, $"the client speaks {protocol}");
        }

        if (RequestParser.TryParse(line.Span, out var request) is { } problem)
        {
            return await RefuseAsync(problem);
        }

        if (_reader.End == LineEnd.Close && _endsItsCommands)
        {
            // A client that ends its commands was cut off inside one.
            return new NtsapiEndException(NtsapiEndReason.ConnectionLost, "the connection ended inside a command");
        }

        // Client D ends its AUTH, with a line feed alone, and nothing else.
        _endsItsCommands |= _reader.End == LineEnd.CarriageReturn || (_reader.End == LineEnd.LineFeed && !request.Command.IsLogin);
        _counts[NtsapiCommands.IndexOf(request.Command)]++;
        var reply = await RunAsync(request);
        await SendAsync(ReplyWriter.Write(reply));
        return reply.Closes ? _session.End : null;
    }

    /// <summary>
    /// What has come without an end is all of a command when nothing more comes for a while: a short one if it can be one, if the client sends no ends, and if it wrote it at
    /// once. Of what is typed key by key each beginning may be a command: <c>AUTH 10020 s</c>.
    /// </summary>
    private TimeSpan PatienceFor(ReadOnlySpan<byte> unfinished, bool cameAtOnce) =>
        !_endsItsCommands && cameAtOnce && RequestParser.TryParse(unfinished, out _) is null ? _limits.QuietTime : _limits.UnfinishedTime;

    /// <summary>Answers what is no command.</summary>
    private async ValueTask<NtsapiEndException?> RefuseAsync(NtsapiReply reply)
    {
        if (_session.Login is not null && !_session.TryTake())
        {
            reply = TooFast();
        }

        await SendAsync(ReplyWriter.Write(reply));

        // Strangers of other protocols do not log in; a client may send words of its own when it leaves.
        return _session.Login is not null || ++_unknown < _limits.UnknownCommands ? null
            : new NtsapiEndException(NtsapiEndReason.ProtocolError, $"{_unknown} lines that are no command");
    }

    /// <summary>The choke point: when a command may come and how fast is asked here, from the table.</summary>
    private async ValueTask<NtsapiReply> RunAsync(NtsapiRequest request)
    {
        var command = request.Command;
        if (!command.IsFree && !_session.TryTake())
        {
            return TooFast();
        }

        if (command.Number != NumberKind.Absent && _session.Login is null)
        {
            return NtsapiReply.Refused("Log in first: AUTH user password");
        }

        try
        {
            var wasLoggedIn = _session.Login is not null;
            var reply = await command.Run(_session, request);
            if (!wasLoggedIn && _session.Login is { } login)
            {
                LoggedIn(login);
            }

            return reply;
        }
        catch (Exception exception) when (exception is not (OperationCanceledException or NtsapiEndException))
        {
            NtsapiLog.Defect(_server.Logger, exception, _info.Id);
            return new NtsapiReply(ReplyDigit.Trouble, NtsapiReply.TroubleWords);
        }
    }

    private NtsapiReply TooFast()
    {
        _tooFast++;
        return new NtsapiReply(ReplyDigit.Limit, $"Too many commands, at most {_limits.CommandsPerSecond} a second. This one was not done; wait a moment and send it again");
    }

    private async Task StartTlsAsync(SslStreamCertificateContext certificate)
    {
        try
        {
            _network.LeaveEventLoop = static async () => await Task.Yield();
            _tls = await ServerTls.AuthenticateAsync(_network, ServerTls.Options(certificate, "ntsapi"), _limits.HandshakeTime, _server.Time, _ended.Token);
        }
        catch (Exception exception) when (exception is AuthenticationException or IOException)
        {
            throw new NtsapiEndException(NtsapiEndReason.TlsFailed, ServerTls.WhyNot(exception));
        }
        finally
        {
            _network.LeaveEventLoop = null;
        }

        _reader.Stream = _tls;
        _info.Tls = ServerTls.Describe(_tls);
        NtsapiLog.Negotiated(_server.Logger, _info.Id, _info.Tls);
    }

    private async ValueTask SendAsync(byte[] bytes)
    {
        if (!await Stream.TryWriteAsync(bytes, _limits.ReplyTime, _server.Time))
        {
            throw new NtsapiEndException(NtsapiEndReason.NotReading, $"the client did not read a reply for {_limits.ReplyTime.TotalSeconds:0} s");
        }
    }
}
