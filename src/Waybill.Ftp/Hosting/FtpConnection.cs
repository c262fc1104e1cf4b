using System.Net;
using System.Net.Security;
using System.Security.Authentication;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Waybill.Ftp.Commands;
using Waybill.Ftp.Control;
using Waybill.Ftp.Tls;
using Waybill.Net.Connections;
using Waybill.Net.Logging;
using Waybill.Net.Streams;
using Waybill.Net.Threads;
using Waybill.Net.Tls;
using Waybill.Storage;
using Waybill.Storage.EventLoop;

namespace Waybill.Ftp.Hosting;

/// <summary>
/// One control connection from its greeting to its report. A single loop reads commands and sends replies, the final ones of transfers too; it alone changes the
/// session. Timers, kicks and a stopping server come from other threads and reach it through <see cref="End"/>.
/// </summary>
internal sealed partial class FtpConnection : IAsyncDisposable
{
    private readonly ConnectionContext _transport;
    private readonly FtpServer _server;
    private readonly FtpLimits _limits;
    private readonly FtpConnectionInfo _info;
    private readonly FtpSession _session;
    private readonly TransportStream _network;
    private readonly ControlReader _reader;
    private readonly ConnectionTimer _timer;

    // Not when the transport closes: commands that came before the client closed its side, as QUIT mostly does, are served.
    private readonly CancellationTokenSource _ended = new();
    private readonly int[] _counts = new int[FtpCommands.All.Count];
    private SslStream? _tls;
    private int _unknown;

    public FtpConnection(ConnectionContext transport, FtpServer server)
    {
        _transport = transport;
        _server = server;
        _limits = server.Limits;
        _info = new FtpConnectionInfo
        {
            Id = transport.ConnectionId,
            RemoteEndPoint = transport.RemoteEndPoint as IPEndPoint ?? new IPEndPoint(IPAddress.None, 0),
            LocalEndPoint = transport.LocalEndPoint as IPEndPoint ?? new IPEndPoint(IPAddress.None, 0),
            Features = transport.Features,
        };
        _session = new FtpSession(server, _info, _ended.Token)
        {
            AbortWorkAsync = AbortWorkAsync,
        };
        _network = new TransportStream(transport.Transport);
        _reader = new ControlReader(_network, _limits.CommandLine);
        _accepted = _lastCommand = server.Time.GetTimestamp();
        _timer = new ConnectionTimer(server.Time, Look, exception => End(Defect(exception)));
    }

    private Stream Stream => _tls is { } tls ? tls : _network;

    /// <summary>Serves the connection; never throws.</summary>
    public async Task RunAsync()
    {
        FtpLog.Accepted(_server.Logger, _info.Id, _info.RemoteEndPoint.ToString());
        var stopRequested = _transport.Features.Get<IConnectionLifetimeNotificationFeature>()?.ConnectionClosedRequested ?? CancellationToken.None;
        using var stop = stopRequested.UnsafeRegister(static connection => ((FtpConnection)connection!).Stop(), this);
        _timer.Look();
        FtpEndException end;
        try
        {
            if (_server.Options.Mode == FtpMode.ImplicitTls)
            {
                await StartTlsAsync();
                _session.IsProtected = true;
            }

            await SendAsync(new FtpReply(220, _server.Options.Greeting));
            end = await ServeAsync();
        }
        catch (Exception exception)
        {
            end = Explain(exception);
        }

        await EndedAsync(end);
    }

    /// <summary>Takes commands until the connection ends.</summary>
    private async Task<FtpEndException> ServeAsync()
    {
        var share = new ThreadShare(_server.Time);
        while (true)
        {
            if (_stopping && _session.Work is not { OutlivesStop: true })
            {
                End(new(FtpEndReason.ServerStopping, "the server is stopping"));
            }

            _ended.Token.ThrowIfCancellationRequested();
            if (await NextAsync() is not { } next)
            {
                continue;
            }

            if (next.Input is ControlInput.Ended or ControlInput.Cut)
            {
                return Gone(next.Input);
            }

            var began = share.Now;
            if (await HandleAsync(next) is { } end)
            {
                return end;
            }

            if (share.IsUsedUp(began))
            {
                await Task.Yield();
            }
        }
    }

    private async ValueTask<FtpEndException?> HandleAsync(ControlLine next)
    {
        Volatile.Write(ref _lastCommand, _server.Time.GetTimestamp());
        if (next.Input == ControlInput.TooLong)
        {
            await SendAsync(new FtpReply(500, $"A command line has at most {_limits.CommandLine} bytes."));
            return new FtpEndException(FtpEndReason.ProtocolError, $"a command line of more than {_limits.CommandLine} bytes");
        }

        if (Strangers.ProtocolOf(next.Line.Span, "TLS without AUTH TLS; a client set to implicit TLS") is { } protocol)
        {
            return new FtpEndException(FtpEndReason.NotFtp, $"the client speaks {protocol}");
        }

        if (next.Command is not { } command)
        {
            await SendAsync(new FtpReply(500, "This command is not known. HELP lists those that are."));

            // Strangers of other protocols do not log in; an old program may try a verb of its own behind each file.
            return _session.Login is not null || ++_unknown < _limits.UnknownCommands ? null : new FtpEndException(FtpEndReason.ProtocolError, $"{_unknown} lines that are no command");
        }

        _counts[FtpCommands.IndexOf(command)]++;
        var reply = await RunAsync(new FtpRequest(command, next.Argument));
        reply = reply.Code == FtpReply.NameNotAllowed ? reply with { Code = command.BadName } : reply;
        if (reply.Then == FtpThen.StartTls && (_reader.HasUnread || _network.HasUnread))
        {
            // What came before the handshake was not protected, and somebody on the way may have put it there (CVE-2011-0411 and its kin): not one byte is said to it.
            throw new FtpEndException(FtpEndReason.InjectedBytes, "bytes came behind AUTH, before the handshake");
        }

        await SendAsync(reply);
        switch (reply.Then)
        {
            case FtpThen.StartTls:
                await StartTlsAsync();
                break;
            case FtpThen.Close:
                return _session.End;
            default:
                BeginWork(reply);
                break;
        }

        return null;
    }

