using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Waybill.Ftp.Hosting;

namespace Waybill.Ftp.Data;

/// <summary>
/// A listener for one data connection: a random port, so that nobody can wait at the next one; the address of the control connection only; one that is let in. Who else
/// comes until it is closed, when that one has shaken hands, is refused and reported.
/// </summary>
internal sealed class PassivePort : DataPort
{
    private const int Backlog = 4;

    // SOL_SOCKET and SO_REUSEADDR of Linux. .NET's own name for it sets SO_REUSEPORT too, with which two sessions could listen on one port.
    private const int SocketLevel = 1;
    private const int ReuseAddress = 2;

    private readonly Socket _listener;
    private readonly IPAddress _client;
    private readonly Func<IPEndPoint, string, ValueTask> _refused;
    private readonly FtpLimits _limits;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _limit;
    private readonly TaskCompletionSource<Socket?> _accepted = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile Socket? _came;
    private bool _isTaken;

    private PassivePort(Socket listener, IPAddress client, FtpLimits limits, TimeProvider time, Func<IPEndPoint, string, ValueTask> refused)
    {
        _listener = listener;
        _client = client;
        _refused = refused;
        (_limits, _time) = (limits, time);
        _limit = new CancellationTokenSource(limits.DataConnectTime, time);
        _ = AcceptAsync(_limit.Token);
    }

    /// <summary>The port.</summary>
    public int Port => Number;

    private int Number { get; init; }

    /// <summary>Opens one; null when none of the range was free.</summary>
    public static PassivePort? Open(FtpServer server, IPAddress local, IPAddress client, Func<IPEndPoint, string, ValueTask> refused)
    {
        var range = server.Options.PassivePorts;
        for (var i = 0; i < server.Limits.PortTries; i++)
        {
            var port = RandomNumberGenerator.GetInt32(range.First, range.Last + 1);
            Socket? listener = null;
            try
            {
                listener = new Socket(local.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
                listener.SetRawSocketOption(SocketLevel, ReuseAddress, [1, 0, 0, 0]);
                listener.Bind(new IPEndPoint(local, port));
                listener.Listen(Backlog);
                return new PassivePort(listener, client, server.Limits, server.Time, refused) { Number = port };
            }
            catch (SocketException)
            {
                // In use, kept for root, or no descriptor left: another one may do.
                listener?.Dispose();
            }
        }

        return null;
    }

    public override async ValueTask<bool> HasInputAsync(CancellationToken cancellationToken)
    {
        if (IsKnockedAt())
        {
            await ((Task)_accepted.Task.WaitAsync(_limits.EarlyHandshakeTime, _time, cancellationToken)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        return _came is { Available: > 0 };
    }

    public override async ValueTask<Socket?> ConnectAsync(CancellationToken cancellationToken)
    {
        var socket = await _accepted.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
        _isTaken = socket is not null;
        return socket;
    }

    protected override void Dispose(bool disposing)
    {
        _limit.Cancel();
        _listener.Dispose();
        if (!_isTaken)
        {
            // The client came, and then wanted nothing.
            _ = DropAsync();
        }

        _limit.Dispose();
    }

    private async Task DropAsync() => (await _accepted.Task.ConfigureAwait(false))?.Dispose();

    private async Task AcceptAsync(CancellationToken cancellationToken)
    {
        try
        {
            // However many others come: who could close the port by connecting to it could keep everybody from their files.
            while (true)
            {
                var socket = await _listener.AcceptAsync(cancellationToken).ConfigureAwait(false);
                var isOfClient = Plain(((IPEndPoint)socket.RemoteEndPoint!).Address).Equals(_client);
                if (isOfClient && _came is null)
                {
                    _came = socket;
                    _accepted.TrySetResult(socket);
                }
                else
                {
                    Refuse(socket, isOfClient ? "a second connection came to a data port" : "a connection from another address than the client's came to its data port");
                }
            }
        }
        catch (Exception exception) when (exception is SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // Nobody came in time, or nobody is waited for any more.
        }
        finally
        {
            _listener.Dispose();
            _accepted.TrySetResult(null);
        }
    }

    /// <summary>Whether somebody has connected whom a busy server has not let in yet.</summary>
    private bool IsKnockedAt()
    {
        try
        {
            return !_accepted.Task.IsCompleted && _listener.Poll(TimeSpan.Zero, SelectMode.SelectRead);
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            return false;
        }
    }

    private void Refuse(Socket socket, string words)
    {
        var from = (IPEndPoint)socket.RemoteEndPoint!;

        // A reset, and not one byte.
        socket.LingerState = new LingerOption(true, 0);
        socket.Dispose();

        // Not waited for: the client's own connection stands behind it.
        _ = _refused(from, words).AsTask();
    }

    /// <summary>An IPv4 address that came in IPv6's clothes.</summary>
    public static IPAddress Plain(IPAddress address) => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
}
