using System.Net.Sockets;
using System.Text.Json;
using Microsoft.Extensions.Logging;

namespace Waybill.Server.Control;

/// <summary>
/// Answers commands that run beside the server, over a Unix socket that only the server's own user can open. One request, one reply, one connection.
/// </summary>
internal sealed partial class ControlServer(string path, Func<ControlRequest, ValueTask<ControlReply>> handle, ILogger logger) : IAsyncDisposable
{
    /// <summary>Requests served at once; more wait in the socket's backlog.</summary>
    public const int Backlog = 16;

    /// <summary>Bytes of a request.</summary>
    public const int MaximumRequest = 4_096;

    /// <summary>A client that says nothing for this long is dropped.</summary>
    public static readonly TimeSpan RequestTime = TimeSpan.FromSeconds(5);

    private readonly CancellationTokenSource _stop = new();
    private Socket? _listener;
    private Task _loop = Task.CompletedTask;

    public void Start()
    {
        File.Delete(path);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        _listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        _listener.Bind(new UnixDomainSocketEndPoint(path));
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        _listener.Listen(Backlog);
        _loop = AcceptAsync(_listener);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener?.Dispose();
        await _loop;
        File.Delete(path);
        _stop.Dispose();
    }

    private async Task AcceptAsync(Socket listener)
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                using var client = await listener.AcceptAsync(_stop.Token);
                await ServeAsync(client);
            }
            catch (OperationCanceledException) when (_stop.IsCancellationRequested)
            {
                return;
            }
            catch (Exception error) when (error is SocketException or IOException or JsonException or OperationCanceledException or ObjectDisposedException)
            {
                LogBrokenRequest(logger, error.Message);
            }
        }
    }

    private async Task ServeAsync(Socket client)
    {
        using var time = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
        time.CancelAfter(RequestTime);
        var buffer = new byte[MaximumRequest];
        var length = 0;
        while (length < buffer.Length && !buffer.AsSpan(0, length).Contains((byte)'\n'))
        {
            var received = await client.ReceiveAsync(buffer.AsMemory(length), time.Token);
            if (received == 0)
            {
                break;
            }

            length += received;
        }

        var request = JsonSerializer.Deserialize(buffer.AsSpan(0, length), ControlJson.Default.ControlRequest);
        if (request is null)
        {
            return;
        }

        var reply = await handle(request);
        await client.SendAsync(JsonSerializer.SerializeToUtf8Bytes(reply, ControlJson.Default.ControlReply), time.Token);
    }

    [LoggerMessage(EventId = 1, Level = LogLevel.Warning, Message = "A command's request was broken: {Reason}")]
    private static partial void LogBrokenRequest(ILogger logger, string reason);
}
