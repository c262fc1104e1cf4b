using System.Net;
using System.Net.Sockets;
using System.Text;
using Waybill.TestKit;

namespace Waybill.Ntsapi.Tests.Support;

/// <summary>A client that says exactly what a test wants, and demands well-formed replies.</summary>
internal sealed class NtsapiClient : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly List<byte> _buffer = [];

    private NtsapiClient(Socket socket)
    {
        Socket = socket;
        Stream = new NetworkStream(socket, ownsSocket: true);
    }

    public Socket Socket { get; }

    public Stream Stream { get; private set; }

    /// <summary>What ends the commands of <see cref="AskAsync"/>.</summary>
    public string End { get; set; } = "\n";

    public static async Task<NtsapiClient> ConnectAsync(int port)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(IPAddress.Loopback, port);
        return new NtsapiClient(socket);
    }

    /// <summary>Shakes hands as a client that knows the root.</summary>
    public async Task StartTlsAsync(string? protocol = null) => Stream = await TestTls.ConnectAsync(Stream, protocol is null ? null : [protocol]);

    /// <summary>Writes bytes at once, each character one of them.</summary>
    public async Task WriteAsync(string text) => await Stream.WriteAsync(Encoding.Latin1.GetBytes(text)).AsTask().WaitAsync(Patience);

    /// <summary>Sends a command and returns its reply.</summary>
    public async Task<string> AskAsync(string command)
    {
        await WriteAsync(command + End);
        return await ReadAsync();
    }

    /// <summary>The next line.</summary>
    public async Task<string> ReadAsync() => await TryReadAsync() ?? throw new IOException("The server closed the connection.");

    /// <summary>The next line; null when the server closes.</summary>
    public async Task<string?> TryReadAsync()
    {
        var block = new byte[4096];
        while (true)
        {
            var end = _buffer.IndexOf((byte)'\n');
            if (end >= 0)
            {
                var line = Encoding.Latin1.GetString([.. _buffer.GetRange(0, end)]);
                _buffer.RemoveRange(0, end + 1);
                Assert.Matches("^[0-9] [ -~]+$", line);
                return line;
            }

            int read;
            try
            {
                read = await Stream.ReadAsync(block).AsTask().WaitAsync(Patience);
            }
            catch (IOException)
            {
                read = 0;
            }

            if (read == 0)
            {
                Assert.Empty(_buffer);
                return null;
            }

            _buffer.AddRange(block.AsSpan(0, read));
        }
    }

    /// <summary>What one read gives, as clients have it that read what is there.</summary>
    public async Task<string> ReadOnceAsync()
    {
        Assert.Empty(_buffer);
        var block = new byte[65_536];
        return Encoding.Latin1.GetString(block, 0, await Stream.ReadAsync(block).AsTask().WaitAsync(Patience));
    }

    /// <summary>All that still comes until the server closes.</summary>
    public async Task<string> ReadToEndAsync()
    {
        using var reader = new StreamReader(Stream, Encoding.Latin1);
        return Encoding.Latin1.GetString([.. _buffer]) + await reader.ReadToEndAsync().WaitAsync(Patience);
    }

    public async ValueTask DisposeAsync()
    {
        await Stream.DisposeAsync();
        Socket.Dispose();
    }
}
