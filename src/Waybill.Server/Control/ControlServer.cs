using System.Net.Sockets;
using System.Text.Json;
using Microsoft.Extensions.Logging;

namespace Waybill.Server.Control;

/// <summary>
/// Answers commands that run beside the server, over a Unix socket that only the server's own user can open. One request, one reply, one connection.
/// </summary>
internal sealed partial class ControlServer(string path, Func<ControlRequest, ValueTask<ControlReply>> handle, ILogger logger) : IAsyncDisposable
{
    /// <summary>Commands that wait to be served; one at a time is, since each takes a moment only.</summary>
    public const int Backlog = 64;

    /// <summary>Bytes of a request.</summary>
    public const int MaximumRequest = 4_096;

    /// <summary>A command sends its request at once; one that was stopped meanwhile must not keep the others waiting.</summary>
    public static readonly TimeSpan RequestTime = TimeSpan.FromSeconds(3);

    /// <summary>How long a reply may take to be made and read.</summary>
    public static readonly TimeSpan ReplyTime = TimeSpan.FromSeconds(5);

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
            catch (ObjectDisposedException) when (_stop.IsCancellationRequested)
            {
                return;
            }
            catch (Exception error)
            {
                // Whatever it was, the loop must live for the next command; the one that asked sees its connection close.
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

        time.CancelAfter(ReplyTime);
        var reply = await handle(request);
        await using var stream = new NetworkStream(client);
        await stream.WriteAsync(JsonSerializer.SerializeToUtf8Bytes(reply, ControlJson.Default.ControlReply), time.Token);
    }

    [LoggerMessage(EventId = 1, Level = LogLevel.Warning, Message = "A command's request was broken: {Reason}")]
    private static partial void LogBrokenRequest(ILogger logger, string reason);
}