    /// <summary>The choke point: when a command may come, what it takes and what right it needs is asked here, from the table.</summary>
    private async ValueTask<FtpReply> RunAsync(FtpRequest request)
    {
        var command = request.Command;

        // Before any refusal: what was said for one transfer must not fall on the next, which would be put behind an offset of another file.
        request = command.KeepsRestart ? request : request with { Offset = _session.TakeRestart(), ExpectedSize = _session.TakeExpectedSize() };
        _session.RenameFrom = command.KeepsRename ? _session.RenameFrom : null;
        if (command.Phase == FtpPhase.LoggedIn && _session.Login is null)
        {
            return _session.MayBePlain ? new FtpReply(530, "Log in first: USER and PASS.") : FtpSession.MustUseTls;
        }

        if (command.Argument is FtpArgument.Required or FtpArgument.OldPath or FtpArgument.NewPath && request.Argument.IsEmpty)
        {
            return FtpReply.Syntax($"{command.Verb} takes more: {command.Verb} {command.Usage}");
        }

        if (command.Argument is FtpArgument.OldPath or FtpArgument.NewPath)
        {
            if (_session.TryPath(request.Argument.Span, out var path, isNewName: command.Argument == FtpArgument.NewPath) is { } problem)
            {
                return problem;
            }

            request = request with { Path = path };
            if (command.Needs != FileRights.None
                && await _session.Files.RequireAsync(path!, command.Needs, command.Audit!.Value) is { IsOk: false } refusal)
            {
                return FtpReply.Of(refusal);
            }
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
        catch (Exception exception) when (exception is not (OperationCanceledException or FtpEndException))
        {
            _session.Defect(exception);
            return new FtpReply(451, "The server failed. Try again later.");
        }
    }

    private async Task StartTlsAsync()
    {
        await PoolThread.EnterAsync();
        var tls = new FtpTls(_server.Options);
        try
        {
            var watch = tls.Watch();
            (_network.Watch, _network.LeaveEventLoop) = (watch, static async () => await PoolThread.EnterAsync());
            _tls = await tls.AuthenticateAsync(_network, _limits.HandshakeTime, _server.Time, _ended.Token);
            tls.NoteOwn(watch);
        }
        catch (Exception exception) when (exception is AuthenticationException or IOException)
        {
            throw new FtpEndException(FtpEndReason.TlsFailed, ServerTls.WhyNot(exception));
        }
        finally
        {
            (_network.Watch, _network.LeaveEventLoop) = (null, null);
        }

        _reader.Stream = _tls;
        _session.Tls = tls;
        _session.ForgetWhatWasPlain();
        _info.Tls = ServerTls.Describe(_tls);
        _info.HostName = _info.HostName.Length > 0 ? _info.HostName : PeerText.Sanitise(_tls.TargetHostName);
        FtpLog.Negotiated(_server.Logger, _info.Id, _info.Tls);
    }

    private void BeginWork(FtpReply reply)
    {
        if (reply.Work is { } work)
        {
            _session.Work = work;
            work.Start();
            _timer.Look();
        }
    }

    /// <summary>Sends the final reply of the transfer or hash that has ended.</summary>
    private async ValueTask FinishWorkAsync()
    {
        var work = _session.Work!;
        var reply = await work.Completion!;
        work.Dispose();
        _session.Work = null;
        Volatile.Write(ref _lastCommand, _server.Time.GetTimestamp());
        await SendAsync(reply);
    }

    private async ValueTask AbortWorkAsync()
    {
        _session.Work!.Abort();
        await FinishWorkAsync();
    }

    private async ValueTask SendAsync(FtpReply reply)
    {
        if (reply.IsLater)
        {
            return;
        }

        try
        {
            await (reply.Work?.PrepareAsync() ?? ValueTask.CompletedTask);
            await SendAsync(ReplyWriter.Write(reply));
        }
        catch when (reply.Work is not null)
        {
            await reply.Work.DropAsync();
            reply.Work.Dispose();
            throw;
        }
    }

    private async ValueTask SendAsync(byte[] bytes)
    {
        if (!await Stream.TryWriteAsync(bytes, _limits.ReplyTime, _server.Time))
        {
            throw new FtpEndException(FtpEndReason.NotReading, $"the client did not read a reply for {_limits.ReplyTime.TotalSeconds:0} s");
        }
    }

    private FtpEndException Gone(ControlInput input) =>
        input == ControlInput.Cut ? new(FtpEndReason.ConnectionLost, "the connection ended inside a command")
        : _session.Work is not null || _isCutShort ? new(FtpEndReason.ConnectionLost, "the connection ended during a transfer")
        : new(FtpEndReason.ClientClosed, _session.Login is null ? "the client closed the connection before it had logged in" : "the client closed the connection without QUIT");
}
