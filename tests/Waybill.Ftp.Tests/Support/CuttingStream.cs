using System.Net.Sockets;

namespace Waybill.Ftp.Tests.Support;

/// <summary>A client's socket below its TLS that lets so many bytes through and then nothing more.</summary>
internal sealed class CuttingStream(Socket socket) : NetworkStream(socket, ownsSocket: true)
{
    /// <summary>Bytes that still go through.</summary>
    public long Left { get; set; } = long.MaxValue;

    public bool IsCut => Left <= 0;

    /// <summary>Whether the cut fell within what was written at once: a record, where no more than one is.</summary>
    public bool IsInsideWrite { get; private set; }

    /// <summary>Whether it ended by RST.</summary>
    public bool IsReset { get; private set; }

    /// <summary>Cuts the connection: FIN, or RST.</summary>
    public void End(bool reset)
    {
        Left = 0;
        IsReset = reset;
        if (reset)
        {
            Socket.LingerState = new LingerOption(true, 0);
            Socket.Close();
        }
        else
        {
            Socket.Shutdown(SocketShutdown.Send);
        }
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var some = (int)Math.Min(Left, buffer.Length);
        Left -= buffer.Length;
        IsInsideWrite |= some > 0 && some < buffer.Length;
        if (some > 0)
        {
            await base.WriteAsync(buffer[..some], cancellationToken);
        }
    }
}
