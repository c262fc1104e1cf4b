using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Waybill.Core.Tests.Notifications;

/// <summary>A tiny HTTP listener on a bare socket, so that it can answer whatever a hostile one would.</summary>
internal sealed class HookReceiver : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _loop;

    public HookReceiver()
    {
        _listener.Start();
        _loop = RunAsync();
    }

    public string Url => $"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}/waybill?token=1";

    public ConcurrentQueue<(string Head, string Body)> Calls { get; } = new();

    /// <summary>What it answers to a call, by its number; closes the connection behind.</summary>
    public Func<int, string> Answer { get; set; } = static _ => "HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n";

    public static string Status(string line, string body = "", string headers = "") =>
        $"HTTP/1.1 {line}\r\n{headers}Content-Length: {Encoding.UTF8.GetByteCount(body).ToString(CultureInfo.InvariantCulture)}\r\nConnection: close\r\n\r\n{body}";

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Dispose();
        await _loop;
        _stop.Dispose();
    }

    private async Task RunAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                using var client = await _listener.AcceptSocketAsync(_stop.Token);
                await ServeAsync(client);
            }
            catch (Exception error) when (error is OperationCanceledException or SocketException or IOException or ObjectDisposedException)
            {
                // The caller has gone, or the test is over.
            }
        }
    }

    private async Task ServeAsync(Socket client)
    {
        await using var stream = new NetworkStream(client);
        using var reader = new BinaryReader(stream, Encoding.Latin1, leaveOpen: true);
        var head = new StringBuilder();
        var one = new byte[1];
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            await stream.ReadExactlyAsync(one, _stop.Token);
            head.Append((char)one[0]);
        }

        var length = int.Parse(head.ToString().Split("\r\n").First(line => line.StartsWith("Content-Length:", StringComparison.Ordinal))[15..], CultureInfo.InvariantCulture);
        var body = new byte[length];
        await stream.ReadExactlyAsync(body, _stop.Token);
        Calls.Enqueue((head.ToString(), Encoding.UTF8.GetString(body)));
        await stream.WriteAsync(Encoding.UTF8.GetBytes(Answer(Calls.Count)), _stop.Token);
    }
}
