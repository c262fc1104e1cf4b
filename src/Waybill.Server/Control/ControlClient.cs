using System.Net.Sockets;
using System.Text.Json;

namespace Waybill.Server.Control;

/// <summary>A command's side of <see cref="ControlServer"/>.</summary>
internal static class ControlClient
{
    /// <summary>Asks the server that runs on the data directory; null when none does.</summary>
    public static async Task<ControlReply?> AskAsync(string path, ControlRequest request, CancellationToken cancellationToken)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellationToken);
        }
        catch (SocketException)
        {
            return null;
        }

        await using var stream = new NetworkStream(socket);
        await stream.WriteAsync(JsonSerializer.SerializeToUtf8Bytes(request, ControlJson.Default.ControlRequest), cancellationToken);
        await stream.WriteAsync("\n"u8.ToArray(), cancellationToken);
        return await JsonSerializer.DeserializeAsync(stream, ControlJson.Default.ControlReply, cancellationToken);
    }
}
