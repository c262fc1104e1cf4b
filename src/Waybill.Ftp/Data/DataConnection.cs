using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using Waybill.Ftp.Control;
using Waybill.Ftp.Hosting;
using Waybill.Ftp.Tls;
using Waybill.Storage.EventLoop;

namespace Waybill.Ftp.Data;

/// <summary>One data connection, with TLS where its control connection has it.</summary>
internal sealed class DataConnection : IAsyncDisposable
{
    private readonly Socket _socket;
    private readonly FtpServer _server;
    private readonly WireStream _wire;
    private readonly CancellationTokenSource _lingering;
    private readonly CancellationTokenSource _closing;
    private SslStream? _tls;

    private DataConnection(Socket socket, FtpServer server)
    {
        _socket = socket;
        _server = server;
        _wire = new WireStream(socket, server.Time);
        _lingering = new CancellationTokenSource(Timeout.InfiniteTimeSpan, server.Time);
        _closing = new CancellationTokenSource(Timeout.InfiniteTimeSpan, server.Time);
        _closing.Token.UnsafeRegister(static socket => ((Socket)socket!).Dispose(), socket);
    }

    /// <summary>The data.</summary>
    public Stream Stream => _tls is { } tls ? tls : _wire;

    /// <summary>When a byte moved last.</summary>
    public long LastProgress => _wire.LastProgress;

    /// <summary>Bytes that have come from the network and wait to be read.</summary>
    public bool HasUnread => _wire.HasUnread;

    /// <summary>After a read of 0: whether the client said that this was all. Without TLS the end of the stream says it (RFC 959 section 3.4.1).</summary>
    public bool EndedCleanly => _tls is null || !_wire.SawEof;

    /// <summary>After a read of 0: whether only the client can have said that this was all. A FIN its kernel sends too, when it kills the program.</summary>
    public bool EndIsProven => _tls is not null && EndedCleanly;

    /// <summary>Opens it: connected, and shaken hands. A reply instead says why not.</summary>
    /// <param name="port">Where it is.</param>
    /// <param name="tls">The control connection's TLS, if data are protected.</param>
    /// <param name="server">The server.</param>
    /// <param name="refused">Is told of one that may be somebody else's.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async ValueTask<(DataConnection? Connection, FtpReply? Problem)> OpenAsync(
        DataPort port, FtpTls? tls, FtpServer server, Func<IPEndPoint, string, ValueTask> refused, CancellationToken cancellationToken)
    {
        var socket = await port.ConnectAsync(cancellationToken).ConfigureAwait(false);
        if (socket is null)
        {
            return (null, new FtpReply(425, port is ActivePort
                ? "There is no data connection: your client's port could not be reached. Set it to passive mode."
                : "There is no data connection: your client did not come to the port in time. A firewall or router may stand in the way of this server's data ports."));
        }

        socket.NoDelay = true;
        var connection = new DataConnection(socket, server);
        var problem = tls is null ? null : await connection.SecureAsync(tls, refused, cancellationToken).ConfigureAwait(false);
        if (problem is not null)
        {
            await connection.DisposeAsync().ConfigureAwait(false);
        }

        return problem is null ? (connection, null) : (null, problem);
    }

    /// <summary>Says that this was all: what was gathered, then close_notify, before the final reply (GnuTLS's clients take a transfer without it for cut).</summary>
    public async ValueTask FinishAsync(CancellationToken cancellationToken)
    {
        if (_tls is { } tls)
        {
            await tls.ShutdownAsync().ConfigureAwait(false);
        }

        await _wire.SendGatheredAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            _socket.Shutdown(SocketShutdown.Send);
        }
        catch (SocketException)
        {
            // It closed at once when it had everything.
        }
    }

    /// <summary>
    /// Waits for the client to close too, for a moment: to close while something of the client's is unread would reset the connection and take what is still on its
    /// way to it. After the final reply, since some clients close only then.
    /// </summary>
    public async Task LingerAsync()
    {
        try
        {
            _lingering.CancelAfter(_server.Limits.DataCloseTime);
            using var block = WireStream.RentBlock();
            while (await _socket.ReceiveAsync(block.Memory, SocketFlags.None, _lingering.Token).ConfigureAwait(false) > 0)
            {
            }
        }
        catch (Exception exception) when (exception is SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // It closed in its own way, or not at all.
        }
        finally
        {
            await DisposeAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Closes the socket in a while if nothing else has: TLS's last words wait without end for a client that has stopped to read.</summary>
    public void CloseWithin(TimeSpan time)
    {
        try
        {
            _closing.CancelAfter(time);
        }
        catch (ObjectDisposedException)
        {
            // It is closed.
        }
    }

    /// <summary>Ends <see cref="LingerAsync"/>.</summary>
    public void StopLingering()
    {
        try
        {
            _lingering.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // It has ended.
        }
    }

    public async ValueTask DisposeAsync()
    {
        _lingering.Dispose();
        _closing.Dispose();
        if (_tls is not null)
        {
            await _tls.DisposeAsync().ConfigureAwait(false);
        }

        await _wire.DisposeAsync().ConfigureAwait(false);
    }

    private async ValueTask<FtpReply?> SecureAsync(FtpTls tls, Func<IPEndPoint, string, ValueTask> refused, CancellationToken cancellationToken)
    {
        try
        {
            await PoolThread.EnterAsync();
            var watch = tls.Watch();
            _wire.Watch = watch;
            _tls = await tls.AuthenticateAsync(_wire, _server.Limits.HandshakeTime, _server.Time, cancellationToken).ConfigureAwait(false);
            if (!tls.Accepts(watch))
            {
                await refused((IPEndPoint)_socket.RemoteEndPoint!, "a data connection did not resume the TLS session of its control connection").ConfigureAwait(false);
                return new FtpReply(522, "The data connection must resume the TLS session of the control connection. Set your client to do so, or use SFTP.");
            }
        }
        catch (Exception exception) when (exception is AuthenticationException or IOException or SocketException)
        {
            return new FtpReply(425, "The data connection's TLS handshake failed. Your client ended it, or does not take the certificate there: its log says why.");
        }
        finally
        {
            _wire.Watch = null;
        }

        return null;
    }
}
