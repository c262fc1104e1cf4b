using System.Net;
using System.Net.Sockets;

namespace Waybill.Ftp.Data;

/// <summary>The client's own port, named by PORT or EPRT: its own address and no port below 1024, or this server would knock at others' doors for it (CVE-1999-0017).</summary>
internal sealed class ActivePort(IPEndPoint target, IPAddress local, TimeSpan patience, TimeProvider time) : DataPort
{
    /// <summary>The first port that clients may name.</summary>
    public const int FirstPort = 1024;

    public override async ValueTask<Socket?> ConnectAsync(CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(patience, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        var socket = new Socket(target.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(new IPEndPoint(local, 0));
            await socket.ConnectAsync(target, both.Token).ConfigureAwait(false);
            return socket;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // ABOR, or a session that is ended: nobody's port is to blame.
            socket.Dispose();
            throw;
        }
        catch (Exception exception) when (exception is SocketException or OperationCanceledException)
        {
            socket.Dispose();
            return null;
        }
    }

    protected override void Dispose(bool disposing)
    {
        // There is nothing until it is connected.
    }
}
