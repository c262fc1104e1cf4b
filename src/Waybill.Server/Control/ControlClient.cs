using System.Net.Sockets;
using System.Text.Json;

namespace Waybill.Server.Control;

/// <summary>A command's side of <see cref="ControlServer"/>.</summary>
internal static class ControlClient
{
    /// <summary>How long a command waits for a server that is there but does not answer.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>Asks the server that runs on the data directory; null when none does, whatever socket a killed one has left.</summary>
    public static async Task<ControlReply?> AskAsync(string path, ControlRequest request, CancellationToken cancellationToken)
    {
        // Before the connection: the server waits for it no longer than RequestTime.
        byte[] line = [.. JsonSerializer.SerializeToUtf8Bytes(request, ControlJson.Default.ControlRequest), (byte)'\n'];
        using var time = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        time.CancelAfter(Patience);
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), time.Token);
        }
        catch (SocketException error) when (error.SocketErrorCode == SocketError.AccessDenied)
        {
            throw new CommandException($"the server's socket {path} belongs to another user; run the command as the server's user, who is not {Environment.UserName}");
        }
        catch (SocketException)
        {
            return null;
        }

        try
        {
            await using var stream = new NetworkStream(socket);
            await stream.WriteAsync(line, time.Token);
            return await JsonSerializer.DeserializeAsync(stream, ControlJson.Default.ControlReply, time.Token);
        }
        catch (Exception error) when (error is IOException or JsonException || (error is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            throw new CommandException("the running server does not answer; see its log, and try again");
        }
    }
}
